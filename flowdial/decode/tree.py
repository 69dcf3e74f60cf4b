"""Lay out token branches as one tree.  token sequences -> tokens, parents, depths.  Knows no model.

Sequences that begin alike share their nodes, so that a model computes them once. The tree is in topological
order: a parent stands before its children.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenTree:
    """`tokens[i]` hangs below `parents[i]` (-1: below the prefix) at `depths[i]` (from 0).

    `leaves[b]` lists the nodes of branch b from its root to its end.
    """

    tokens: tuple[int, ...]
    parents: tuple[int, ...]
    depths: tuple[int, ...]
    leaves: tuple[tuple[int, ...], ...]


def token_tree(branches: Sequence[Sequence[int]]) -> TokenTree:
    """The tree of all branches; branches that begin alike share nodes."""
    tokens: list[int] = []
    parents: list[int] = []
    depths: list[int] = []
    children: dict[tuple[int, int], int] = {}
    leaves: list[tuple[int, ...]] = []
    for branch in branches:
        node, path = -1, []
        for depth, token in enumerate(branch):
            key = (node, token)
            if key not in children:
                children[key] = len(tokens)
                tokens.append(token)
                parents.append(node)
                depths.append(depth)
            node = children[key]
            path.append(node)
        leaves.append(tuple(path))
    return TokenTree(tuple(tokens), tuple(parents), tuple(depths), tuple(leaves))
