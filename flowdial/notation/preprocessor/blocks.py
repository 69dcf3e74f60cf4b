"""Nest the lines.  lines -> plain lines, directives and the blocks they open; what closes nothing is told.

Knows which directive closes which; a directive itself is read when it is carried out, so that what a choice
leaves out may be anything.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

from flowdial.notation.preprocessor import reader
from flowdial.notation.preprocessor.keywords import (
    balance,
    bare_word,
    is_of_body,
    looks_like_data,
    meant,
    open_data,
    word_of,
)
from flowdial.notation.preprocessor.limits import Trouble
from flowdial.notation.preprocessor.line import Line
from flowdial.notation.preprocessor.mistakes import Mistakes
from flowdial.notation.preprocessor.syntax import Declare

_CHOICES = frozenset({"if", "ifdef", "ifndef"})
_LOOPS = {"while": "endwhile", "foreach": "endfor"}
_BODIES = {"procedure": "endprocedure", "function": "endfunction", "definelong": "enddefinelong"}
_MARKS = frozenset({"startsub", "endsub"})
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
    """`!if … !elseif … !else … !endif`: each part with the line that asks, `!else` asks nothing.

    `told` says that the end of another block was told to stand in it.
    """

    line: Line
    parts: list[tuple[Line | None, list[Node]]] = field(default_factory=list)
    closed: bool = False
    told: bool = False
    end: str = "endif"


@dataclass(slots=True)
class Loop:
    """`!while` or `!foreach` and its lines; `end` is what closes it."""

    line: Line
    end: str
    body: list[Node] = field(default_factory=list)
    closed: bool = False
    told: bool = False


@dataclass(slots=True)
class Body:
    """`!procedure`, `!function` or `!definelong` and the lines it keeps for later."""

    line: Line
    declared: Declare
    lines: list[Line]


Node = Plain | Single | Choice | Loop | Body


def nest(lines: list[Line], mistakes: Mistakes, file: str = "", *, body: bool = False) -> list[Node]:
    """The lines, of an included `file` or of the `body` of a procedure, as a tree.

    Tells `mistakes` what closes nothing and what is left open. A directive that is nearly right is mended in `lines`.
    """
    nester = _Nester(lines, mistakes, file, body)
    while nester.at < len(lines):
        nester.add_next()
    return nester.finish()


class _Nester:
    def __init__(self, lines: list[Line], mistakes: Mistakes, file: str, body: bool) -> None:
        self.lines = lines
        self.at = 0
        self.nodes: list[Node] = []
        self._mistakes = mistakes
        self._file = file
        self._is_body = body
        self._opened: list[Choice | Loop] = []
        self._ends: Counter[str] = Counter()
        self._owed: Counter[str] = Counter()
        self._endless = False
        self._subs: list[Line] = []
        self._nested = False

    @property
    def _here(self) -> list[Node]:
        if not self._opened:
            return self.nodes
        block = self._opened[-1]
        return block.parts[-1][1] if isinstance(block, Choice) else block.body

    def add_next(self) -> None:
        line = self.lines[self.at]
        self.at += 1
        try:
            self._add(line, word_of(line.text))
        except Trouble as trouble:
            self._tell(trouble, line)
            self._mend(line)

    def _mend(self, line: Line) -> None:
        """Go on with the directive that was meant; the end of a body was meant to be the end of this one."""
        mended = self._mistakes.change(line, meant(line.text, self._opened[-1].end if self._opened else ""))
        self.lines[self.at - 1] = mended
        if self._is_body and _ends_body(mended.text):
            self._mistakes.lose(line.number)
            self.at = len(self.lines)
        elif mended.text:
            self._add(mended, word_of(mended.text))

    def _add(self, line: Line, word: str) -> None:
        if not word:
            self._here.append(Plain(line))
        elif word in _CHOICES:
            self._open(Choice(line, [(line, [])]))
        elif word in _LOOPS:
            self._open(Loop(self._complete(line), _LOOPS[word]))
        elif word in _BODIES:
            self._keep(line, word)
        elif word in ("elseif", "else"):
            self._go_on(line, word)
        elif word == "endif" or word in _LOOPS.values():
            self._close(line, word)
        elif word in _MARKS and self._mark(line, word):
            pass
        elif word not in _END_BODIES and not (self._endless and is_of_body(line.text, word)):
            self._here.append(Single(self._complete(line), word))

    def finish(self) -> list[Node]:
        if self._subs and not self._nested:
            self._tell(Trouble("`!startsub` is not closed", "write `!endsub` after its last line"), self._subs[0])
        return self.nodes

    def _tell(self, trouble: Trouble, line: Line) -> None:
        self._mistakes.tell(trouble, line, file=self._file)

    def _lose(self, trouble: Trouble, line: Line) -> None:
        """Tell a mistake for which lines or names are missing from there on."""
        self._tell(trouble, line)
        self._mistakes.lose(line.number)

    # ---- choices and loops ----
    def _open(self, block: Choice | Loop) -> None:
        self._here.append(block)
        self._opened.append(block)
        self._ends[block.end] += 1

    def _pop(self) -> Choice | Loop:
        block = self._opened.pop()
        self._ends[block.end] -= 1
        return block

    def _go_on(self, line: Line, word: str) -> None:
        """`!elseif` or `!else`."""
        if self._leave_inner(line, word, "endif"):
            block = self._opened[-1]
            assert isinstance(block, Choice)
            block.parts.append((line if word == "elseif" else None, []))

    def _close(self, line: Line, word: str) -> None:
        """`!endif`, `!endwhile` or `!endfor`."""
        if self._leave_inner(line, word, word):
            self._pop().closed = True

    def _leave_inner(self, line: Line, word: str, end: str) -> bool:
        """Whether a block that `end` closes is open; the blocks in it are left, as their own ends are missing."""
        last = self._opened[-1] if self._opened else None
        if last is not None and last.end == end:
            return True
        if not self._ends[end] and self._owed[end]:
            self._owed[end] -= word == end
            return False
        if last is None or not last.told:
            self._tell(self._stray(word, end), line)
        if not self._ends[end]:
            self._owed[end] += word != end
            if last is not None:
                last.told = True
            return False
        while self._opened[-1].end != end:
            inner = self._pop()
            inner.closed = isinstance(inner, Choice)
            inner.told = True
            self._owed[inner.end] += 1
        return True

    def _stray(self, word: str, end: str) -> Trouble:
        opening = next((f"!{opening}" for opening, closing in _LOOPS.items() if closing == end), "!if")
        if not self._opened:
            return Trouble(f"there is no `{opening}` for this `!{word}`", f"take it out, or write `{opening} …` before")
        line = self._opened[-1].line
        open_word = line.text.split()[0]
        return Trouble(f"`!{word}` stands where `{open_word}` of line {line.number} is open", "close that one first")

    # ---- lines that belong to a directive ----
    def _keep(self, line: Line, word: str) -> None:
        """`!procedure`, `!function` or `!definelong` with its body."""
        declared = self._declared(line)
        if declared is None and "return" in line.text:
            return
        body = [] if declared is not None and declared.result is not None else self._body(line, word, declared)
        if declared is not None and body is not None:
            self._here.append(Body(line, declared, [one for one in body if not self._is_mark(one)]))

    def _is_mark(self, line: Line) -> bool:
        word = bare_word(line.text)
        return word in _MARKS and self._mark(line, word)

    def _mark(self, line: Line, word: str) -> bool:
        """Pass over `!startsub` or the `!endsub` of one, whatever stands around; False for a stray `!endsub`."""
        if word == "endsub":
            return bool(self._subs) and self._subs.pop() is not None
        try:
            reader.directive(line.text)
            if self._subs:
                self._nested = True
                message = f"`!startsub` stands where that of line {self._subs[-1].number} is open"
                raise Trouble(message, "write `!endsub` before")
        except Trouble as trouble:
            self._tell(trouble, line)
        self._subs.append(line)
        return True

    def _declared(self, line: Line) -> Declare | None:
        try:
            declared = reader.directive(line.text)
        except Trouble as trouble:
            self._lose(trouble, line)
            return None
        assert isinstance(declared, Declare)
        return declared

    def _body(self, line: Line, word: str, declared: Declare | None) -> list[Line] | None:
        """The lines up to the end of the body; None where there is no end, and the lines are left to be read."""
        following = range(self.at, 0 if self._endless else len(self.lines))
        end = next((at for at in following if _ends_body(self.lines[at].text)), None)
        if end is None:
            end = next((at for at in following if self._nearly_ends_body(self.lines[at])), None)
        if end is None:
            self._endless = True
            if declared is not None:
                self._lose(Trouble(f"`!{word}` is not closed", f"write `!{_BODIES[word]}` after its last line"), line)
            return None
        body = self.lines[self.at : end]
        self.at = end + 1
        return body

    def _nearly_ends_body(self, line: Line) -> bool:
        """Whether the end of a body is written wrong there; that is told."""
        try:
            word_of(line.text)
        except Trouble as trouble:
            if _ends_body(meant(line.text)):
                self._tell(trouble, line)
                return True
        return False

    def _complete(self, line: Line) -> Line:
        """A JSON value may go on over lines, up to the next directive."""
        opened, end = open_data(line.text), self.at
        if opened <= 0:
            return line
        while opened > 0 and end < len(self.lines) and not self.lines[end].text.lstrip().startswith("!"):
            opened += balance(self.lines[end].text)
            end += 1
        pieces = [following.text for following in self.lines[self.at : end]]
        if opened > 0:
            self._tell(Trouble("the JSON value is not closed", "every `{` and `[` needs its `}` and `]`"), line)
            self.at += len(list(itertools.takewhile(looks_like_data, pieces)))
            return line
        self.at = end
        return self._mistakes.change(line, " ".join([line.text, *pieces]))


def _ends_body(text: str) -> bool:
    return text.lstrip().startswith("!end") and "".join(text.split())[1:].startswith(tuple(_END_BODIES))
