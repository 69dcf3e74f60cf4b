"""An adapter in another rank, or with words that it lacked.  opened model -> base + what was learnt -> new adapter.

A layer's two matrices are cut to the rank by the singular values of their product, which is the nearest product of that
rank (Eckart and Young, 1936). Knows torch and peft.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import torch

from flowdial.decode.loader import LoadedModel
from flowdial.errors import AdapterError


@dataclass(frozen=True, slots=True)
class Learnt:
    """By the layer's name its A (rank, in) and B (out, rank), scaled; and the rows of words (words, width), if any."""

    layers: dict[str, tuple[torch.Tensor, torch.Tensor]]
    rows: torch.Tensor | None


def taken_off(loaded: LoadedModel) -> tuple[LoadedModel, Learnt]:
    """The model without the adapter that is on it, and what that one has learnt.

    Raises AdapterError where it is more than LoRA's two matrices to a linear layer.
    """
    model: Any = loaded.model
    config, names = model.peft_config["default"], [name for name, _ in model.named_parameters()]
    if config.use_dora or config.modules_to_save or any("lora_embedding" in name for name in names):
        message = f"the adapter {loaded.adapter_name} has more than LoRA's two matrices to a linear layer"
        raise AdapterError(message, hint="leave --rank and --words out, to train it further as it is")
    layers, rows = {}, None
    for name, module in _layers(model):
        a, b = module.lora_A["default"].weight, module.lora_B["default"].weight
        layers[name] = (a.detach().float(), b.detach().float() * module.scaling["default"])
    for name, each in model.named_parameters():
        if "trainable_tokens_delta" in name:
            rows = each.detach().float()
    return dataclasses.replace(loaded, model=model.unload()), Learnt(layers, rows)


@torch.no_grad()
def put_on(adapted: Any, learnt: Learnt) -> None:
    """Begin a new adapter with what another one has learnt; a rank that is left over begins as in a new one."""
    for name, module in _layers(adapted):
        new_a, new_b = module.lora_A["default"].weight, module.lora_B["default"].weight
        new_b.zero_()
        if name not in learnt.layers:
            continue
        a, b = learnt.layers[name]
        (ortho_b, within_b), (ortho_a, within_a) = torch.linalg.qr(b), torch.linalg.qr(a.T)
        left, values, right = torch.linalg.svd(within_b @ within_a.T)
        cut = min(new_a.shape[0], len(values))
        root = values[:cut].sqrt()
        # As large beside one another as they were, for the steps of both are alike.
        tilt = ((a.norm() * module.scaling["default"] / b.norm().clamp_min(1e-12)) ** 0.5).clamp(1e-3, 1e3)
        new_a[:cut] = tilt * root[:, None] * (right[:cut] @ ortho_a.T)
        new_b[:, :cut] = (ortho_b @ left[:, :cut]) * root / (tilt * module.scaling["default"])
    for name, each in adapted.named_parameters():
        if learnt.rows is not None and "trainable_tokens_delta" in name:
            each.copy_(learnt.rows)


def _layers(adapted: Any) -> list[tuple[str, Any]]:
    return [(name, module) for name, module in adapted.named_modules() if "default" in getattr(module, "lora_A", {})]
