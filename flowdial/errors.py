"""The one exception tree.

Every error that FlowDial raises on purpose is a `FlowDialError`: its message says where, what was found
and what to do. Exceptions of other libraries are translated where they arise, so that nobody above the
boundary has to know them.
"""

from __future__ import annotations


class FlowDialError(Exception):
    """Base of all errors raised on purpose. `hint` is one sentence on the mend, or empty."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class SourceError(FlowDialError):
    """A diagram file cannot be read as text: missing, a directory, binary, too large."""


class NotationError(FlowDialError):
    """The text is not a diagram that FlowDial reads.

    `line` and `column` count from 1; `rendered` is the message with the source line, a caret and the hint.
    """

    def __init__(self, message: str, *, line: int = 1, column: int = 1, hint: str = "", rendered: str = "") -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column
        self.rendered = rendered

    def __str__(self) -> str:
        return self.rendered or super().__str__()


class FlowError(FlowDialError):
    """The diagram parses, but no dialogue can run on it (no start, unknown node, ambiguous label)."""


class IllegalMove(FlowDialError):
    """A move was asked for that the marking does not allow. The session is unchanged."""


class SessionError(FlowDialError):
    """A session cannot go on: it has ended, or it belongs to another flow."""


class PictureError(FlowDialError):
    """A picture cannot be drawn (Graphviz or a font is missing)."""


class MissingExtra(FlowDialError):
    """A part of FlowDial is asked for whose extra is not installed."""


class ModelError(FlowDialError):
    """A language model or an adapter cannot be fetched, opened or used."""


class CacheError(ModelError):
    """The model cache cannot be written or holds a damaged entry."""


class AdapterError(ModelError):
    """An adapter folder is missing, damaged, or made for another base model."""
