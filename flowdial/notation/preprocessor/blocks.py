"""Nest the lines.  lines -> plain lines, directives and the blocks they open.

Knows which directive closes which; a directive itself is read when it is carried out, so that what a choice
leaves out may be anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flowdial.notation.preprocessor import reader
from flowdial.notation.preprocessor.keywords import balance, open_data, word_of
from flowdial.notation.preprocessor.limits import Trouble
from flowdial.notation.preprocessor.line import Line
from flowdial.notation.preprocessor.syntax import Declare

_CHOICES = frozenset({"if", "ifdef", "ifndef"})
_LOOPS = {"while": "endwhile", "foreach": "endfor"}
_BODIES = {"procedure": "endprocedure", "function": "endfunction", "definelong": "enddefinelong"}
_END_BODIES = frozenset(_BODIES.values())


@dataclass(slots=True)
class Plain:
    """A line of the diagram."""

    line: Line


@dataclass(slots=True)
class Single:
    """A directive that opens no block."""

    line: Line
    word: str


@dataclass(slots=True)
class Choice:
    """`!if … !elseif … !else … !endif`: each part with the line that asks, `!else` asks nothing."""

    line: Line
    parts: list[tuple[Line | None, list[Node]]] = field(default_factory=list)
    closed: bool = False


@dataclass(slots=True)
class Loop:
    """`!while` or `!foreach` and its lines."""

    line: Line
    word: str
    body: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Body:
    """`!procedure`, `!function` or `!definelong` and the lines it keeps for later."""

    line: Line
    declared: Declare
    lines: list[Line] = field(default_factory=list)


Node = Plain | Single | Choice | Loop | Body


class Misplaced(Exception):
    """Trouble with the line it is about."""

    def __init__(self, trouble: Trouble, line: Line) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble
        self.line = line


def nest(lines: Sequence[Line]) -> list[Node]:
    """The lines as a tree. Raises Misplaced for what closes nothing and for what is left open."""
    nester = _Nester(iter(lines))
    for line in nester.lines:
        try:
            nester.add(line)
        except Trouble as trouble:
            raise Misplaced(trouble, line) from None
    return nester.finish()


class _Nester:
    def __init__(self, lines: Iterator[Line]) -> None:
        self.lines = lines
        self.nodes: list[Node] = []
        self._opened: list[Choice | Loop] = []

    @property
    def _here(self) -> list[Node]:
        if not self._opened:
            return self.nodes
        block = self._opened[-1]
        return block.parts[-1][1] if isinstance(block, Choice) else block.body

    def add(self, line: Line) -> None:
        word = word_of(line.text)
        if not word:
            self._here.append(Plain(line))
        elif word in _CHOICES:
            self._open(Choice(line, [(line, [])]))
        elif word in _LOOPS:
            self._open(Loop(self._complete(line), word))
        elif word in _BODIES:
            self._keep(line, word)
        elif word in ("elseif", "else", "endif"):
            self._go_on(line, word)
        elif word in _LOOPS.values():
            self._close(word)
        elif word not in _END_BODIES:
            self._here.append(Single(self._complete(line), word))

    def finish(self) -> list[Node]:
        for block in self._opened:
            if isinstance(block, Loop):
                hint = f"write `!{_LOOPS[block.word]}` after its last line"
                raise Misplaced(Trouble(f"`!{block.word}` is not closed", hint), block.line)
        return self.nodes

    def _open(self, block: Choice | Loop) -> None:
        self._here.append(block)
        self._opened.append(block)

    def _go_on(self, line: Line, word: str) -> None:
        block = self._opened[-1] if self._opened else None
        if not isinstance(block, Choice):
            raise self._stray(word, "!if")
        if word == "endif":
            block.closed = True
            self._opened.pop()
        else:
            block.parts.append((line if word == "elseif" else None, []))

    def _close(self, word: str) -> None:
        block = self._opened[-1] if self._opened else None
        if not isinstance(block, Loop) or _LOOPS[block.word] != word:
            opening = next(opening for opening, closing in _LOOPS.items() if closing == word)
            raise self._stray(word, f"!{opening}")
        self._opened.pop()

    def _stray(self, word: str, opening: str) -> Trouble:
        if not self._opened:
            return Trouble(f"there is no `{opening}` for this `!{word}`", f"take it out, or write `{opening} …` before")
        line = self._opened[-1].line
        open_word = line.text.split()[0]
        return Trouble(f"`!{word}` stands where `{open_word}` of line {line.number} is open", "close that one first")

    def _keep(self, line: Line, word: str) -> None:
        declared = reader.directive(line.text)
        assert isinstance(declared, Declare)
        block = Body(line, declared)
        self._here.append(block)
        if declared.result is not None:
            return
        for following in self.lines:
            if _ends_body(following.text):
                return
            block.lines.append(following)
        raise Trouble(f"`!{word}` is not closed", f"write `!{_BODIES[word]}` after its last line")

    def _complete(self, line: Line) -> Line:
        """A JSON value may go on over lines."""
        opened, pieces = open_data(line.text), [line.text]
        while opened > 0:
            following = next(self.lines, None)
            if following is None:
                raise Trouble("the JSON value is not closed", "every `{` and `[` needs its `}` and `]`")
            pieces.append(following.text)
            opened += balance(following.text)
        return Line(" ".join(pieces), line.number, line.annotations) if len(pieces) > 1 else line


def _ends_body(text: str) -> bool:
    return text.lstrip().startswith("!end") and "".join(text.split())[1:].startswith(tuple(_END_BODIES))
