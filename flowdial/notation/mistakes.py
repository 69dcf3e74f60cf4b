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


def _shape(code: str, pattern: str, message: str, hint: str) -> _Shape:
    return _Shape(code, re.compile(r"\s*" + pattern, re.IGNORECASE), message, hint)


# Full-width signs where punctuation stands: a Chinese text may hold them anywhere else.
_FULL_WIDTH = (
    r"(?P<at>：)",
    r"(?:(?:else\s*)?if|while|switch|case|else|end\s*while|repeat\s*while)\s*(?P<at>（)",
    r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|equals?|not)\s*(?P<at>（)",
    r"(?:(?:else\s*)?if|while|switch|case|else|end\s*while|repeat\s*while)\b[^（]*\([^)（]*(?P<at>）)\s*(?:then\b.*)?$",
    r".*(?P<at>；)\s*$",
)

_SHAPES = (
    *(
        _shape(
            "full-width",
            pattern,
            "a full-width `{at}` is not punctuation in PlantUML",
            "write the ASCII sign: `;`, `:`, `(` or `)`",
        )
        for pattern in _FULL_WIDTH
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
        "unclosed-condition",
        r".*\b(?:then|is|equals?|not)\s*(?P<at>\()[^)]*$",
        "the `(` is never closed",
        "close the label with `)` at the end of its line",
    ),
    _shape(
        "label-parentheses",
        r"(?:else|case|end\s*while)\s+(?P<at>[^(\s].*)",
        "the label is not in parentheses",
        "write the label in parentheses, as in `else (no)` or `case (paid)`",
    ),
    _shape(
        "label-parentheses",
        r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|not)\s*(?P<at>[^(\s].*)",
        "the label is not in parentheses",
        "write the label in parentheses, as in `then (yes)`, `is (yes)`, `not (no)`",
    ),
    _shape("switch-default", r"(?P<at>default)\b", "`default` is not a keyword", "write `case (other)`"),
    _shape("end-switch", r"end\s+(?P<at>switch)", "`end switch` is not a keyword", "write `endswitch`"),
    _shape("case-colon", r"case\s*\(.*\)\s*(?P<at>:)\s*$", "a case ends without a colon", "write `case (…)`"),
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
    _shape("trailing-comment", r".*;\s*(?P<at>')", "a comment cannot follow a statement", "give it a line of its own"),
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
    _shape("trailing-comment", r".*\S\s+(?P<at>')", "a comment cannot follow a statement", "give it a line of its own"),
    *(
        _shape(
            "trailing-text",
            pattern,
            "`{at}` cannot stand here: the statement is complete before it",
            "write one statement a line",
        )
        for pattern in (
            r"(?:(?:else\s*)?if|else|case|switch|while|end\s*while|repeat\s*while)\s*\([^()]*\)\s*"
            r"(?:(?:then|is|equals?|not)\s*(?:\([^()]*\)\s*)?)*(?P<at>[^\s(;].*)",
            r"(?:end\s*(?:if|fork|merge|split|group)|endswitch|(?:fork|split)(?:\s*again)?|start|stop|end|break|detach"
            r"|kill|repeat)\b\s*(?P<at>\S.*)",
        )
    ),
    _shape("swimlane", r"(?P<at>\|)[^|]*$", "the name of the lane is not closed", "write `|name|`"),
    _shape(
        "preprocessor",
        r"(?P<at>!\w+)",
        "`{at}` is a preprocessor directive, which FlowDial does not run",
        "let PlantUML expand it (`plantuml -preproc`) and read the result",
    ),
)

_STRAY = {
    "endif": ("IF", "`endif` closes no `if`"),
    "end if": ("IF", "`end if` closes no `if`"),
    "else": ("IF", "`else` belongs to no open `if`"),
    "elseif": ("IF", "`elseif` belongs to no open `if`"),
    "else if": ("IF", "`else if` belongs to no open `if`"),
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
    "endmerge": ("FORK", "`endmerge` closes no `fork`"),
    "fork again": ("FORK", "`fork again` belongs to no open `fork`"),
    "forkagain": ("FORK", "`forkagain` belongs to no open `fork`"),
    "split again": ("SPLIT", "`split again` belongs to no open `split`"),
    "end split": ("SPLIT", "`end split` closes no `split`"),
    "endsplit": ("SPLIT", "`endsplit` closes no `split`"),
    "end group": ("GROUP", "`end group` closes no `group`"),
    "endgroup": ("GROUP", "`endgroup` closes no `group`"),
    "}": ("GROUP", "`}` closes no `{`"),
}
_DELETE = "delete it, or open the block above"
_CLOSERS = {
    "IF": "ENDIF",
    "WHILE": "ENDWHILE",
    "REPEAT": "REPEAT_WHILE",
    "SWITCH": "ENDSWITCH",
    "FORK": "END_FORK",
    "SPLIT": "END_SPLIT",
    "GROUP": "END_GROUP",
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
    ("state", r"state\s+[\w\"]|\[\*\]\s*(?:-|<-)|.*(?:>|<-+)\s*\[\*\]"),
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


_MISREAD = re.compile(r"(?:else\s*)?if\s*\([^()\n]*\)\s*\([^()\n]*\)\s*;?\s*", re.IGNORECASE)


def misread(statement: str) -> bool:
    """Whether PlantUML takes the statement otherwise than meant: `if (a) (yes)` asks `a) (yes`."""
    return _MISREAD.fullmatch(statement) is not None


def explain(source: str, column: int, expected: frozenset[str]) -> Mistake:
    """The best wording for a line that the grammar refuses at `column` (from 1)."""
    short = source[:2000]
    stray = None if misread(short.strip()) else _stray(short, expected)
    return stray or _known(short) or _unknown(short[column - 1 :])


def _stray(source: str, expected: frozenset[str]) -> Mistake | None:
    words = source.strip().lower()
    for word, (block, message) in _STRAY.items():
        if re.match(re.escape(word) + r"\s*(?:$|;\s*$|:|\(.*\)\s*(?:then\s*)?;?\s*$)", words):
            still_open = [_CLOSER_NAMES[name] for name in _CLOSER_NAMES if name in expected]
            if _CLOSERS[block] not in expected:
                hint = f"close the open block with `{still_open[0]}` first" if still_open else _DELETE
                return Mistake("stray", message, hint)
            if block == "IF" and word.startswith("else"):
                second = f"`{word}` stands after the `else` of its `if`"
                return Mistake("stray", second, "close the `if` first with `endif`")
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


#: Words that do begin statements, and how the statement is written.
_WRITTEN = {
    "if": "if (…) then (…)",
    "elseif": "elseif (…) then (…)",
    "while": "while (…) is (…)",
    "switch": "switch (…)",
    "case": "case (…)",
    "backward": "backward :text;",
    "goto": "goto name",
    "label": "label name",
    "partition": 'partition "name" {',
}


def _unknown(rest: str) -> Mistake:
    word = rest.split(None, 1)[0][:40] if rest.split() else "the end of the diagram"
    if written := _WRITTEN.get(word.lower()):
        return Mistake("unknown-statement", f"this is not how a `{word}` statement is written", f"write `{written}`")
    return Mistake(
        "unknown-statement",
        f"`{word}` begins no statement of an activity diagram",
        "a step is written `:text;` on lines of its own",
    )
