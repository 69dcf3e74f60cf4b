"""Write an activity diagram for Graphviz.  Flow -> DOT.  Knows DOT's strings and shapes; draws nothing."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Collection

from flowdial.flow.labels import drawn
from flowdial.flow.model import Flow, Node
from flowdial.flow.xml import writable

_CELLS = 28
_WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_ENTITY = re.compile(r"&(?=\w+;)")
#: What is not broken: a wide sign with the punctuation behind it, or a word.
_PIECES = re.compile(rf"[{_WIDE}][，。、；：？！）》」』”)\],.;:?!]*\s*|[^\s{_WIDE}]+\s*|\s+")
_BAR = 'shape=box style=filled fillcolor="#222222" label="" height=0.06 width=1.4 fixedsize=true'
SHAPES = {
    "start": 'shape=circle style=filled fillcolor="#222222" label="" width=0.22 fixedsize=true',
    "stop": 'shape=doublecircle style=filled fillcolor="#222222" label="" width=0.16 fixedsize=true',
    "end": 'shape=circle style=filled fillcolor=white label="✕" width=0.26 fixedsize=true',
    "exit": 'shape=doublecircle style=filled fillcolor="#bbbbbb" label="" width=0.16 fixedsize=true',
    "detach": 'shape=circle style=filled fillcolor="#bbbbbb" label="✕" width=0.22 fixedsize=true',
    "loop": 'shape=diamond label="" width=0.24 height=0.24 fixedsize=true',
    "fork": _BAR,
    "join": _BAR,
    "split": 'shape=box style=filled fillcolor="#222222" label="" height=0.02 width=1.4 fixedsize=true',
}
_TEXT_SHAPES = {
    "decision": 'shape=hexagon style=filled fillcolor="#fff4d6" margin="0.05,0.05"',
    "connector": "shape=circle",
    "label": "shape=plaintext",
}
BOX = 'shape=box style="rounded,filled" fillcolor="#eaf2fb"'
ACTIVE = 'penwidth=3 color="#d1495b"'


def activity_dot(flow: Flow, active: Collection[str], font: str) -> str:
    """Graphviz DOT; nodes in `active` are drawn with a thick red border."""
    lines = [
        "digraph flow {",
        f'  graph [rankdir=TB fontname="{font}" labelloc=t label={label(drawn(flow.title))}]',
        f'  node [fontname="{font}" fontsize=11]',
        f'  edge [fontname="{font}" fontsize=10]',
    ]
    lines += [f"  {quoted(node.id)} [{_attributes(node, node.id in active)}]" for node in flow.nodes.values()]
    for edge in flow.edges:
        lines.append(f"  {quoted(edge.source)} -> {quoted(edge.target)} [label={wrapped(edge.text)}]")
    return "\n".join([*lines, "}", ""])


def _attributes(node: Node, active: bool) -> str:
    shape = SHAPES.get(node.kind)
    if shape is None:
        shape = f"{_TEXT_SHAPES.get(node.kind, BOX)} label={wrapped(node.label)}"
    return f"{shape} {ACTIVE}" if active else shape


def quoted(text: str) -> str:
    """A DOT string of `text`."""
    return json.dumps(writable(text), ensure_ascii=False)


def label(lines: list[str]) -> str:
    """A DOT string that is drawn as these lines; Graphviz would read entities in them."""
    return quoted(_ENTITY.sub("&amp;", "\n".join(lines)))


def wrapped(text: str) -> str:
    """A DOT string with line breaks; Chinese, which has no spaces, is broken by cells."""
    return label([piece for line in drawn(text) for piece in wrap(line, _CELLS)])


def wrap(text: str, cells: int) -> list[str]:
    """`text` in lines of about `cells` terminal cells."""
    if not any(unicodedata.east_asian_width(char) in "WF" for char in text):
        return textwrap.wrap(text, cells)
    return textwrap.wrap(text, cells // 2, break_on_hyphens=False)


def lines_of(text: str) -> list[str]:
    """The lines of a text as it was drawn, each folded where it is long; words of letters stay whole."""
    return [piece for line in drawn(text) for piece in _folded(line, _CELLS)]


def _folded(text: str, cells: int) -> list[str]:
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and _width(lines[-1] + piece.rstrip()) > cells:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
