"""Write a Flow for other programs.  Flow -> JSON object, DOT, Mermaid.  Knows formats; draws nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flowdial.flow.dot import activity_dot
from flowdial.flow.dot_state import state_dot
from flowdial.flow.mermaid import activity_mermaid
from flowdial.flow.mermaid_state import state_mermaid
from flowdial.flow.model import Edge, Flow, Node


def to_json(flow: Flow, file: str = "") -> dict[str, Any]:
    """The object that `flowdial graph` prints: file, kind, nodes with their lines, edges."""
    return {
        "file": file,
        "kind": flow.kind,
        "title": flow.title,
        "hash": flow.hash,
        "nodes": [_node(node) for node in flow.nodes.values()],
        "edges": [_edge(edge) for edge in flow.edges],
    }


def _node(node: Node) -> dict[str, Any]:
    found = {"id": node.id, "kind": node.kind, "label": node.label, "line": node.line}
    extras = {key: getattr(node, key) for key in ("name", "parent", "text", "stereotype", "lane", "note", "say")}
    return found | {key: value for key, value in extras.items() if value}


def _edge(edge: Edge) -> dict[str, str]:
    found = {"id": edge.id, "source": edge.source, "target": edge.target, "label": edge.label}
    return found | ({"entry": edge.entry} if edge.entry else {})


def to_dot(flow: Flow, *, active: Collection[str] = (), font: str = "Helvetica") -> str:
    """Graphviz DOT; nodes in `active` are drawn with a thick red border."""
    return (state_dot if flow.kind == "state" else activity_dot)(flow, active, font)


def to_mermaid(flow: Flow) -> str:
    """A Mermaid flowchart; of a state diagram a Mermaid state diagram."""
    return state_mermaid(flow) if flow.kind == "state" else activity_mermaid(flow)
