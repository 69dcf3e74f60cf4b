"""PlantUML's preprocessor.  lines -> the lines that its directives, macros and calls make of them.

Knows the language of `preprocessor.lark` and the files of one folder; knows no diagram. Public: `preprocess`,
`Line`, `Mistakes`. Lark is loaded only where a block has a directive or a call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from flowdial.notation.preprocessor.line import Line
from flowdial.notation.preprocessor.mistakes import Mistakes

__all__ = ["Line", "Mistakes", "preprocess"]

#: `!pragma`, `!theme` and `!option` are left to the diagram; without a directive there is no name to replace.
_NEEDED = re.compile(r"^[^\S\n]*!(?![^\S\n]*(?:pragma|theme|option)\b)|%\w+\(", re.MULTILINE)


def preprocess(lines: Sequence[Line], *, folder: Path | None = None, mistakes: Mistakes | None = None) -> list[Line]:
    """Carry out the directives of one diagram; `lines` are those of its block, comments taken out.

    A line that a procedure, macro or included file writes has the number of the line that called it, and its
    annotations go to the first line it writes. `!include` reads files of `folder`, and of no other place; where
    that is None it is refused. The same text gives the same lines, on every machine and on every day.

    A directive that is refused is left out, and what it had to compute stands for nothing; the mistakes are told to
    `mistakes`, or raised together where that is None.

    Raises NotationError: `preprocessor` for what is not understood, `include` for what is not included,
    `macro-limit` for more than 1,000,000 steps, 200,000 lines, 8 MiB of text, values of 1 MiB, 100 calls or
    100 brackets within one another. Beyond these limits, and after 50 mistakes, nothing more is read.
    """
    text = "\n".join(line.text for line in lines)
    if not ("!" in text or "%" in text) or _NEEDED.search(text) is None:
        return list(lines)
    from flowdial.notation.preprocessor.interpreter import interpret

    told = Mistakes() if mistakes is None else mistakes
    made = interpret(lines, folder, told)
    if mistakes is None and told.found:
        raise told.error()
    return made
