"""The legacy activity syntax (`(*) --> "Step"`).  line -> the same line in the modern syntax.

Its grammar is there for messages, not for reading: no flow is built of it.
"""

from __future__ import annotations

import functools
import re

from lark import Lark, Token
from lark.exceptions import UnexpectedInput

from flowdial.notation.languages import CloseAtEnd
from flowdial.resources import grammar

_LOOKS_LEGACY = re.compile(r"\(\*|\"|==", re.IGNORECASE)
_TEST = re.compile(r"(?:if\s+)?(?P<test>\"[^\"]*\"|.*?)(?:\s+as\s+[\w.]+)?\s*(?:\bthen)?", re.IGNORECASE)


@functools.cache
def _grammar() -> Lark:
    path = grammar("legacy")
    return Lark(
        path.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="basic",
        postlex=CloseAtEnd({"IF": "ENDIF", "STEP_TO_IF": "ENDIF"}),
        import_paths=[str(path.parent)],
    )


def refused_line(text: str) -> int | None:
    """The line (from 1) that the legacy syntax does not have either; None where it has them all."""
    try:
        _grammar().parse(text)
    except UnexpectedInput as error:
        return max(1, error.line)
    return None


def modern(line: str) -> tuple[int, tuple[str, ...]] | None:
    """Column (from 1) of what is legacy in the line, and the modern lines; None where the line is not legacy."""
    try:
        token = next(_grammar().lex(line), None)
    except UnexpectedInput:
        return None
    if token is None or token.end_column != len(line.rstrip()) + 1:
        return None
    written = _test(token) if token.type == "IF" else _step(token) if token.type in ("STEP", "STEP_TO_IF") else None
    return written if written is None else (token.column or 1, written)


def _fields(token: Token) -> dict[str, str | None]:
    match = re.fullmatch(_grammar().get_terminal(token.type).pattern.to_regexp(), token)
    return {name.removeprefix("if_"): value for name, value in match.groupdict().items()} if match else {}


def _step(token: Token) -> tuple[str, ...] | None:
    fields = _fields(token)
    source, label, target = fields["source"], fields["label"], fields["target"] or ""
    if target.endswith(";") or not (source is None or _LOOKS_LEGACY.match(source) or _LOOKS_LEGACY.match(target)):
        return None
    lines = (
        _node(source, final=False) if source else "",
        f"-> {label};" if label else "",
        _node(target, final=True),
    )
    return tuple(filter(None, lines))


def _test(token: Token) -> tuple[str, ...] | None:
    """Of a condition in quotes; others may be meant for the modern `if (…)`."""
    return (_modern_test(token),) if re.match(r"if\s*\"", token, re.IGNORECASE) else None


def _node(text: str, *, final: bool) -> str:
    if text.startswith("(*"):
        return "stop" if final else "start"
    if text.startswith("=="):
        return "fork" if final else "end fork"
    if text == "{":
        return ""
    if re.match(r"if\b", text, re.IGNORECASE):
        return _modern_test(text)
    quoted = re.match(r"\"([^\"]*)\"", text)
    return f":{quoted[1] if quoted else text};"


def _modern_test(text: str) -> str:
    match = _TEST.fullmatch(text)
    test = match["test"].strip('"') if match else ""
    return f"if ({test or '…'}) then"
