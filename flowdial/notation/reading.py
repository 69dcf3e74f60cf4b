"""Read a text, mistake by mistake.  prepared text + language -> body and what was wrong with it.

The text is parsed. Where a line is refused, the mistake is noted, the line is mended (or taken out where
nobody can tell what was meant), and the text is parsed again, so that one run tells every mistake.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lark import Token
from lark.exceptions import UnexpectedInput, UnexpectedToken

from flowdial.diagnostics import Diagnostic
from flowdial.notation import activity_mistakes, state_mistakes
from flowdial.notation.ast import Body
from flowdial.notation.checks import check
from flowdial.notation.languages import Language
from flowdial.notation.lines import Prepared
from flowdial.notation.mistakes import Mistake
from flowdial.notation.preprocessor.limits import MAX_MISTAKES
from flowdial.notation.swallowed import swallowed

#: Characters that are parsed again in all, so that a long text with many mistakes ends soon.
MAX_REREAD = 4_000_000

_EXPLAIN: Mapping[str, Callable[[str, int, Sequence[str]], Mistake]] = {
    "activity": activity_mistakes.explain,
    "state": state_mistakes.explain,
}
_UNCLOSED_NOTE = "unclosed-note"
_STATEMENT = re.compile(
    r"\s*(?::|(?:start|stop|end|else|case|if|while|switch|fork|split|repeat|partition|group|detach|kill)\b|\})"
    r"|.*-+>|\s*state\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Reading:
    """What was read, and of what: `prepared` is the text with its mends.

    `mended` are mistakes beside what they were read as; `body` is None where a mistake is `left`.
    """

    prepared: Prepared
    body: Body | None = None
    mended: list[tuple[Diagnostic, str]] = field(default_factory=list)
    left: list[Diagnostic] = field(default_factory=list)

    @property
    def mistakes(self) -> list[Diagnostic]:
        """All of them, in order of their lines."""
        return sorted([*(told for told, _ in self.mended), *self.left], key=lambda told: told.line)

    @property
    def warnings(self) -> list[Diagnostic]:
        """What was mended, and how."""
        return [replace(told, severity="warning", hint=read_as) for told, read_as in self.mended]


def read(language: Language, prepared: Prepared) -> Reading:
    """Parse a copy of `prepared`, mending what can be mended; nothing is raised."""
    reader = _Reader(language, prepared.copy())
    while not reader.finished:
        reader.attempt()
    return reader.reading


class _Reader:
    def __init__(self, language: Language, prepared: Prepared) -> None:
        self.language = language
        self.lines = prepared.text.split("\n")
        self.origins = prepared.origins
        self.prepared = prepared
        self.reading = Reading(prepared)
        self.owed: Counter[str] = Counter()
        self.spent = 0
        self.finished = False

    def attempt(self) -> None:
        text = "\n".join(self.lines)
        self.spent += len(text)
        try:
            body = self.language.parse(text)
        except UnexpectedInput as error:
            self.note(error)
            found = len(self.reading.mended) + len(self.reading.left)
            self.finished = found >= MAX_MISTAKES or self.spent > MAX_REREAD
            return
        self.finished = True
        self.prepared.text = text
        for span, mistake in check(body):
            self.tell(mistake, self.lines[span.line - 1], span.line, span.column)
        self.reading.body = None if self.reading.left else body

    def note(self, error: UnexpectedInput) -> None:
        line, column = self.place(error)
        source = self.lines[line - 1]
        opened = _opened(error, self.language.closers)
        mistake = self.hinted(_EXPLAIN[self.language.kind](source, column, opened), line)
        self.owed.update(mistake.owes)
        if mistake.mend == () and self.owed[source.strip().lower()]:
            self.owed[source.strip().lower()] -= 1
        else:
            self.tell(mistake, source, line, column)
        self.mend(mistake, line)

    def hinted(self, mistake: Mistake, line: int) -> Mistake:
        """A stray word's mistake, with the action above that takes for its text what opens the word's block."""
        found = swallowed(self.lines[: line - 1], mistake.lacks) if mistake.lacks else None
        if found is None:
            return mistake
        action, opener = (self.origins[at - 1] for at in found)
        return replace(mistake, hint=f"end the action of line {action} with `;`: it takes line {opener} for its text")

    def tell(self, mistake: Mistake, source: str, line: int, column: int) -> None:
        place = self.origins[min(line, len(self.origins)) - 1]
        told = Diagnostic(mistake.code, mistake.message, source, place, mistake.column or column, mistake.hint)
        if mistake.code == _UNCLOSED_NOTE:
            self.reading.mended.append((told, "read as if `end note` stood before the next statement"))
        elif mistake.mend is None:
            self.reading.left.append(told)
        else:
            self.reading.mended.append((told, mistake.read_as))

    def mend(self, mistake: Mistake, line: int) -> None:
        """Replace the line, or continue the one before it."""
        if mistake.code == _UNCLOSED_NOTE:
            self.close_note(line)
            return
        if mistake.joins and mistake.mend and line > 1:
            before = next((at for at in range(line - 2, -1, -1) if self.lines[at].strip()), line - 2)
            self.lines[before] += mistake.mend[0]
            self.lines[line - 1] = ""
            return
        self.owed.update(line.lower() for line in (mistake.mend or ())[: len(mistake.closes)])
        self.replace(line, list((mistake.stand_in if mistake.mend is None else mistake.mend) or ("",)))

    def close_note(self, line: int) -> None:
        """A note without its end runs to the next line that looks like a statement."""
        after = range(line, len(self.lines))
        end = next((at for at in after if _STATEMENT.match(self.lines[at])), len(self.lines))
        self.replace(end, [self.lines[end - 1], "end note"])

    def replace(self, line: int, lines: list[str]) -> None:
        """Put `lines` in the place of a line; origins and annotations move along."""
        self.lines[line - 1 : line] = lines
        self.origins[line - 1 : line] = [self.origins[line - 1]] * len(lines)
        annotations, more = self.prepared.annotations, len(lines) - 1
        moved = {at + more if at > line else at: found for at, found in annotations.items()}
        annotations.clear()
        annotations.update(moved)

    def place(self, error: UnexpectedInput) -> tuple[int, int]:
        """Line and column of the refused statement in the text that was parsed."""
        if isinstance(error, UnexpectedToken) and error.token.type == "$END":
            return len(self.lines), 1
        return min(max(1, error.line), len(self.lines)), max(1, error.column)


def _opened(error: UnexpectedInput, closers: Mapping[str, str]) -> tuple[str, ...]:
    """Terminals of the blocks that are open where the parser stopped, outermost first.

    A block that was closed just before may still lie on the parser's stack.
    """
    parser = getattr(error, "interactive_parser", None)
    stack = parser.parser_state.value_stack if parser is not None else ()
    opened: list[str] = []
    for token in stack:
        if isinstance(token, Token) and token.type in closers:
            opened.append(token.type)
        elif isinstance(token, Token) and opened and token.type == closers[opened[-1]]:
            opened.pop()
    return tuple(opened)
