"""Prepare a block for the grammar.  file text -> blocks -> lines without comments and joins.

Knows PlantUML's line rules (comments, `\\` at a line's end, `@startuml`); knows no statements. Every
prepared line remembers the line of the file it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flowdial.diagnostics import Diagnostic
from flowdial.notation.comments import without_comments
from flowdial.notation.diagnostics import located
from flowdial.notation.preprocessor import Line, Mistakes, preprocess
from flowdial.notation.preprocessor.limits import MAX_LINES

_OPEN = re.compile(r"\s*@startuml\b[ \t]*(?P<name>.*)", re.IGNORECASE)
_CLOSE = re.compile(r"\s*@enduml\b", re.IGNORECASE)
_FENCE = re.compile(r"\s*(?P<fence>```+|~~~+)[ \t]*(?P<info>[^`]*)$")
_PLANTUML = re.compile(r"\{?\.?(?:plantuml|puml|uml)\b", re.IGNORECASE)
_ANNOTATION = re.compile(r"\s*'\s*flowdial:\s*(?P<pairs>.*)")
_PAIR = re.compile(r'\s*(?P<key>[A-Za-z_][\w-]*)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]+))')
_SETTINGS = frozenset({"lang"})
_STEP_KEYS = frozenset({"say"})


@dataclass(frozen=True, slots=True)
class Block:
    """The raw lines between `@startuml` and `@enduml`; `first` is the file's line of `lines[0]`.

    `closed` tells whether `@enduml` stands behind them; a Markdown fence without it may run to the end of the file.
    """

    lines: tuple[str, ...]
    first: int
    name: str = ""
    closed: bool = True


@dataclass(slots=True)
class Prepared:
    """What the grammar reads: `text`, and for every line of it the line of the file.

    `mistakes` are those of annotations and directives.
    """

    text: str = ""
    origins: list[int] = field(default_factory=list)
    annotations: dict[int, dict[str, str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    mistakes: Mistakes = field(default_factory=Mistakes)

    def copy(self) -> Prepared:
        """One that can be mended without this one."""
        return Prepared(self.text, list(self.origins), dict(self.annotations), self.settings, self.mistakes)


def blocks(text: str) -> list[Block]:
    """All diagrams of a file: `@startuml` blocks, and Markdown fences of the language `plantuml`.

    A block that is not closed runs to the end of its fence, or of the file.
    """
    finder = _Finder()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, line in enumerate(lines):
        if "@" in line or "`" in line or "~" in line:
            finder.see(lines, index, line)
    finder.close(lines, len(lines), closed=False)
    return finder.found


class _Finder:
    """Walks over the lines of a file and collects the blocks."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self.opened: tuple[str, int] | None = None
        self.fence = ""
        self.fenced = 0

    def see(self, lines: list[str], index: int, line: str) -> None:
        fence = _FENCE.match(line)
        if self.fence and fence and fence["fence"].startswith(self.fence) and not fence["info"].strip():
            self.close(lines, index)
            self.fence = ""
        elif self.opened is None and (match := _OPEN.match(line)):
            self.opened, self.fenced = (_name(match), index + 1), 0
        elif self.opened is not None and (_CLOSE.match(line) or _OPEN.match(line)):
            self.close(lines, index, closed=bool(_CLOSE.match(line)))
            if match := _OPEN.match(line):
                self.opened = (_name(match), index + 1)
        elif fence and self.opened is None and not self.fence:
            self.fence = fence["fence"]
            self.fenced = index + 1 if _PLANTUML.match(fence["info"]) else 0

    def close(self, lines: list[str], end: int, *, closed: bool = True) -> None:
        name, begin = self.opened or ("", self.fenced)
        if (begin and self.opened) or self.fenced:
            self.found.append(Block(tuple(lines[begin:end]), begin + 1, name, closed or self.opened is None))
        self.opened, self.fenced = None, 0


def _name(match: re.Match[str]) -> str:
    """What stands behind `@startuml`, without its quotes; an `(id=…)` is no name."""
    name = match["name"].strip()
    return "" if name.startswith("(") else name.strip('"')


def prepare(block: Block, folder: Path | None = None) -> Prepared:
    """Take comments out, run the preprocessor, join lines that end in a backslash, collect annotations.

    `!include` reads files of `folder` only. Raises NotationError for too many lines, and where the preprocessor comes
    to a limit.
    """
    if len(block.lines) > MAX_LINES:
        message = f"the diagram has more than {MAX_LINES:,} lines"
        hint = "draw parts of the process as diagrams of their own"
        raise located("too-long", message, block.lines[MAX_LINES], block.first + MAX_LINES, 1, hint)
    out = Prepared()
    kept: list[str] = []
    lines = list(uncommented(block, out.settings, out.mistakes.found))
    for line in preprocess(lines, folder=folder, mistakes=out.mistakes):
        if kept and kept[-1].endswith("\\"):
            kept[-1] = kept[-1][:-1] + line.text.lstrip()
            continue
        kept.append(line.text)
        out.origins.append(line.number)
        if line.annotations:
            out.annotations[len(kept)] = dict(line.annotations)
    out.text = "\n".join(kept)
    out.origins.append(block.first + len(block.lines))
    return out


def uncommented(block: Block, settings: dict[str, str], mistakes: list[Diagnostic] | None = None) -> Iterator[Line]:
    """The lines of a block without comments; annotations of the whole flow are put into `settings`.

    What is no annotation goes to `mistakes`.
    """
    pending: dict[str, str] = {}

    def heed(line: str, number: int) -> None:
        told = _annotate(line, number, settings, pending) if "flowdial:" in line else None
        if told is not None and mistakes is not None:
            mistakes.append(told)

    for number, line in without_comments(block.lines, block.first, heed=heed):
        if pending and line.strip():
            yield Line(line, number, dict(pending))
            pending.clear()
        else:
            yield Line(line, number)


def _annotate(line: str, number: int, settings: dict[str, str], pending: dict[str, str]) -> Diagnostic | None:
    """Keep the pairs of an annotation; what is wrong with it, if anything."""
    match = _ANNOTATION.match(line)
    if match is None:
        return None
    position, pairs = 0, match["pairs"].rstrip()
    while position < len(pairs):
        pair = _PAIR.match(pairs, position)
        if pair is None or pair["key"] not in _SETTINGS | _STEP_KEYS:
            spaces = len(pairs[position:]) - len(pairs[position:].lstrip())
            return _bad_annotation(line, number, match.start("pairs") + position + spaces)
        value = pair["bare"] if pair["quoted"] is None else re.sub(r"\\(.)", r"\1", pair["quoted"])
        (settings if pair["key"] in _SETTINGS else pending)[pair["key"]] = value
        position = pair.end()
    return None


def _bad_annotation(line: str, number: int, column: int) -> Diagnostic:
    known = ", ".join(sorted(_SETTINGS | _STEP_KEYS))
    hint = f'write `\' flowdial: key="value"` with a key among: {known}'
    return Diagnostic("annotation", "this is not an annotation that FlowDial knows", line, number, column + 1, hint)
