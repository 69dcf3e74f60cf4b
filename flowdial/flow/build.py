"""Give the syntax tree its meaning.  AST -> Flow.  Knows what PlantUML draws; knows no text.

The builder walks the body and keeps the loose ends of the paths so far; the next node ties them. Nested
bodies are walked by a trampoline (a method yields the body it wants walked), so that depth costs no stack.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from flowdial.flow.model import Edge, Flow, Node
from flowdial.notation import ast


class End(NamedTuple):
    """A loose end: the node that a path has reached, the label of the edge that will leave it, and the place
    of that edge among all, in reading order.
    """

    source: str
    label: str
    order: int


Walk = Generator[ast.Body, None, None]


def build(diagram: ast.Diagram) -> Flow:
    """The Flow that a diagram means."""
    builder = _Builder(diagram)
    builder.run(builder.walk(diagram.body))
    return builder.finish()


@dataclass(slots=True)
class _Loop:
    """The innermost loop: where `break` leads and the step on the way back."""

    breaks: list[End] = field(default_factory=list)
    backward: ast.Backward | None = None


class _Builder:
    def __init__(self, diagram: ast.Diagram) -> None:
        self.diagram = diagram
        self.nodes: dict[str, Node] = {}
        self.ties: list[tuple[End, str]] = []
        self.order = itertools.count()
        self.ends: list[End] = []
        self.loops: list[_Loop] = []
        self.lane = ""
        self.lanes: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.labels: dict[str, str] = {}
        self.gotos: list[tuple[list[End], str]] = []
        self.lost: list[End] = []
        self.last = ""

    # ---- the walk ----
    def run(self, walk: Walk) -> None:
        stack = [walk]
        while stack:
            body = next(stack[-1], None)
            if body is None:
                stack.pop()
            else:
                stack.append(self.walk(body))

    def walk(self, body: ast.Body) -> Walk:
        for statement in body:
            visit = getattr(self, f"visit_{type(statement).__name__}", None)
            if visit is not None:
                nested = visit(statement)
                if nested is not None:
                    yield from nested

    # ---- nodes and edges ----
    def node(self, kind: str, label: str, span: ast.Span, opener: str = "") -> str:
        """A new node without edges."""
        self.counts[kind] += 1
        node_id = f"{kind}{self.counts[kind]}"
        say = self.diagram.annotations.get(span.line, {}).get("say", "")
        self.nodes[node_id] = Node(node_id, kind, label, self.diagram.line(span), self.lane, say=say, opener=opener)
        self.last = node_id
        return node_id

    def end(self, source: str, label: str = "") -> End:
        return End(source, label, next(self.order))

    def tie(self, ends: Iterable[End], target: str) -> None:
        self.ties += [(end, target) for end in ends]

    def step(self, kind: str, label: str, span: ast.Span, opener: str = "") -> str:
        """A new node to which all loose ends lead, and which is the only loose end now."""
        node_id = self.node(kind, label, span, opener)
        self.tie(self.ends, node_id)
        self.ends = [self.end(node_id)]
        return node_id

    # ---- single statements ----
    def visit_Terminal(self, statement: ast.Terminal) -> None:
        if statement.word == "start":
            self.step("start", "", statement.span)
        elif statement.word == "break":
            (self.loops[-1].breaks if self.loops else self.lost).extend(self.ends)
            self.ends = []
        elif statement.word == "detach" and self.ends and self.at_connector():
            self.ends = []
        elif self.ends or statement.word != "detach":
            self.step(statement.word, "", statement.span)
            self.ends = []

    def at_connector(self) -> bool:
        return all(self.nodes[end.source].kind == "connector" for end in self.ends)

    def visit_Action(self, statement: ast.Action) -> None:
        self.step("action", statement.text, statement.span)

    def visit_Arrow(self, statement: ast.Arrow) -> None:
        if statement.text:
            self.ends = [end._replace(label=end.label or statement.text) for end in self.ends]

    def visit_Label(self, statement: ast.Label) -> None:
        self.labels[statement.name] = self.step("label", statement.name, statement.span)

    def visit_Goto(self, statement: ast.Goto) -> None:
        self.gotos.append((self.ends, statement.name))
        self.ends = []

    def visit_Connector(self, statement: ast.Connector) -> None:
        self.step("connector", statement.name, statement.span)

    def visit_Swimlane(self, statement: ast.Swimlane) -> None:
        if statement.title:
            self.lanes[statement.name] = statement.title
        self.lane = self.lanes.get(statement.name, statement.name)

    def visit_Note(self, statement: ast.Note) -> None:
        if self.last:
            node = self.nodes[self.last]
            note = f"{node.note}\n{statement.text}".strip()
            self.nodes[self.last] = dataclasses.replace(node, note=note)

    def visit_Backward(self, statement: ast.Backward) -> None:
        self.loops[-1].backward = statement

    # ---- blocks ----
    def visit_Group(self, statement: ast.Group) -> Walk:
        yield statement.body

    def visit_If(self, statement: ast.If) -> Walk:
        out: list[End] = []
        for branch in statement.branches:
            decision = self.step("decision", branch.test or "", branch.span)
            self.ends = [self.end(decision, branch.label)]
            yield branch.body
            out += self.ends
            self.ends = [self.end(decision)]
        if statement.otherwise is not None:
            self.ends = [self.end(decision, statement.otherwise.label)]
            yield statement.otherwise.body
        self.ends = out + self.ends

    def visit_Switch(self, statement: ast.Switch) -> Walk:
        decision = self.step("decision", statement.test, statement.span)
        out: list[End] = []
        for case in statement.cases:
            self.ends = [self.end(decision, case.label)]
            yield case.body
            out += self.ends
        self.ends = out if statement.cases else self.ends

    def visit_While(self, statement: ast.While) -> Walk:
        decision = self.step("decision", statement.test, statement.span)
        self.loops.append(_Loop())
        self.ends = [self.end(decision, statement.label)]
        yield statement.body
        loop = self.loops.pop()
        self.back(loop)
        self.tie(self.ends, decision)
        self.ends = [self.end(decision, statement.exit_label), *loop.breaks]

    def visit_Repeat(self, statement: ast.Repeat) -> Walk:
        kind = "loop" if statement.first is None else "action"
        top = self.step(kind, statement.first or "", statement.span)
        self.loops.append(_Loop())
        yield statement.body
        loop = self.loops.pop()
        decision = self.step("decision", statement.test, statement.test_span)
        self.ends = [self.end(decision, statement.label)]
        self.back(loop)
        self.tie(self.ends, top)
        self.ends = [self.end(decision, statement.exit_label), *loop.breaks]

    def back(self, loop: _Loop) -> None:
        if loop.backward is not None and self.ends:
            self.step("action", loop.backward.text, loop.backward.span)

    def visit_Parallel(self, statement: ast.Parallel) -> Walk:
        bar = self.step(statement.word, "", statement.span)
        joined: list[End] = []
        for body in statement.branches:
            self.ends = [self.end(bar)]
            yield body
            joined += self.ends
        self.ends = joined
        if joined:
            self.step("join", "", statement.end_span, bar)

    # ---- the end ----
    def finish(self) -> Flow:
        self.resolve_gotos()
        self.join_connectors()
        self.leave()
        diagram = self.diagram
        lang = diagram.settings.get("lang", "")
        return Flow(diagram.kind, self.nodes, self.edges(), diagram.title, lang)

    def edges(self) -> tuple[Edge, ...]:
        """The edges in reading order of the place they leave."""
        ties = sorted(self.ties, key=lambda tie: tie[0].order)
        return tuple(Edge(f"e{number}", end.source, target, end.label) for number, (end, target) in enumerate(ties, 1))

    def resolve_gotos(self) -> None:
        for ends, name in self.gotos:
            if name in self.labels:
                self.tie(ends, self.labels[name])
            else:
                self.lost += ends

    def join_connectors(self) -> None:
        """A connector where a path stops goes on at the connector of the same letter."""
        leaving = {end.source for end, _ in self.ties} | {end.source for end in self.ends}
        circles = [node for node in self.nodes.values() if node.kind == "connector"]
        going = {node.label: node.id for node in circles if node.id in leaving}
        for node in circles:
            if node.id not in leaving and node.label in going:
                self.tie([self.end(node.id)], going[node.label])

    def leave(self) -> None:
        """Paths that run off the end of the diagram, or to nowhere, end in one `exit`."""
        ends = self.ends + self.lost
        if ends:
            last = ast.Span(len(self.diagram.origins), 1, len(self.diagram.origins), 1)
            self.tie(ends, self.node("exit", "", last))
