"""Say what is wrong with a line.  place + reason -> text with the source line, a caret and a hint.

The caret counts display cells: a Chinese character is two cells wide.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake, or one repair that was made (a warning).

    `source` is the text of `line`; `line` and `column` count from 1, the column in characters.
    """

    code: str
    message: str
    source: str
    line: int
    column: int
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def render(self, file: str = "<text>") -> str:
        """Place and message, the line with a caret below, the hint."""
        told = f"{file}:{self.line}:{self.column}: {self.severity}[{self.code}]: {self.message}"
        shown = _excerpt(self.source, self.line, self.column)
        return "\n".join([told, shown, f"  hint: {self.hint}"] if self.hint else [told, shown])


def width(text: str) -> int:
    """Number of terminal cells that `text` takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _excerpt(source: str, line: int, column: int) -> str:
    """The source line, cut around the column where it is long, with a caret line below."""
    start = max(0, column - 1 - _SHOWN // 2) if len(source) > _SHOWN else 0
    shown = source[start : start + _SHOWN].replace("\t", " ")
    gutter = f"  {line} | "
    caret = " " * (len(gutter) - 2) + "| " + " " * width(shown[: column - 1 - start]) + "^"
    return f"{gutter}{shown}\n{caret}"
