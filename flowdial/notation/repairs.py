"""Mend what PlantUML reads otherwise than it was meant.  lines, tree -> changed ones, what was done.

These are no syntax errors: `:a；` begins an action that swallows the lines below it, `:a;;` an action whose text
ends in a semicolon, a diagram without `start` has no place where a dialogue begins. So they are mended only where
recovery is asked for. Knows lines and the syntax tree; parses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flowdial.diagnostics import Diagnostic
from flowdial.notation import ast
from flowdial.notation.activity_mistakes import LABELS
from flowdial.notation.lines import Block, Prepared
from flowdial.notation.mistakes import Mistake

_Replace = str | Callable[[re.Match[str]], str]

_BEGIN = r"[:：]|backward\s*[:：]|-(?:\[[^\]]*\]-?)?>"
_RULES: tuple[tuple[str, re.Pattern[str], _Replace, str], ...] = (
    (
        "full-width",
        re.compile(rf"^(\s*(?:{_BEGIN})[^；;]*)(?P<at>；)[；;\s]*((?:<<[^>]*>>\s*)*)$", re.IGNORECASE),
        lambda match: f"{match[1].rstrip().replace('：', ':', 1)}; {match[3]}".rstrip(),
        "a full-width `；` does not end an action",
    ),
    (
        "full-width",
        re.compile(r"^(\s*)(?P<at>：)(.*;)\s*$"),
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
        "double-semicolon",
        re.compile(r"^(\s*:.*?[^;\s])(?P<at>;\s*;[;\s]*)$"),
        r"\1;",
        "one `;` ends an action; the second would be part of its text",
    ),
)


_BLOCK = re.compile(
    r"\s*(?:(?:floating\s+)?note\b[^:]*|(?:legend|title|header|footer)(?:\s+(?:left|right|center|top|bottom))*)\s*",
    re.IGNORECASE,
)
_END_BLOCK = re.compile(r"\s*end\s*(?:note|legend|title|header|footer)\s*", re.IGNORECASE)
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


def repair(prepared: Prepared) -> list[Diagnostic]:
    """Change the lines of `prepared` and tell each change."""
    told: list[Diagnostic] = []
    lines = prepared.text.split("\n")
    for at in _statements(lines):
        line = lines[at]
        if label := _unlabelled(line):
            told.append(Diagnostic(label.code, label.message, line, prepared.origins[at], label.column, label.hint))
            lines[at] = "\n".join(label.mend or (line,))
            continue
        if older := _older(lines, at):
            mended, found = older
            message = f"`{found['at']}` ended an action up to PlantUML 1.2025, and does no more"
            hint = f"read as `{mended.strip()}`"
            told.append(Diagnostic("older-ending", message, line, prepared.origins[at], found.start("at") + 1, hint))
            lines[at] = mended
            continue
        for code, pattern, replacement, message in _RULES:
            if match := pattern.match(line):
                mended = pattern.sub(replacement, line)
                hint = f"read as `{mended.strip()}`"
                told.append(Diagnostic(code, message, line, prepared.origins[at], match.start("at") + 1, hint))
                lines[at] = mended
                break
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


def _unlabelled(line: str) -> Mistake | None:
    """`if (a) then yes`, which PlantUML reads as a condition that runs on to the next line that ends in `)`."""
    if not _LABELLED.match(line) or _WHEN.search(line):
        return None
    return next((found for shape in LABELS if (found := shape.mistake(line)) and found.mend), None)


def _older(lines: list[str], at: int) -> tuple[str, re.Match[str]] | None:
    """The line `:step|` as it is written now, where the next line begins a statement, so that it was an ending."""
    match = _OLDER.match(lines[at])
    following = next((line for line in lines[at + 1 :] if line.strip()), None)
    if match is None or (following is not None and not _NEXT.match(following)):
        return None
    return f"{match[1]}; <<{_OLDER_ENDINGS[match['at']]}>>", match


def whole_text(text: str) -> tuple[Block, Diagnostic]:
    """A text without `@startuml` as one block."""
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    lines = tuple("" if line.strip().lower().startswith("@enduml") else line for line in lines)
    first = next((line for line in lines if line.strip()), "")
    hint = "read as if `@startuml` stood before it"
    return Block(lines, 1), Diagnostic("no-diagram", "there is no `@startuml` line", first, 1, 1, hint)


def with_start(body: ast.Body, prepared: Prepared) -> tuple[ast.Body, list[Diagnostic]]:
    """The body of an activity diagram with a `start` before its first step, where it has none anywhere."""
    nested = [body]
    for current in nested:
        if any(isinstance(s, ast.Terminal) and s.word == "start" for s in current):
            return body, []
        nested += [inner for statement in current for inner in ast.inner(statement)]
    at = next((i for i, s in enumerate(body) if not isinstance(s, ast.Decoration | ast.Swimlane | ast.Note)), None)
    if at is None:
        return body, []
    span = body[at].span
    line = prepared.text.split("\n")[span.line - 1]
    place = prepared.origins[span.line - 1]
    hint = "read as if it stood before this step"
    told = Diagnostic("missing-start", "there is no `start`", line, place, span.column, hint)
    start = ast.Terminal(span._replace(end_line=span.line, end_column=span.column), "start")
    return (*body[:at], start, *body[at:]), [told]
