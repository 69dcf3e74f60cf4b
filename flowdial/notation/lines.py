"""Prepare a block for the grammar.  file text -> blocks -> lines without comments and joins.

Knows PlantUML's line rules (comments, `\\` at a line's end, `@startuml`); knows no statements. Every
prepared line remembers the line of the file it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flowdial.errors import NotationError

_OPEN = re.compile(r"\s*@startuml\b[ \t]*(?P<name>.*)", re.IGNORECASE)
_CLOSE = re.compile(r"\s*@enduml\b", re.IGNORECASE)
_ANNOTATION = re.compile(r"\s*'\s*flowdial:\s*(?P<pairs>.*)")
_PAIR = re.compile(r'\s*(?P<key>[A-Za-z_][\w-]*)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]+))')
_SETTINGS = frozenset({"lang"})
_STEP_KEYS = frozenset({"say"})


@dataclass(frozen=True, slots=True)
class Block:
    """The raw lines between `@startuml` and `@enduml`; `first` is the file's line of `lines[0]`."""

    lines: tuple[str, ...]
    first: int
    name: str = ""


@dataclass(slots=True)
class Prepared:
    """What the grammar reads: `text`, and for every line of it the line of the file."""

    text: str = ""
    origins: list[int] = field(default_factory=list)
    annotations: dict[int, dict[str, str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


def blocks(text: str) -> list[Block]:
    """All `@startuml` blocks of a file; one that is not closed runs to the end of the file."""
    found: list[Block] = []
    opened: tuple[str, int] | None = None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, line in enumerate(lines):
        if opened is None and "@" in line and (match := _OPEN.match(line)):
            opened = (match["name"].strip(), index + 1)
        elif opened is not None and "@" in line and _CLOSE.match(line):
            found.append(_block(lines, opened, index))
            opened = None
    if opened is not None:
        found.append(_block(lines, opened, len(lines)))
    return found


def _block(lines: list[str], opened: tuple[str, int], end: int) -> Block:
    name, begin = opened
    return Block(tuple(lines[begin:end]), begin + 1, name)


def prepare(block: Block) -> Prepared:
    """Take comments out, join lines that end in a backslash, collect `' flowdial:` annotations."""
    out = Prepared()
    kept: list[str] = []
    pending: dict[str, str] = {}
    for number, line in _uncommented(block, out, pending):
        if kept and kept[-1].endswith("\\"):
            kept[-1] = kept[-1][:-1] + line.lstrip()
            continue
        kept.append(line)
        out.origins.append(number)
        if pending and line.strip():
            out.annotations[len(kept)] = dict(pending)
            pending.clear()
    out.text = "\n".join(kept)
    out.origins.append(block.first + len(block.lines))
    return out


def _uncommented(block: Block, out: Prepared, pending: dict[str, str]) -> Iterator[tuple[int, str]]:
    inside = False
    for number, line in enumerate(block.lines, block.first):
        stripped = line.strip()
        if inside:
            inside = not stripped.endswith("'/")
        elif stripped.startswith("'"):
            if "flowdial:" in stripped:
                _annotate(line, number, out.settings, pending)
        elif stripped.startswith("/'"):
            inside = "'/" not in stripped[2:]
            rest = stripped[2:].partition("'/")[2]
            if rest.strip():
                yield number, rest
        else:
            yield number, line


def _annotate(line: str, number: int, settings: dict[str, str], pending: dict[str, str]) -> None:
    match = _ANNOTATION.match(line)
    if match is None:
        return
    position, pairs = 0, match["pairs"].rstrip()
    while position < len(pairs):
        pair = _PAIR.match(pairs, position)
        if pair is None or pair["key"] not in _SETTINGS | _STEP_KEYS:
            spaces = len(pairs[position:]) - len(pairs[position:].lstrip())
            raise _bad_annotation(line, number, match.start("pairs") + position + spaces)
        value = pair["bare"] if pair["quoted"] is None else re.sub(r"\\(.)", r"\1", pair["quoted"])
        (settings if pair["key"] in _SETTINGS else pending)[pair["key"]] = value
        position = pair.end()


def _bad_annotation(line: str, number: int, column: int) -> NotationError:
    from flowdial.notation.diagnostics import located

    known = ", ".join(sorted(_SETTINGS | _STEP_KEYS))
    return located(
        "annotation",
        "this is not an annotation that FlowDial knows",
        line,
        number,
        column + 1,
        f'write `\' flowdial: key="value"` with a key among: {known}',
    )
