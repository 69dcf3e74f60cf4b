"""Write an activity diagram for Mermaid.  Flow -> flowchart.  Knows Mermaid's strings; draws nothing."""

from __future__ import annotations

import html
import re

from flowdial.flow.labels import drawn
from flowdial.flow.model import Flow

_SHAPES = {
    "start": '((" "))',
    "stop": '((("stop")))',
    "end": '((("end")))',
    "exit": '(((" ")))',
    "detach": '(("x"))',
    "loop": '{" "}',
    "fork": '["fork"]',
    "join": '["join"]',
    "split": '["split"]',
}


def activity_mermaid(flow: Flow) -> str:
    """A Mermaid flowchart."""
    lines = ["flowchart TD"]
    for node in flow.nodes.values():
        brackets = {"decision": '{{"%s"}}', "connector": '(("%s"))'}.get(node.kind, '["%s"]')
        shape = _SHAPES.get(node.kind) or brackets % (escaped(node.label) or " ")
        lines.append(f"    {node.id}{shape}")
    for edge in flow.edges:
        label = escaped(edge.text)
        arrow = f'-->|"{label}"|' if label else "-->"
        lines.append(f"    {edge.source} {arrow} {edge.target}")
    return "\n".join([*lines, ""])


def escaped(text: str) -> str:
    """The lines of `text` with `<br/>` between, without what would end a label or be HTML."""
    return "<br/>".join(map(_escaped, drawn(text)))


def _escaped(line: str) -> str:
    found = html.escape(line, quote=True).replace("&#x27;", "'").replace("#", "#35;")
    return re.sub(r"&(\w+);", r"#\1;", found)
