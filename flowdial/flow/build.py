"""Give the syntax tree its meaning.  AST -> Flow.  Knows what PlantUML draws; knows no text.

The builder walks the body and keeps the loose ends of the paths so far; the next node ties them. Nested
bodies are walked by a trampoline (a method yields the body it wants walked), so that depth costs no stack.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from flowdial.flow.build_state import build_state
from flowdial.flow.model import Edge, Flow, Node
from flowdial.flow.text import unescaped
from flowdial.notation import ast


class End(NamedTuple):
    """A loose end: the node that a path has reached, the label of the edge that will leave it (and what stands
    before the `elseif` it leads to), and the place of that edge among all, in reading order.
    """

    source: str
    label: str
    entry: str
    order: int


Walk = Generator[ast.Body, None, None]


def build(diagram: ast.Diagram) -> Flow:
    """The Flow that a diagram means. Raises NotationError where a state's name cannot be used in its place."""
    if diagram.kind == "state":
        return build_state(diagram)
    builder = _Builder(diagram)
    builder.run(builder.walk(diagram.body))
    return builder.finish()


def _detached(body: ast.Body) -> Iterator[ast.Statement]:
    """The statements of a body, each `detach` moved to where it works.

    As PlantUML draws it, it cuts within a block: of an `if` the first branch and that of the `else`, of a `switch`, a
    fork and a split the last; a branch without a step is a bare line, which goes on. Behind `endwhile` it cuts nothing.
    A connector that is detached keeps its line and gets one to its namesake.
    """
    waiting: ast.Statement | None = None
    behind: list[ast.Statement] = []
    for statement in body:
        if isinstance(statement, ast.Terminal) and statement.word == "detach" and waiting is not None:
            waiting = _cut(waiting)
        elif isinstance(statement, _TRIVIA):
            behind.append(statement)
        else:
            if waiting is not None:
                yield waiting
            yield from behind
            behind = []
            waiting = statement if isinstance(statement, _UNCUT) else None
            if waiting is None:
                yield statement
    if waiting is not None:
        yield waiting
    yield from behind


_TRIVIA = (ast.Note, ast.Decoration, ast.Arrow, ast.Swimlane)
_UNCUT = (ast.If, ast.Switch, ast.Parallel, ast.Group, ast.While, ast.Connector)


def _cut(block: ast.Statement) -> ast.Statement:
    if isinstance(block, ast.If):
        first, *others = block.branches
        otherwise = block.otherwise and replace(block.otherwise, body=_cut_body(block.otherwise.body))
        return replace(block, branches=(replace(first, body=_cut_body(first.body)), *others), otherwise=otherwise)
    if isinstance(block, ast.Switch) and block.cases:
        *others, last = block.cases
        return replace(block, cases=(*others, replace(last, body=_cut_body(last.body))))
    if isinstance(block, ast.Parallel):
        return replace(block, branches=(*block.branches[:-1], _cut_body(block.branches[-1])))
    if isinstance(block, ast.Group):
        return replace(block, body=(*block.body, ast.Terminal(block.span, "detach")))
    return replace(block, detached=True) if isinstance(block, ast.Connector) else block


def _cut_body(body: ast.Body) -> ast.Body:
    return (*body, ast.Terminal(body[-1].span, "detach")) if body else body


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
        self.arrow = ""
        self.detached: set[str] = set()

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
        for statement in _detached(body):
            visit = getattr(self, f"visit_{type(statement).__name__}", None)
            if visit is not None:
                nested = visit(statement)
                if nested is not None:
                    yield from nested
        self.arrow = ""

    # ---- nodes and edges ----
    def node(self, kind: str, label: str, span: ast.Span, opener: str = "") -> str:
        """A new node without edges."""
        self.counts[kind] += 1
        node_id = f"{kind}{self.counts[kind]}"
        say = self.diagram.annotations.get(span.line, {}).get("say", "")
        self.nodes[node_id] = Node(
            node_id, kind, unescaped(label), self.diagram.line(span), self.lane, say=say, opener=opener
        )
        self.last = node_id
        return node_id

    def end(self, source: str, label: str = "", entry: str = "") -> End:
        return End(source, unescaped(label), unescaped(entry), next(self.order))

    def tie(self, ends: Iterable[End], target: str) -> None:
        self.ties += [(end, target) for end in ends]

    def step(self, kind: str, label: str, span: ast.Span, opener: str = "") -> str:
        """A new node to which all loose ends lead, and which is the only loose end now."""
        node_id = self.node(kind, label, span, opener)
        self.tie((end._replace(label=end.label or unescaped(self.arrow)) for end in self.ends), node_id)
        self.arrow = ""
        self.ends = [self.end(node_id)]
        return node_id

    # ---- single statements ----
    def visit_Terminal(self, statement: ast.Terminal) -> None:
        if statement.word == "start":
            self.step("start", "", statement.span)
        elif statement.word == "break":
            (self.loops[-1].breaks if self.loops else self.lost).extend(self.ends)
            self.ends = []
        elif self.ends or statement.word != "detach":
            self.step(statement.word, "", statement.span)
            self.ends = []

    def visit_Action(self, statement: ast.Action) -> None:
        self.step("action", statement.text, statement.span)

    def visit_Arrow(self, statement: ast.Arrow) -> None:
        self.arrow = statement.text or self.arrow

    def visit_Label(self, statement: ast.Label) -> None:
        self.labels[statement.name] = self.step("label", statement.name, statement.span)

    def visit_Goto(self, statement: ast.Goto) -> None:
        self.gotos.append((self.ends, statement.name))
        self.ends = []

    def visit_Connector(self, statement: ast.Connector) -> None:
        circle = self.step("connector", statement.name, statement.span)
        if statement.detached:
            self.detached.add(circle)

    def visit_Swimlane(self, statement: ast.Swimlane) -> None:
        if statement.title:
            self.lanes[statement.name] = statement.title
        self.lane = self.lanes.get(statement.name, statement.name)

    def visit_Note(self, statement: ast.Note) -> None:
        if self.last:
            node = self.nodes[self.last]
            note = f"{node.note}\n{statement.text}".strip()
            self.nodes[self.last] = replace(node, note=note)

    def visit_Backward(self, statement: ast.Backward) -> None:
        self.loops[-1].backward = statement

    # ---- blocks ----
    def visit_Group(self, statement: ast.Group) -> Walk:
        yield statement.body

    def visit_If(self, statement: ast.If) -> Walk:
        out: list[End] = []
        entries = (*(branch.entry for branch in statement.branches[1:]), "")
        for branch, entry in zip(statement.branches, entries, strict=True):
            decision = self.step("decision", branch.test or "", branch.span)
            self.ends = [self.end(decision, branch.label)]
            yield branch.body
            out += self.ends
            self.ends = [self.end(decision, entry=entry)]
        if statement.otherwise is not None:
            self.ends = [self.end(decision, statement.otherwise.label)]
            yield statement.otherwise.body
        self.ends = out + self.ends

    def visit_Switch(self, statement: ast.Switch) -> Walk:
        decision = self.step("decision", statement.test, statement.span)
        yield statement.before
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
        self.arrow = "" if statement.first is None else self.arrow
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
        return Flow(diagram.kind, self.nodes, self.edges(), diagram.title, lang, diagram)

    def edges(self) -> tuple[Edge, ...]:
        """The edges in reading order of the place they leave."""
        ties = sorted(self.ties, key=lambda tie: tie[0].order)
        return tuple(
            Edge(f"e{number}", end.source, target, end.label, end.entry) for number, (end, target) in enumerate(ties, 1)
        )

    def resolve_gotos(self) -> None:
        for ends, name in self.gotos:
            if name in self.labels:
                self.tie(ends, self.labels[name])
            else:
                self.lost += ends

    def join_connectors(self) -> None:
        """A connector that is detached, or leads nowhere, goes on at another one of the same letter."""
        leaving = {end.source for end, _ in self.ties} | {end.source for end in self.ends}
        leaving -= self.detached
        circles = [node for node in self.nodes.values() if node.kind == "connector"]
        going = {node.label: node.id for node in circles if node.id in leaving}
        jumps = {node.id: going[node.label] for node in circles if node.id not in leaving and node.label in going}
        self.ties = [tie for tie in self.ties if jumps.get(tie[0].source) != tie[1]]
        for circle, jump in jumps.items():
            self.tie([self.end(circle)], jump)

    def leave(self) -> None:
        """Paths that run off the end of the diagram, or to nowhere, end in one `exit`."""
        ends = self.ends + self.lost
        if ends:
            last = ast.Span(len(self.diagram.origins), 1, len(self.diagram.origins), 1)
            self.tie(ends, self.node("exit", "", last))
