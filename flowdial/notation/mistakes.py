"""Name a mistake.  the offending line + what was expected -> code, message, hint.

Each entry is a shape in which people really write a statement wrong; the first that fits is used. Knows
wordings; knows no parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """What to tell: `column` (from 1) overrides the parser's place where it is not 0."""

    code: str
    message: str
    hint: str
    column: int = 0


@dataclass(frozen=True, slots=True)
class _Shape:
    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str
    needs: str = ""


def _shape(code: str, pattern: str, message: str, hint: str) -> _Shape:
    return _Shape(code, re.compile(r"\s*" + pattern, re.IGNORECASE), message, hint)


_SHAPES = (
    _shape(
        "full-width",
        r".*?(?P<at>[；：（）])",
        "a full-width `{at}` is not punctuation in PlantUML",
        "write the ASCII sign: `;`, `:`, `(` or `)`",
    ),
    _shape("elsif", r"(?P<at>elsif|elif)\b", "`{at}` is not a keyword", "write `elseif (…) then (…)`"),
    _shape(
        "missing-then",
        r"(?:else\s*)?if\s*\(.*\)\s*(?P<at>\(.*\))\s*$",
        "`if (…)` is not followed by `then`",
        "write `if (…) then {at}`",
    ),
    _shape(
        "condition-parentheses",
        r"(?:(?:else\s*)?if|while|switch|repeat\s*while)\s+(?P<at>[^(\s].*)",
        "the condition is not in parentheses",
        "write the condition in parentheses, as in `if (…) then (yes)` or `while (…)`",
    ),
    _shape(
        "unclosed-condition",
        r"(?:(?:else\s*)?if|while|switch|case|else|repeat\s*while)\s*(?P<at>\()[^)]*$",
        "the `(` is never closed",
        "close the condition with `)` at the end of its last line",
    ),
    _shape(
        "label-parentheses",
        r"(?:else|case|end\s*while)\s+(?P<at>[^(\s].*)",
        "the label is not in parentheses",
        "write the label in parentheses, as in `else (no)`",
    ),
    _shape(
        "label-parentheses",
        r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|not)\s*(?P<at>[^(\s].*)",
        "the label is not in parentheses",
        "write the label in parentheses, as in `then (yes)`, `is (yes)`, `not (no)`",
    ),
    _shape("switch-default", r"(?P<at>default)\b", "`default` is not a keyword", "write `case (other)`"),
    _shape("end-switch", r"end\s+(?P<at>switch)", "`end switch` is not a keyword", "write `endswitch`"),
    _shape("case-colon", r"case\s*\(.*\)\s*(?P<at>:)", "a case ends without a colon", "write `case (…)`"),
    _shape(
        "brace",
        r"(?:partition|package|rectangle|card)\b.*(?P<at>\S)\s*$",
        "the partition does not open with `{` on its line",
        'write `partition "name" {`',
    ),
    _shape(
        "legacy-syntax",
        r"(?P<at>\(\*\)|-+(?:\w+)?->\s*[\"(])",
        "this is PlantUML's legacy activity syntax, which FlowDial does not read",
        "write steps as `:text;` between `start` and `stop`",
    ),
    _shape(
        "repeat-action",
        r"repeat\s*(?P<at>:).*[^;\s]\s*$",
        "the action after `repeat` does not end with `;` on its line",
        "write `repeat :text;`",
    ),
    _shape(
        "unclosed-action",
        r"(?P<at>:)",
        "the action is never closed: no line after it ends with `;`",
        "end the action with `;` as the last character of its line",
    ),
    _shape(
        "unclosed-note",
        r"(?:floating\s+)?(?P<at>note)\b[^:]*$",
        "the note is never closed",
        "write `note right: text`, or close it with `end note`",
    ),
    _shape(
        "trailing-comment",
        r".*\S\s+(?P<at>')",
        "a comment cannot follow a statement",
        "give it a line of its own",
    ),
)

_STRAY = {
    "endif": ("IF", "`endif` closes no `if`"),
    "end if": ("IF", "`end if` closes no `if`"),
    "else": ("IF", "`else` belongs to no open `if`"),
    "elseif": ("IF", "`elseif` belongs to no open `if`"),
    "endwhile": ("WHILE", "`endwhile` closes no `while`"),
    "end while": ("WHILE", "`end while` closes no `while`"),
    "repeat while": ("REPEAT", "`repeat while` closes no `repeat`"),
    "repeatwhile": ("REPEAT", "`repeatwhile` closes no `repeat`"),
    "backward": ("REPEAT", "`backward` stands in no loop"),
    "endswitch": ("SWITCH", "`endswitch` closes no `switch`"),
    "case": ("SWITCH", "`case` belongs to no open `switch`"),
    "end fork": ("FORK", "`end fork` closes no `fork`"),
    "endfork": ("FORK", "`endfork` closes no `fork`"),
    "end merge": ("FORK", "`end merge` closes no `fork`"),
    "fork again": ("FORK", "`fork again` belongs to no open `fork`"),
    "forkagain": ("FORK", "`forkagain` belongs to no open `fork`"),
    "split again": ("SPLIT", "`split again` belongs to no open `split`"),
    "end split": ("SPLIT", "`end split` closes no `split`"),
    "endsplit": ("SPLIT", "`endsplit` closes no `split`"),
    "end group": ("GROUP", "`end group` closes no `group`"),
    "}": ("GROUP", "`}` closes no `{`"),
}
_CLOSER_NAMES = {
    "ENDIF": "endif",
    "ENDSWITCH": "endswitch",
    "ENDWHILE": "endwhile",
    "REPEAT_WHILE": "repeat while (…)",
    "END_FORK": "end fork",
    "END_SPLIT": "end split",
    "END_GROUP": "}",
}

_KINDS = (
    ("sequence", r"(?:participant|actor|activate|autonumber)\b|\w+\s*(?:-+>>?|<-+)\s*\w+\s*:"),
    ("class", r"(?:abstract\s+)?(?:class|interface|enum)\s+[\w\"]|\w+\s*(?:<\|--|--\|>|\*--|o--|\.\.\|>)"),
    ("state", r"state\s+[\w\"]|\[\*\]\s*-+\w*-*>|.*-+>\s*\[\*\]"),
    ("use case", r"usecase\b|:\w[^:;]*:\s*-+>|\(\w[^)]*\)\s*-+>"),
    ("component", r"component\b|\[\w[^\]]*\]\s*-+>"),
    ("object", r"(?:object|map)\s+\w"),
    ("entity", r"entity\s+\w"),
)
_KIND_PATTERNS = tuple((kind, re.compile(r"\s*" + p, re.IGNORECASE)) for kind, p in _KINDS)
_ACTIVITY = re.compile(r"\s*(?:start|stop|:.*;|if\s*\(.*|repeat|fork|while\s*\(.*|switch\s*\(.*)\s*$", re.IGNORECASE)


def other_kind(lines: Iterable[str]) -> Mistake | None:
    """The mistake of bringing another kind of diagram, where nothing in it is an activity statement."""
    kind = None
    for line in lines:
        short = line[:400]
        if _ACTIVITY.match(short):
            return None
        kind = kind or next((name for name, pattern in _KIND_PATTERNS if pattern.match(short)), None)
    if kind is None:
        return None
    article = "an" if kind[0] in "aeio" else "a"
    return Mistake(
        "diagram-kind",
        f"this is {article} {kind} diagram; FlowDial reads activity diagrams",
        "draw the process with `start`, `:action;`, `if (…) then (…)`, `stop`",
    )


def explain(source: str, column: int, expected: frozenset[str]) -> Mistake:
    """The best wording for a line that the grammar refuses at `column` (from 1)."""
    short = source[:2000]
    return _stray(short, expected) or _known(short) or _unknown(short[column - 1 :])


def _stray(source: str, expected: frozenset[str]) -> Mistake | None:
    words = source.strip().lower()
    for word, (_, message) in _STRAY.items():
        if re.match(
            re.escape(word) + r"(?:\s*\(.*\))?(?:\s*\w*\s*\(.*\))*\s*;?\s*$|" + re.escape(word) + r"\s*:",
            words,
        ):
            still_open = [_CLOSER_NAMES[name] for name in _CLOSER_NAMES if name in expected]
            hint = (
                f"close the open block with `{still_open[0]}` first"
                if still_open
                else "delete it, or open the block above"
            )
            return Mistake("stray", message, hint)
    return None


def _known(source: str) -> Mistake | None:
    for shape in _SHAPES:
        if match := shape.pattern.match(source):
            at = match["at"]
            return Mistake(
                shape.code,
                shape.message.replace("{at}", at),
                shape.hint.replace("{at}", at),
                match.start("at") + 1,
            )
    return None


def _unknown(rest: str) -> Mistake:
    word = rest.split(None, 1)[0][:40] if rest.split() else "the end of the diagram"
    return Mistake(
        "unknown-statement",
        f"`{word}` begins no statement of an activity diagram",
        "a step is written `:text;` on lines of its own",
    )
