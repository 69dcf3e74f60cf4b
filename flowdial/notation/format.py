"""Lay a diagram file out in one way.  text -> text.  Comments, colours and wording stay; the meaning is the same.

Every statement stands on lines of its own at two spaces a level, keywords are in lower case with one spelling, and
at most one blank line stands between statements. The text within a statement, over several lines or one, and the lines
that the preprocessor writes anew stay as they are. Knows the grammar's statements; knows no graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lark import Token
from lark.exceptions import UnexpectedInput

from flowdial.notation.ast import Diagram
from flowdial.notation.languages import Language, language
from flowdial.notation.lines import Block, blocks, uncommented
from flowdial.notation.parser import parse, parse_block
from flowdial.notation.preprocessor import Line
from flowdial.notation.spelling import END_TEXT, TEXTS, WRITE

#: The byte order mark, which may stand before the first line.
MARK = "\ufeff"
_INDENT = "  "
_DIRECTIVE = re.compile(r"\s*!(?!(?:pragma|theme|option)\b)", re.IGNORECASE)
_MACRO = re.compile(r"\s*!(?:unquoted\s+|final\s+)*(?:procedure|function|definelong)\b(?!.*!return)", re.IGNORECASE)
_END_MACRO = re.compile(r"\s*!end\s*(?:procedure|function|definelong)\b", re.IGNORECASE)
#: Statements between the branches of a block: they stand where the block begins.
_MIDDLE = frozenset({"ELSE", "ELSEIF", "CASE", "FORK_AGAIN", "SPLIT_AGAIN", "REGION"})


def format_text(text: str, folder: Path | None = None) -> str:
    """The text with each of its diagrams laid out; `folder` is where `!include` may read. A byte order mark stays.

    Raises NotationError where a diagram is refused, or there is none. One whose statements come from macros is left as
    it is.
    """
    if text.startswith(MARK):
        return MARK + format_text(text.removeprefix(MARK), folder)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = blocks(text)
    if not found:
        parse(text)
    for block in reversed(found):
        diagram = parse_block(block, folder=folder)
        begin = block.first - 1
        opening = lines[begin - 1]
        margin = opening[: len(opening) - len(opening.lstrip())]
        laid = _laid_out(block, diagram)
        if laid is not None:
            lines[begin : begin + len(block.lines)] = _tidy(laid, margin)
    return "\n".join(lines).removesuffix("\n") + "\n"


def _laid_out(block: Block, diagram: Diagram) -> list[_Line] | None:
    """The lines of a block; None where its statements cannot be read without running its macros."""
    kept = list(_statements(block))
    text, origins = _joined(kept)
    if not text.strip():
        return None
    spoken = language(diagram.kind)
    try:
        tokens = list(spoken.lark.parse_interactive(text).iter_parse())
    except UnexpectedInput:
        return None
    plain = _plain(dict(zip(origins, text.split("\n"), strict=True)), diagram)
    return list(_Layout(block, spoken, origins, {line.number for line in kept}, plain).lines(tokens))


def _statements(block: Block) -> Iterator[Line]:
    """The lines that hold statements: no comments, no directives, no bodies of macros."""
    inside = False
    for line in uncommented(block, {}):
        if inside:
            inside = not _END_MACRO.match(line.text)
        elif _MACRO.match(line.text):
            inside = True
        elif not _DIRECTIVE.match(line.text):
            yield line


def _joined(lines: list[Line]) -> tuple[str, list[int]]:
    kept: list[str] = []
    origins: list[int] = []
    for line in lines:
        if kept and kept[-1].endswith("\\"):
            kept[-1] = kept[-1][:-1] + line.text.lstrip()
        else:
            kept.append(line.text)
            origins.append(line.number)
    return "\n".join(kept), origins


def _plain(written: Mapping[int, str], diagram: Diagram) -> set[int]:
    """The lines that the preprocessor leaves as they are written, or out."""
    read = zip(diagram.origins, diagram.text.split("\n"), strict=False)
    return set(written) - {number for number, line in read if written.get(number, line).strip() != line.strip()}


#: A line, and whether it stays as it is, margin and all.
_Line = tuple[str, bool]


class _Layout:
    """Gives the lines of a block; `depth` counts the blocks that are open."""

    def __init__(
        self, block: Block, spoken: Language, origins: list[int], statements: set[int], plain: set[int]
    ) -> None:
        self.block = block
        self.origins = origins
        self.statements = statements
        self.plain = plain
        self.openers = spoken.closers
        self.closers = frozenset(spoken.closers.values())
        self.patterns = {t.name: re.compile(t.pattern.to_regexp()) for t in spoken.lark.terminals}
        self.depth = 0

    def lines(self, tokens: list[Token]) -> Iterator[_Line]:
        written = [token for token in tokens if token]
        at = self.block.first
        starts = [self.origins[(token.line or 1) - 1] for token in written]
        for token, start, after in zip(written, starts, [*starts[1:], None], strict=True):
            yield from self.between(at, start)
            end = self.end(start, after)
            yield from self.statement(token, start, end)
            at = end
        yield from self.between(at, self.block.first + len(self.block.lines))

    def end(self, start: int, after: int | None) -> int:
        """The first raw line behind a statement, what is no part of it left out."""
        end = self.block.first + len(self.block.lines) if after is None else after
        while end - 1 > start and (end - 1 not in self.statements or not self.raw(end - 1).strip()):
            end -= 1
        return end

    def raw(self, number: int) -> str:
        return self.block.lines[number - self.block.first]

    def between(self, begin: int, end: int) -> Iterator[_Line]:
        """Comments, directives and blank lines; what stands within a comment or a macro stays."""
        comment = macro = False
        for number in range(begin, end):
            raw = self.raw(number)
            line = raw.strip()
            if comment or macro:
                yield raw, True
                comment = comment and not line.endswith("'/")
                macro = macro and not _END_MACRO.match(raw)
            elif not line or line.startswith("'"):
                yield _INDENT * self.depth * bool(line) + line, False
            else:
                yield _trimmed(raw), True
                comment = line.startswith("/'") and "'/" not in line[2:]
                macro = bool(_MACRO.match(raw))

    def statement(self, token: Token, start: int, end: int) -> Iterator[_Line]:
        outer = token.type in self.closers or token.type in _MIDDLE
        indent = _INDENT * max(0, self.depth - outer)
        spelled = self.spelled(token)
        first = self.raw(start) if end - start > 1 else _trimmed(self.raw(start))
        yield indent + spelled.get(start, first).lstrip(), False
        for number in range(start + 1, end):
            line = spelled.get(number, self.raw(number))
            closes = number == end - 1 and token.type in TEXTS and END_TEXT.fullmatch(line)
            yield (indent + line.lstrip(), False) if closes else (line, True)
        self.depth += (token.type in self.openers) - (token.type in self.closers)
        self.depth = max(0, self.depth)

    def spelled(self, token: Token) -> dict[int, str]:
        """The lines of a statement in their spelling, by number; without those that are not read just as written."""
        at = (token.line or 1) - 1
        before, after = token.split("\n"), self.written(token).split("\n")
        found: dict[int, str] = {}
        for number, old, new in zip(self.origins[at : at + len(before)], before, after, strict=True):
            raw = self.raw(number)
            if number in self.plain and raw.strip() == old.strip():
                found[number] = _unjoined(new, raw)
        return found

    def written(self, token: Token) -> str:
        match = self.patterns[token.type].fullmatch(token)
        write = WRITE.get(token.type)
        return token.strip() if match is None or write is None else write(match)


def _trimmed(line: str) -> str:
    return _unjoined(line.rstrip(), line)


def _unjoined(line: str, raw: str) -> str:
    """A line that is not joined to the next one where it was not before: a backslash at its end joins."""
    return f"{line} " if line.endswith("\\") and not raw.endswith("\\") else line


def _tidy(lines: list[_Line], margin: str) -> Iterator[str]:
    """No two blank lines together, none at the beginning or the end; what stays as it is has its margin."""
    blank, begun = False, False
    for line, stays in lines:
        if not line and not stays:
            blank = begun
            continue
        if blank:
            yield ""
        yield line if stays else margin + line
        blank, begun = False, True
