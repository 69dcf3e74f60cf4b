"""The mistakes that people make in activity diagrams.  refused line + open blocks -> Mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from flowdial.notation.decoration_mistakes import decoration
from flowdial.notation.mistakes import Mistake, first, legacy, shape
from flowdial.notation.words import ACTIVITY

_LABELLED = r"(?:else\s*)?if|while|switch|case|else|end\s*while|repeat\s*while"

# Full-width signs where punctuation stands: a Chinese text may hold them anywhere else.
_FULL_WIDTH_ENDS = (
    r"(?P<at>：)",
    r"(?:(?:floating\s+)?note\b[^:：]*|title|caption|legend|header|footer)(?P<at>：)",
    r".*(?P<at>；)\s*$",
    r"(?P<at>｝)\s*$",
)
_FULL_WIDTH_PARENTHESES = (
    rf"(?:{_LABELLED})\s*(?P<at>（)",
    r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|equals?|not)\s*(?P<at>（)",
    rf"(?:{_LABELLED})\b[^（]*\([^)（]*(?P<at>）)\s*(?:then\b.*)?$",
    r"(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|equals?|not)\s*\([^)）]*(?P<at>）)\s*$",
)
#: A colon before a label, and what may stand behind one; an action is no label.
_COLON_HERE = r"[:：](?!.*[;；]\s*$)\s*"
_COLON = rf"(?:{_COLON_HERE})?"
_PUNCTUATED = r"[\s:;)：；）]*"
_UNCLOSED = "the `(` is never closed"
_PARENS = r"\([^()]*\)"
#: `if (…) then (…)` and its like, with their parentheses.
_HEAD = (
    rf"(?:(?:else\s*)?if|else|case|switch|while|end\s*while|repeat\s*while)\s*{_PARENS}\s*"
    rf"(?:(?:then|is|equals?|not)\s*(?:{_PARENS}\s*)?)*"
)
_WHOLE = (
    r"(?:end\s*(?:if|fork|merge|split|group)|endswitch|(?:fork|split)(?:\s*again)?|start|stop|end|break|detach"
    r"|kill|repeat)\b"
)
#: Ends of blocks in other languages, and what is written here.
_ENDS = (
    ("for|foreach|loop|do", "endwhile"),
    ("parallel|par|join", "end fork"),
    ("try|catch", "endif"),
)

_SHAPES = (
    *(
        shape(
            "full-width",
            pattern,
            "a full-width `{at}` is not punctuation in PlantUML",
            "write the ASCII sign: `;`, `:`, `(`, `)` or `}`",
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
        r"(?:else\s*)?if\s*\(.*\)\s*(?P<at>[(（].*[)）])\s*;?\s*$",
        "`if (…)` is not followed by `then`",
        "write `if (…) then {at}`",
        "{before}then {at}",
    ),
    shape(
        "extra-word",
        r"else\s+(?P<at>then\b\s*)",
        "`else` goes without `then`",
        "leave it out",
        "{before}{after}",
    ),
    shape(
        "extra-word",
        rf"while\s*{_PARENS}\s*(?:is\s*{_PARENS}\s*)?(?P<at>do)\s*[:;]?\s*$",
        "`while (…)` goes without `do`",
        "leave it out",
        "{before}",
    ),
    *(
        shape(
            "trailing-colon",
            pattern + r"\s*(?P<at>[:：])\s*$",
            "`{at}` is not part of this statement",
            "leave it out",
            "{before}",
        )
        for pattern in (_HEAD, rf"(?!repeat)(?:else|(?:goto|label)\s+[\w.]+|{_WHOLE})")
    ),
    shape(
        "repeat-test",
        r"repeat\s*while\s+(?P<at>not)\s*\(",
        "the condition is missing before `not`",
        "write `repeat while (…) not (…)`",
    ),
    shape(
        "condition-parentheses",
        r"(?:(?:else\s*)?if|while|switch|repeat\s*while)\s+(?P<at>[^(\s].*?)(?=\s+(?:then|is)\b|\s*[:：{]?\s*$)",
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
        "label-parentheses",
        r"(?P<at>case)\s*;?\s*$",
        "the case has no label",
        "write `case (…)`",
        "{before}case ()",
    ),
    shape(
        "label-parentheses",
        rf"(?P<head>else(?!\s*if\b)|case|end\s*while)(?:\s+{_COLON}|{_COLON_HERE})(?P<at>[^(\s:：].*?){_PUNCTUATED}$",
        "the label is not in parentheses",
        "write the label in parentheses, as in `else (no)` or `case (paid)`",
        "{head} ({at})",
    ),
    shape(
        "label-parentheses",
        rf"(?P<head>(?:(?:else\s*)?if|while|repeat\s*while)\s*\(.*\)\s*(?:then|is|equals?|not))\s*{_COLON}"
        rf"(?P<at>(?!then\b)[^(\s:：](?:(?!\bthen\b)[^()]|{_PARENS})*?)"
        rf"(?:(?P<rest>\s+not\b.*)|(?:\s+then(?:\s*{_PARENS})?)?{_PUNCTUATED})$",
        "the label is not in parentheses",
        "write the label in parentheses, as in `then (yes)`, `is (yes)`, `not (no)`",
        "{head} ({at}){rest}",
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
    *(
        shape(
            "foreign-end",
            rf"end\s*(?P<at>{words})\s*;?\s*$",
            "`end {at}` closes no block of an activity diagram",
            f"write `{meant}`",
            meant,
        )
        for words, meant in _ENDS
    ),
    shape(
        "arrow-style",
        r"-\[[^\]]*?(?P<at>plain|norank|single|thickness=\d+)[^\]]*\]->",
        "`{at}` is not a style of the arrows of activity diagrams",
        "write `dashed`, `dotted`, `bold`, `hidden` or a colour, as in `-[#red,dashed]->`",
    ),
    shape(
        "join-text",
        r"(?:end\s*(?:fork|merge)|fork\s*end)\s*(?P<at>\{\s*\})\s*;?\s*$",
        "the braces hold nothing",
        "write `end fork`, or `end fork {and}`",
        "{before}",
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
        "group-name",
        r"(?P<at>partition|package|rectangle|card)\s*$",
        "the {at} has neither a name nor a brace",
        'write `{at} "name" {`',
        "{before}{at} {{",
    ),
    shape(
        "group-name",
        r"(?P<at>partition|package|rectangle|card)(?=[\"“”])",
        "there is no space behind `{at}`",
        'write `{at} "name" {`',
        "{before}{at} {after}",
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
        "a `:` begins an action, and none follows",
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
        "repeat-until",
        r"repeat\s*(?P<at>until)\b",
        "`repeat {at}` is not a keyword",
        "write `repeat while (…)`, which goes on while its condition holds",
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
        r"(?P<at>//|%%|#+(?=\s))",
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
        "color-place",
        r"(?P<step>:[^;]*;)\s*(?P<at>#\w+)\s*;?\s*$",
        "a colour does not stand behind the step",
        "write `{at}:text;`",
        "{at}{step}",
    ),
    shape(
        "arrow-between",
        r"(?:start|:[^;]*;)\s*(?P<at>-+>|→)\s*(?=\S)",
        "`{at}` does not join two steps",
        "write each step on a line of its own: they follow one another",
        "{before}\n{after}",
    ),
    shape(
        "unclosed-action",
        r"(?P<at>:)",
        "the action is never closed: no line after it ends with `;`",
        "end the action with `;` as the last character of its line",
        "{before}:{after};",
    ),
    shape(
        "note-place",
        r"(?:floating\s+)?note\s+(?:(?:left|right)\s+)?(?P<at>(?:of|over|for|on|top|bottom)\b[^:]*?)(?=\s*(?::|$))",
        "a note names no step: it belongs to the one above it",
        "write `note right: text` or `note left: text` below the step",
        "{before}{after}",
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
        for pattern in (_HEAD + r"(?P<at>[^\s(;].*)", _WHOLE + r"\s*(?P<at>\S.*)")
    ),
    shape(
        "swimlane",
        r"(?P<at>\|)[^|]*$",
        "the name of the lane is not closed",
        "write `|name|`",
        "{before}|{after}|",
    ),
    shape(
        "transition",
        r"(?P<at>[\w.]+\s*-+>\s*[\w.]+)",
        "`{at}` joins names, and the steps of an activity diagram have none",
        "write the steps below one another, as `:step;`; transitions belong to a state diagram: `[*] --> A`",
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
    "end note": ("NOTE", "closes no `note`"),
    "endnote": ("NOTE", "closes no `note`"),
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

#: What closes a block that was opened with a brace, beside the brace that closes it.
_BRACED = (("if", "endif"), ("while", "endwhile"), ("switch", "endswitch"), ("fork", "end fork"))
_MISREAD = re.compile(r"\s*(?:else\s*)?if\s*\([^()\n]*\)\s*\([^()\n]*\)\s*;?\s*", re.IGNORECASE)


def explain(line: str, column: int, opened: Sequence[str]) -> Mistake:
    """The best wording for a line that is refused at `column` (from 1) within the blocks `opened`, outermost first."""
    short = line[:2000]
    stray = None if _MISREAD.fullmatch(short) else _stray(short, opened)
    return stray or legacy(short) or decoration(short) or _shaped(short) or ACTIVITY.explain(short, column)


def _shaped(line: str) -> Mistake | None:
    """The first shape; a condition that gets its parentheses gives them to its label too, a brace is owed another."""
    found = first(_SHAPES, line)
    if found and found.code == "condition-parentheses" and found.mend and (label := first(LABELS, found.mend[0])):
        return replace(found, mend=label.mend)
    if found and found.code == "branch-braces" and not line.lstrip().startswith("}"):
        return replace(found, owes=("}", *(end for word, end in _BRACED if line.strip().lower().startswith(word))))
    return found


def _stray(line: str, opened: Sequence[str]) -> Mistake | None:
    words = line.strip().lower()
    for word, (block, fault) in _STRAY.items():
        if words.startswith(word) and _STRAY_REST.match(words, len(word)):
            return _misplaced(line, word, block, fault, opened)
    return None


def _misplaced(line: str, word: str, block: str, fault: str, opened: Sequence[str]) -> Mistake | None:
    if block not in opened and word == "else" and opened[-1:] == ("SWITCH",):
        mend = re.sub(
            r"else(?:\s*(\(.*\)))?.*", lambda found: f"case {found[1] or '(else)'}", line, flags=re.IGNORECASE
        )
        return Mistake("switch-default", "`else` is no branch of a `switch`", "write `case (…)`", mend=(mend,))
    if block not in opened:
        return Mistake("stray", f"`{word}` {fault}", "delete it, or open the block above", mend=(), lacks=block)
    if opened[-1] == block and not _ELSE.fullmatch(line.strip()):
        return None
    if opened[-1] == block:
        hint = f"close the block first with `{_CLOSING_LINES[block]}`"
        return Mistake("stray", f"`{word}` stands after the `else` of its `if`", hint, mend=())
    inner = tuple(reversed(opened[len(opened) - opened[::-1].index(block) :]))
    closing = tuple(_CLOSING_LINES[name] for name in inner)
    hint = f"close the open block with `{closing[0]}` first"
    return Mistake("stray", f"`{word}` {fault}", hint, mend=(*closing, line), closes=inner)
