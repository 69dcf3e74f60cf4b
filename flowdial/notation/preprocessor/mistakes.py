"""Collect what is wrong in one diagram.  Trouble, line -> diagnostics, and what they make doubtful.

Reading goes on behind a mistake, so what follows may be wrong only because of it. Knows which lines of the file
that may be; knows no directives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flowdial.diagnostics import Diagnostic
from flowdial.errors import NotationError
from flowdial.notation.preprocessor.limits import MAX_MISTAKES, MAX_TROUBLES, Trouble
from flowdial.notation.preprocessor.line import Line

#: Codes of statements that are wrong for what stands around them, or may be a name that was to be replaced.
_OF_CONTEXT = frozenset(
    {
        *("stray", "detach", "late-swimlane", "unclosed-note", "other-kind", "legacy-mistake"),
        *("unknown-statement", "foreign-keyword", "misspelt"),
    }
)
#: What is left of a line where a name was not replaced: `$name`, `%name(`, `NAME(…)`, `NAME`.
_UNREPLACED = re.compile(
    r".*[$%]\w|\s*(?!(?:else[ \t]*if|if|while|switch|case|else|end[ \t]*while)\()[A-Za-z_]\w*(?:\(|[ \t]*;?[ \t]*$)",
    re.IGNORECASE,
)


def unreplaced(text: str) -> bool:
    """Whether a line looks as if a name in it had been left as it is."""
    return _UNREPLACED.match(text) is not None


class Mistakes:
    """The mistakes of one diagram; `doubtful` are lines whose statements are not what their author wrote.

    `count` says how often there was trouble: a mistake in a loop is told once.
    """

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.doubtful: set[int] = set()
        self.count = 0
        self._lost = 0
        self._told: set[tuple[int, str]] = set()

    def tell(self, trouble: Trouble, line: Line, *, file: str = "", place: int = 0) -> None:
        """Note what is wrong with `line` of an included `file`, which `place` of the diagram is about to carry out.

        Raises NotationError with all mistakes where the trouble ends the run, and where there are too many.
        """
        self.count += 1
        place = place or line.number
        self.doubtful |= {line.number, place}
        follows = trouble.follows and (self.lacks(place) or (trouble.ends and self.count > 1))
        if not follows and (line.number, line.text) not in self._told:
            self._told.add((line.number, line.text))
            self.found.append(_diagnostic(trouble, line, file))
        if trouble.ends or len(self.found) >= MAX_MISTAKES or self.count >= MAX_TROUBLES:
            raise self.error()

    def change(self, line: Line, text: str) -> Line:
        """The line with another text; where something was told of it, nothing more is."""
        if (line.number, line.text) in self._told:
            self._told.add((line.number, text))
        return Line(text, line.number, line.annotations)

    def lose(self, number: int) -> None:
        """From line `number` of the file on, names and lines may be missing."""
        self._lost = min(self._lost or number, number)

    def lacks(self, number: int) -> bool:
        """Whether at that line something may be missing."""
        return 0 < self._lost <= number

    def add(self, statements: Iterable[Diagnostic]) -> None:
        """Note mistakes of statements, which are in reading order, but for those that may follow from others."""
        for mistake in statements:
            if mistake.line in self.doubtful:
                self.lose(mistake.line)
            elif not self._may_follow(mistake):
                self.found.append(mistake)

    def _may_follow(self, mistake: Diagnostic) -> bool:
        """Whether the statement may be wrong only for what is missing around it."""
        if mistake.code == "diagram-kind":
            return self._lost > 0
        return mistake.code == "empty" or (mistake.code in _OF_CONTEXT and self.lacks(mistake.line))

    def error(self) -> NotationError:
        """The error that tells all mistakes in reading order."""
        return NotationError.of(sorted(self.found, key=lambda told: told.line)[:MAX_MISTAKES])


def _diagnostic(trouble: Trouble, line: Line, file: str) -> Diagnostic:
    text = line.text
    column = trouble.column or len(text) - len(text.lstrip()) + 1
    message = f"in `{file}`: {trouble.message}" if file else trouble.message
    return Diagnostic(trouble.code, message, text, line.number, column, trouble.hint)
