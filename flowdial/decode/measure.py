"""What a pass costs on this machine.  CausalModel -> milliseconds, tokens.  For benchmarks and `flowdial bench`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import DynamicCache

from flowdial.decode.causal import CausalModel


def milliseconds(run: Callable[[], Any]) -> float:
    """Wall time of one run."""
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) * 1000


@contextmanager
def passes(model: CausalModel) -> Iterator[list[tuple[int, int]]]:
    """Of every pass within: the new tokens, and the tokens kept before them."""
    found: list[tuple[int, int]] = []

    def note(_module: Any, _args: Any, given: dict[str, Any]) -> None:
        found.append((given["input_ids"].shape[1], given["past_key_values"].get_seq_length()))

    hook = model.decoder.register_forward_pre_hook(note, with_kwargs=True)
    try:
        yield found
    finally:
        hook.remove()


def bare_pass(model: CausalModel, new: int, before: int) -> Callable[[], None]:
    """A plain forward pass of transformers over so many new tokens behind a cache of so many: the limit.

    Up to the last hidden states: the output embedding is left out, of which a decision multiplies a few rows.
    """
    loaded: Any = model.transformer
    cache: Any = DynamicCache(config=loaded.config)
    draw = torch.Generator().manual_seed(0)
    ids = torch.randint(0, loaded.config.vocab_size, (1, before + new), generator=draw).to(loaded.device)
    with torch.inference_mode():
        model.decoder(input_ids=ids[:, :before], past_key_values=cache)

    @torch.inference_mode()
    def run() -> None:
        model.decoder(input_ids=ids[:, before:], past_key_values=cache)
        for layer in cache.layers:
            layer.crop(-new)

    return run
