"""Lay out token branches as trees.  token sequences -> tokens, parents, depths.  Knows no model.

Sequences that begin alike share their nodes, so that a model computes them once. A tree is in topological
order: a parent stands before its children.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenTree:
    """`tokens[i]` hangs below `parents[i]` (-1: below its root) at `depths[i]` (from 0).

    `paths[b]` lists the nodes of branch b from its root to its end, `roots[b]` is where the branch hangs.
    """

    tokens: tuple[int, ...]
    parents: tuple[int, ...]
    depths: tuple[int, ...]
    paths: tuple[tuple[int, ...], ...]
    roots: tuple[Hashable, ...]


def token_tree(branches: Sequence[Sequence[int]], roots: Sequence[Hashable] | None = None) -> TokenTree:
    """The tree of all branches; branches that begin alike below the same root share nodes."""
    below = tuple(roots) if roots is not None else (None,) * len(branches)
    tokens: list[int] = []
    parents: list[int] = []
    depths: list[int] = []
    children: dict[tuple[Hashable, int, int], int] = {}
    paths: list[tuple[int, ...]] = []
    for root, branch in zip(below, branches, strict=True):
        node, path = -1, []
        for depth, token in enumerate(branch):
            key = (root if node < 0 else None, node, token)
            if key not in children:
                children[key] = len(tokens)
                tokens.append(token)
                parents.append(node)
                depths.append(depth)
            node = children[key]
            path.append(node)
        paths.append(tuple(path))
    return TokenTree(tuple(tokens), tuple(parents), tuple(depths), tuple(paths), below)
