"""Name a mistake.  the refused line + the blocks open around it -> code, message, hint, mend.

Each entry is a shape in which people really write a statement wrong; the first that fits is used. Knows
wordings; knows no parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flowdial.notation.legacy import modern

#: What to write instead of the line: the lines themselves, none to take it out; None where nobody can tell.
Mend = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Mistake:
    """What to tell: `column` (from 1) overrides the parser's place where it is not 0.

    `mend` is what was meant. Where nobody can tell, `stand_in` lets the reading go on, so that one mistake does not
    make others. `closes` are terminals of open blocks that the mend closes; `owes` are lines below that belong to the
    mistake, and are no strays; `lacks` is the terminal that would have opened a stray word's block; `joins` says that
    the mend continues the line before.
    """

    code: str
    message: str
    hint: str
    column: int = 0
    mend: Mend = None
    stand_in: tuple[str, ...] = ("",)
    joins: bool = False
    closes: tuple[str, ...] = ()
    owes: tuple[str, ...] = ()
    lacks: str = ""

    @property
    def read_as(self) -> str:
        """What the mend makes of the line, for a warning."""
        lines = [line.strip() for line in self.mend or () if line.strip()]
        if not lines:
            return "left out"
        return ("the line before goes on with " if self.joins else "read as ") + ", then ".join(f"`{x}`" for x in lines)


@dataclass(frozen=True, slots=True)
class Shape:
    """A line that is wrong in a known way; `at` is the group that the caret points to.

    `mend` is the right line, in which `{before}`, `{at}` and `{after}` stand for the parts of the wrong one,
    `{ascii}` for `at` and `{parens}` for the whole line with ASCII punctuation, `{name}` for `at` as an identifier, and
    the names of other groups for what they match.
    """

    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str
    mend: str | None = None
    joins: bool = False

    def mistake(self, line: str) -> Mistake | None:
        """What to tell of `line`; None where it is not wrong in this way."""
        match = self.pattern.match(line)
        if match is None:
            return None
        at = match["at"]
        parts = {"before": line[: match.start("at")], "at": at, "after": line[match.end("at") :].rstrip()}
        parts |= {"ascii": at.translate(ASCII), "parens": line.translate(_PARENTHESES).rstrip()}
        parts["name"] = re.sub(r"\W+", "_", at).strip("_") or "_"
        parts = {name: found or "" for name, found in match.groupdict().items()} | parts
        mend = None if self.mend is None else _statements(self.mend.format_map(parts))
        message, hint = self.message.replace("{at}", at), self.hint.replace("{at}", at)
        return Mistake(self.code, message, hint, match.start("at") + 1, mend, joins=self.joins)


#: Full-width punctuation, as Chinese input methods write it.
ASCII = str.maketrans("：；（）｝", ":;()}")
_PARENTHESES = str.maketrans("（）", "()")
_ACTION_AND_MORE = re.compile(r"(\s*:[^;]*;)\s*([^\s;<'].*)")


def _statements(text: str) -> tuple[str, ...]:
    """Lines, and of a line `:step; more` the two statements that it holds."""
    lines = text.split("\n")
    while match := _ACTION_AND_MORE.fullmatch(lines[-1]):
        lines[-1:] = match.groups()
    return tuple(lines)


def shape(code: str, pattern: str, message: str, hint: str, mend: str | None = None, *, joins: bool = False) -> Shape:
    """A Shape whose pattern is read in any case, after leading white space."""
    return Shape(code, re.compile(r"\s*" + pattern, re.IGNORECASE), message, hint, mend, joins)


def first(shapes: Sequence[Shape], line: str) -> Mistake | None:
    """The first shape that fits."""
    return next((mistake for known in shapes if (mistake := known.mistake(line))), None)


def legacy(line: str) -> Mistake | None:
    """The legacy activity syntax, with the modern form of this very line."""
    found = modern(line)
    if found is None:
        return None
    column, lines = found
    written = ", then ".join(f"`{text}`" for text in lines)
    message = "this is PlantUML's legacy activity syntax, which FlowDial does not read"
    hint = f"the modern form of this line is {written}" if lines else "the modern form needs no such line"
    return Mistake("legacy-syntax", message, hint, column, stand_in=tuple(line for line in lines if line[:2] == "if"))
