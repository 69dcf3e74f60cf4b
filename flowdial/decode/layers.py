"""Layers of a cache that share what is constant.  keys and values of segments -> transformers cache.

transformers' own layers copy or change what they hold; these read the segments that many passes share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import Cache, CacheLayerMixin

from flowdial.decode.segments import Segment

Pair = tuple[torch.Tensor, torch.Tensor]


class PassLayer(CacheLayerMixin):  # type: ignore[no-untyped-call]
    """What one pass sees: the segments, which stay as they are, and the new tokens, kept in `new`."""

    is_sliding = False

    def __init__(self, past: Sequence[Pair]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.past = past
        self.new: Pair | None = None

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Nothing to prepare."""

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any) -> Pair:
        """Keys and values of all that is seen, in the order of the segments."""
        self.new = (key_states, value_states)
        keys = [keys for keys, _ in self.past]
        values = [values for _, values in self.past]
        return torch.cat([*keys, key_states], dim=-2), torch.cat([*values, value_states], dim=-2)

    def get_seq_length(self) -> int:
        """Tokens of the segments."""
        return sum(keys.shape[-2] for keys, _ in self.past)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of what is seen."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """No limit."""
        return -1


class GrowingLayer(PassLayer):  # type: ignore[no-untyped-call]
    """A line that grows token by token, in one buffer with `room` for that many tokens more."""

    def __init__(self, past: Sequence[Pair], room: int) -> None:
        super().__init__(past)
        self.room = room
        self.length = super().get_seq_length()
        self.buffer: Pair | None = None

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any) -> Pair:
        """Keys and values of the line up to the new tokens."""
        if self.buffer is None:
            self.buffer = self._filled(key_states, 0), self._filled(value_states, 1)
        end = self.length + key_states.shape[-2]
        for buffer, new in zip(self.buffer, (key_states, value_states), strict=True):
            buffer[:, :, self.length : end] = new
        self.length = end
        keys, values = self.buffer
        return keys[:, :, :end], values[:, :, :end]

    def _filled(self, new: torch.Tensor, part: int) -> torch.Tensor:
        batch, heads, _, width = new.shape
        buffer = new.new_empty((batch, heads, self.length + self.room, width))
        if self.past:
            buffer[:, :, : self.length] = torch.cat([pair[part] for pair in self.past], dim=-2)
        return buffer

    def get_seq_length(self) -> int:
        """Tokens of the line."""
        return self.length


def pass_cache(segments: Sequence[Segment], layers: int) -> Cache:
    """The cache of one pass."""
    return Cache(layers=[PassLayer([segment.layers[i] for segment in segments]) for i in range(layers)])


def growing_cache(segments: Sequence[Segment], layers: int, room: int) -> Cache:
    """The cache of a line that goes on behind `segments`."""
    return Cache(layers=[GrowingLayer([segment.layers[i] for segment in segments], room) for i in range(layers)])


def written(cache: Cache) -> tuple[Pair, ...]:
    """Keys and values of the new tokens of a pass, by layer."""
    return tuple(layer.new for layer in cache.layers if isinstance(layer, PassLayer) and layer.new is not None)
