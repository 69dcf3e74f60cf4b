"""Run what is learnt with fewer passes over memory.  peft's layers in, the same sums out.

peft multiplies the low-rank part by its scale and adds it to the output of the layer, each a pass over all of it; on
a processor they take as long as a sixth of the step. Here the last product is added where it falls. Of an embedding of
which some rows are learnt peft copies the whole table, and its gradient has all rows; here the learnt rows are looked
up, and multiplied, beside the table.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import torch


@contextlib.contextmanager
def fused(adapted: torch.nn.Module) -> Iterator[None]:
    """The linear layers of a peft model within, those that are quantized excepted, add the low-rank part at once."""
    from peft.tuners.lora import Linear

    with _instead({layer: _added for layer in adapted.modules() if type(layer) is Linear}):
        yield


@contextlib.contextmanager
def beside(adapted: torch.nn.Module) -> Iterator[None]:
    """The embeddings of a peft model within have their learnt rows beside the table."""
    from peft.tuners.trainable_tokens.layer import TrainableTokensLayer

    ways = {torch.nn.Embedding: _looked_up, torch.nn.Linear: _multiplied}
    layers = [layer for layer in adapted.modules() if isinstance(layer, TrainableTokensLayer) and not layer.merged]
    plain = [layer for layer in layers if getattr(layer.base_layer, "bias", None) is None]  # peft leaves a bias out
    with _instead({layer: ways[type(layer.base_layer)] for layer in plain if type(layer.base_layer) in ways}):
        yield


@contextlib.contextmanager
def _instead(forward: Mapping[torch.nn.Module, Callable[[Any, torch.Tensor], torch.Tensor]]) -> Iterator[None]:
    for layer, way in forward.items():
        vars(layer)["forward"] = partial(way, layer)
    try:
        yield
    finally:
        for layer in forward:
            del vars(layer)["forward"]


def _looked_up(layer: Any, tokens: torch.Tensor) -> torch.Tensor:
    table = layer.base_layer.weight
    found: torch.Tensor = layer.base_layer(tokens)
    for name in layer.active_adapters:
        learnt = layer.token_indices[name]
        places = torch.full((len(table),), -1)
        places[learnt] = torch.arange(len(learnt))
        at = places.to(table.device)[tokens]
        own = torch.nn.functional.embedding(at.clamp(min=0), layer.trainable_tokens_delta[name].to(table.dtype))
        found = torch.where((at >= 0)[..., None], own, found)
    return found


def _multiplied(layer: Any, hidden: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = layer.base_layer(hidden)
    for name in layer.active_adapters:
        learnt = torch.tensor(layer.token_indices[name], device=logits.device)
        own = torch.nn.functional.linear(hidden, layer.trainable_tokens_delta[name].to(layer.base_layer.weight.dtype))
        logits = logits.index_copy(-1, learnt, own)
    return logits


def _added(layer: Any, x: torch.Tensor) -> torch.Tensor:
    result: torch.Tensor = layer.base_layer(x)
    flat = result.view(-1, result.shape[-1])
    for name in layer.active_adapters:
        within = layer.lora_A[name](x).view(len(flat), -1)
        flat = torch.addmm(flat, within, layer.lora_B[name].weight.t(), alpha=layer.scaling[name])
    return flat.view(result.shape)
