"""Name a mistake.  the refused line + the blocks open around it -> code, message, hint, mend.

Each entry is a shape in which people really write a statement wrong; the first that fits is used. Knows
wordings; knows no parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowdial.notation.legacy import modern

#: What to write instead of the line: the lines themselves, none to take it out; None where nobody can tell.
Mend = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Mistake:
    """What to tell: `column` (from 1) overrides the parser's place where it is not 0.

    `closes` are terminals of open blocks that the mend closes.
    """

    code: str
    message: str
    hint: str
    column: int = 0
    mend: Mend = None
    closes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A line that is wrong in a known way; `at` is the group that the caret points to.

    `mend` is the right line, in which `{before}`, `{at}` and `{after}` stand for the parts of the wrong one.
    """

    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str
    mend: str | None = None

    def mistake(self, line: str) -> Mistake | None:
        """What to tell of `line`; None where it is not wrong in this way."""
        match = self.pattern.match(line)
        if match is None:
            return None
        at = match["at"]
        parts = {"before": line[: match.start("at")], "at": at, "after": line[match.end("at") :].rstrip()}
        parts["ascii"] = at.translate(ASCII)
        mend = None if self.mend is None else tuple(self.mend.format_map(parts).split("\n"))
        fill: Callable[[str], str] = lambda text: text.replace("{at}", at)  # noqa: E731
        return Mistake(self.code, fill(self.message), fill(self.hint), match.start("at") + 1, mend)


#: Full-width punctuation, as Chinese input methods write it.
ASCII = str.maketrans("：；（）", ":;()")


def shape(code: str, pattern: str, message: str, hint: str, mend: str | None = None) -> Shape:
    """A Shape whose pattern is read in any case, after leading white space."""
    return Shape(code, re.compile(r"\s*" + pattern, re.IGNORECASE), message, hint, mend)


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
    return Mistake("legacy-syntax", message, hint, column)
