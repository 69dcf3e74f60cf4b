"""Write a Flow for other programs.  Flow -> JSON object, DOT, Mermaid.  Knows formats; draws nothing."""

from __future__ import annotations

import html
import json
import re
import textwrap
import unicodedata
from collections.abc import Collection
from typing import Any

from flowdial.flow.model import Flow, Node
from flowdial.flow.text import plain

_CELLS = 28
_SHAPES = {
    "start": 'shape=circle style=filled fillcolor="#222222" label="" width=0.22 fixedsize=true',
    "stop": 'shape=doublecircle style=filled fillcolor="#222222" label="" width=0.16 fixedsize=true',
    "end": 'shape=circle style=filled fillcolor=white label="✕" width=0.26 fixedsize=true',
    "exit": 'shape=doublecircle style=filled fillcolor="#bbbbbb" label="" width=0.16 fixedsize=true',
    "detach": 'shape=circle style=filled fillcolor="#bbbbbb" label="✕" width=0.22 fixedsize=true',
    "loop": 'shape=diamond label="" width=0.24 height=0.24 fixedsize=true',
    "fork": 'shape=box style=filled fillcolor="#222222" label="" height=0.06 width=1.4 fixedsize=true',
    "join": 'shape=box style=filled fillcolor="#222222" label="" height=0.06 width=1.4 fixedsize=true',
    "split": 'shape=box style=filled fillcolor="#222222" label="" height=0.02 width=1.4 fixedsize=true',
}
_TEXT_SHAPES = {
    "decision": 'shape=hexagon style=filled fillcolor="#fff4d6" margin="0.05,0.05"',
    "connector": "shape=circle",
    "label": "shape=plaintext",
}
_ACTION = 'shape=box style="rounded,filled" fillcolor="#eaf2fb"'
_ACTIVE = 'penwidth=3 color="#d1495b"'


def to_json(flow: Flow, file: str = "") -> dict[str, Any]:
    """The object that `flowdial graph` prints: file, kind, nodes with their lines, edges."""
    return {
        "file": file,
        "kind": flow.kind,
        "title": flow.title,
        "hash": flow.hash,
        "nodes": [_node(node) for node in flow.nodes.values()],
        "edges": [{"id": e.id, "source": e.source, "target": e.target, "label": e.label} for e in flow.edges],
    }


def _node(node: Node) -> dict[str, Any]:
    found = {"id": node.id, "kind": node.kind, "label": node.label, "line": node.line}
    extras = {key: getattr(node, key) for key in ("name", "parent", "text", "stereotype", "lane", "note", "say")}
    return found | {key: value for key, value in extras.items() if value}


def to_dot(flow: Flow, *, active: Collection[str] = (), font: str = "Helvetica") -> str:
    """Graphviz DOT; nodes in `active` are drawn with a thick red border."""
    lines = [
        "digraph flow {",
        f'  graph [rankdir=TB fontname="{font}" labelloc=t label={_quoted(plain(flow.title))}]',
        f'  node [fontname="{font}" fontsize=11]',
        f'  edge [fontname="{font}" fontsize=10]',
    ]
    lines += [f"  {_quoted(node.id)} [{_attributes(node, node.id in active)}]" for node in flow.nodes.values()]
    for edge in flow.edges:
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_wrapped(edge.label)}]")
    return "\n".join([*lines, "}", ""])


def _attributes(node: Node, active: bool) -> str:
    shape = _SHAPES.get(node.kind)
    if shape is None:
        shape = f"{_TEXT_SHAPES.get(node.kind, _ACTION)} label={_wrapped(node.label)}"
    return f"{shape} {_ACTIVE}" if active else shape


def _quoted(text: str) -> str:
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)


def _wrapped(text: str) -> str:
    """A DOT string with line breaks; Chinese, which has no spaces, is broken by cells."""
    return _quoted("\n".join(wrap(plain(text), _CELLS)))


def wrap(text: str, cells: int) -> list[str]:
    """`text` in lines of about `cells` terminal cells."""
    if not any(unicodedata.east_asian_width(char) in "WF" for char in text):
        return textwrap.wrap(text, cells)
    return textwrap.wrap(text, cells // 2, break_on_hyphens=False)


_MERMAID = {
    "start": "(( ))",
    "stop": "(((stop)))",
    "end": "(((end)))",
    "exit": "((( )))",
    "detach": "((x))",
    "loop": "{ }",
    "fork": "[fork]",
    "join": "[join]",
    "split": "[split]",
}


def to_mermaid(flow: Flow) -> str:
    """A Mermaid flowchart."""
    lines = ["flowchart TD"]
    for node in flow.nodes.values():
        brackets = {"decision": '{{"%s"}}', "connector": '(("%s"))'}.get(node.kind, '["%s"]')
        shape = _MERMAID.get(node.kind) or brackets % _escaped(node.label)
        lines.append(f"    {node.id}{shape}")
    for edge in flow.edges:
        label = _escaped(edge.label)
        arrow = f'-->|"{label}"|' if label else "-->"
        lines.append(f"    {edge.source} {arrow} {edge.target}")
    return "\n".join([*lines, ""])


def _escaped(text: str) -> str:
    escaped = html.escape(plain(text), quote=True).replace("&#x27;", "'").replace("#", "#35;")
    return re.sub(r"&(\w+);", r"#\1;", escaped)
