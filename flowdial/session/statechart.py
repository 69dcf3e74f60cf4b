"""How a state diagram moves.  flow + marking + edge -> next marking, by UML's rules for state machines.

The marking holds the innermost active states, one in each region, and behind them what histories remember:
`A.[H]=A.B` says that B was active when A was last left. Entering a composite state enters each of its regions at
its initial state; a transition leaves everything up to the state that holds both of its ends; a composite state
whose regions have all reached their final state goes on by itself where one transition without an event leaves it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from flowdial.errors import FlowError
from flowdial.flow.model import Edge, Flow, Node

Marking = tuple[str, ...]

_ROOT = ""
_HISTORIES = ("history", "deep_history")
_BARS = ("fork", "join")
#: Stereotypes of states on the border of another one, which are passed on the way through it.
_PINS = frozenset("entrypoint exitpoint inputpin outputpin expansioninput expansionoutput".split())


def begin(flow: Flow) -> Marking:
    """The marking at the initial state of every outermost region. Raises FlowError where there is none."""
    flow.start  # noqa: B018  says what is missing
    chart = _Chart(flow, {})
    return chart.settled([leaf for region in _regions(flow, _ROOT) for leaf in chart.enter_region(region)])


def active(flow: Flow, marking: Marking) -> Marking:
    """The states of a marking, without what histories remember."""
    return tuple(entry for entry in marking if entry in flow.nodes)


def edges(flow: Flow, marking: Marking) -> tuple[Edge, ...]:
    """The transitions that may be taken: of each active state, then of those around it, innermost first."""
    leaves = active(flow, marking)
    around = (group for leaf in leaves for group in _around(flow, leaf))
    found = [
        edge
        for node in dict.fromkeys((*leaves, *around))
        if node in flow.nodes and not _waits(flow, node, leaves)
        for edge in flow.out(node)
        if edge.label or _may_complete(flow, node, leaves)
    ]
    return tuple(dict.fromkeys(found))


def take(flow: Flow, marking: Marking, edge: Edge) -> Marking:
    """The marking after a transition."""
    chart = _Chart(flow, dict(_remembered(flow, marking)))
    return chart.settled(chart.follow(list(active(flow, marking)), edge))


# ---- the structure of a diagram ----
@functools.lru_cache(maxsize=8192)
def _regions(flow: Flow, group: str) -> tuple[str, ...]:
    """The regions of a composite state (or of the whole diagram): itself, then those behind `--`."""
    return (group, *(n.id for n in flow.nodes.values() if n.kind == "region" and n.parent == group))


@functools.lru_cache(maxsize=8192)
def _around(flow: Flow, node: str) -> tuple[str, ...]:
    """The states and regions around a node, innermost first, the whole diagram last."""
    found: list[str] = []
    while node != _ROOT:
        node = flow.nodes[node].parent
        found.append(node)
    return tuple(found)


@functools.lru_cache(maxsize=8192)
def _inside(flow: Flow, group: str, kind: str) -> tuple[str, ...]:
    """The nodes of one kind that stand directly in a group."""
    return tuple(n.id for n in flow.nodes.values() if n.kind == kind and n.parent == group)


def _common(flow: Flow, source: str, target: str) -> str:
    """The innermost group that holds both ends of a transition."""
    around = set(_around(flow, source))
    return next(group for group in _around(flow, target) if group in around)


def _child(flow: Flow, group: str, node: str) -> str:
    """The node directly in `group` that is, or holds, `node`."""
    while flow.nodes[node].parent != group:
        node = flow.nodes[node].parent
    return node


def _within(flow: Flow, state: str, leaves: Iterable[str]) -> list[str]:
    """Those of `leaves` that are `state` or stand in it."""
    return [leaf for leaf in leaves if leaf == state or state in _around(flow, leaf)]


# ---- what may happen ----
def _is_bar(node: Node) -> bool:
    return node.kind in _BARS


def _waits(flow: Flow, node: str, leaves: Marking) -> bool:
    """True for a bar that other paths may still reach."""
    return _is_bar(flow.nodes[node]) and not _fires(flow, node, leaves)


def _fires(flow: Flow, bar: str, leaves: Iterable[str]) -> bool:
    arrived = [leaf for leaf in leaves if leaf == bar]
    coming = {edge.source for edge in flow.into(bar)}
    return len(arrived) >= len(coming) or not any(bar in _reached(flow, leaf) for leaf in leaves if leaf != bar)


@functools.lru_cache(maxsize=8192)
def _reached(flow: Flow, node: str) -> frozenset[str]:
    """All nodes to which transitions lead from a node or from the states around it."""
    seen: set[str] = set()
    todo = [node]
    while todo:
        at = todo.pop()
        fresh = {edge.target for state in (at, *_around(flow, at)) if state in flow.nodes for edge in flow.out(state)}
        todo += fresh - seen
        seen |= fresh
    return frozenset(seen)


def _may_complete(flow: Flow, node: str, leaves: Marking) -> bool:
    """Whether a transition without an event may leave `node`: from a composite state that has final states only
    when all its regions have reached theirs.
    """
    inner = [leaf for leaf in _within(flow, node, leaves) if leaf != node]
    can_end = any(_inside(flow, region, "end") for region in _regions(flow, node))
    return not inner or not can_end or _completed(flow, node, leaves)


def _completed(flow: Flow, state: str, leaves: Iterable[str]) -> bool:
    inner = [leaf for leaf in _within(flow, state, leaves) if leaf != state]
    return bool(inner) and all(
        flow.nodes[leaf].kind == "end" and flow.nodes[leaf].parent in _regions(flow, state) for leaf in inner
    )


def _remembered(flow: Flow, marking: Marking) -> Iterator[tuple[str, tuple[str, ...]]]:
    """History -> the states it remembers."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in marking:
        if entry not in flow.nodes:
            history, _, state = entry.partition("=")
            found[history] = (*found.get(history, ()), state)
    yield from found.items()


class _Chart:
    """One step: the memory of the histories changes while states are left."""

    def __init__(self, flow: Flow, memory: dict[str, tuple[str, ...]]) -> None:
        self.flow = flow
        self.memory = memory
        self.steps = 0

    def follow(self, leaves: list[str], edge: Edge) -> list[str]:
        """Take a transition: leave, remember, enter."""
        group = _common(self.flow, edge.source, edge.target)
        top = _child(self.flow, group, edge.source)
        left = _within(self.flow, top, leaves)
        at = min((leaves.index(leaf) for leaf in left), default=len(leaves))
        self.remember(left, top)
        stay = [leaf for leaf in leaves if leaf not in left]
        return [*stay[:at], *self.arrive(edge.target, group), *stay[at:]]

    def remember(self, left: list[str], top: str) -> None:
        """Keep for the histories in `top`, which is left, what was active there."""
        flow = self.flow
        around = (group for leaf in left for group in _around(flow, leaf) if group)
        for group in dict.fromkeys(group for group in around if group == top or top in _around(flow, group)):
            inner = [
                leaf
                for leaf in _within(flow, group, left)
                if leaf != group
                and flow.nodes[leaf].kind != "end"
                and flow.nodes[_child(flow, group, leaf)].kind != "region"
            ]
            for history in _inside(flow, group, "history"):
                if inner:
                    self.memory[history] = tuple(dict.fromkeys(_child(flow, group, leaf) for leaf in inner))
            for history in _inside(flow, group, "deep_history"):
                if inner:
                    self.memory[history] = tuple(inner)

    def arrive(self, target: str, group: str) -> list[str]:
        """Enter a node from within `group`, and the other regions of the composite states on the way."""
        flow, found = self.flow, []
        around = _around(flow, target)
        way = around[: around.index(group)]
        for state in reversed([node for node in way if flow.nodes[node].kind == "composite"]):
            others = [region for region in _regions(flow, state) if region not in way and region != state]
            own = state if any(flow.nodes[n].parent == state and flow.nodes[n].kind == "region" for n in way) else None
            for region in ([own] if own else []) + others:
                found += self.enter_region(region)
        return [*self.enter(target), *found]

    def enter(self, node_id: str) -> list[str]:
        """The innermost states that are active once a node is entered."""
        self.steps += 1
        if self.steps > 4 * len(self.flow.nodes) + 16:
            raise FlowError(f"the path at `{node_id}` goes round without a state", hint="put a state into the loop")
        node, out = self.flow.nodes[node_id], self.flow.out(node_id)
        if node.kind in _HISTORIES:
            return self.restore(node)
        if node.kind == "composite":
            inner = [leaf for region in _regions(self.flow, node_id) for leaf in self.enter_region(region)]
            return inner or [node_id]
        passed = node.kind in ("start", "choice") or node.stereotype in _PINS
        if passed and len(out) == 1:
            return self.arrive(out[0].target, _common(self.flow, node_id, out[0].target))
        return [node_id]

    def enter_region(self, region: str) -> list[str]:
        starts = _inside(self.flow, region, "start")
        return self.enter(starts[0]) if starts else []

    def restore(self, history: Node) -> list[str]:
        kept = [state for state in self.memory.get(history.id, ()) if state in self.flow.nodes]
        if kept:
            deep = history.kind == "deep_history"
            return kept if deep else [leaf for state in kept for leaf in self.enter(state)]
        out = self.flow.out(history.id)
        if out:
            return self.arrive(out[0].target, _common(self.flow, history.id, out[0].target))
        return self.enter_region(history.parent) or ([history.parent] if history.parent else [history.id])

    def settled(self, leaves: list[str]) -> Marking:
        """Pass bars and complete composite states until nothing moves by itself."""
        for _ in range(4 * len(self.flow.nodes) + 16):
            after = self.bar_passed(leaves) or self.completed(leaves)
            if after is None:
                memory = (f"{history}={state}" for history, states in self.memory.items() for state in states)
                return (*dict.fromkeys(leaves), *memory) if not self.waiting(leaves) else (*leaves, *memory)
            leaves = after
        raise FlowError(f"the path at `{leaves[0]}` goes round without a state", hint="put a state into the loop")

    def waiting(self, leaves: list[str]) -> bool:
        return any(_is_bar(self.flow.nodes[leaf]) for leaf in leaves)

    def bar_passed(self, leaves: list[str]) -> list[str] | None:
        flow = self.flow
        bar = next((n for n in leaves if _is_bar(flow.nodes[n]) and flow.out(n) and _fires(flow, n, leaves)), None)
        if bar is None:
            return None
        at = leaves.index(bar)
        stay = [leaf for leaf in leaves if leaf != bar]
        found = self.follow([*stay[:at], bar, *stay[at:]], flow.out(bar)[0])
        for edge in flow.out(bar)[1:]:
            found += self.arrive(edge.target, _common(flow, bar, edge.target))
        return found

    def completed(self, leaves: list[str]) -> list[str] | None:
        flow = self.flow
        for state in dict.fromkeys(group for leaf in leaves for group in _around(flow, leaf) if group):
            silent = [edge for edge in flow.out(state) if not edge.label]
            if flow.nodes[state].kind == "composite" and len(silent) == 1 and _completed(flow, state, leaves):
                return self.follow(leaves, silent[0])
        return None
