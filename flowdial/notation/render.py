"""Write a diagram in canonical form.  Diagram -> PlantUML.  Knows the grammar; knows no graph.

Parsing what is rendered gives the same process again. Nested bodies are written by a trampoline, so that
depth costs no stack.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping

from flowdial.notation import ast

#: A line, or a body that is to be written one level deeper.
Piece = str | ast.Body
Lines = Generator[Piece, None, None]
_INDENT = "  "


def render(diagram: ast.Diagram) -> str:
    """Canonical PlantUML of a diagram, `@startuml` to `@enduml`; notes and decorations are kept."""
    writer = _Writer(diagram.annotations)
    out = [f"@startuml {diagram.name}".rstrip()]
    out += [f"' flowdial: {key}={_quoted(value)}" for key, value in diagram.settings.items()]
    stack = [writer.body(diagram.body)]
    while stack:
        piece = next(stack[-1], None)
        if piece is None:
            stack.pop()
        elif isinstance(piece, str):
            out += _indented(piece, len(stack) - 1)
        else:
            stack.append(writer.body(piece))
    return "\n".join([*out, "@enduml", ""])


def _indented(piece: str, depth: int) -> list[str]:
    """Only the first line is indented: the others may be text, whose white space counts.

    A backslash at the end of a line would join the next one to it, so it gets a space, which is read as none.
    """
    first, *rest = (f"{line} " if line.endswith("\\") else line for line in piece.split("\n"))
    return [_INDENT * depth + first, *rest]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _labelled(text: str, label: str, word: str) -> str:
    return f"{text} {word} ({label})" if label else text


class _Writer:
    def __init__(self, annotations: Mapping[int, Mapping[str, str]]) -> None:
        self.annotations = annotations

    def body(self, body: ast.Body) -> Lines:
        for statement in body:
            yield from self.annotation(statement.span)
            yield from getattr(self, f"write_{type(statement).__name__}")(statement)

    def annotation(self, span: ast.Span) -> Lines:
        for key, value in self.annotations.get(span.line, {}).items():
            yield f"' flowdial: {key}={_quoted(value)}"

    def write_Terminal(self, statement: ast.Terminal) -> Lines:
        yield statement.word

    def write_Action(self, statement: ast.Action) -> Lines:
        yield f":{statement.text}; {statement.stereotype}".rstrip()

    def write_Arrow(self, statement: ast.Arrow) -> Lines:
        yield f"-> {statement.text};" if statement.text else "->"

    def write_Label(self, statement: ast.Label) -> Lines:
        yield f"label {statement.name}"

    def write_Goto(self, statement: ast.Goto) -> Lines:
        yield f"goto {statement.name}"

    def write_Connector(self, statement: ast.Connector) -> Lines:
        yield f"({statement.name})"

    def write_Backward(self, statement: ast.Backward) -> Lines:
        yield f"backward :{statement.text};"

    def write_Swimlane(self, statement: ast.Swimlane) -> Lines:
        yield f"|{statement.name}|{statement.title}"

    def write_Note(self, statement: ast.Note) -> Lines:
        many = "\n" in statement.text
        if statement.alias and _QUOTABLE.fullmatch(statement.text):
            yield f'note "{statement.text}" as {statement.alias}'
        elif statement.alias:
            yield f"note as {statement.alias}\n{statement.text}\nend note"
        else:
            place = "on link" if statement.free else f"right of {statement.of}" if statement.of else "right"
            opened, closed = (" {", "}") if _END_NOTE.search(statement.text) else ("", "end note")
            yield f"note {place}{opened}\n{statement.text}\n{closed}" if many else f"note {place}: {statement.text}"

    def write_Decoration(self, statement: ast.Decoration) -> Lines:
        yield statement.source

    def write_If(self, statement: ast.If) -> Lines:
        word = "if"
        for branch in statement.branches:
            if word == "elseif":
                yield from self.annotation(branch.span)
            entry = f"({branch.entry}) " if branch.entry else ""
            yield f"{entry}{word} ({branch.test}) then" + (f" ({branch.label})" if branch.label else "")
            yield branch.body
            word = "elseif"
        if statement.otherwise is not None:
            label = statement.otherwise.label
            yield f"else ({label})" if label else "else"
            yield statement.otherwise.body
        yield "endif"

    def write_Switch(self, statement: ast.Switch) -> Lines:
        yield f"switch ({statement.test})"
        yield statement.before
        for case in statement.cases:
            yield f"case ({case.label})"
            yield case.body
        yield "endswitch"

    def write_While(self, statement: ast.While) -> Lines:
        yield _labelled(f"while ({statement.test})", statement.label, "is")
        yield statement.body
        yield f"endwhile ({statement.exit_label})" if statement.exit_label else "endwhile"

    def write_Repeat(self, statement: ast.Repeat) -> Lines:
        yield "repeat" if statement.first is None else f"repeat :{statement.first};"
        yield statement.body
        yield from self.annotation(statement.test_span)
        asks = statement.test or statement.label or statement.exit_label
        test = _labelled(f"repeat while ({statement.test})" if asks else "repeat while", statement.label, "is")
        yield _labelled(test, statement.exit_label, "not")

    def write_Parallel(self, statement: ast.Parallel) -> Lines:
        word = statement.word
        for number, body in enumerate(statement.branches):
            yield f"{word} again" if number else word
            yield body
        yield from self.annotation(statement.end_span)
        yield f"end {word}"

    def write_Group(self, statement: ast.Group) -> Lines:
        if '"' in statement.name:
            yield f"group {statement.name}"
            yield statement.body
            yield "end group"
        else:
            yield f'partition "{statement.name}" {{' if statement.name else "partition {"
            yield statement.body
            yield "}"

    # ---- state diagrams ----
    def write_State(self, statement: ast.State) -> Lines:
        name = f'"{statement.display}" as {statement.name}' if statement.display else _state_name(statement.name)
        looks = f" <<{statement.stereotype}>>" if statement.stereotype else ""
        looks += f" {statement.color}" if statement.color else ""
        text = f" : {statement.text}" if statement.text else ""
        yield f"state {name}{looks}" + (text if statement.body is None else " {")
        if statement.body is not None:
            yield statement.body
            yield "}"

    def write_Transition(self, statement: ast.Transition) -> Lines:
        event = f" : {_unsigned(statement.event)}" if statement.event else ""
        yield f"{_end(statement.source)} --> {_end(statement.target)}{event}"

    def write_Description(self, statement: ast.Description) -> Lines:
        name = f'"{statement.name}"' if _TITLE.fullmatch(statement.name) else _state_name(statement.name)
        yield f"{name} : {statement.text}".rstrip()

    def write_Region(self, statement: ast.Region) -> Lines:
        yield statement.sign

    def write_Json(self, statement: ast.Json) -> Lines:
        plain = statement.name if _DATA_NAME.fullmatch(statement.name) else f'"{statement.name}"'
        name = f'"{statement.display}" as {statement.name}' if statement.display else plain
        yield f"json {name} {statement.color}".rstrip() + f" {statement.text}"

    def write_Map(self, statement: ast.Map) -> Lines:
        name = f'"{statement.display}" as {statement.name}' if statement.display else statement.name
        yield f"map {name} {statement.color}".rstrip() + f" {statement.text}"


_NAME = re.compile(r"[\w.]+")
#: States whose description would be read as a title where a diagram holds nothing else.
_TITLE = re.compile(r"(?i:title|caption|mainframe|legend|header|footer)")
#: A line of a note in braces that would end a note without them.
_END_NOTE = re.compile(r"(?im)^[ \t]*end[ \t]?note[ \t]*$")
_QUOTABLE = re.compile(r"[^\"“”\n]+")
_DATA_NAME = re.compile(r"[^\s{}\"“”<>]+")


def _end(end: ast.Endpoint) -> str:
    return f"{end.name} <<{end.stereotype}>>" if end.stereotype else end.name


def _state_name(name: str) -> str:
    return name if _NAME.fullmatch(name) else f'"{name}"'


def _unsigned(event: str) -> str:
    """The event, kept from losing a sign at its beginning when it is read again."""
    return f"~{event}" if len(event) > 2 and event[0] in "-#+*~" and event[1] != event[0] else event
