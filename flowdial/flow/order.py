"""Which way a state diagram reads.  Flow -> edges that lead back, level of every leaf.  Knows no format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from flowdial.flow.model import Edge, Flow
from flowdial.flow.nesting import Nesting, Place

#: A leaf, or what is `before` or `behind` a group.
_Stop = tuple[str, str]


def backward(flow: Flow, nesting: Nesting) -> set[str]:
    """Ids of the edges that lead back to where the reader came from, at the level of what they join."""
    ways: defaultdict[Place, list[tuple[Place, str]]] = defaultdict(list)
    for edge in flow.edges:
        pairs = zip(nesting.path(edge.source), nesting.path(edge.target), strict=False)
        source, target = next(((a, b) for a, b in pairs if a != b), (None, None))
        if source and target:
            ways[source].append((target, edge.id))
    order = sorted(flow.nodes.values(), key=lambda node: node.kind != "start")
    return _closing(ways, [Place(node.id) for node in order])


def _closing(ways: Mapping[Place, list[tuple[Place, str]]], order: Iterable[Place]) -> set[str]:
    """The edges that close a cycle in a walk depth first."""
    closing: set[str] = set()
    done: set[Place] = set()
    for root in order:
        trail = {root: iter(ways.get(root, []))} if root not in done else {}
        while trail:
            place, rest = next(reversed(trail.items()))
            target, edge = next(rest, (None, ""))
            if target is None:
                trail.popitem()
                done.add(place)
            elif target in trail:
                closing.add(edge)
            elif target not in done:
                trail[target] = iter(ways.get(target, []))
    return closing


def levels(flow: Flow, nesting: Nesting, back: Collection[str]) -> dict[str, int]:
    """How many steps at most lead to a leaf; a composite state is passed when all that is in it is passed."""
    import networkx as nx

    graph: nx.DiGraph[_Stop] = nx.DiGraph()
    graph.add_edges_from(_steps(nesting, (edge for edge in flow.edges if edge.id not in back)))
    generations = enumerate(nx.topological_generations(graph))
    return {node: level for level, nodes in generations for node, mark in nodes if not mark}


def _steps(nesting: Nesting, edges: Iterable[Edge]) -> Iterator[tuple[_Stop, _Stop]]:
    """Edges among leaves and what is before and behind a group."""
    groups = {node.id for node in nesting.nodes.values() if node.kind != "region" and nesting.parts(node.id)}
    for group in groups:
        for node in (node for part in nesting.parts(group) for node in nesting.held[part]):
            yield (group, "before"), (node, "before" if node in groups else "")
            yield (node, "behind" if node in groups else ""), (group, "behind")
    for edge in edges:
        if not nesting.around(edge):
            source, target = edge.source, edge.target
            yield (source, "behind" if source in groups else ""), (target, "before" if target in groups else "")
