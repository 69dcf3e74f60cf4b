"""Write a state diagram for state machine engines.  Flow -> SCXML.  Knows W3C SCXML 1.0; runs nothing.

https://www.w3.org/TR/scxml/. What SCXML cannot say stands in attributes of a namespace of our own: the id of the
`node`, its `kind`, `label` and `text`, the id of the `edge`, its `effect`, and its `label` where event, condition and
effect do not spell it. Where SCXML forbids what is drawn, a plain state with transitions that need no event takes its
place, and `kind` says what it was:

- a start of the outermost group (`<scxml>` has no `<initial>`), or one with several transitions or a way out of its
  group; an end that goes on; a history of the outermost group or with a transition that leaves its group;
- choice, fork and join. A fork whose targets stand in different regions has one transition to all of them.

A composite state without an event on its transition is left when it is done (`done.state.…`), as in UML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Sized
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement
from xml.sax.saxutils import quoteattr

from flowdial.errors import FlowError
from flowdial.flow.model import Edge, Flow, Node
from flowdial.flow.names import Names
from flowdial.flow.nesting import ROOT, Nesting, Place, Step
from flowdial.flow.xml import name, writable

SCXML = "http://www.w3.org/2005/07/scxml"
OWN = "urn:flowdial:scxml"

_LABEL = re.compile(
    r"\s*(?P<event>[^\[\]/]*?)\s*(?:\[(?P<guard>(?:[^\[\]]|\[[^\[\]]*\])*)\])?\s*(?:/(?P<effect>.*))?", re.DOTALL
)
_REGION = re.compile(r"\[(\d+)\]")
_POINTS = {"[*]": "start", "[*]end": "end", "[H]": "history", "[H*]": "deep_history"}
_HISTORY = {"history": "shallow", "deep_history": "deep"}
#: Kinds whose transitions wait for no event.
_PASSING = frozenset({"start", "choice", "fork", "join", "history", "deep_history"})
_ELSE = frozenset({"else", "otherwise", "否则", "其他"})
_ONE_BRANCH = "SCXML has no such fork: an engine takes the first transition whose condition holds, and no other"


class Label(NamedTuple):
    """What a transition says, `event [guard] / effect`; each part may be empty."""

    event: str = ""
    guard: str = ""
    effect: str = ""

    def __str__(self) -> str:
        guard, effect = f"[{self.guard}]" if self.guard else "", f"/ {self.effect}" if self.effect else ""
        return " ".join(filter(None, (self.event, guard, effect)))


def split(label: str) -> Label:
    """The parts of a label; the whole of it is the event where it has another shape."""
    found = _LABEL.fullmatch(label)
    return Label(*(part.strip() for part in found.groups(""))) if found else Label(label.strip())


def to_scxml(flow: Flow) -> str:
    """A W3C SCXML 1.0 document. Raises FlowError for an activity diagram, which has no states."""
    if flow.kind != "state":
        hint = "use `dot`, `mermaid` or `json`, or draw it as a state diagram (`state A`, `A --> B`)"
        raise FlowError("an activity diagram cannot be written as SCXML, which describes states", hint=hint)
    return _written(_Writer(flow).document())


class _Writer:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.nesting = Nesting(flow)
        self.ids = Names(_name)
        self.events = Names(name)
        self.initials = {node.id for node in flow.nodes.values() if self.is_initial(node)}

    def document(self) -> Element:
        root = Element("scxml", {"xmlns": SCXML, "xmlns:flowdial": OWN, "version": "1.0"})
        if self.flow.title:
            root.set("flowdial:title", self.flow.title)
        if self.nesting.parallel(ROOT):
            open_ = [SubElement(root, "parallel", id=self.ids.fresh("whole"))]
        else:
            open_ = [root]
            self.begin(root, ROOT)
        for step in self.nesting.walk():
            self.step(step, open_)
        return root

    def step(self, step: Step, open_: list[Element]) -> None:
        if step.mark.startswith("end"):
            open_.pop()
        elif step.mark == "group":
            open_.append(self.group(open_[-1], self.flow.nodes[step.id]))
        elif step.mark == "part":
            open_.append(self.part(open_[-1], step.id))
        elif step.id not in self.initials:
            self.leaf(open_[-1], self.flow.nodes[step.id])

    # ---- states ----
    def group(self, home: Element, node: Node) -> Element:
        parallel = self.nesting.parallel(node.id)
        state = self.state(home, "parallel" if parallel else "state", node)
        if not parallel:
            self.begin(state, node.id)
        self.leave(state, node)
        return state

    def part(self, home: Element, part: str) -> Element:
        node = self.flow.nodes.get(part)
        if node is not None and node.kind == "region":
            state = self.state(home, "state", node)
        else:
            state = SubElement(home, "state", id=self.ids.fresh(f"{part}.[1]".lstrip(".")))
        self.begin(state, part)
        return state

    def begin(self, state: Element, part: str) -> None:
        """Where a group or a region begins: its `<initial>`, or the plain state that stands for its start."""
        starts = [node for node in self.nesting.held[part] if self.flow.nodes[node].kind == "start"]
        initial = next((start for start in starts if start in self.initials), None)
        if initial is not None:
            edge = self.flow.out(initial)[0]
            found = SubElement(state, "initial", self.own(self.flow.nodes[initial]))
            self.transition(found, [edge], Label(), edge.label)
        elif starts:
            state.set("initial", self.ids.of(starts[0]))

    def leaf(self, home: Element, node: Node) -> None:
        kind = node.kind
        if kind == "end" and not self.flow.out(node.id):
            self.state(home, "final", node)
        elif kind in _HISTORY and self.default(node):
            self.history(home, node)
        else:
            self.leave(self.state(home, "state", node), node)

    def state(self, home: Element, tag: str, node: Node) -> Element:
        return SubElement(home, tag, {"id": self.ids.of(node.id), **self.own(node)})

    def own(self, node: Node) -> dict[str, str]:
        label = node.label if node.label not in (node.id, node.name) else ""
        kind = "" if node.kind in ("state", "composite", "region") else node.kind
        found = {"node": node.id, "kind": kind, "label": label, "text": node.text}
        return {f"flowdial:{key}": value for key, value in found.items() if value}

    # ---- what SCXML asks of starts and histories ----
    def is_initial(self, node: Node) -> bool:
        """Whether a start may be an `<initial>`: one way on, into its own group; the first of its group."""
        edges = self.flow.out(node.id)
        if node.kind != "start" or len(edges) != 1 or self.flow.into(node.id) or self.nesting.parts(node.id):
            return False
        place = self.nesting.place(node.parent)
        first = next(id_ for id_ in self.nesting.held[node.parent] if self.flow.nodes[id_].kind == "start")
        return place != Place(ROOT) and node.id == first and self.nesting.inside(edges[0].target, place)

    def default(self, node: Node) -> str:
        """Where a history leads the first time; nothing where SCXML allows no `<history>`."""
        place = self.nesting.place(node.parent)
        edges = self.flow.out(node.id)
        beside = self.beside(node)
        if place == Place(ROOT) or len(edges) > 1:
            return ""
        if edges:
            target = edges[0].target
            deep = node.kind == "deep_history" and self.nesting.inside(target, place)
            return target if deep or target in beside else ""
        start = next((id_ for id_ in self.nesting.held[node.parent] if id_ in self.initials), None)
        wanted = self.flow.out(start)[0].target if start else ""
        return wanted if wanted in beside else next(iter(beside), "")

    def beside(self, node: Node) -> list[str]:
        """What stands in the same group, but for starts and histories."""
        around = (self.flow.nodes[id_] for id_ in self.nesting.held[node.parent])
        return [other.id for other in around if other.kind != "start" and other.kind not in _HISTORY]

    def history(self, home: Element, node: Node) -> None:
        found = self.state(home, "history", node)
        found.set("type", _HISTORY[node.kind])
        edges = self.flow.out(node.id)
        if edges:
            self.transition(found, edges, Label(), edges[0].label)
        else:
            SubElement(found, "transition", target=self.ids.of(self.default(node)))

    # ---- transitions ----
    def leave(self, state: Element, node: Node) -> None:
        """The transitions of a state, in the order in which an engine is to try them."""
        edges = self.flow.out(node.id)
        if node.kind == "fork" and len(edges) > 1:
            self.fork(state, node)
            return
        for edge in sorted(edges, key=lambda edge: node.kind == "choice" and _is_else(edge)):
            self.transition(state, [edge], self.asked(node, split(edge.label)), edge.label)

    def fork(self, state: Element, node: Node) -> None:
        edges = self.flow.out(node.id)
        pairs = ((a, b) for i, a in enumerate(edges) for b in edges[:i])
        silent = not any(edge.label for edge in edges)
        if silent and all(self.nesting.orthogonal(a.target, b.target) for a, b in pairs):
            self.transition(state, edges, Label(), "")
            return
        state.set("flowdial:caution", _ONE_BRANCH)
        for edge in edges:
            self.transition(state, [edge], self.asked(node, split(edge.label)), edge.label)

    def asked(self, node: Node, label: Label) -> Label:
        """What an engine waits for; what stands at a choice is a condition, in brackets or not."""
        if node.kind in _PASSING:
            guard = label.guard or (label.event if node.kind == "choice" else "")
            return Label("", "" if guard.strip().lower() in _ELSE else guard, label.effect)
        if not label.event and self.nesting.parts(node.id):
            return label._replace(event=f"done.state.{self.ids.of(node.id)}")
        return label._replace(event=self.events.of(label.event) if label.event else "")

    def transition(self, state: Element, edges: Sequence[Edge], label: Label, drawn: str) -> None:
        found = SubElement(state, "transition")
        target = " ".join(self.ids.of(edge.target) for edge in edges)
        attributes = {"event": label.event, "cond": label.guard, "target": target}
        own = {"flowdial:edge": " ".join(edge.id for edge in edges), "flowdial:effect": label.effect}
        found.attrib.update({key: value for key, value in (attributes | own).items() if value})
        if drawn != str(label):
            found.set("flowdial:label", drawn)


def _is_else(edge: Edge) -> bool:
    label = split(edge.label)
    return (label.guard or label.event).strip().lower() in _ELSE | {""}


# ---- XML ----
def _name(node: str) -> str:
    """The id of a node in XML: `A.[*]end` is `A.end`, `A.[2]` is `A.region2`."""
    return name(".".join(_POINTS.get(part) or _REGION.sub(r"region\1", part) for part in node.split(".")))


def _written(root: Element) -> str:
    """The document, without recursion: state diagrams nest deeper than Python's stack."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    stack = [("", iter([root]))]
    while stack:
        tag, rest = stack[-1]
        child = next(rest, None)
        if child is None:
            stack.pop()
            lines += [f"{_indent(stack)}</{tag}>"] if tag else []
            continue
        lines.append(_indent(stack) + _tag(child))
        if len(child):
            stack.append((child.tag, iter(child)))
    return "\n".join([*lines, ""])


def _indent(stack: Sized) -> str:
    return "  " * (len(stack) - 1)


def _tag(element: Element) -> str:
    attributes = "".join(f" {key}={quoteattr(writable(value))}" for key, value in element.items())
    return f"<{element.tag}{attributes}{'' if len(element) else '/'}>"
