"""Say what is wrong with a line.  place + reason -> NotationError with caret and hint.

The caret counts display cells: a Chinese character is two cells wide.
"""

from __future__ import annotations

import unicodedata

from flowdial.errors import NotationError

_SHOWN = 160


def width(text: str) -> int:
    """Number of terminal cells that `text` takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def located(
    code: str, message: str, source: str, line: int, column: int, hint: str = "", file: str = ""
) -> NotationError:
    """A `NotationError` that shows `source` (the text of `line`) with a caret under `column` (from 1)."""
    rendered = "\n".join(
        part
        for part in (
            f"{file or '<text>'}:{line}:{column}: error[{code}]: {message}",
            _excerpt(source, line, column),
            f"  hint: {hint}" if hint else "",
        )
        if part
    )
    return NotationError(f"error[{code}]: {message}", line=line, column=column, hint=hint, rendered=rendered)


def in_file(error: NotationError, file: str) -> NotationError:
    """The same error with the file's name in its rendered form."""
    rendered = error.rendered.replace("<text>:", f"{file}:", 1) if error.rendered else f"{file}: {error}"
    return NotationError(error.message, line=error.line, column=error.column, hint=error.hint, rendered=rendered)


def _excerpt(source: str, line: int, column: int) -> str:
    """The source line, cut around the column where it is long, with a caret line below."""
    start = max(0, column - 1 - _SHOWN // 2) if len(source) > _SHOWN else 0
    shown = source[start : start + _SHOWN].replace("\t", " ")
    gutter = f"  {line} | "
    caret = " " * (len(gutter) - 2) + "| " + " " * width(shown[: column - 1 - start]) + "^"
    return f"{gutter}{shown}\n{caret}"
