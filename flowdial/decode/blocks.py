"""Cut a token tree into blocks that are attended to all at once.  TokenTree -> Blocks.

A token of a tree sees its own line only. To multiply every query with every key and to mask most of it costs the
square of the tree; here small subtrees stand side by side as blocks of a batch, each with the keys of its own line, so
that the cost grows with the tokens. Gradients flow through it: every row is taken by a lookup, whose backward pass is
quick on a processor, and the two products are plain ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from flowdial.decode.tree import TokenTree

#: Tokens of a block where the tree allows it.
_SIZE = 64


@dataclass(frozen=True, slots=True)
class Batch:
    """Blocks of about the same size: `rows` (blocks, tokens) attend to `columns` (blocks, keys), -1 where there are
    fewer."""

    rows: torch.Tensor
    columns: torch.Tensor


@dataclass(slots=True)
class Blocks:
    """All blocks of a pass, and where each token is found in their results."""

    batches: tuple[Batch, ...]
    places: torch.Tensor
    _masks: dict[int, list[torch.Tensor]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: TokenTree, device: torch.device) -> Blocks:
        """The blocks of a tree, or of several that stand in a row."""
        alike: dict[int, list[tuple[list[int], list[int]]]] = {}
        for above, nodes in _cut(tree.parents):
            alike.setdefault(-(-len(nodes) // (_SIZE // 2)), []).append((nodes, [*above, *nodes]))
        batches, places, begin = [], [0] * len(tree.tokens), 0
        for some in alike.values():
            rows, columns = ([pair[i] for pair in some] for i in (0, 1))
            batches.append(Batch(_padded(rows, device), _padded(columns, device)))
            width = batches[-1].rows.shape[1]
            for at, nodes in enumerate(rows):
                for i, node in enumerate(nodes):
                    places[node] = begin + at * width + i
            begin += len(rows) * width
        return cls(tuple(batches), torch.tensor(places, device=device))

    def attended(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """(1, heads, tokens, width) and a mask (1, 1, tokens, tokens) to (1, tokens, heads, width)."""
        _, heads, tokens, width = query.shape
        shared = key.shape[1]
        if id(mask) not in self._masks:
            self._masks[id(mask)] = [_mask(batch, mask[0, 0], heads // shared, shared) for batch in self.batches]
        found = []
        for batch, whole in zip(self.batches, self._masks[id(mask)], strict=True):
            rows, columns = batch.rows.clamp(min=0), batch.columns.clamp(min=0)
            count = len(rows)
            asked = _looked_up(query, rows).reshape(count * shared, -1, width)
            keys = _looked_up(key, columns).reshape(count * shared, -1, width)
            values = _looked_up(value, columns).reshape(count * shared, -1, width)
            scores = torch.baddbmm(whole, asked, keys.transpose(1, 2), alpha=scaling)
            blocks = torch.bmm(scores.softmax(-1), values).reshape(count, heads, -1, width)
            found.append(blocks.transpose(1, 2).reshape(-1, heads * width))
        return torch.nn.functional.embedding(self.places, torch.cat(found)).reshape(1, tokens, heads, width)


def _looked_up(values: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """(1, heads, tokens, width) at (blocks, rows), shape (blocks, heads, rows, width)."""
    _, heads, tokens, width = values.shape
    begins = torch.arange(heads, device=at.device) * tokens
    return torch.nn.functional.embedding(begins[None, :, None] + at[:, None], values.reshape(heads * tokens, width))


def _mask(batch: Batch, whole: torch.Tensor, fold: int, shared: int) -> torch.Tensor:
    part = whole[batch.rows[:, :, None], batch.columns[:, None, :]]
    part = part.masked_fill(batch.columns[:, None, :] < 0, torch.finfo(whole.dtype).min)
    return part.repeat(1, fold, 1).repeat_interleave(shared, 0)


def _padded(lines: Sequence[Sequence[int]], device: torch.device) -> torch.Tensor:
    width = max(map(len, lines))
    return torch.tensor([[*line, *[-1] * (width - len(line))] for line in lines], device=device)


def _cut(parents: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Blocks of nodes, each with the nodes above it that all of it sees."""
    below: dict[int, list[int]] = {}
    sizes = [1] * len(parents)
    for node in reversed(range(len(parents))):
        below.setdefault(parents[node], []).insert(0, node)
        if parents[node] >= 0:
            sizes[parents[node]] += sizes[node]
    found: list[tuple[list[int], list[int]]] = []
    waiting: list[tuple[list[int], list[int]]] = [([], below.get(-1, []))]
    while waiting:
        above, nodes = waiting.pop()
        some: list[int] = []
        for node in nodes:
            if sizes[node] > _SIZE:
                stem = [node]
                while len(below.get(stem[-1], ())) == 1:
                    stem.append(below[stem[-1]][0])
                found.append((above, stem))
                waiting.append(([*above, *stem], below.get(stem[-1], [])))
                continue
            if some and len(some) + sizes[node] > _SIZE:
                found.append((above, some))
                some = []
            some = [*some, *_subtree(node, below)]
        if some:
            found.append((above, some))
    return found


def _subtree(node: int, below: dict[int, list[int]]) -> list[int]:
    found = [node]
    for each in found:
        found += below.get(each, [])
    return found
