"""Write a Flow for graph tools.  Flow -> GraphML.  Knows networkx; draws nothing.

yEd, Gephi, Cytoscape and networkx read it. Attributes are strings and stand only where there is something to say.
"""

from __future__ import annotations

import dataclasses

from flowdial.flow.model import Edge, Flow, Node
from flowdial.flow.xml import writable


def to_graphml(flow: Flow) -> str:
    """The graph of a flow with all that its nodes and edges hold; `networkx.parse_graphml` reads it back."""
    import networkx as nx

    told = {"kind": flow.kind, "title": flow.title, "lang": flow.lang, "hash": flow.hash}
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(**_strings(told))
    for node in flow.nodes.values():
        graph.add_node(writable(node.id), **_fields(node, "id"))
    for edge in flow.edges:
        ends = writable(edge.source), writable(edge.target)
        graph.add_edge(*ends, key=writable(edge.id), **_fields(edge, "id", "source", "target"))
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *nx.generate_graphml(graph), ""])


def _fields(part: Node | Edge, *but: str) -> dict[str, str]:
    fields = (field.name for field in dataclasses.fields(part))
    return _strings({field: str(getattr(part, field) or "") for field in fields if field not in but})


def _strings(told: dict[str, str]) -> dict[str, str]:
    return {key: writable(value) for key, value in told.items() if value}
