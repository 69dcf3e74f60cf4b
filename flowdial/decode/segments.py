"""Keep the keys and values of what does not change.  token ids -> Segment, found again by its tokens.

A segment is a line or a tree of tokens that hangs below a place in another segment. It is immutable: passes read
it, and so many sessions share one. Knows tensors; knows no texts and no model.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowdial.decode.query import Tokens
from flowdial.decode.tree import TokenTree

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """Keys and values, one pair a layer, each of the shape (1, heads, tokens, dimension).

    `parent` is where its roots hang, None for the beginning of the text. `ends` are the hidden states at the end of
    each branch, shape (branches, width): what the model says of the next token there.
    """

    parent: Place | None
    tree: TokenTree
    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    ends: torch.Tensor

    @property
    def begin(self) -> int:
        """Position of the first tokens."""
        return self.parent.end if self.parent else 0

    @property
    def size(self) -> int:
        """Bytes of the keys and values."""
        return self.ends.nbytes + sum(part.nbytes for pair in self.layers for part in pair)


@dataclass(frozen=True, slots=True)
class Place:
    """At the end of a branch of a segment: what hangs here sees that branch and all before it."""

    segment: Segment
    branch: int

    @property
    def node(self) -> int:
        """The last token of the branch."""
        return self.segment.tree.paths[self.branch][-1]

    @property
    def hidden(self) -> torch.Tensor:
        """The hidden state there, shape (width,)."""
        return self.segment.ends[self.branch]

    @property
    def end(self) -> int:
        """Position of the token that comes next."""
        return self.segment.begin + self.segment.tree.depths[self.node] + 1

    def line(self) -> list[Segment]:
        """The segments on the way here, outermost first."""
        found: list[Segment] = []
        place: Place | None = self
        while place:
            found.append(place.segment)
            place = place.segment.parent
        return found[::-1]

    def seen(self) -> dict[int, list[int]]:
        """For every segment on the way, by `id`, its tokens that are seen from here."""
        found: dict[int, list[int]] = {}
        place: Place | None = self
        while place:
            found[id(place.segment)] = list(place.segment.tree.paths[place.branch])
            place = place.segment.parent
        return found


class SegmentCache:
    """The most recently used segments, up to `limit` bytes. Not safe to share by threads.

    Segments are found by their tokens: a flow, a language or an adapter that changes asks for other tokens, or
    another model's cache, and what is not asked for any more goes first.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._found: OrderedDict[Any, tuple[Segment, Any]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Any) -> Segment | None:
        """The segment of a key; those that it hangs below count as used later than itself."""
        if key not in self._found:
            return None
        segment = self._found[key][0]
        while key in self._found:
            self._found.move_to_end(key)
            key = self._found[key][1]
        return segment

    def put(self, key: Any, segment: Segment, above: Any) -> None:
        """Keep a segment, which hangs below that of the key `above`; the least recently used go for it."""
        self._found[key] = (segment, above)
        self.size += segment.size
        self.get(key)
        while self.size > self.limit and self._found:
            _, (gone, _) = self._found.popitem(last=False)
            self.size -= gone.size

    def longest(self, tokens: Tokens) -> Tokens:
        """The longest kept line of tokens with which `tokens` begin; empty where there is none."""
        lines = [key for key in self._found if _is_line(key) and tokens[: len(key)] == key]
        return max(lines, key=len, default=())

    def common(self, tokens: Tokens) -> Tokens:
        """The longest beginning that `tokens` share with a kept line."""
        lengths = (_shared(key, tokens) for key in self._found if _is_line(key))
        return tokens[: max(lengths, default=0)]

    def clear(self) -> None:
        """Forget all."""
        self._found.clear()
        self.size = 0


def _shared(one: Tokens, other: Tokens) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _is_line(key: Any) -> bool:
    return bool(key) and isinstance(key[0], int)


def past(places: Sequence[Place | None]) -> list[Segment]:
    """The segments that any of the places needs, each once, outer ones before what hangs below them."""
    found: dict[int, Segment] = {}
    for place in places:
        for segment in place.line() if place else ():
            found.setdefault(id(segment), segment)
    return list(found.values())
