"""Convert a GGUF file once.  .gguf -> safetensors and fast tokenizer.  Knows transformers; knows no cache.

The weights are stored as float16: it keeps 4-bit weights to 5e-4 at half the disk of float32.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flowdial.decode.extras import needs_extra
from flowdial.errors import ModelError


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars, log lines and warnings off the terminal: FlowDial reports on its own."""
    from transformers.utils import logging

    log: Any = logging  # untyped there
    verbosity, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.set_verbosity(verbosity)
        if bars:
            log.enable_progress_bar()


def convert(path: Path, folder: Path) -> None:
    """GGUF -> safetensors and fast tokenizer. float16 keeps 4-bit weights to 5e-4 at half the disk."""
    with needs_extra("model"):
        import torch
    tokenizer, model = _open_gguf(path)
    model.hf_quantizer = None  # the weights are plain numbers now; save_pretrained refuses GGUF ones
    del model.config.quantization_config
    largest = max(float(weight.detach().abs().max()) for weight in model.parameters())
    with quiet():
        model.to(torch.float16 if largest < 65504 else torch.bfloat16).save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _open_gguf(path: Path) -> tuple[Any, Any]:
    with needs_extra("model"):
        import gguf
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    place: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True}
    try:
        with quiet(), contextlib.redirect_stderr(io.StringIO()):  # the GGUF reader's bar heeds no setting
            flavour = gguf.GGUFReader(path).fields.get("tokenizer.ggml.pre")
            tokenizer = AutoTokenizer.from_pretrained(path.parent, **place)
            model = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.float32, **place)
    except Exception as error:
        hint = "it must be whole, and of an architecture whose GGUF files transformers reads"
        raise ModelError(f"{path} cannot be opened as a GGUF model: {error}", hint=hint) from error
    if flavour and flavour.contents() == "smollm":
        _split_digits(tokenizer)
    tokenizer.model_max_length = model.config.max_position_embeddings
    return tokenizer, model


def _split_digits(tokenizer: Any) -> None:
    """SmolLM was trained with digits split off first. transformers 5.23 forgets that, and so reads the
    blank lines before a numbered item as tokens that the model never saw there."""
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

    steps = [Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)]
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence(steps)
