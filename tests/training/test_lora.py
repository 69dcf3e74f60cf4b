"""LoRA layers that add their part at once are those of peft."""

from __future__ import annotations

import copy

import pytest
import torch
from peft import LoraConfig, get_peft_model

from flowdial.training.lora import fused
from tests.decode.models import tiny


def _adapted():
    torch.manual_seed(0)
    model = get_peft_model(copy.deepcopy(tiny("llama")), LoraConfig(r=4, lora_alpha=12, target_modules="all-linear"))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    return model


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_logits_and_gradients_are_those_of_peft(dtype):
    """In float32 to four digits, under autocast to what bfloat16 holds."""
    model = _adapted()
    tokens = torch.tensor([[1, 2, 3, 4]])

    def learnt():
        model.zero_grad()
        with torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32):
            logits = model(tokens).logits
        logits.float().square().mean().backward()
        return logits.float(), {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}

    wanted, slopes = learnt()
    with fused(model):
        found, steep = learnt()
    near = 1e-4 if dtype == torch.float32 else 0.1
    assert steep.keys() == slopes.keys()
    for got, want in [(found, wanted), *((steep[name], slopes[name]) for name in slopes)]:
        assert float((got - want).norm()) <= near * float(want.norm()) + 1e-6


def test_the_layers_are_peft_s_again_afterwards():
    """Also where something fails within."""
    model = _adapted()
    with pytest.raises(ZeroDivisionError), fused(model):
        raise ZeroDivisionError
    assert not any("forward" in vars(module) for module in model.modules())
