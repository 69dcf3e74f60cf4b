"""The mistakes that people make in activity diagrams.  refused line + open blocks -> Mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from flowdial.notation.mistakes import Mistake, first, legacy, shape

_LABELLED = r"(?:else\s*)?if|while|switch|case|else|end\s*while|repeat\s*while"

# Full-width signs where punctuation stands: a Chinese text may hold them anywhere else.
_FULL_WIDTH_ENDS = (r"(?P<at>：)", r".*(?P<at>；)\s*$")
_FULL_WIDTH_PARENTHESES = (
    rf"(?:{_LABELLED})\s*(?P<at>（)",
    r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|equals?|not)\s*(?P<at>（)",
    rf"(?:{_LABELLED})\b[^（]*\([^)（]*(?P<at>）)\s*(?:then\b.*)?$",
    r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|equals?|not)\s*\([^)）]*(?P<at>）)\s*$",
)
_UNCLOSED = "the `(` is never closed"

_SHAPES = (
    *(
        shape(
            "full-width",
            pattern,
            "a full-width `{at}` is not punctuation in PlantUML",
            "write the ASCII sign: `;`, `:`, `(` or `)`",
            mend,
        )
        for patterns, mend in (
            (_FULL_WIDTH_PARENTHESES, "{parens}"),
            (_FULL_WIDTH_ENDS, "{before}{ascii}{after}"),
        )
        for pattern in patterns
    ),
    shape(
        "double-semicolon",
        r"(?:start|stop|end|end\s*(?:if|while|fork|merge|split|group|switch)|detach|kill|break)\s*(?P<at>;\s*;[;\s]*)$",
        "`{at}` is one semicolon too many",
        "leave it out",
        "{before}",
    ),
    shape(
        "spaced-semicolon",
        r"(?!:).*?\S(?P<at>\s+);\s*$",
        "a space stands before the `;`",
        "leave it out",
        "{before};",
    ),
    shape(
        "elsif",
        r"(?P<at>elsif|elif)\b",
        "`{at}` is not a keyword",
        "write `elseif (…) then (…)`",
        "{before}elseif{after}",
    ),
    shape(
        "missing-then",
        r"(?:else\s*)?if\s*\(.*\)\s*(?P<at>\(.*\))\s*;?\s*$",
        "`if (…)` is not followed by `then`",
        "write `if (…) then {at}`",
        "{before}then {at}",
    ),
    shape(
        "condition-parentheses",
        r"(?:(?:else\s*)?if|while|switch|repeat\s*while)\s+(?P<at>[^(\s].*?)(?=\s+(?:then|is)\b|\s*$)",
        "the condition is not in parentheses",
        "write the condition in parentheses, as in `if (…) then (yes)` or `while (…)`",
        "{before}({at}){after}",
    ),
    shape(
        "unclosed-condition",
        r"(?:(?:else\s*)?if|while|switch|case|else|end\s*while|repeat\s*while)\s*(?P<at>\()[^)]*$",
        _UNCLOSED,
        "close the condition with `)` at the end of its last line",
        "{before}({after})",
    ),
    shape(
        "unclosed-condition",
        r".*\b(?:then|is|equals?|not)\s*(?P<at>\()[^)]*$",
        _UNCLOSED,
        "close the label with `)` at the end of its line",
        "{before}({after})",
    ),
    shape(
        "empty-label",
        r"end\s*while\s*(?P<at>\(\))\s*;?\s*$",
        "the label of the way out is empty",
        "write `endwhile`, or the label as in `endwhile (no)`",
        "{before}",
    ),
    shape(
        "trailing-semicolon",
        r"end\s*while\s*\(.*\)\s*(?P<at>;)\s*$",
        "`endwhile (…)` ends without a semicolon",
        "leave it out",
        "{before}",
    ),
    shape(
        "label-parentheses",
        r"(?P<at>case)\s*;?\s*$",
        "the case has no label",
        "write `case (…)`",
        "{before}case ()",
    ),
    shape(
        "case-colon",
        r"case\s*\(.*\)\s*(?P<at>:)\s*$",
        "a case ends without a colon",
        "write `case (…)`",
        "{before}",
    ),
    shape(
        "label-parentheses",
        r"(?:else(?!\s*if\b)|case|end\s*while)\s+(?P<at>[^(\s].*?)\s*[:;]?\s*$",
        "the label is not in parentheses",
        "write the label in parentheses, as in `else (no)` or `case (paid)`",
        "{before}({at})",
    ),
    shape(
        "label-parentheses",
        r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|not)\s*(?P<at>[^(\s].*?)(?=\s+not\b|\s*$)",
        "the label is not in parentheses",
        "write the label in parentheses, as in `then (yes)`, `is (yes)`, `not (no)`",
        "{before}({at}){after}",
    ),
    shape(
        "switch-default",
        r"(?P<at>default)\b",
        "`default` is not a keyword",
        "write `case (other)`",
        "{before}case (default)",
    ),
    shape(
        "end-switch",
        r"end\s+(?P<at>switch)",
        "`end switch` is not a keyword",
        "write `endswitch`",
        "endswitch",
    ),
    shape(
        "brace",
        r"(?P<at>\{)\s*$",
        "a brace stands on a line of its own",
        'write it at the end of the line before: `partition "name" {`',
        "",
    ),
    shape(
        "group-name",
        r"(?P<at>group)\s*\{?\s*$",
        "the group has no name",
        "write `group name`",
        "{before}partition {{",
    ),
    shape(
        "end-partition",
        r"end\s*(?P<at>partition|package|rectangle|card)\b",
        "`end {at}` is not a keyword",
        "write `}`",
        "}}",
    ),
    shape(
        "repeat-action",
        r"repeat\s*(?P<at>:)\s*$",
        "`repeat` is not followed by a colon",
        "write `repeat` on a line of its own, or `repeat :text;`",
        "{before}",
    ),
    shape(
        "repeat-action",
        r"repeat\s*(?P<at>:).*[^;\s]\s*$",
        "the action after `repeat` does not end with `;` on its line",
        "write `repeat :text;`",
        "{before}:{after};",
    ),
    shape(
        "trailing-comment",
        r".*;\s*(?P<at>'|//)",
        "a comment cannot follow a statement",
        "give it a line of its own, which begins with `'`",
        "{before}",
    ),
    shape(
        "comment-sign",
        r"(?P<at>//|#(?=\s))",
        "a comment does not begin with `{at}`",
        "write `'` before it",
        "",
    ),
    shape(
        "branch-braces",
        r"\}?\s*(?:(?:else\s*)?if|else|while|switch|repeat|fork)\b.*(?P<at>\{)\s*$",
        "the branches of a choice or a loop have no braces",
        "write `if (…) then` … `else` … `endif`, `while (…)` … `endwhile`",
    ),
    shape(
        "unclosed-action",
        r"(?P<at>:)",
        "the action is never closed: no line after it ends with `;`",
        "end the action with `;` as the last character of its line",
        "{before}:{after};",
    ),
    shape(
        "unclosed-note",
        r"(?:floating\s+)?(?P<at>note)\b[^:]*$",
        "the note is never closed",
        "write `note right: text`, or close it with `end note`",
    ),
    shape(
        "trailing-comment",
        r".*\S\s+(?P<at>')",
        "a comment cannot follow a statement",
        "give it a line of its own",
        "{before}",
    ),
    *(
        shape(
            "trailing-text",
            pattern,
            "`{at}` cannot stand here: the statement is complete before it",
            "write one statement a line",
            "{before}\n{at}",
        )
        for pattern in (
            r"(?:(?:else\s*)?if|else|case|switch|while|end\s*while|repeat\s*while)\s*\([^()]*\)\s*"
            r"(?:(?:then|is|equals?|not)\s*(?:\([^()]*\)\s*)?)*(?P<at>[^\s(;].*)",
            r"(?:end\s*(?:if|fork|merge|split|group)|endswitch|(?:fork|split)(?:\s*again)?|start|stop|end|break|detach"
            r"|kill|repeat)\b\s*(?P<at>\S.*)",
        )
    ),
    shape(
        "swimlane",
        r"(?P<at>\|)[^|]*$",
        "the name of the lane is not closed",
        "write `|name|`",
        "{before}|{after}|",
    ),
    shape(
        "missing-colon",
        r"(?P<at>[^\s:#|\-*!@'(<][^;]*);\s*$",
        "an action begins with a colon",
        "write `:{at};`",
        "{before}:{at};",
    ),
)

#: The shapes of a label without its parentheses.
LABELS = tuple(known for known in _SHAPES if known.code == "label-parentheses")

#: Words that belong to a block: which one, and what is wrong where that block is not open.
_STRAY = {
    "endif": ("IF", "closes no `if`"),
    "end if": ("IF", "closes no `if`"),
    "else": ("IF", "belongs to no open `if`"),
    "elseif": ("IF", "belongs to no open `if`"),
    "else if": ("IF", "belongs to no open `if`"),
    "endwhile": ("WHILE", "closes no `while`"),
    "end while": ("WHILE", "closes no `while`"),
    "repeat while": ("REPEAT", "closes no `repeat`"),
    "repeatwhile": ("REPEAT", "closes no `repeat`"),
    "backward": ("REPEAT", "stands in no loop"),
    "endswitch": ("SWITCH", "closes no `switch`"),
    "case": ("SWITCH", "belongs to no open `switch`"),
    "end fork": ("FORK", "closes no `fork`"),
    "endfork": ("FORK", "closes no `fork`"),
    "end merge": ("FORK", "closes no `fork`"),
    "endmerge": ("FORK", "closes no `fork`"),
    "fork again": ("FORK", "belongs to no open `fork`"),
    "forkagain": ("FORK", "belongs to no open `fork`"),
    "split again": ("SPLIT", "belongs to no open `split`"),
    "end split": ("SPLIT", "closes no `split`"),
    "endsplit": ("SPLIT", "closes no `split`"),
    "end group": ("GROUP", "closes no `group`"),
    "endgroup": ("GROUP", "closes no `group`"),
    "}": ("GROUP", "closes no `{`"),
    **{
        f"end{space}{word}": ("GROUP", f"closes no `{word}`")
        for space in (" ", "")
        for word in ("partition", "package", "rectangle", "card")
    },
}
_STRAY_REST = re.compile(r"\s*(?:$|;\s*$|:|\(.*\)\s*(?:then\s*)?;?\s*$)")
_ELSE = re.compile(r"else\s*(?:\(.*\))?\s*;?|else\s*if\s*\(.*\).*", re.IGNORECASE)
_CLOSING_LINES = {
    "IF": "endif",
    "SWITCH": "endswitch",
    "WHILE": "endwhile",
    "REPEAT": "repeat while",
    "FORK": "end fork",
    "SPLIT": "end split",
    "GROUP": "}",
}

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
    "endwhile": "endwhile (…)",
    "title": "title text",
    "note": "note right: text",
}
#: Words of programming languages, and how PlantUML says it.
_FOREIGN = {
    "until": "`repeat while (…)`, which goes on while its condition holds",
    "loop": "`while (…)` … `endwhile`",
    "for": "`while (…)` … `endwhile`",
    "foreach": "`while (…)` … `endwhile`",
    "do": "`repeat` … `repeat while (…)`",
    "return": "`stop`",
    "exit": "`stop`",
    "continue": "`goto name`, with `label name` at the place to go on",
    "parallel": "`fork` … `fork again` … `end fork`",
    "par": "`fork` … `fork again` … `end fork`",
    "and": "`fork again`",
    "function": '`partition "name" {` … `}`',
    "begin": "`start`",
    "finish": "`stop`",
}
_MISREAD = re.compile(r"\s*(?:else\s*)?if\s*\([^()\n]*\)\s*\([^()\n]*\)\s*;?\s*", re.IGNORECASE)


def explain(line: str, column: int, opened: Sequence[str]) -> Mistake:
    """The best wording for a line that is refused at `column` (from 1) within the blocks `opened`, outermost first."""
    short = line[:2000]
    stray = None if _MISREAD.fullmatch(short) else _stray(short, opened)
    return stray or legacy(short) or _shaped(short) or _unknown(short[column - 1 :])


def _shaped(line: str) -> Mistake | None:
    """The first shape; a condition that gets its parentheses gives them to its label too."""
    found = first(_SHAPES, line)
    if found and found.code == "condition-parentheses" and found.mend and (label := first(LABELS, found.mend[0])):
        return replace(found, mend=label.mend)
    return found


def _stray(line: str, opened: Sequence[str]) -> Mistake | None:
    words = line.strip().lower()
    for word, (block, fault) in _STRAY.items():
        if words.startswith(word) and _STRAY_REST.match(words, len(word)):
            return _misplaced(line, word, block, fault, opened)
    return None


def _misplaced(line: str, word: str, block: str, fault: str, opened: Sequence[str]) -> Mistake | None:
    if block not in opened:
        return Mistake("stray", f"`{word}` {fault}", "delete it, or open the block above", mend=())
    if opened[-1] == block and not _ELSE.fullmatch(line.strip()):
        return None
    if opened[-1] == block:
        hint = f"close the block first with `{_CLOSING_LINES[block]}`"
        return Mistake("stray", f"`{word}` stands after the `else` of its `if`", hint, mend=())
    inner = tuple(reversed(opened[len(opened) - opened[::-1].index(block) :]))
    closing = tuple(_CLOSING_LINES[name] for name in inner)
    hint = f"close the open block with `{closing[0]}` first"
    return Mistake("stray", f"`{word}` {fault}", hint, mend=(*closing, line), closes=inner)


def _unknown(rest: str) -> Mistake:
    word = rest.split(None, 1)[0][:40] if rest.split() else "the end of the diagram"
    if (known := re.match(r"[a-z]+", word.lower())) and (meant := _FOREIGN.get(known[0])):
        return Mistake("foreign-keyword", f"`{known[0]}` is not a keyword of activity diagrams", f"write {meant}")
    if written := _WRITTEN.get(word.lower()):
        return Mistake("unknown-statement", f"this is not how a `{word}` statement is written", f"write `{written}`")
    message = f"`{word}` begins no statement of an activity diagram"
    return Mistake("unknown-statement", message, "a step is written `:text;` on lines of its own")
