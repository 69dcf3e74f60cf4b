"""The typed syntax tree of a diagram.  What was written, with its place; what it means is not known here.

A `Span` counts lines and columns from 1 in the prepared text (comments and joins taken out);
`Diagram.line` turns its line into the line of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """Where a statement stands: first and last character, counted from 1, the end exclusive."""

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


@dataclass(frozen=True, slots=True)
class Arrow(Statement):
    """`-> text;`: names the edge that leads from the statement before to the one after."""

    text: str


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
    """`(A)`: a lettered circle."""

    name: str


@dataclass(frozen=True, slots=True)
class Backward(Statement):
    """`backward :text;`: a step on the way back of the loop it stands in."""

    text: str


@dataclass(frozen=True, slots=True)
class Swimlane(Statement):
    """`|name|`: who is responsible from here on."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Note(Statement):
    """A note; it belongs to the step before it."""

    text: str


@dataclass(frozen=True, slots=True)
class Decoration(Statement):
    """Title, skinparam, style …: `keyword` is its first word in lower case, `source` all of it as written."""

    keyword: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a choice: the test that is asked (None: no test of its own), its label, its body."""

    span: Span
    test: str | None
    label: str
    body: Body


@dataclass(frozen=True, slots=True)
class If(Statement):
    """`if … elseif … else … endif`; `otherwise` is None where no `else` is written."""

    branches: tuple[Branch, ...]
    otherwise: Branch | None


@dataclass(frozen=True, slots=True)
class Switch(Statement):
    """`switch (test) case (label) … endswitch`."""

    test: str
    cases: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class While(Statement):
    """`while (test) is (label) … endwhile (exit_label)`."""

    test: str
    label: str
    body: Body
    exit_label: str


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


Body = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """One `@startuml … @enduml` block, parsed.

    `origins[i]` is the file's line of line i+1 of the prepared text; `annotations` maps a prepared line to
    the FlowDial annotations written before it; `settings` are those of the whole flow.
    """

    kind: str
    body: Body
    origins: tuple[int, ...]
    annotations: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def line(self, span: Span) -> int:
        """The file's line, from 1, on which `span` begins."""
        return self.origins[span.line - 1]

    @property
    def title(self) -> str:
        """Text of the first `title`, or the name after `@startuml`, or empty."""
        titles = (s for s in self.body if isinstance(s, Decoration) and s.keyword == "title")
        first = next(titles, None)
        return first.text if first else self.name
