"""LoRA layers that add their part at once are those of peft."""

from __future__ import annotations

import copy

import pytest
import torch
from peft import LoraConfig, get_peft_model

from flowdial.training.lora import beside, fused
from tests.decode.models import tiny

_TOKENS = torch.tensor([[1, 2, 3, 4]])


def _adapted():
    torch.manual_seed(0)
    model = get_peft_model(copy.deepcopy(tiny("llama")), LoraConfig(r=4, lora_alpha=12, target_modules="all-linear"))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    return model


def _learnt(model):
    model.zero_grad()
    logits = model(_TOKENS).logits
    logits.square().mean().backward()
    return {"logits": logits} | {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def _near(found, wanted, share):
    return float((found - wanted).detach().norm()) <= share * float(wanted.detach().norm()) + 1e-6


def test_logits_and_gradients_are_those_of_peft():
    """To three digits, for the sums are the same in another order."""
    model = _adapted()
    wanted = _learnt(model)
    with fused(model):
        found = _learnt(model)
    assert found.keys() == wanted.keys()
    assert len(found) > 1
    assert all(_near(found[name], wanted[name], 1e-3) for name in wanted)


@torch.inference_mode()
def test_narrow_numbers_are_multiplied_too():
    """Under autocast, whatever the weights of the adapter are kept in."""
    model = _adapted()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        wanted = model(_TOKENS).logits
        with fused(model):
            found = model(_TOKENS).logits
    assert found.dtype == wanted.dtype
    assert _near(found.float(), wanted.float(), 0.1)


def test_the_layers_are_peft_s_again_afterwards():
    """Also where something fails within."""
    model = _adapted()
    with pytest.raises(ZeroDivisionError), fused(model):
        raise ZeroDivisionError
    assert not any("forward" in vars(module) for module in model.modules())


def _with_words():
    torch.manual_seed(0)
    settings = LoraConfig(r=4, target_modules="all-linear", trainable_token_indices={"embed_tokens": [2, 5, 3]})
    model = get_peft_model(copy.deepcopy(tiny("llama")), settings)
    for name, parameter in model.named_parameters():
        if "trainable_tokens_delta" in name:
            torch.nn.init.normal_(parameter)
    return model


def test_words_beside_the_table_are_those_of_peft():
    """Logits and gradients, of tokens that are learnt and of others; the table itself has no gradient."""
    model = _with_words()
    wanted = _learnt(model)
    with beside(model):
        assert any("forward" in vars(module) for module in model.modules())
        found = _learnt(model)
    assert found.keys() == wanted.keys()
    assert any("trainable_tokens_delta" in name for name in found)
    assert not any("base_layer.weight" in name for name in found)
    assert all(_near(found[name], wanted[name], 1e-5) for name in wanted)


def test_words_that_are_merged_stay_as_they_are():
    """They stand in the table already."""
    model = _with_words()
    wanted = model(_TOKENS).logits
    model.merge_adapter()
    with beside(model):
        assert not any("forward" in vars(module) for module in model.modules())
        assert _near(model(_TOKENS).logits, wanted, 1e-4)
