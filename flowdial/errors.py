"""The one exception tree.

Every error that FlowDial raises on purpose is a `FlowDialError`: its message says where, what was found
and what to do. Exceptions of other libraries are translated where they arise, so that nobody above the
boundary has to know them.
"""

from __future__ import annotations

from collections.abc import Sequence

from flowdial.diagnostics import Diagnostic


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

    `diagnostics` are all mistakes that were found, in reading order; `message`, `line`, `column` (from 1) and
    `hint` are those of the first. `rendered` shows each with its source line, a caret and the hint.
    """

    def __init__(
        self, message: str, *, hint: str = "", diagnostics: Sequence[Diagnostic] = (), file: str = "<text>"
    ) -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)
        self.file = file

    @classmethod
    def of(cls, diagnostics: Sequence[Diagnostic], file: str = "<text>") -> NotationError:
        """The error that tells `diagnostics`, of which there is at least one."""
        first = diagnostics[0]
        return cls(f"error[{first.code}]: {first.message}", hint=first.hint, diagnostics=diagnostics, file=file)

    def in_file(self, file: str) -> NotationError:
        """The same error, told of `file`."""
        return NotationError(self.message, hint=self.hint, diagnostics=self.diagnostics, file=file)

    @property
    def line(self) -> int:
        """Line of the first mistake, from 1."""
        return self.diagnostics[0].line if self.diagnostics else 1

    @property
    def column(self) -> int:
        """Column of the first mistake, from 1, in characters."""
        return self.diagnostics[0].column if self.diagnostics else 1

    @property
    def rendered(self) -> str:
        """All mistakes as a person reads them; empty for an error without a place."""
        return "\n".join(diagnostic.render(self.file) for diagnostic in self.diagnostics)

    def __str__(self) -> str:
        if self.diagnostics:
            return self.rendered
        told = super().__str__()
        return told if self.file == "<text>" else f"{self.file}: {told}"


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


class PromptTooLong(ModelError):
    """A branch of the prompt has more tokens than the model reads; with fewer of the user's words it may fit."""


class BusyError(ModelError):
    """The model has more to do than it takes on. The session is unchanged: try again in a moment."""


class CancelledTurn(FlowDialError):
    """The turn was taken back before the model came to it. The session is unchanged."""


class CacheError(ModelError):
    """The model cache cannot be written or holds a damaged entry."""


class AdapterError(ModelError):
    """An adapter folder is missing, damaged, or made for another base model."""
