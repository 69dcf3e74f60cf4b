"""Lay a diagram file out in one way.  text -> text.  Comments, colours and wording stay; the meaning is the same.

Every statement stands on lines of its own at two spaces a level, keywords are in lower case with one spelling, and
at most one blank line stands between statements. A statement over several lines keeps its other lines as they are,
for their white space may be text. Knows the grammar's statements; knows no graph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lark import Token
from lark.exceptions import UnexpectedInput

from flowdial.notation.languages import Language, language
from flowdial.notation.lines import Block, blocks, uncommented
from flowdial.notation.parser import parse, parse_block
from flowdial.notation.preprocessor import Line

_INDENT = "  "
_DIRECTIVE = re.compile(r"\s*!(?!(?:pragma|theme|option)\b)", re.IGNORECASE)
_MACRO = re.compile(r"\s*!(?:unquoted\s+|final\s+)*(?:procedure|function|definelong)\b(?!.*!return)", re.IGNORECASE)
_END_MACRO = re.compile(r"\s*!end\s*(?:procedure|function|definelong)\b", re.IGNORECASE)
#: Statements between the branches of a block: they stand where the block begins.
_MIDDLE = frozenset({"ELSE", "ELSEIF", "CASE", "FORK_AGAIN", "SPLIT_AGAIN", "REGION"})


def format_text(text: str, folder: Path | None = None) -> str:
    """The text with each of its diagrams laid out; `folder` is where `!include` may read.

    Raises NotationError where a diagram is refused, or there is none. One whose statements come from macros is left as
    it is.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = blocks(text)
    if not found:
        parse(text)
    for block in reversed(found):
        parse_block(block, folder=folder)
        begin = block.first - 1
        laid = _laid_out(block)
        if laid is not None:
            opening = lines[begin - 1]
            margin = opening[: len(opening) - len(opening.lstrip())]
            lines[begin : begin + len(block.lines)] = [margin + line if line else line for line in laid]
    return "\n".join(lines).removesuffix("\n") + "\n"


def _laid_out(block: Block) -> list[str] | None:
    """The lines of a block; None where its statements cannot be read without running its macros."""
    kept = list(_statements(block))
    text, origins = _joined(kept)
    if not text.strip():
        return None
    for kind in ("activity", "state"):
        spoken = language(kind)
        try:
            tokens = list(spoken.lark.parse_interactive(text).iter_parse())
        except UnexpectedInput:
            continue
        return list(_tidy(_Layout(block, spoken, origins, {line.number for line in kept}).lines(tokens)))
    return None


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


#: A line, and whether it is text that stays as it is.
_Line = tuple[str, bool]


class _Layout:
    """Gives the lines of a block; `depth` counts the blocks that are open."""

    def __init__(self, block: Block, spoken: Language, origins: list[int], statements: set[int]) -> None:
        self.block = block
        self.origins = origins
        self.statements = statements
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
        """Comments, directives and blank lines."""
        depth, inside = self.depth, False
        for number in range(begin, end):
            line = self.raw(number).rstrip()
            plain = not inside and (line.lstrip().startswith("'") or not line)
            yield (_INDENT * depth + line.strip() if plain and line else line), inside
            inside = "'/" not in line if inside else line.lstrip().startswith("/'") and "'/" not in line.lstrip()[2:]

    def statement(self, token: Token, start: int, end: int) -> Iterator[_Line]:
        outer = token.type in self.closers or token.type in _MIDDLE
        depth = max(0, self.depth - outer)
        if end - start == 1 and "/'" not in self.raw(start):
            yield _INDENT * depth + self.written(token), False
        else:
            yield _INDENT * depth + self.raw(start).lstrip().rstrip(" \t" if end - start == 1 else ""), True
            yield from ((self.raw(number), True) for number in range(start + 1, end))
        self.depth += (token.type in self.openers) - (token.type in self.closers)
        self.depth = max(0, self.depth)

    def written(self, token: Token) -> str:
        match = self.patterns[token.type].fullmatch(token)
        write = _WRITE.get(token.type)
        if match is not None and token.type in _ENDS:
            return _transition(match, *_ENDS[token.type])
        if match is None or write is None:
            return token.strip()
        return write({name: value or "" for name, value in match.groupdict().items()}, token.strip())


def _tidy(lines: Iterator[_Line]) -> Iterator[str]:
    """No two blank lines together, none at the beginning or the end; those within a text stay."""
    blank, begun = False, False
    for line, verbatim in lines:
        if not line and not verbatim:
            blank = begun
            continue
        if blank:
            yield ""
        yield line
        blank, begun = False, True


# ---- how a statement is written ----
_Fields = Mapping[str, str]
_Writer = Callable[[_Fields, str], str]


def _word(word: str) -> _Writer:
    return lambda _fields, _text: word


def _lower(_fields: _Fields, text: str) -> str:
    return text.rstrip("; \t").lower()


def _choice(word: str, key: str) -> _Writer:
    def write(found: _Fields, _text: str) -> str:
        color = f"{found[f'{key}_color']}:" if found.get(f"{key}_color") else ""
        back = f"({found['elseif_from']}) " if found.get("elseif_from") else ""
        head = f"{back}{color}{word} ({found[f'{key}_test']})"
        label = found[f"{key}_then"] or found[f"{key}_when"]
        if found[f"{key}_is"]:
            return f"{head} is ({found[f'{key}_is']}) then"
        return f"{head} then ({label})" if label else f"{head} then"

    return write


def _labelled(word: str, *keys: str) -> _Writer:
    def write(found: _Fields, _text: str) -> str:
        label = next((found[key] for key in keys if found.get(key)), "")
        return f"{word} ({label})" if label else word

    return write


def _while(found: _Fields, _text: str) -> str:
    color = f"{found['while_color']}:" if found["while_color"] else ""
    label = f" is ({found['while_is']})" if found["while_is"] else ""
    return f"{color}while ({found['while_test']}){label}"


def _switch(found: _Fields, _text: str) -> str:
    color = f"{found['switch_color']}:" if found["switch_color"] else ""
    return f"{color}switch ({found['switch_test']})"


def _repeat_while(_fields: _Fields, text: str) -> str:
    return re.sub(r"^repeat\s*while\s*", "repeat while ", text.rstrip("; \t"), flags=re.IGNORECASE).rstrip()


def _brace(_fields: _Fields, text: str) -> str:
    return f"{text.removesuffix('{').rstrip()} {{" if text.endswith("{") else text


def _transition(match: re.Match[str], first: str, second: str, event: str) -> str:
    """Ends, arrow and event with one space between; what stands at an end (colour, stereotype) stays with it."""
    text = match[0]
    looks = first.replace("_name", "_stereotype")
    named = match.end(looks) if match[looks] else match.end(first)
    begin = _ARROW.search(text, named)
    at = begin.start() if begin else named
    end = match.start(event) if match[event] else len(text)
    target = text[match.start(second) : end].strip()
    target = target.removesuffix(":").rstrip() if match[event] else target
    written = f"{text[:at].strip()} {text[at : match.start(second)].strip()} {target}"
    return f"{written} : {match[event]}" if match[event] else written


_ARROW = re.compile(r"(?:[oO][ \t]+)?<|[xX]?-")

#: The ends of a transition as they are written, and its event.
_ENDS = {
    "TRANSITION": ("from_name", "to_name", "event"),
    "BACK_TRANSITION": ("back_to_name", "back_from_name", "back_event"),
}
_WRITE: Mapping[str, _Writer] = {
    **dict.fromkeys(("START", "STOP", "END", "BREAK", "FORK", "SPLIT"), _lower),
    "DETACH": _word("detach"),
    "FORK_AGAIN": _word("fork again"),
    "SPLIT_AGAIN": _word("split again"),
    "END_SPLIT": _word("end split"),
    "ENDIF": _word("endif"),
    "ENDSWITCH": _word("endswitch"),
    "IF": _choice("if", "if"),
    "ELSEIF": _choice("elseif", "elseif"),
    "ELSE": _labelled("else", "else_label", "else_when"),
    "CASE": lambda found, _text: f"case ({found['case_label']})",
    "ENDWHILE": _labelled("endwhile", "endwhile_label"),
    "WHILE": _while,
    "REPEAT_WHILE": _repeat_while,
    "GROUP": _brace,
    "COMPOSITE": _brace,
    "SWITCH": _switch,
}
