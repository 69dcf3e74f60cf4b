"""Collect the lines of the diagram.  text, number -> Line.  Knows no directives.

A procedure may be called in the middle of a line: what stands before goes to the first line it writes, what
stands after to its last.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowdial.notation.preprocessor.limits import Budget
from flowdial.notation.preprocessor.line import Line


class Output:
    """The lines written so far; text may wait for the next line, annotations for the next that is not blank."""

    def __init__(self, budget: Budget) -> None:
        self.lines: list[Line] = []
        self._before = ""
        self._budget = budget
        self._annotations: dict[str, str] = {}

    def annotate(self, annotations: Mapping[str, str]) -> None:
        """Keep annotations for the next line."""
        self._annotations.update(annotations)

    def wait(self, text: str) -> None:
        """Keep text for the beginning of the next line."""
        self._before += text
        self._budget.value(len(self._before))

    def write(self, text: str, number: int) -> None:
        """One line; a line break within it becomes the `\\n` of a label."""
        written = _one_line(self._before + text)
        self._before = ""
        annotations = self._annotations
        if annotations and written.strip():
            self._annotations = {}
            self.lines.append(Line(written, number, annotations))
        else:
            self.lines.append(Line(written, number))
        self._budget.line(len(self.lines), len(written))

    def append(self, text: str, number: int) -> None:
        """Go on in the last line."""
        if not self.lines:
            self.write(text, number)
            return
        last = self.lines[-1]
        self._budget.line(len(self.lines), len(last.text) + len(text))
        self.lines[-1] = Line(last.text + _one_line(text), last.number, last.annotations)

    def take(self, mark: int) -> str:
        """Remove the lines after the first `mark` and give them as one text."""
        taken = [line.text for line in self.lines[mark:]]
        del self.lines[mark:]
        return "\n".join(taken)

    def finish(self, number: int) -> list[Line]:
        """All lines; what still waits is written."""
        if self._before.strip():
            self.write("", number)
        return self.lines


def _one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "\\n") if "\n" in text or "\r" in text else text
