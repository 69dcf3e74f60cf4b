"""Write options as a grammar that a server decodes along.  strings -> GBNF or a regular expression.

Knows strings only. Options are data here: whatever character one of them holds stands for itself, so no text can add
an option, take one away or end the grammar early.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_QUOTED = re.compile(r'["\\]')
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_ESCAPED = r"\\\g<0>"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def gbnf(options: Sequence[str]) -> str:
    """A GBNF grammar of exactly these strings, as llama.cpp reads it (grammars/README.md there)."""
    return "root ::= " + " | ".join(f'"{_readable(_QUOTED.sub(_ESCAPED, option))}"' for option in options)


def regex(options: Sequence[str]) -> str:
    """A regular expression of exactly these strings; only what every engine escapes alike is escaped."""
    return "(" + "|".join(_readable(_SPECIAL.sub(_ESCAPED, option)) for option in options) + ")"


def _readable(text: str) -> str:
    """`text` on one line: control characters are written as escapes that both notations have."""
    return _CONTROL.sub(lambda found: _NAMED.get(found[0], f"\\u{ord(found[0]):04x}"), text)
