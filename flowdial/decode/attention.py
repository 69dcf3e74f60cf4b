"""Let each token of a packed pass attend to its own line only.  query, key, value + blocks -> attended values.

Registered with transformers as the attention `flowdial_tree`. A pass of one line is multiplied as a whole, with the
query heads that share a key head folded into one, so that no key is copied; one of many lines in blocks; what has
neither is attended to by transformers' own `sdpa`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from flowdial.decode.blocks import Blocks

NAME = "flowdial_tree"


_blocks: ContextVar[Blocks | None] = ContextVar("blocks", default=None)


@contextlib.contextmanager
def in_blocks(blocks: Blocks) -> Iterator[None]:
    """The passes within attend by these blocks."""
    token = _blocks.set(blocks)
    try:
        yield
    finally:
        _blocks.reset(token)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers asks of an attention: (1, heads, rows, width) in, (1, rows, heads, width) out."""
    blocks = _blocks.get()
    if blocks is None or attention_mask is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **options)
    return blocks.attended(query, key, value, attention_mask, scaling or query.shape[-1] ** -0.5), None


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, sdpa_mask)
