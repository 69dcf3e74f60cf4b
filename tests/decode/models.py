"""Random models of a few layers, of the families that FlowDial is used with."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

from flowdial.decode.causal import CausalModel
from flowdial.decode.protocol import Skill

VOCABULARY = 300
_SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "initializer_range": 0.4,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": None,
}
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", {}),
    "llama tied": ("Llama", {"tie_word_embeddings": True}),
    "mistral": ("Mistral", {"sliding_window": 6}),
    "qwen2": ("Qwen2", {}),
    "qwen2 window": ("Qwen2", {"use_sliding_window": True, "sliding_window": 6, "max_window_layers": 2}),
    "qwen3": ("Qwen3", {}),
    "gemma2": ("Gemma2", {"sliding_window": 6, "query_pre_attn_scalar": 8}),
    "gemma3": ("Gemma3Text", {"sliding_window": 6, "query_pre_attn_scalar": 8, "final_logit_softcapping": 8.0}),
    "granite": ("Granite", {"logits_scaling": 3.0}),
    "cohere": ("Cohere", {"logit_scale": 0.5}),
}
_HEADS = {"Gemma3Text": "Gemma3ForCausalLM"}


@functools.cache
def tiny(family: str, attention: str = "sdpa", reads: int = 512) -> Any:
    """A model of a family, with random weights, that reads so many tokens."""
    import torch
    import transformers

    torch.manual_seed(0)
    name, more = FAMILIES[family]
    attention = "eager" if family == "gemma2" else attention  # which transformers has no other for
    sizes = {**_SIZES, **more, "max_position_embeddings": reads}
    config = getattr(transformers, f"{name}Config")(**sizes, attn_implementation=attention)
    return getattr(transformers, _HEADS.get(name, f"{name}ForCausalLM"))(config).eval()


def wrap(model: Any, tokenizer: Any = None, **options: Any) -> CausalModel:
    """The model behind the protocol."""
    loaded = SimpleNamespace(
        model=model,
        tokenizer=tokenizer,
        source=SimpleNamespace(name="toy"),
        adapter_name=None,
        device=model.device,
        dtype=model.dtype,
        skill=Skill(),
    )
    return CausalModel(loaded, **options)  # type: ignore[arg-type]
