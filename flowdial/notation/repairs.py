"""Mend lines that PlantUML reads otherwise than they were meant.  prepared text -> its lines changed, what was done.

These are no syntax errors: `:a；` begins an action that swallows the lines below it, `:a;;` an action whose text
ends in a semicolon. So they are mended only where recovery is asked for. Knows lines; parses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flowdial.diagnostics import Diagnostic
from flowdial.notation.lines import Prepared

_Replace = str | Callable[[re.Match[str]], str]

_RULES: tuple[tuple[str, re.Pattern[str], _Replace, str], ...] = (
    (
        "full-width",
        re.compile(r"^(\s*：[^；;]*|\s*:[^；;]*)(?P<at>；)\s*;?\s*$"),
        lambda match: match[1].replace("：", ":", 1) + ";",
        "a full-width `；` does not end an action",
    ),
    (
        "full-width",
        re.compile(r"^(\s*)(?P<at>：)(.*;)\s*$"),
        r"\1:\3",
        "a full-width `：` does not begin an action",
    ),
    (
        "double-semicolon",
        re.compile(r"^(\s*:.*?[^;\s])(?P<at>;\s*;[;\s]*)$"),
        r"\1;",
        "one `;` ends an action; the second would be part of its text",
    ),
)


def repair(prepared: Prepared) -> list[Diagnostic]:
    """Change the lines of `prepared` and tell each change."""
    told: list[Diagnostic] = []
    lines = prepared.text.split("\n")
    for at, line in enumerate(lines):
        for code, pattern, replacement, message in _RULES:
            if match := pattern.match(line):
                mended = pattern.sub(replacement, line)
                hint = f"read as `{mended.strip()}`"
                told.append(Diagnostic(code, message, line, prepared.origins[at], match.start("at") + 1, hint))
                lines[at] = mended
                break
    prepared.text = "\n".join(lines)
    return told
