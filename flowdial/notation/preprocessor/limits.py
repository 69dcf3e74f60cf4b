"""Keep a diagram's macros within bounds.  work done -> nothing, or Trouble.  Knows numbers; knows no notation."""

from __future__ import annotations

MAX_LINES = 200_000
MAX_CHARACTERS = 8 * 1024 * 1024
MAX_STEPS = 1_000_000
MAX_CALLS = 100
MAX_VALUE = 1024 * 1024
MAX_NESTING = 100
MAX_INCLUDES = 20
#: After so many mistakes the rest of a diagram is not looked at; those of a loop that comes upon one again and again
#: are counted too.
MAX_MISTAKES = 50
MAX_TROUBLES = 2000

#: So many characters that are read or built count as one step.
_CHARACTERS_A_STEP = 64


class Trouble(Exception):
    """Something is wrong in the statement at work; who knows its place tells it.

    `follows`: it may come of a mistake above, and is told only where none is known. `ends`: nothing is read after it.
    """

    def __init__(
        self,
        message: str,
        hint: str,
        *,
        code: str = "preprocessor",
        column: int = 0,
        follows: bool = False,
        ends: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.column = column
        self.follows = follows
        self.ends = ends


class Budget:
    """Counts the work of one diagram; each method raises Trouble of code `macro-limit` when it is too much."""

    def __init__(self) -> None:
        self._steps = 0
        self._characters = 0

    def spend(self, characters: int = 0) -> None:
        """One step, and more where it reads or builds a long text."""
        self._steps += 1 + characters // _CHARACTERS_A_STEP
        if self._steps > MAX_STEPS:
            raise over("more than 1,000,000 steps", "check that every `!while` ends and that no macro calls itself")

    def value(self, size: int) -> None:
        """A text or JSON value of `size` characters is built."""
        self.spend(size)
        if size > MAX_VALUE:
            raise over("a value longer than 1 MiB", "keep values short; write long texts as lines of a procedure")

    def line(self, count: int, characters: int) -> None:
        """A line of `characters` is written; there are `count` lines now."""
        self._characters += characters
        if count > MAX_LINES:
            raise over("more than 200,000 lines", "check how often the loops and procedures write")
        if self._characters > MAX_CHARACTERS:
            raise over("more than 8 MiB of text", "check how often the loops and procedures write")


def call_depth(depth: int) -> None:
    """Raises Trouble where calls stand too deep in one another."""
    if depth > MAX_CALLS:
        raise over(f"more than {MAX_CALLS} calls within one another", "check that the recursion ends")


def nesting(text: str) -> None:
    """Raises Trouble where parentheses and brackets stand too deep in one another."""
    if sum(map(text.count, "([{")) <= MAX_NESTING:
        return
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_NESTING:
            raise over(f"more than {MAX_NESTING} brackets within one another", "split the expression in two")


def over(what: str, hint: str) -> Trouble:
    """The Trouble of a limit that is passed."""
    return Trouble(f"the preprocessor gives up: {what}", hint, code="macro-limit", follows=True, ends=True)
