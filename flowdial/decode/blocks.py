"""Attend in blocks: some tokens of a pass with the keys that they may see.  lines -> Blocks.

A token sees its own line only: the branches of one session nothing of another's, the sayings in a tree nothing of one
another. To multiply all queries with all keys and to mask most of it costs the square of the tokens; here blocks of
about the same size are multiplied as a batch, each with its own keys, so that the cost grows with the tokens. Every
row is taken by a lookup, whose backward pass is quick on a processor, and the query heads that share a key head stand
in one product.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch

#: Tokens of a block where the tree allows it.
_SIZE = 64
#: Blocks stand in a batch where they differ by fewer tokens, and fewer keys, than these.
_ALIKE = (32, 128)

#: Tokens of a pass, and those that they attend to: what is kept counts first, then the tokens of the pass.
Line = tuple[Sequence[int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Blocks of about the same size: `rows` (blocks, tokens) attend to `columns` (blocks, keys).

    Where a block has fewer the first token stands for what is missing; `missing` says for which keys it does.
    """

    rows: torch.Tensor
    columns: torch.Tensor
    missing: torch.Tensor

    @classmethod
    def of(cls, lines: Sequence[Line], device: torch.device) -> Batch:
        """Lines beside one another."""
        rows, columns = (_padded([line[i] for line in lines], device) for i in (0, 1))
        return cls(rows.clamp(min=0), columns.clamp(min=0), columns < 0)


@dataclass(slots=True)
class Blocks:
    """All blocks of a pass, and where each token is found in their results."""

    batches: tuple[Batch, ...]
    places: torch.Tensor
    _masks: dict[int, list[torch.Tensor]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[Line], device: torch.device) -> Blocks:
        """Blocks of these lines, which hold every token of the pass once; a single one sees all there is."""
        lines = list(lines)
        if len(lines) == 1:
            return cls((), torch.empty(0))
        alike: dict[tuple[int, ...], list[Line]] = {}
        for line in lines:
            alike.setdefault(tuple(len(part) // size for part, size in zip(line, _ALIKE, strict=True)), []).append(line)
        batches = tuple(Batch.of(some, device) for some in alike.values())
        places: dict[int, int] = {}
        begin = 0
        for batch, some in zip(batches, alike.values(), strict=True):
            for tokens, _ in some:
                places |= {token: begin + at for at, token in enumerate(tokens)}
                begin += batch.rows.shape[1]
        return cls(batches, torch.tensor([places[token] for token in range(len(places))], device=device))

    def attended(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """(1, heads, tokens, width) and a mask (1, 1, tokens, keys) to (1, tokens, heads, width)."""
        _, heads, tokens, width = query.shape
        shared = key.shape[1]
        if id(mask) not in self._masks:
            self._masks[id(mask)] = self._cut(mask, heads // shared, shared)
        masks = self._masks[id(mask)]
        if not self.batches:
            return _whole(query, key, value, masks[0], scaling)
        found = []
        for batch, part in zip(self.batches, masks, strict=True):
            count = len(batch.rows)
            asked = _looked_up(query, batch.rows).reshape(count * shared, -1, width)
            keys = _looked_up(key, batch.columns).reshape(count * shared, -1, width)
            values = _looked_up(value, batch.columns).reshape(count * shared, -1, width)
            scores = torch.baddbmm(part, asked, keys.transpose(1, 2), alpha=scaling)
            blocks = torch.bmm(scores.softmax(-1), values).reshape(count, heads, -1, width)
            found.append(blocks.transpose(1, 2).reshape(-1, heads * width))
        return torch.nn.functional.embedding(self.places, torch.cat(found)).reshape(1, tokens, heads, width)

    def _cut(self, mask: torch.Tensor, fold: int, shared: int) -> list[torch.Tensor]:
        """The part of the mask for every batch, for `shared` key heads and `fold` query heads to each."""
        if not self.batches:
            return [mask.repeat(1, 1, fold, 1)]
        return [_mask(batch, mask[0, 0], fold, shared) for batch in self.batches]


def _whole(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float
) -> torch.Tensor:
    """All queries with all keys, the heads that share a key head folded into its rows, so that no key is copied."""
    _, heads, tokens, width = query.shape
    folded = query.reshape(1, key.shape[1], -1, width)
    found = torch.nn.functional.scaled_dot_product_attention(folded, key, value, attn_mask=mask, scale=scaling)
    return found.reshape(1, heads, tokens, -1).transpose(1, 2)


def _looked_up(values: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """(1, heads, tokens, width) at (blocks, rows), shape (blocks, heads, rows, width)."""
    _, heads, tokens, width = values.shape
    begins = torch.arange(heads, device=at.device) * tokens
    return torch.nn.functional.embedding(begins[None, :, None] + at[:, None], values.reshape(heads * tokens, width))


def _mask(batch: Batch, whole: torch.Tensor, fold: int, shared: int) -> torch.Tensor:
    part = whole[batch.rows[:, :, None], batch.columns[:, None, :]]
    part = part.masked_fill(batch.missing[:, None, :], torch.finfo(whole.dtype).min)
    return part.repeat(1, fold, 1).repeat_interleave(shared, 0)


def _padded(lines: Sequence[Sequence[int]], device: torch.device) -> torch.Tensor:
    width = max(map(len, lines))
    return torch.tensor([[*line, *[-1] * (width - len(line))] for line in lines], device=device)


def cut(parents: Sequence[int]) -> list[Line]:
    """The lines of trees: small subtrees side by side, each with the nodes above it, which all of it sees."""
    below: dict[int, list[int]] = {}
    sizes = [1] * len(parents)
    for node in reversed(range(len(parents))):
        below.setdefault(parents[node], []).insert(0, node)
        if parents[node] >= 0:
            sizes[parents[node]] += sizes[node]
    found: list[Line] = []
    waiting: list[tuple[list[int], list[int]]] = [([], below.get(-1, []))]
    while waiting:
        above, nodes = waiting.pop()
        some: list[int] = []
        for node in nodes:
            if sizes[node] > _SIZE:
                stem = [node]
                while len(below.get(stem[-1], ())) == 1:
                    stem.append(below[stem[-1]][0])
                found.append((stem, [*above, *stem]))
                waiting.append(([*above, *stem], below.get(stem[-1], [])))
                continue
            if some and len(some) + sizes[node] > _SIZE:
                found.append((some, [*above, *some]))
                some = []
            some = [*some, *_subtree(node, below)]
        if some:
            found.append((some, [*above, *some]))
    return found


def _subtree(node: int, below: dict[int, list[int]]) -> list[int]:
    found = [node]
    for each in found:
        found += below.get(each, [])
    return found
