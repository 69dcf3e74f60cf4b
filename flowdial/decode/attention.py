"""Let each token of a packed pass attend to its own line only.  query, key, value + groups -> attended values.

A pass packs the branches of many sessions, and a mask keeps them apart; to multiply what the mask takes away would
cost more than the rest of the pass. Here every group of branches is multiplied with the keys that it may see, and the
query heads that share a key head are folded into one, so that no key is copied. Where gradients are wanted it takes
blocks instead (`flowdial.decode.blocks`). Registered with transformers as the attention `flowdial_tree`; without groups
it is transformers' own `sdpa`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from flowdial.decode.blocks import Blocks

NAME = "flowdial_tree"


@dataclass(slots=True)
class Group:
    """`rows` of a pass that attend to `columns` of what is seen, shape (tokens,) each; masks by layer kind."""

    rows: torch.Tensor
    columns: torch.Tensor
    masks: dict[int, torch.Tensor] = field(default_factory=dict)

    def mask(self, whole: torch.Tensor, fold: int) -> torch.Tensor:
        """The part of the pass's mask, once for each of the `fold` query heads that share a key head."""
        if id(whole) not in self.masks:
            self.masks[id(whole)] = whole[0, 0][self.rows][:, self.columns].repeat(fold, 1)[None, None]
        return self.masks[id(whole)]


_groups: ContextVar[Sequence[Group] | Blocks] = ContextVar("groups", default=())


@contextlib.contextmanager
def grouped(groups: Sequence[Group] | Blocks) -> Iterator[None]:
    """The passes within attend by these groups, or blocks where gradients are wanted."""
    token = _groups.set(groups)
    try:
        yield
    finally:
        _groups.reset(token)


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
    groups = _groups.get()
    if not groups or attention_mask is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **options)
    if isinstance(groups, Blocks):
        return groups.attended(query, key, value, attention_mask, scaling or query.shape[-1] ** -0.5), None
    if len(groups) == 1:  # it sees all there is
        return _attended(query, key, value, groups[0].mask(attention_mask, _fold(query, key)), scaling), None
    result = query.new_empty((1, query.shape[2], query.shape[1], value.shape[-1]))
    for group in groups:
        mask = group.mask(attention_mask, _fold(query, key))
        seen = key[:, :, group.columns], value[:, :, group.columns]
        result[:, group.rows] = _attended(query[:, :, group.rows], *seen, mask, scaling)
    return result, None


def _fold(query: torch.Tensor, key: torch.Tensor) -> int:
    """How many query heads share a key head."""
    return query.shape[1] // key.shape[1]


def _attended(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float | None
) -> torch.Tensor:
    """Attended values, shape (1, rows, heads, width), with the heads that share a key head folded into its rows."""
    _, heads, rows, width = query.shape
    folded = query.reshape(1, key.shape[1], -1, width)
    found = torch.nn.functional.scaled_dot_product_attention(folded, key, value, attn_mask=mask, scale=scaling)
    return found.reshape(1, heads, rows, -1).transpose(1, 2)


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, sdpa_mask)
