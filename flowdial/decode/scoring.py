"""Score the branches of queries along token trees.  queries + places -> log-probabilities.

The branches of all queries stand in one tree, so that sessions that decide at the same time share a pass. Nothing
is computed that no score needs: a token without siblings is certain, and what stands behind the last choice of a
branch is not read. Knows tensors; knows no texts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
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
Rivals = Sequence[tuple[int, ...] | None]


@dataclass(slots=True)
class _Branch:
    """The new tokens that a pass must read for one branch, and where it writes what it finds.

    What the place tells of the first token is known; each token that is read tells of the next one.
    """

    place: Place
    tokens: Sequence[int]
    wanted: Sequence[int]
    among: Rivals
    scores: list[float]


def score(backbone: Backbone, queries: Sequence[Query], places: Sequence[Sequence[Place]]) -> list[Scores]:
    """For every query and branch the log-probabilities of the tokens of its ending; `places` is where each hangs."""
    found = [_branches(query, hangs) for query, hangs in zip(queries, places, strict=True)]
    for group in _groups([branch for branches in found for branch in branches if any(a != () for a in branch.among)]):
        _pass(backbone, group)
    return [[branch.scores for branch in branches] for branches in found]


def _branches(query: Query, places: Sequence[Place]) -> list[_Branch]:
    among: Sequence[Rivals] = [[None] * len(ending) for ending in query.endings]
    if query.among == "siblings":
        among = siblings(query.endings, places)
    return [
        _Branch(place, ending[: _last_choice(rivals)], ending, rivals, [0.0] * len(ending))
        for place, ending, rivals in zip(places, query.endings, among, strict=True)
    ]


def siblings(endings: Sequence[Sequence[int]], places: Sequence[Hashable]) -> list[Rivals]:
    """For every branch and token those that compete with it, itself included; empty where none does."""
    tree = token_tree(endings, places)
    rivals: dict[Hashable, dict[int, None]] = {}
    for place, path in zip(places, tree.paths, strict=True):
        for at, node in enumerate(path):
            rivals.setdefault(path[at - 1] if at else place, {})[tree.tokens[node]] = None
    behind = {where: tuple(tokens) if len(tokens) > 1 else () for where, tokens in rivals.items()}
    return [
        [behind[path[at - 1] if at else place] for at in range(len(path))]
        for place, path in zip(places, tree.paths, strict=True)
    ]


def _last_choice(among: Rivals) -> int:
    """How many tokens stand before the last one for which there is a choice."""
    return max((at for at, rivals in enumerate(among) if rivals is None or rivals), default=0)


def _groups(branches: Sequence[_Branch]) -> Iterator[list[_Branch]]:
    """Branches for a pass each. Those that begin alike at the same place stand side by side, for what they share is
    read once; a yes and a no that follow the same words stay together.
    """
    alike: dict[Place, dict[tuple[int, ...], list[_Branch]]] = {}
    for branch in branches:
        alike.setdefault(branch.place, {}).setdefault(tuple(branch.tokens), []).append(branch)
    group: list[_Branch] = []
    size = 0
    for lines in alike.values():
        before: tuple[int, ...] = ()
        for tokens in sorted(lines):
            if group and size + len(tokens) - _shared(before, tokens) > PASS_TOKENS:
                yield group
                group, size, before = [], 0, ()
            group += lines[tokens]
            size += len(tokens) - _shared(before, tokens)
            before = tokens
    if group:
        yield group


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


#: A row of the hidden states, and the tokens that compete behind it.
_Ask = tuple[int, tuple[int, ...] | None]


def _pass(backbone: Backbone, group: Sequence[_Branch]) -> None:
    """One pass; every branch of the group gets its scores."""
    import torch

    places = list(dict.fromkeys(branch.place for branch in group))
    states = [place.hidden for place in places]
    row = {place: at for at, place in enumerate(places)}
    reading = [branch for branch in group if branch.tokens]
    tree = token_tree([branch.tokens for branch in reading], [branch.place for branch in reading])
    if reading:
        states += backbone.run(tree, [branch.place for branch in reading]).hidden
    nodes = dict(zip(map(id, reading), tree.paths, strict=True))
    asked: dict[_Ask, list[int]] = {}
    asks = []
    for branch in group:
        rows = [row[branch.place], *(len(places) + node for node in nodes.get(id(branch), ()))]
        for at, rivals in enumerate(branch.among):
            if rivals != ():
                asked.setdefault((rows[at], rivals), []).append(branch.wanted[at])
                asks.append((branch, at, (rows[at], rivals)))
    known = _known(backbone, torch.stack(states), asked)
    for branch, at, ask in asks:
        branch.scores[at] = known[ask][branch.wanted[at]]


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
