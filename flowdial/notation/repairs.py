"""Mend what PlantUML reads otherwise than it was meant.  lines, tree -> changed ones, what was done.

These are no syntax errors: `:a；` begins an action that swallows the lines below it, `:a;;` an action whose text
ends in a semicolon, a diagram without `start` has no place where a dialogue begins. So they are mended only where
recovery is asked for. Knows lines and the syntax tree; parses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from flowdial.diagnostics import Diagnostic
from flowdial.notation import ast
from flowdial.notation.activity_mistakes import LABELS
from flowdial.notation.lines import Block, Prepared

_Replace = str | Callable[[re.Match[str]], str]

_BEGIN = r"(?:#\w+|backward\s*|repeat\s*)?[:：]|-(?:\[[^\]]*\]-?)?>"
_RULES: tuple[tuple[str, re.Pattern[str], _Replace, str], ...] = (
    (
        "full-width",
        re.compile(rf"^(\s*(?:{_BEGIN})[^；;]*)(?P<at>；)[；;\s]*((?:<<[^>]*>>\s*)*)$", re.IGNORECASE),
        lambda match: f"{match[1].rstrip().replace('：', ':', 1)}; {match[3]}".rstrip(),
        "a full-width `；` does not end an action",
    ),
    (
        "full-width",
        re.compile(r"^(\s*(?:#\w+|backward\s*|repeat\s*)?)(?P<at>：)(.*;)\s*$", re.IGNORECASE),
        r"\1:\3",
        "a full-width `：` does not begin an action",
    ),
    (
        "full-width",
        re.compile(
            r"^\s*(?:(?:else\s*)?if|while|switch|case|repeat\s*while)\s*\([^()（）]*(?P<at>）)\s*"
            r"(?:(?:then|is|equals?|not)\b.*)?$",
            re.IGNORECASE,
        ),
        lambda match: match[0].replace("（", "(").replace("）", ")"),
        "a full-width `）` does not close a condition",
    ),
    (
        "full-width",
        re.compile(r"^(\s*(?:partition|package|rectangle|card|group)\b[^{]*?)\s*(?P<at>｛)\s*$", re.IGNORECASE),
        r"\1 {",
        "a full-width `｛` does not open a frame",
    ),
    (
        "full-width",
        re.compile(r"^(\s*)(?P<at>｝)\s*$"),
        r"\1}",
        "a full-width `｝` does not close a frame",
    ),
    (
        "foreign-keyword",
        re.compile(r"^(\s*(?:else\s*)?if\s*\([^()（）]*\)\s*)(?P<at>则|那么)(?=\s*[(（]|\s*$)", re.IGNORECASE),
        r"\1then",
        "the keyword is `then`",
    ),
    (
        "double-semicolon",
        re.compile(r"^(\s*:.*?[^;\s])(?P<at>;\s*;[;\s]*)$"),
        r"\1;",
        "one `;` ends an action; the second would be part of its text",
    ),
)


_BLOCK = re.compile(
    r"\s*(?:(?:floating\s+)?note\b[^:：]*|(?:legend|title|header|footer|caption)(?:\s+(?:left|right|center|top|bottom))*)\s*",
    re.IGNORECASE,
)
_END_BLOCK = re.compile(r"\s*end\s*(?:note|legend|title|header|footer|caption)\s*", re.IGNORECASE)
_ENDED = re.compile(r".*[;；]\s*(?:<<[^>]*>>\s*)*")


def _statements(lines: list[str]) -> Iterator[int]:
    """Numbers of the lines on which a statement begins: not those within a note, a legend or a text.

    The caller may mend a line as soon as it has its number.
    """
    inside, acting = False, False
    for at in range(len(lines)):
        if inside:
            inside = not _END_BLOCK.fullmatch(lines[at])
            continue
        if not acting:
            yield at
        inside = not acting and bool(_BLOCK.fullmatch(lines[at]))
        begins = lines[at].lstrip()[:1] in (":", "：")
        acting = (acting or begins) and not _ENDED.fullmatch(lines[at])


class _Repair(NamedTuple):
    """What is wrong with a line at `column` (from 1), and the line as it was meant."""

    code: str
    message: str
    column: int
    mended: str


def repair(prepared: Prepared) -> list[Diagnostic]:
    """Change the lines of `prepared` and tell each change."""
    told: list[Diagnostic] = []
    lines = prepared.text.split("\n")

    def mend(at: int, found: _Repair) -> None:
        hint = f"read as `{found.mended.strip()}`"
        told.append(Diagnostic(found.code, found.message, lines[at], prepared.origins[at], found.column, hint))
        lines[at] = found.mended

    if (last := lines[-1]).endswith("\\"):
        message = "a `\\` at the end of a line joins the next one, and there is none"
        mend(len(lines) - 1, _Repair("line-join", message, len(last), last.rstrip("\\ \t")))
    for at in _statements(lines):
        found = next((done for attempt in _ATTEMPTS if (done := attempt(lines, at))), None)
        if found is not None:
            mend(at, found)
    prepared.text = "\n".join(lines)
    return told


_LABELLED = re.compile(
    r"\s*(?:(?:else\s*)?if|while|repeat\s*while)\s*\([^()]*\)\s*(?:then|is|not)\s*[^(（\s;]", re.IGNORECASE
)
_WHEN = re.compile(r"\bthen\s+when\b", re.IGNORECASE)
#: Endings that gave an action its shape up to PlantUML 1.2025, and the stereotypes that do since.
_OLDER_ENDINGS = {
    "|": "procedure",
    "<": "input",
    ">": "output",
    "/": "save",
    "]": "task",
    "}": "continuous",
}
_OLDER = re.compile(r"^(\s*(?:#\w+)?:[^;]*?)\s*(?P<at>[|</\]}]|(?<!>)>)\s*$")
_NEXT = re.compile(
    r"\s*(?:#\w+)?(?::|(?:start|stop|end|if|else|while|repeat|fork|split|switch|case|detach|kill|note|partition|group)\b|\}|\|[^|]+\|[^|;]*$)",
    re.IGNORECASE,
)


def _unlabelled(lines: list[str], at: int) -> _Repair | None:
    """`if (a) then yes`, which PlantUML reads as a condition that runs on to the next line that ends in `)`."""
    if not _LABELLED.match(lines[at]) or _WHEN.search(lines[at]):
        return None
    label = next((found for shape in LABELS if (found := shape.mistake(lines[at])) and found.mend), None)
    return _Repair(label.code, label.message, label.column, "\n".join(label.mend or ())) if label else None


def _below(lines: list[str], at: int) -> str:
    """The next line below that holds something; empty where there is none."""
    return next((lines[number] for number in range(at + 1, len(lines)) if lines[number].strip()), "")


def _older(lines: list[str], at: int) -> _Repair | None:
    """The line `:step|`, where the next line begins a statement, so that it was an ending."""
    match = _OLDER.match(lines[at])
    if match is None or not _NEXT.match(_below(lines, at) or ":"):
        return None
    message = f"`{match['at']}` ended an action up to PlantUML 1.2025, and does no more"
    mended = f"{match[1]}; <<{_OLDER_ENDINGS[match['at']]}>>"
    return _Repair("older-ending", message, match.start("at") + 1, mended)


_UNENDED = re.compile(r"\s*(?:(?:#\w+)?:|->)[^;；]*[^;；\s\\|<>/\]{}]\s*$")
_STATEMENT = re.compile(
    r"\s*(?:(?:#\w+)?:[^;]*;|(?:else\s*)?if\s*\(.*\)\s*then\b.*|else(?:\s*\(.*\))?|(?:end\s*)?while\s*\(.*\).*"
    r"|end\s*(?:if|while|fork|merge|split|switch)|repeat(?:\s*while\b.*)?|(?:switch|case)\s*\(.*\)"
    r"|(?:fork|split)(?:\s*again)?|start|stop|detach|kill|break);?\s*$",
    re.IGNORECASE,
)


#: So many lines are looked at for the statement below a step.
_AHEAD = 50


def _unended(lines: list[str], at: int) -> _Repair | None:
    """`:step` or `->label` without its `;` above a whole statement, or more such lines: it would take them in."""
    if not _UNENDED.match(lines[at]):
        return None
    below = (line for line in lines[at + 1 : at + 1 + _AHEAD] if line.strip() and not _UNENDED.match(line))
    if not _STATEMENT.match(next(below, "")):
        return None
    line = lines[at].rstrip()
    return _Repair("missing-semicolon", "this does not end before the next statement", len(line) + 1, f"{line};")


_COMMENTED = re.compile(r"(\s*(?:#\w+)?:[^;；]*;)\s*(?P<at>'|//)")


def _commented(lines: list[str], at: int) -> _Repair | None:
    """`:step; // why` above a line that is a whole statement, which the action would take in."""
    match = _COMMENTED.match(lines[at])
    if match is None or not _STATEMENT.match(_below(lines, at)):
        return None
    return _Repair("trailing-comment", "a comment cannot follow a statement", match.start("at") + 1, match[1])


def _punctuation(lines: list[str], at: int) -> _Repair | None:
    for code, pattern, replacement, message in _RULES:
        if match := pattern.match(lines[at]):
            return _Repair(code, message, match.start("at") + 1, pattern.sub(replacement, lines[at]))
    return None


_ATTEMPTS = (_unlabelled, _older, _unended, _commented, _punctuation)


def whole_text(text: str) -> tuple[Block, Diagnostic]:
    """A text without `@startuml` as one block."""
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    lines = tuple("" if line.strip().lower().startswith("@enduml") else line for line in lines)
    first = next((line for line in lines if line.strip()), "")
    hint = "read as if `@startuml` stood before it"
    return Block(lines, 1), Diagnostic("no-diagram", "there is no `@startuml` line", first, 1, 1, hint)


def missing_end(block: Block) -> list[Diagnostic]:
    """What to tell where `@enduml` is missing, behind the last line that holds something."""
    if block.closed:
        return []
    last = max((at for at, line in enumerate(block.lines) if line.strip()), default=0)
    line, hint = block.lines[last], "write `@enduml` below this line"
    return [Diagnostic("missing-enduml", "the diagram ends without `@enduml`", line, block.first + last, 1, hint)]


#: The block statements: how they begin, and what closes them.
_CLOSED_BY: Mapping[type[ast.Statement], tuple[str, str]] = {
    ast.If: ("if", "endif"),
    ast.Switch: ("switch", "endswitch"),
    ast.While: ("while", "endwhile"),
    ast.Repeat: ("repeat", "repeat while"),
    ast.Group: ("group", "}"),
    ast.State: ("state", "}"),
}


def left_open(body: ast.Body, prepared: Prepared) -> list[Diagnostic]:
    """A warning for each block that nothing closes; such blocks are the last of what they stand in."""
    told: list[Diagnostic] = []
    lines = prepared.text.split("\n")
    while body:
        last = body[-1]
        if last.span.end_line == 0:
            word = last.word if isinstance(last, ast.Parallel) else ""
            opening, closing = (word, f"end {word}") if word else _CLOSED_BY[type(last)]
            message, hint = f"the `{opening}` is not closed", f"read as if `{closing}` stood at the end of the diagram"
            line, place = lines[last.span.line - 1], prepared.origins[last.span.line - 1]
            told.append(Diagnostic("left-open", message, line, place, last.span.column, hint))
        body = next(reversed(ast.inner(last)), ())
    return told


def with_start(body: ast.Body, prepared: Prepared) -> tuple[ast.Body, list[Diagnostic]]:
    """The body of an activity diagram with a `start` before its first step, where it has none anywhere."""
    nested = [body]
    for current in nested:
        if any(isinstance(s, ast.Terminal) and s.word == "start" for s in current):
            return body, []
        nested += [inner for statement in current for inner in ast.inner(statement)]
    before_it = ast.Decoration | ast.Swimlane | ast.Note | ast.Arrow
    at = next((i for i, statement in enumerate(body) if not isinstance(statement, before_it)), None)
    if at is None:
        return body, []
    span = body[at].span
    line = prepared.text.split("\n")[span.line - 1]
    place = prepared.origins[span.line - 1]
    hint = "read as if it stood before this step"
    told = Diagnostic("missing-start", "there is no `start`", line, place, span.column, hint)
    start = ast.Terminal(span._replace(end_line=span.line, end_column=span.column), "start")
    return (*body[:at], start, *body[at:]), [told]
