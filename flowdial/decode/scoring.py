"""Score the branches of queries along token trees.  queries + places -> log-probabilities.

The branches of all queries stand in one tree, so that sessions that decide at the same time share a pass. Nothing
is computed that no score needs: a token without siblings is certain, and what stands behind the last choice of a
branch is not read. Knows tensors; knows no texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowdial.decode.backbone import Backbone
from flowdial.decode.query import Query
from flowdial.decode.segments import Place
from flowdial.decode.tree import token_tree

if TYPE_CHECKING:
    import torch

#: For every branch the log-probabilities of its ending.
Scores = list[list[float]]
#: New tokens that one pass reads at most; more are read in several.
PASS_TOKENS = 1024


#: For each token of a branch those that compete behind it: None for the whole vocabulary, empty where none does.
_Rivals = Sequence[tuple[int, ...] | None]


@dataclass(slots=True)
class _Branch:
    """The new tokens that a pass must read for one branch, and where it writes what it finds."""

    root: Place | None
    tokens: list[int]
    wanted: Sequence[int]
    among: _Rivals
    scores: list[float]


def score(backbone: Backbone, queries: Sequence[Query], places: Sequence[Sequence[Place | None]]) -> list[Scores]:
    """For every query and branch the log-probabilities of the tokens of its ending; `places` is where each hangs."""
    found = [_branches(query, hangs) for query, hangs in zip(queries, places, strict=True)]
    for group in _groups([branch for branches in found for branch in branches if branch.tokens]):
        _pass(backbone, group)
    return [[branch.scores for branch in branches] for branches in found]


def _branches(query: Query, places: Sequence[Place | None]) -> list[_Branch]:
    whole = [[begun, *ending] for begun, ending in zip(query.begun, query.endings, strict=True)]
    among: Sequence[_Rivals] = [[None] * len(ending) for ending in query.endings]
    if query.among == "siblings":
        among = _siblings(whole, places)
    return [
        _Branch(place, tokens[: _read(rivals)], ending, rivals, [0.0] * len(ending))
        for place, tokens, ending, rivals in zip(places, whole, query.endings, among, strict=True)
    ]


def _siblings(branches: Sequence[Sequence[int]], places: Sequence[Place | None]) -> list[_Rivals]:
    """For every branch and token the tokens that may follow it; empty where there is only one."""
    tree = token_tree(branches, places)
    children: list[list[int]] = [[] for _ in tree.tokens]
    for node, parent in enumerate(tree.parents):
        if parent >= 0:
            children[parent].append(tree.tokens[node])
    return [[tuple(children[n]) if len(children[n]) > 1 else () for n in path[:-1]] for path in tree.paths]


def _read(among: _Rivals) -> int:
    """How many tokens must be read: those up to the last one behind which there is a choice."""
    return max((at + 1 for at, rivals in enumerate(among) if rivals is None or rivals), default=0)


def _groups(branches: Sequence[_Branch]) -> Iterator[list[_Branch]]:
    group: list[_Branch] = []
    size = 0
    for branch in branches:
        if group and size + len(branch.tokens) > PASS_TOKENS:
            yield group
            group, size = [], 0
        group.append(branch)
        size += len(branch.tokens)
    if group:
        yield group


#: A token of the tree, and the tokens that compete behind it.
_Ask = tuple[int, tuple[int, ...] | None]


def _pass(backbone: Backbone, group: Sequence[_Branch]) -> None:
    """One pass; every branch of the group gets its scores."""
    roots = [branch.root for branch in group]
    tree = token_tree([branch.tokens for branch in group], roots)
    hidden = backbone.run(tree, roots).hidden
    asked: dict[_Ask, list[int]] = {}
    for branch, path in zip(group, tree.paths, strict=True):
        for at, node in enumerate(path):
            if branch.among[at] != ():
                asked.setdefault((node, branch.among[at]), []).append(branch.wanted[at])
    known = _known(backbone, hidden, asked)
    for branch, path in zip(group, tree.paths, strict=True):
        for at, node in enumerate(path):
            if branch.among[at] != ():
                branch.scores[at] = known[node, branch.among[at]][branch.wanted[at]]


def _known(
    backbone: Backbone, hidden: torch.Tensor, asked: Mapping[_Ask, Sequence[int]]
) -> dict[_Ask, dict[int, float]]:
    """Log-probabilities of the tokens asked for, by token."""
    free = [ask for ask in asked if ask[1] is None]
    bound = [ask for ask in asked if ask[1] is not None]
    wanted = [asked[ask] for ask in free]
    found = backbone.log_probabilities(hidden[[node for node, _ in free]], wanted) if free else []
    known = {ask: dict(zip(w, f, strict=True)) for ask, w, f in zip(free, wanted, found, strict=True)}
    among = [rivals or () for _, rivals in bound]
    shares = backbone.shares(hidden[[node for node, _ in bound]], among) if bound else []
    return known | {ask: dict(zip(r, f, strict=True)) for ask, r, f in zip(bound, among, shares, strict=True)}
