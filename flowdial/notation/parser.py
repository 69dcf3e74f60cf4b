"""Read the diagrams of a text.  text -> Diagram, or every mistake in it.  Knows blocks and kinds; knows no graph.

Strict: what PlantUML does not read is refused with its place. With `recover` the mistakes that people really
make are mended, and every mend is a warning of the Diagram.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from flowdial.diagnostics import Diagnostic
from flowdial.errors import NotationError
from flowdial.notation import kinds
from flowdial.notation.ast import Diagram
from flowdial.notation.diagnostics import located
from flowdial.notation.languages import language
from flowdial.notation.legacy import refused_line
from flowdial.notation.lines import Block, Prepared, blocks, prepare
from flowdial.notation.reading import Reading, read
from flowdial.notation.repairs import left_open, missing_end, repair, whole_text, with_start


def parse(text: str, *, index: int = 0, recover: bool = False, folder: Path | None = None) -> Diagram:
    """Parse diagram `index` (from 0) of `text`.

    `folder` is where `!include` may read; without it every include is refused.
    Raises NotationError with all mistakes, each with line, column, caret and hint.
    """
    found = blocks(text)
    if not found and recover:
        return _without_block(text, folder)
    if not found:
        raise _no_block(text)
    if index >= len(found):
        raise NotationError(f"there is no diagram {index + 1}: the text holds {len(found)}")
    return parse_block(found[index], recover, folder)


def parse_all(text: str, *, recover: bool = False, folder: Path | None = None) -> Iterator[Diagram | NotationError]:
    """Every diagram of `text` in order; one that is refused is given as its error, and the next goes on."""
    found = blocks(text)
    if not found:
        yield _attempt(partial(parse, text, recover=recover, folder=folder))
    for block in found:
        yield _attempt(partial(parse_block, block, recover, folder))


def _attempt(read: Callable[[], Diagram]) -> Diagram | NotationError:
    try:
        return read()
    except NotationError as error:
        return error


def _without_block(text: str, folder: Path | None) -> Diagram:
    if not text.strip():
        raise _no_block(text)
    block, told = whole_text(text)
    diagram = parse_block(block, True, folder)
    return replace(diagram, warnings=(replace(told, severity="warning"), *diagram.warnings))


def parse_block(block: Block, recover: bool = False, folder: Path | None = None) -> Diagram:
    """The diagram of one block. Raises NotationError as `parse` does."""
    prepared = prepare(block, folder)
    if prepared.mistakes.found:
        raise _with_statements(prepared, block, recover)
    return _diagram(prepared, block, recover)


def _with_statements(prepared: Prepared, block: Block, recover: bool) -> NotationError:
    """The mistakes of directives, and those of the statements that do not come of them."""
    try:
        _diagram(prepared, block, recover)
    except NotationError as error:
        prepared.mistakes.add(error.diagnostics)
    return prepared.mistakes.error()


def _diagram(prepared: Prepared, block: Block, recover: bool) -> Diagram:
    if not prepared.text.strip():
        hint = "write at least `start`, one `:action;` and `stop` between @startuml and @enduml"
        opened = block.first > 1
        line = "@startuml" if opened else block.lines[0]
        raise located("empty", "the diagram is empty", line, block.first - opened, 1, hint)
    as_written = prepared.copy()
    repairs = repair(prepared) if recover else []
    kind, reading = _read(prepared)
    if repairs and reading.body is None and (unmended := _read(as_written))[1].body is not None:
        repairs, (kind, reading) = [], unmended
    unclosed = missing_end(block)
    if not recover and (reading.mended or unclosed):
        raise _refusal(_one_a_line(reading.mistakes) + unclosed, prepared)
    if reading.body is None:
        raise _refusal(_one_a_line(reading.left or reading.mistakes), prepared)
    body, prepared = reading.body, reading.prepared
    if recover:
        repairs += [*reading.warnings, *left_open(body, prepared)]
        repairs += [replace(one, hint="read as if it stood below this line") for one in unclosed]
    if recover and kind == "activity":
        body, added = with_start(body, prepared)
        repairs += added
    warnings = tuple(replace(told, severity="warning") for told in sorted(repairs, key=lambda told: told.line))
    return Diagram(
        kind,
        body,
        tuple(prepared.origins),
        prepared.annotations,
        prepared.settings,
        block.name,
        warnings,
        prepared.text,
    )


def _read(prepared: Prepared) -> tuple[str, Reading]:
    """The first kind that the text is; where it is none, the kind that gets furthest before its first mistake."""
    if other := kinds.other_kind(prepared.text):
        raise _other_kind(other, prepared)
    readings: list[tuple[str, Reading]] = []
    for kind in kinds.candidates(prepared.text):
        readings.append((kind, read(language(kind), prepared)))
        if not readings[-1][1].mended and readings[-1][1].body is not None:
            return readings[-1]
    return max(readings, key=lambda found: found[1].mistakes[0].line)


def _refusal(told: list[Diagnostic], prepared: Prepared) -> NotationError:
    """Every mistake; of a legacy diagram first the line that is wrong there too, as PlantUML blames it."""
    at = refused_line(prepared.text) if any(one.code == "legacy-syntax" for one in told) else None
    place = prepared.origins[at - 1] if at is not None else 0
    if at is None or place <= told[0].line:
        return NotationError.of(told)
    line = prepared.text.split("\n")[at - 1]
    message = "this line is not even in PlantUML's legacy activity syntax, in which the diagram is written"
    hint = "write the diagram in the current syntax: `start`, `:step;`, `if (…) then (…)`, `stop`"
    first = Diagnostic("legacy-mistake", message, line, place, len(line) - len(line.lstrip()) + 1, hint)
    return NotationError.of([first, *(one for one in told if one.line != place)])


def _one_a_line(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """The first mistake of each line: what is wrong with the mended line is not in the file."""
    ordered = sorted(diagnostics, key=lambda told: told.line)
    return list({told.line: told for told in reversed(ordered)}.values())[::-1]


def _other_kind(kind: str, prepared: Prepared) -> NotationError:
    lines = prepared.text.split("\n")
    at = next(number for number, line in enumerate(lines) if line.strip())
    article = "an" if kind[0] in "aeio" else "a"
    message = f"this is {article} {kind} diagram; FlowDial reads activity and state diagrams"
    hint = "draw the process with `start`, `:action;`, `if (…) then (…)`, `stop`, or as states: `[*] --> A`"
    return located("diagram-kind", message, lines[at], prepared.origins[at], 1, hint)


_OTHER_START = re.compile(r"^[ \t]*@start(?!uml\b)(?P<kind>[a-z]+)\b.*$", re.IGNORECASE | re.MULTILINE)


def _no_block(text: str) -> NotationError:
    if other := _OTHER_START.search(text):
        line = text.count("\n", 0, other.start()) + 1
        message = f"this is a diagram of the kind `{other['kind']}`; FlowDial reads activity and state diagrams"
        hint = "a diagram that FlowDial reads stands between `@startuml` and `@enduml`"
        return located("diagram-kind", message, other[0], line, other[0].index("@") + 1, hint)
    first = next((line for line in text.split("\n") if line.strip()), "")
    return located(
        "no-diagram",
        "no diagram found: there is no `@startuml` line",
        first,
        1,
        1,
        "a diagram stands between `@startuml` and `@enduml`, or in a Markdown fence of the language plantuml",
    )
