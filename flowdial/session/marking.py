"""Where a dialogue stands and what may happen next.  flow + marking -> legal moves -> next marking.

This module moves activity diagrams; state diagrams are handed to `statechart`.

A marking is the tuple of nodes that are active: one, or several inside a fork. A move takes one edge; the
silent nodes behind it (forks, joins, loop heads …) are passed within the same move. Tokens follow UML's
activity semantics: a fork starts all its branches, a join waits for those still under way, `stop` ends the
process, `end` and `detach` end one path.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from flowdial.errors import FlowError, IllegalMove
from flowdial.flow.model import SILENT, Edge, Flow
from flowdial.session import statechart

Marking = tuple[str, ...]

#: Id of the meta-move that leaves the marking as it is; legal where there is a choice.
STAY = "stay"


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may happen next. `id` is the id of the edge that is taken, or `stay`.

    `source` and `target` are the ends of that edge, empty for `stay`; `label` is what is drawn at it.
    """

    id: str
    source: str = ""
    target: str = ""
    label: str = ""

    @classmethod
    def along(cls, edge: Edge) -> Move:
        """The move that takes `edge`."""
        return cls(edge.id, edge.source, edge.target, edge.text)


def begin(flow: Flow) -> Marking:
    """The marking of a new session. Raises FlowError where the flow has no start or nothing behind it."""
    if flow.kind == "state":
        return statechart.begin(flow)
    start = flow.start
    if all(flow.nodes[edge.target].kind == "exit" for edge in flow.out(start)):
        raise FlowError("nothing follows `start`", hint="write the first step below `start`")
    return _settle(flow, (start,))


def legal(flow: Flow, marking: Marking) -> tuple[Move, ...]:
    """All moves that the marking allows, in reading order; `stay` comes last where there is a choice."""
    ways = statechart.edges(flow, marking) if flow.kind == "state" else _edges(flow, marking)
    moves = tuple(map(Move.along, ways))
    return (*moves, Move(STAY)) if len(moves) > 1 else moves


def _edges(flow: Flow, marking: Marking) -> tuple[Edge, ...]:
    speaking = (node for node in dict.fromkeys(marking) if flow.nodes[node].kind not in SILENT)
    return tuple(edge for node in speaking for edge in flow.out(node))


def active(flow: Flow, marking: Marking) -> Marking:
    """The nodes of a marking."""
    return statechart.active(flow, marking) if flow.kind == "state" else marking


def step(flow: Flow, marking: Marking, move_id: str) -> Marking:
    """The marking after a move. Raises IllegalMove for anything that is not in `legal`."""
    move = next((move for move in legal(flow, marking) if move.id == move_id), None)
    if move is None:
        allowed = ", ".join(m.id for m in legal(flow, marking)) or "none: the dialogue is over"
        raise IllegalMove(f"`{move_id}` is not a legal move here", hint=f"legal moves: {allowed}")
    if move.id == STAY:
        return marking
    if flow.kind == "state":
        return statechart.take(flow, marking, next(edge for edge in flow.out(move.source) if edge.id == move.id))
    at = marking.index(move.source)
    return _settle(flow, (*marking[:at], move.target, *marking[at + 1 :]))


def is_done(flow: Flow, marking: Marking) -> bool:
    """True where no move is left."""
    return not legal(flow, marking)


def _settle(flow: Flow, marking: Marking) -> Marking:
    """Pass tokens through silent nodes until every one rests or waits at a join."""
    for _ in range(2 * len(flow.nodes) + len(marking)):
        at = next((i for i, node in enumerate(marking) if _passes(flow, marking, node)), None)
        if at is None:
            return _ended(flow, marking)
        marking = _pass(flow, marking, at)
    raise FlowError(f"the path at `{marking[0]}` goes round without a step", hint="put an action into the loop")


def _passes(flow: Flow, marking: Marking, node: str) -> bool:
    kind = flow.nodes[node].kind
    if kind not in SILENT or not flow.out(node):
        return False
    return kind != "join" or not _under_way(flow, marking, node)


def _under_way(flow: Flow, marking: Marking, join: str) -> bool:
    """True while a token is still inside the branches that the join closes."""
    return any(node in _inside(flow, join) for node in marking if node != join)


@functools.lru_cache(maxsize=4096)
def _inside(flow: Flow, join: str) -> frozenset[str]:
    """Nodes between a join and the fork that it closes.

    A path that leaves by `break` is not followed through a join around the fork: the two would wait for each other.
    """
    opener = flow.nodes[join].opener
    seen: set[str] = {join, opener}
    todo = [opener]
    while todo:
        fresh = {edge.target for edge in flow.out(todo.pop())} - seen
        fresh = {node for node in fresh if flow.nodes[node].kind != "join" or flow.nodes[node].opener in seen}
        seen |= fresh
        todo += fresh
    return frozenset(seen - {join, opener})


def _pass(flow: Flow, marking: Marking, at: int) -> Marking:
    node = marking[at]
    waiting = tuple(n for i, n in enumerate(marking) if i != at and n != node)
    before = sum(1 for n in marking[:at] if n != node)
    targets = tuple(edge.target for edge in flow.out(node))
    if flow.nodes[node].kind == "connector":
        targets = tuple(filter(functools.partial(_namesakes, flow, node), targets)) or targets
    return (*waiting[:before], *targets, *waiting[before:])


def _namesakes(flow: Flow, circle: str, other: str) -> bool:
    """Whether a line leads from a connector to one of the same letter: then the path jumps there."""
    return flow.nodes[other].kind == "connector" and flow.nodes[other].label == flow.nodes[circle].label


def _ended(flow: Flow, marking: Marking) -> Marking:
    """Drop the paths that are over; the last of them stays as the place where the dialogue ended."""
    stop = next((node for node in marking if flow.nodes[node].kind == "stop"), None)
    if stop is not None:
        return (stop,)
    alive = tuple(node for node in marking if flow.out(node))
    if not alive or alive == marking:
        return alive or marking[-1:]
    return _settle(flow, alive)
