"""Read a flow as PFDial's main sets do.  Flow -> Flow without loop-back edges, forks one branch after the other.

The data set's gold moves go forward only and run the branches of a fork in turn. What a `break` skips cannot be told
from the graph, so moves out of a loop by `break` are as in the diagram.
"""

from __future__ import annotations

from dataclasses import replace

from flowdial.flow import Flow
from flowdial.flow.model import Edge

EDGES = ("semantic", "pfdial")


def is_backward(flow: Flow, edge: Edge) -> bool:
    """Whether an edge leads to a node that stands before its source, or to the source itself."""
    order = _order(flow)
    return order[edge.target] <= order[edge.source]


def forward_only(flow: Flow) -> Flow:
    """The flow by PFDial's convention; a loop-back edge that is the only way on stays."""
    kept = [e for e in flow.edges if len(flow.out(e.source)) == 1 or not is_backward(flow, e)]
    return replace(flow, edges=tuple(_in_turn(flow, kept)))


def _in_turn(flow: Flow, edges: list[Edge]) -> list[Edge]:
    """A fork leads into its first branch only, the end of each branch to the next one, the last to the join."""
    order = _order(flow)
    for fork in (node.id for node in flow.nodes.values() if node.kind in ("fork", "split")):
        joins = [node.id for node in flow.nodes.values() if node.opener == fork]
        entries = [e for e in edges if e.source == fork]
        if not joins or len(entries) < 2:
            continue
        firsts = [e.target for e in entries]
        turned = []
        for edge in edges:
            if edge.source == fork and edge.target != firsts[0]:
                continue
            if edge.target == joins[0]:
                after = next((first for first in firsts if order[first] > order[edge.source]), joins[0])
                turned.append(replace(edge, target=after))
            else:
                turned.append(edge)
        edges = turned
    return edges


def _order(flow: Flow) -> dict[str, int]:
    return {node: at for at, node in enumerate(flow.nodes)}
