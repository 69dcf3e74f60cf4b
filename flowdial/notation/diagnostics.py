"""Refuse a line.  place + reason -> NotationError that tells it."""

from __future__ import annotations

from flowdial.diagnostics import Diagnostic
from flowdial.errors import NotationError


def located(code: str, message: str, source: str, line: int, column: int, hint: str = "") -> NotationError:
    """A NotationError that shows `source` (the text of `line`) with a caret under `column` (from 1)."""
    return NotationError.of([Diagnostic(code, message, source, line, column, hint)])
