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
from flowdial.notation.lines import Block, Prepared

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
    """Numbers of the lines on which a statement begins: not those within a note, a legend or a text."""
    inside, acting = False, False
    for at, line in enumerate(lines):
        if inside:
            inside = not _END_BLOCK.fullmatch(line)
            continue
        if not acting:
            yield at
        inside = not acting and bool(_BLOCK.fullmatch(line))
        begins = line.lstrip()[:1] in (":", "：")
        acting = (acting or begins) and not _ENDED.fullmatch(line)


def repair(prepared: Prepared) -> list[Diagnostic]:
    """Change the lines of `prepared` and tell each change."""
    told: list[Diagnostic] = []
    lines = prepared.text.split("\n")
    for at in _statements(lines):
        line = lines[at]
        for code, pattern, replacement, message in _RULES:
            if match := pattern.match(line):
                mended = pattern.sub(replacement, line)
                hint = f"read as `{mended.strip()}`"
                told.append(Diagnostic(code, message, line, prepared.origins[at], match.start("at") + 1, hint))
                lines[at] = mended
                break
    prepared.text = "\n".join(lines)
    return told


def whole_text(text: str) -> tuple[Block, Diagnostic]:
    """A text without `@startuml` as one block."""
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
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
