"""Write a state diagram for Mermaid.  Flow -> stateDiagram-v2.  Knows which block may name a state; draws nothing.

Mermaid takes a state for a member of the last block that names it. So a block names only what stands in it, with
`[*]` first, and all other transitions stand at the end, outside of the blocks.
"""

from __future__ import annotations

import re

from flowdial.flow.labels import drawn
from flowdial.flow.model import Edge, Flow, Node
from flowdial.flow.names import Names
from flowdial.flow.nesting import ROOT, Nesting, Step
from flowdial.flow.tables import tables

#: Words of Mermaid's language, in any case; no state may be named so.
_WORDS = frozenset(
    "state note end as direction hide scale class classdef style click default acctitle accdescr title root "
    "left right of over tb bt lr rl href".split()
)
_STEREOTYPES = frozenset({"choice", "fork", "join"})
_MARKS = {"start": "●", "end": "◉", "history": "H", "deep_history": "H*"}
_SIGNS = str.maketrans({sign: f"#{ord(sign)};" for sign in '"&<>#;:{}'})
_NO_HISTORY = "%% Mermaid has no history states: H and H* are drawn as plain states"
_NO_REGIONS = "%% Mermaid has regions in a state only: the state without a name is the whole diagram"


def state_mermaid(flow: Flow) -> str:
    """A Mermaid state diagram. A start that is entered, or that leads out of its group, is a state named ●."""
    return "\n".join([*_Writer(flow).lines(), ""])


class _Writer:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.nesting = Nesting(flow)
        self.tables = tables(flow)
        self.names = Names(_safe)
        self.stars = {node.id for node in flow.nodes.values() if self.is_star(node)}

    def lines(self) -> list[str]:
        whole = self.nesting.parallel(ROOT)
        found = ["stateDiagram-v2", *self.told()]
        found += [f'    state " " as {self.names.fresh("whole")} {{'] if whole else self.starred(ROOT, 0)
        for step in self.nesting.walk():
            found += self.step(step, step.depth + whole)
        found += ["    }"] if whole else []
        return found + [self.edge(edge, 0) for edge in self.flow.edges if not self.is_starred(edge)]

    def told(self) -> list[str]:
        """Comments on what Mermaid cannot say."""
        kinds = {node.kind for node in self.flow.nodes.values()}
        history = [f"    {_NO_HISTORY}"] if kinds & {"history", "deep_history"} else []
        return history + ([f"    {_NO_REGIONS}"] if self.nesting.parallel(ROOT) else [])

    # ---- blocks ----
    def step(self, step: Step, depth: int) -> list[str]:
        indent = "    " * (depth + 1)
        if step.mark == "part":
            divided = [] if self.is_first(step.id) else [f"{indent}--"]
            return divided + self.starred(step.id, depth + 1)
        if step.mark == "end part" or step.id in self.stars:
            return []
        if step.mark == "end group":
            return [f"{indent}}}"]
        node = self.flow.nodes[step.id]
        if step.mark == "leaf":
            return [indent + line for line in self.leaf(node)]
        starred = [] if self.nesting.parallel(node.id) else self.starred(node.id, depth + 1)
        return [indent + self.group(node), *starred]

    def is_first(self, part: str) -> bool:
        owner = self.flow.nodes[part].parent if part and self.flow.nodes[part].kind == "region" else part
        return self.nesting.parts(owner)[0] == part

    def starred(self, part: str, depth: int) -> list[str]:
        """The transitions from and to the `[*]` of a part; each stands where its `[*]` is meant."""
        stars = [node for node in self.nesting.held[part] if node in self.stars]
        edges = (edge for star in stars for edge in (*self.flow.out(star), *self.flow.into(star)))
        return [self.edge(edge, depth) for edge in dict.fromkeys(edges)]

    def leaf(self, node: Node) -> list[str]:
        name = self.names.of(node.id)
        if node.kind in _STEREOTYPES:
            return [f"state {name} <<{node.kind}>>"]
        return [f'state "{self.label(node)}" as {name}', *(f"{name} : {text}" for text in self.texts(node))]

    def group(self, node: Node) -> str:
        """A group has no description in Mermaid: it stands below the name."""
        label = "<br/>".join([self.label(node), *self.texts(node)])
        return f'state "{label}" as {self.names.of(node.id)} {{'

    def label(self, node: Node) -> str:
        return _broken(_MARKS.get(node.kind) or node.label) or " "

    def texts(self, node: Node) -> list[str]:
        rows = self.tables.get(node.line, []) if node.kind == "json" else []
        written = [node.text, *(f"{key} = {value}" if key else value for key, value in rows)]
        return [_kept(line) for text in written for line in drawn(text)]

    # ---- transitions ----
    def is_star(self, node: Node) -> bool:
        """Whether Mermaid's `[*]` means the same: one direction, and nothing outside of its part."""
        if node.kind not in ("start", "end") or self.nesting.parts(node.id):
            return False
        wrong, right = (self.flow.into, self.flow.out) if node.kind == "start" else (self.flow.out, self.flow.into)
        place = self.nesting.place(node.parent)
        others = (edge.target if node.kind == "start" else edge.source for edge in right(node.id))
        return not wrong(node.id) and all(self.nesting.inside(other, place) for other in others)

    def is_starred(self, edge: Edge) -> bool:
        return edge.source in self.stars or edge.target in self.stars

    def edge(self, edge: Edge, depth: int) -> str:
        source, target = ("[*]" if end in self.stars else self.names.of(end) for end in (edge.source, edge.target))
        label = _broken(edge.label)
        return f"{'    ' * (depth + 1)}{source} --> {target}{f' : {label}' if label else ''}"


def _safe(text: str) -> str:
    """The words of an id in ASCII, for Mermaid makes names of the page's elements of them."""
    found = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return found if found[:1].isalpha() and found.lower() not in _WORDS else f"s_{found}".rstrip("_")


def _broken(text: str) -> str:
    return "<br/>".join(map(_kept, drawn(text)))


def _kept(line: str) -> str:
    """Signs that end a label are entities, which Mermaid reads back after it has parsed."""
    return line.translate(_SIGNS)
