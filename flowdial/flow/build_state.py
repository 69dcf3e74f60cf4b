"""Give a state diagram its meaning.  AST -> Flow.  Knows how PlantUML resolves names; knows no text.

PlantUML reads a state diagram twice: declarations and descriptions first, transitions then, so that a transition
may stand above the declaration of its states. A name is looked up in the whole diagram: where exactly one state
bears it, that one is meant, wherever the name is used; else a state of that name arises in the group at hand.
`A.B` begins at the outermost level.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flowdial.flow.model import Edge, Flow, Node
from flowdial.flow.text import unescaped
from flowdial.notation import ast, data
from flowdial.notation.diagnostics import located

#: Stereotypes that make a state something else, and what.
_KINDS = {
    "choice": "choice",
    "fork": "fork",
    "join": "join",
    "start": "start",
    "end": "end",
    "history": "history",
    "history*": "deep_history",
}
_POINTS = {"[H]": "history", "[H*]": "deep_history"}
#: Characters of all names: that of a state holds those of the states around it.
MAX_NAMES = 64_000_000
#: The group of everything that stands in no composite state.
_ROOT = ""


@dataclass(slots=True)
class _Group:
    """Where the walk is: the body's group at first, the region at hand after `--`."""

    at: str
    home: str


def build_state(diagram: ast.Diagram) -> Flow:
    """The Flow that a state diagram means. Raises NotationError where a name cannot be used in its place."""
    builder = _Builder(diagram)
    builder.walk(builder.declare)
    builder.walk(builder.connect)
    builder.walk(builder.annotate)
    return builder.finish()


class _Builder:
    def __init__(self, diagram: ast.Diagram) -> None:
        self.diagram = diagram
        self.nodes: dict[str, Node] = {}
        self.named: defaultdict[str, list[str]] = defaultdict(list)
        self.edges: list[Edge] = []
        self.bodies: dict[ast.Span, str] = {}
        self.regions: Counter[str] = Counter()
        self.last: str | None = None
        self.separator = "."
        self.linked = False
        self.aliases: set[str] = set()
        self.notes: set[str] = set()
        self.maps: set[str] = set()
        self.written = 0

    # ---- the walk ----
    def walk(self, visit: Callable[[ast.Statement, _Group], None]) -> None:
        """Call `visit` for every statement with the group it stands in, depth first, without recursion."""
        stack = [(iter(self.diagram.body), _Group(_ROOT, _ROOT))]
        while stack:
            body, group = stack[-1]
            statement = next(body, None)
            if statement is None:
                stack.pop()
                continue
            if isinstance(statement, ast.Region):
                group.at = self.region(statement, group.home)
                continue
            visit(statement, group)
            if isinstance(statement, ast.State) and statement.body is not None:
                inner = self.bodies[statement.span]
                stack.append((iter(statement.body), _Group(inner, inner)))

    def region(self, statement: ast.Region, home: str) -> str:
        """The region that begins here; the same one in both passes."""
        if statement.span not in self.bodies:
            self.regions[home] += 1
            path = _join(home, f"[{self.regions[home] + 1}]")
            self.add(path, "region", "", statement.span, home)
            self.bodies[statement.span] = path
        return self.bodies[statement.span]

    # ---- first pass: what there is ----
    def declare(self, statement: ast.Statement, group: _Group) -> None:
        for name in _named(statement):
            self.check_name(name, statement.span)
        if isinstance(statement, ast.State):
            self.declare_state(statement, group.at)
        elif isinstance(statement, ast.Description):
            path = self.find(statement.name, group.at)
            path = path or self.create(statement.name, group.at, statement.span, declared=True)
            self.describe(path, statement.text, statement.span)
        elif isinstance(statement, ast.Json):
            self.declare_json(statement, group.at)
        elif isinstance(statement, ast.Map):
            self.declare_map(statement, group.at)
        elif isinstance(statement, ast.Decoration) and statement.keyword == "set":
            self.set_separator(statement.text)
        elif isinstance(statement, ast.Decoration) and statement.keyword == "url":
            self.declared(statement.text, group.at, statement.span)
        elif isinstance(statement, ast.Note) and statement.alias:
            self.declare_note(statement, group.at)
        elif isinstance(statement, ast.Note) and not (statement.of or statement.free or self.last):
            raise self.unowned(statement)

    def declare_state(self, statement: ast.State, group: str) -> None:
        path = self.find(statement.name, group)
        if path is None or path == group or group.startswith(f"{path}."):
            path = self.create(statement.name, group, statement.span, declared=True)
        if statement.body is None:
            self.check_region(path, group, statement.span)
        kind = "composite" if statement.body is not None else _kind(statement.stereotype)
        node = self.nodes[path]
        say = self.diagram.annotations.get(statement.span.line, {}).get("say", "") or node.say
        kind = node.kind if kind == "state" else kind
        label = unescaped(statement.display) or node.label
        line = self.diagram.line(statement.span)
        stereotype = statement.stereotype or node.stereotype
        self.nodes[path] = replace(node, kind=kind, label=label, say=say, line=line, stereotype=stereotype)
        if statement.text:
            self.describe(path, statement.text, statement.span)
        if statement.body is None:
            self.last = path
        else:
            self.bodies[statement.span] = path

    def declare_note(self, statement: ast.Note, group: str) -> None:
        """A note with a name of its own, which must be new in its group."""
        name = statement.alias
        path = (self.qualified(name, group) if self.separates(name) else None) or _join(group, name)
        if path in self.nodes or path in self.notes:
            raise self.taken("note", name, statement.span, "give the note a name of its own")
        self.aliases.add(name)
        self.notes.add(path)

    def declare_json(self, statement: ast.Json, group: str) -> None:
        """A table, which must be new: one of several lines wherever its name is found, else in its own group."""
        name, many = statement.name, "\n" in statement.text
        self.check_data(statement)
        path = self.add_table(statement, group, self.find(name, group) if many else _join(group, name))
        label = unescaped(statement.display) or (self.nodes[path].label if many else name)
        self.nodes[path] = replace(self.nodes[path], kind="json", label=label)

    def declare_map(self, statement: ast.Map, group: str) -> None:
        """A table whose rows may lead to states that are declared above."""
        path = self.add_table(statement, group, self.find(statement.name, group))
        label = unescaped(statement.display) or statement.name
        self.nodes[path] = replace(self.nodes[path], kind="json", label=label)
        self.maps.add(path)
        for number, row in data.map_rows(statement.text):
            line = statement.span.line + number - 1
            span = ast.Span(line, 1, line, 1)
            if row is None or row.target == "":
                hint = "write `key => value`, or `key *-> Name` to lead to a state"
                raise self.refused("map", "this is no row of a map", span, hint)
            if row.target:
                self.add_edge(path, self.declared(row.target, group, span))

    def add_table(self, statement: ast.Json | ast.Map, group: str, taken: str | None) -> str:
        """A node for data, whose name none may bear yet."""
        if (taken in self.nodes and taken != group) or _join(group, statement.name) in self.notes:
            raise self.taken("json", statement.name, statement.span, "give the data a name of their own")
        return self.create(statement.name, group, statement.span, declared=True)

    def taken(self, code: str, name: str, span: ast.Span, hint: str) -> Exception:
        return self.refused(code, f"`{name}` is declared already", span, hint)

    def declared(self, name: str, group: str, span: ast.Span) -> str:
        """The state of a name, which must be declared above; transitions declare none."""
        path = self.find(name, group)
        if path is None:
            fault = f"no state `{name}` is declared above"
            raise self.refused("unknown-state", fault, span, f"write `state {name}` above")
        return path

    def check_data(self, statement: ast.Json) -> None:
        wrong = data.fault(statement.text)
        if wrong is None:
            return
        line, column = statement.span.line + wrong.line - 1, wrong.column
        if wrong.line == 1:
            column += self.diagram.source(statement.span).rfind(statement.text.partition("\n")[0])
        raise self.refused("json", wrong.message, ast.Span(line, column, line, column + 1), wrong.hint)

    def describe(self, path: str, text: str, span: ast.Span) -> None:
        node = self.nodes[path]
        if path in self.maps:
            return
        if node.kind == "json":
            raise self.refused("json", f"`{node.name}` is data, and has no description", span, "write it into the data")
        self.nodes[path] = replace(node, text=f"{node.text}\n{unescaped(text)}".strip())

    def set_separator(self, text: str) -> None:
        words = text.split()
        if len(words) > 1 and words[0].lower() in ("separator", "namespaceseparator"):
            self.separator = "" if words[1].lower() == "none" else words[1]

    # ---- second pass: how it goes on ----
    def connect(self, statement: ast.Statement, group: _Group) -> None:
        if isinstance(statement, ast.Transition):
            if self.aliases & {statement.source.name, statement.target.name}:
                return
            source = self.end(statement.source, group.at, statement.span, "start")
            target = self.end(statement.target, group.at, statement.span, "end")
            self.linked = True
            self.add_edge(source, target, unescaped(statement.event))
        elif isinstance(statement, ast.Note) and statement.free and not (statement.alias or self.linked):
            raise self.unowned(statement)

    # ---- third pass: notes ----
    def annotate(self, statement: ast.Statement, group: _Group) -> None:
        if isinstance(statement, ast.State) and statement.body is None:
            self.last = self.find(statement.name, group.at)
        if not isinstance(statement, ast.Note) or statement.free or statement.of in self.aliases:
            return
        path = self.noted(statement, group.at)
        if path is None:
            raise self.unowned(statement)
        node = self.nodes[path]
        self.nodes[path] = replace(node, note=f"{node.note}\n{statement.text}".strip())
        self.last = path

    def noted(self, note: ast.Note, group: str) -> str | None:
        """The state that a note belongs to: without a name the last one that was declared, or that has a note.

        Within a composite state its plain name is that of a state in it.
        """
        path = self.find(note.of, group) if note.of else self.last
        if note.of and group and self.separator and note.of == self.nodes[group].name:
            path = _join(group, note.of)
            if path not in self.nodes:
                fault = f"a note within `{note.of}` cannot name `{note.of}` itself"
                raise self.refused("note", fault, note.span, "write it outside, behind the `}` of the state")
        if path is not None and self.part(self.nodes[path].parent) != self.part(group):
            raise self.foreign(path, note.span, "write the note in the region of the state")
        return path

    def unowned(self, note: ast.Note) -> Exception:
        fault = f"there is no state `{note.of}`" if note.of else "there is no state before the note"
        if note.free:
            fault = "there is no transition before the note"
        return self.refused("note", fault, note.span, "name a state of the diagram, as in `note right of Name`")

    def end(self, end: ast.Endpoint, group: str, span: ast.Span, point: str) -> str:
        """The node that an end of a transition means; `point` is what `[*]` is on this side."""
        if end.name == "[*]":
            return self.point(group, point, span)
        name, bracket, mark = end.name.partition("[")
        if bracket:
            owner = self.state(name, group, span) if name else group
            return self.point(owner, _POINTS[f"[{mark.upper()}"], span)
        if name.startswith("==") and name.endswith("=="):
            bar = name.strip("=")
            path = self.find(bar, group) or self.create(bar, group, span, declared=True)
            self.nodes[path] = replace(self.nodes[path], kind="fork")
            return path
        return self.state(name, group, span, _kind(end.stereotype))

    def point(self, group: str, kind: str, span: ast.Span) -> str:
        """The start, end or history of a group; it arises where it is first used."""
        mark = {"start": "[*]", "end": "[*]end", "history": "[H]", "deep_history": "[H*]"}[kind]
        path = _join(group, mark)
        if path not in self.nodes:
            self.add(path, kind, "", span, group)
            self.contain(group)
        return path

    # ---- names ----
    def state(self, name: str, group: str, span: ast.Span, kind: str = "state") -> str:
        """The state that a name means in a group, made where there is none."""
        path = self.find(name, group)
        if path is None:
            path = self.create(name, group, span)
        self.check_region(path, group, span)
        if kind != "state":
            self.nodes[path] = replace(self.nodes[path], kind=kind)
        return path

    def find(self, name: str, group: str) -> str | None:
        if self.separates(name):
            return self.qualified(name, group)
        plain = name.removeprefix(self.separator) if self.separator else name
        found = self.named[plain]
        if group and self.nodes[group].name == plain:
            return group
        if len(found) == 1:
            return found[0]
        own = _join(group, plain)
        return own if own in self.nodes else None

    def separates(self, name: str) -> bool:
        """Whether a name tells also where its state stands."""
        return bool(self.separator) and self.separator in name.strip(self.separator)

    def qualified(self, name: str, group: str) -> str | None:
        parts = name.split(self.separator)
        for base in (_ROOT, group):
            path = base
            for part in parts:
                path = _join(path, part)
            if path in self.nodes:
                return path
        return None

    def create(self, name: str, group: str, span: ast.Span, *, declared: bool = False) -> str:
        """A new state. Only a declaration makes the composite states that `A.B` names on the way."""
        separator = self.separator
        if not self.separates(name):
            plain = name.removeprefix(separator) if separator else name
            return self.add_named(plain, group, "state", "", span)
        *owners, last = name.split(separator)
        home = _ROOT if owners[0] in self.nodes else group
        for owner in owners:
            path = _join(home, owner)
            if path not in self.nodes and declared:
                self.add_named(owner, home, "composite", "", span)
            if path not in self.nodes or self.nodes[path].kind != "composite":
                fault = f"there is no composite state `{owner}` for `{name}`"
                hint = f"declare it first: `state {owner} {{`, `state {last}` and `}}` on a line each"
                raise self.refused("unknown-state", fault, span, hint)
            home = path
        return self.add_named(last, home, "state", "", span)

    def check_region(self, path: str, group: str, span: ast.Span) -> None:
        """A state of one region cannot be used in another."""
        home = self.nodes[path].parent
        if home != group and "region" in (self.kind(home), self.kind(group)):
            raise self.foreign(path, span)

    def part(self, group: str) -> str:
        """The innermost region that a group is or stands in; none where no `--` stands above."""
        while self.regions and group and self.nodes[group].kind != "region":
            group = self.nodes[group].parent
        return group if self.regions else _ROOT

    def foreign(
        self, path: str, span: ast.Span, hint: str = "give the state of this region a name of its own"
    ) -> Exception:
        """A state of another region is used."""
        name = self.nodes[path].name or path
        return self.refused("region", f"`{name}` belongs to another region", span, hint)

    def check_name(self, name: str, span: ast.Span) -> None:
        """No part of a qualified name is empty, but for one before a separator at the beginning."""
        separator = self.separator
        if not separator or ":" in separator or "" not in name.removeprefix(separator).split(separator):
            return
        place = span._replace(column=max(span.column, self.diagram.source(span).find(name) + 1))
        hint = f'write `state "{name}" as Name`, or `set separator none` above'
        raise self.refused("state-name", f"a part of the name `{name}` is empty", place, hint)

    def kind(self, group: str) -> str:
        return self.nodes[group].kind if group else ""

    # ---- nodes ----
    def add_named(self, name: str, group: str, kind: str, label: str, span: ast.Span) -> str:
        path = _join(group, name)
        if path not in self.nodes:
            self.add(path, kind, label or name, span, group, name)
            self.named[name].append(path)
            self.contain(group)
        return path

    def add_edge(self, source: str, target: str, label: str = "") -> None:
        self.edges.append(Edge(f"e{len(self.edges) + 1}", source, target, label))

    def contain(self, group: str) -> None:
        if group and self.nodes[group].kind == "state":
            self.nodes[group] = replace(self.nodes[group], kind="composite")

    def add(self, path: str, kind: str, label: str, span: ast.Span, parent: str, name: str = "") -> None:
        say = self.diagram.annotations.get(span.line, {}).get("say", "")
        self.written += len(path)
        if self.written > MAX_NAMES:
            message = f"the names of all states, with those they stand in, have more than {MAX_NAMES:,} characters"
            raise self.refused("too-deep", message, span, "draw parts as diagrams of their own")
        line = self.diagram.line(span)
        self.nodes[path] = Node(path, kind, unescaped(label), line, say=say, parent=parent, name=name)

    def refused(self, code: str, message: str, span: ast.Span, hint: str) -> Exception:
        return located(code, message, self.diagram.source(span), self.diagram.line(span), span.column, hint)

    def finish(self) -> Flow:
        diagram = self.diagram
        return Flow("state", self.nodes, tuple(self.edges), diagram.title, diagram.settings.get("lang", ""), diagram)


def _named(statement: ast.Statement) -> Iterator[str]:
    """The names that a statement writes, without brackets and bars."""
    if isinstance(statement, ast.State | ast.Description | ast.Json | ast.Map):
        yield statement.name
    elif isinstance(statement, ast.Transition):
        ends = (statement.source.name, statement.target.name)
        yield from filter(None, (end.partition("[")[0].strip("=") for end in ends))
    elif isinstance(statement, ast.Note):
        yield from filter(None, (statement.alias, statement.of))


def _join(group: str, name: str) -> str:
    return f"{group}.{name}" if group else name


def _kind(stereotype: str) -> str:
    return next((_KINDS[word] for word in stereotype.split() if word in _KINDS), "state")
