"""The typed syntax tree of a diagram, activity or state.  What was written, with its place.

What it means is not known here.

A `Span` counts lines and columns from 1 in the prepared text (comments and joins taken out);
`Diagram.line` turns its line into the line of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from flowdial.diagnostics import Diagnostic


class Span(NamedTuple):
    """Where a statement stands: first and last character, counted from 1, the end exclusive.

    The end of a block that is left open is 0.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Anything written in the body of a diagram."""

    span: Span


@dataclass(frozen=True, slots=True)
class Terminal(Statement):
    """`start`, `stop`, `end`, `detach` (also written `kill`) or `break`; `word` is one of these five."""

    word: str


@dataclass(frozen=True, slots=True)
class Action(Statement):
    """A step: `:text;` or a list item `- text`."""

    text: str
    stereotype: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Arrow(Statement):
    """`-> text;`: names the edge that leads from the statement before to the one after."""

    text: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class Label(Statement):
    """`label name`: a place that `goto name` leads to."""

    name: str


@dataclass(frozen=True, slots=True)
class Goto(Statement):
    """`goto name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Connector(Statement):
    """`(A)`: a lettered circle; `detached` where `detach` follows it."""

    name: str
    detached: bool = False
    color: str = ""


@dataclass(frozen=True, slots=True)
class Backward(Statement):
    """`backward :text;`: a step on the way back of the loop it stands in."""

    text: str


@dataclass(frozen=True, slots=True)
class Swimlane(Statement):
    """`|name|`: who is responsible from here on."""

    name: str
    title: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Note(Statement):
    """A note: on the step before it, in a state diagram on the state `of`; a `free` one on nothing (or a link)."""

    text: str
    of: str = ""
    free: bool = False
    alias: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Decoration(Statement):
    """Title, skinparam, style …: `keyword` is its first word in lower case, `source` all of it as written."""

    keyword: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a choice: the test that is asked (None: no test of its own), its label, its body.

    `entry` stands before an `elseif`: what is drawn on the way to it from the test before.
    """

    span: Span
    test: str | None
    label: str
    body: Body
    entry: str = ""


@dataclass(frozen=True, slots=True)
class If(Statement):
    """`if … elseif … else … endif`; `otherwise` is None where no `else` is written."""

    branches: tuple[Branch, ...]
    otherwise: Branch | None
    color: str = ""


@dataclass(frozen=True, slots=True)
class Switch(Statement):
    """`switch (test) case (label) … endswitch`; `before` is what stands between `switch` and the first case."""

    test: str
    cases: tuple[Branch, ...]
    before: Body = ()
    color: str = ""


@dataclass(frozen=True, slots=True)
class While(Statement):
    """`while (test) is (label) … endwhile (exit_label)`."""

    test: str
    label: str
    body: Body
    exit_label: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class Repeat(Statement):
    """`repeat … repeat while (test) is (label) not (exit_label)`; `test_span` is the place of the last line."""

    first: str | None
    body: Body
    test: str
    label: str
    exit_label: str
    test_span: Span


@dataclass(frozen=True, slots=True)
class Parallel(Statement):
    """`fork` (all branches run) or `split`; `word` says which."""

    word: str
    branches: tuple[Body, ...]
    end_span: Span


@dataclass(frozen=True, slots=True)
class Group(Statement):
    """A named frame: partition, package, rectangle, card or group."""

    name: str
    body: Body
    color: str = ""


@dataclass(frozen=True, slots=True)
class State(Statement):
    """`state name`: `display` is the long name where one is written; `body` is None where no `{ … }` follows.

    `stereotype` is all that stands in `<<…>>`, in lower case (`choice`, `fork`, `history*` …).
    """

    name: str
    display: str = ""
    stereotype: str = ""
    text: str = ""
    body: Body | None = None
    color: str = ""


class Endpoint(NamedTuple):
    """Where a transition leaves or leads to: a state's name, `[*]`, `[H]`, `[H*]`, `A[H]` or a bar `==B==`."""

    name: str
    stereotype: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Transition(Statement):
    """`source --> target : event`; `event` is the whole label, guard and effect included."""

    source: Endpoint
    target: Endpoint
    event: str


@dataclass(frozen=True, slots=True)
class Description(Statement):
    """`name : text`: one more line in the description of a state."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Region(Statement):
    """`--` or `||`: what follows runs beside what stands above it in the same composite state."""

    sign: str = "--"


@dataclass(frozen=True, slots=True)
class Json(Statement):
    """`json name { … }`: a table of data."""

    name: str
    display: str
    text: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class Map(Statement):
    """`map name {`, rows and `}`: a table of keys and values; `text` is all from brace to brace."""

    name: str
    display: str
    text: str
    color: str = ""


Body = tuple[Statement, ...]


def inner(statement: Statement) -> tuple[Body, ...]:
    """The bodies that are nested in a statement, in reading order."""
    if isinstance(statement, If):
        branches = (*statement.branches, *((statement.otherwise,) if statement.otherwise else ()))
        return tuple(branch.body for branch in branches)
    if isinstance(statement, Switch):
        return tuple(case.body for case in statement.cases)
    if isinstance(statement, Parallel):
        return statement.branches
    if isinstance(statement, While | Repeat | Group):
        return (statement.body,)
    if isinstance(statement, State) and statement.body is not None:
        return (statement.body,)
    return ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """One `@startuml … @enduml` block, parsed.

    `origins[i]` is the file's line of line i+1 of the prepared text; `annotations` maps a prepared line to
    the FlowDial annotations written before it; `settings` are those of the whole flow; `warnings` tell what
    recovery mended; `text` is the prepared text that was parsed.
    """

    kind: str
    body: Body
    origins: tuple[int, ...]
    annotations: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    warnings: tuple[Diagnostic, ...] = ()
    text: str = ""

    def line(self, span: Span) -> int:
        """The file's line, from 1, on which `span` begins."""
        return self.origins[span.line - 1]

    def source(self, span: Span) -> str:
        """The prepared line on which `span` begins."""
        return self.text.split("\n")[span.line - 1]

    @property
    def title(self) -> str:
        """Text of the first `title`, or the name after `@startuml`, or empty."""
        titles = (s for s in self.body if isinstance(s, Decoration) and s.keyword == "title")
        first = next(titles, None)
        return first.text if first else self.name
