"""Who stands in whom.  Flow of a state diagram -> its groups, walked without recursion.  Knows no format.

A group is a composite state that holds something; `""` is the outermost one. A group with regions is parallel: its
parts are what stands in it directly, under the group's own id, and its regions. What holds nothing is no part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flowdial.flow.model import Edge, Flow

ROOT = ""


class Place(NamedTuple):
    """A node or group, or a part of a parallel group (the first part bears the group's id)."""

    id: str
    part: bool = False


class Step(NamedTuple):
    """One step of a walk: a leaf, or where the group or the part `id` begins or ends; `depth` counts what is open."""

    mark: Literal["leaf", "group", "end group", "part", "end part"]
    id: str
    depth: int


class Nesting:
    """The groups of a flow and what they hold, in reading order."""

    def __init__(self, flow: Flow) -> None:
        self.nodes = flow.nodes
        self.held: defaultdict[str, list[str]] = defaultdict(list)
        self.regions: defaultdict[str, list[str]] = defaultdict(list)
        for node in flow.nodes.values():
            (self.regions if node.kind == "region" else self.held)[node.parent].append(node.id)

    def parts(self, group: str) -> tuple[str, ...]:
        """The parts of a group; only itself where it has no regions, nothing where it holds nothing."""
        regions = self.regions.get(group, [])
        return tuple(part for part in (group, *regions) if self.held.get(part))

    def parallel(self, group: str) -> bool:
        """Whether the group has regions."""
        return self.parts(group) not in ((), (group,))

    def place(self, part: str) -> Place:
        """The place that a part is; of a group without regions, the group."""
        return Place(part, (part != ROOT and self.nodes[part].kind == "region") or self.parallel(part))

    def path(self, node: str) -> tuple[Place, ...]:
        """The places around a node, outermost first, the node itself last."""
        found = [Place(node)]
        while node:
            home = self.nodes[node].parent
            node = self.nodes[home].parent if home and self.nodes[home].kind == "region" else home
            found += [Place(home, part=True)] if self.parallel(node) else []
            found += [Place(node)] if node else []
        return tuple(reversed(found))

    def inside(self, node: str, place: Place) -> bool:
        """Whether a node stands in a place, at whatever depth; all nodes stand in the outermost group."""
        return place == Place(ROOT) or place in self.path(node)[:-1]

    def orthogonal(self, one: str, other: str) -> bool:
        """Whether two nodes stand in different parts of a parallel group, so that both may be active."""
        pairs = zip(self.path(one), self.path(other), strict=False)
        return next((a.part and b.part for a, b in pairs if a != b), False)

    def around(self, edge: Edge) -> str:
        """The node that an edge leaves or enters at its border from within, or on both sides; mostly none."""
        if edge.target == edge.source or edge.target in self.above(edge.source):
            return edge.target
        return edge.source if edge.source in self.above(edge.target) else ""

    def above(self, node: str) -> Iterator[str]:
        """The groups and regions around a node, the innermost first; the outermost group is not among them."""
        while node := self.nodes[node].parent:
            yield node

    def walk(self, *, last_first: bool = False) -> Iterator[Step]:
        """Every group, part and leaf once, in reading order; where `last_first`, the last part of a state first."""
        stack = [self._content(ROOT, 0, last_first=False)]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                continue
            yield step
            if step.mark == "group":
                stack.append(self._content(step.id, step.depth + 1, last_first=last_first))

    def _content(self, group: str, depth: int, *, last_first: bool) -> Iterator[Step]:
        if not self.parallel(group):
            yield from self._part(group, depth)
            return
        for part in self.parts(group)[:: -1 if last_first else 1]:
            yield Step("part", part, depth)
            yield from self._part(part, depth + 1)
            yield Step("end part", part, depth)

    def _part(self, part: str, depth: int) -> Iterator[Step]:
        for node in self.held.get(part, ()):
            if self.parts(node):
                yield Step("group", node, depth)
                yield Step("end group", node, depth)
            else:
                yield Step("leaf", node, depth)
