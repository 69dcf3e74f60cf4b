"""Judge the text of a `json` or `map` statement.  text -> what is wrong with it, and where.  Knows no diagram."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import NamedTuple

#: Levels of braces and brackets that are read.
DEEPEST = 500
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_LEVELS = {"{": 1, "[": 1, "}": -1, "]": -1}
#: How the messages of Python's reader begin, and what they say.
_REASONS = {
    "Expecting property name": "a name in double quotes is missing",
    "Expecting ':'": "a `:` is missing",
    "Expecting ','": "a `,` is missing",
    "Expecting value": "a value is missing, or is none",
    "Illegal trailing comma": "a comma stands before the end",
    "Extra data": "the data end before this",
    "Unterminated string": "a text is not closed",
    "Invalid control": "a tab or a line break stands in a text",
    "Invalid \\": "there is no such escape sequence",
}
#: What leads from a row of a map to a state.
_LED = re.compile(r"\*-++_*+>")
_HINT = "put names and texts in double quotes and a comma between two, none behind the last"


class Row(NamedTuple):
    """A row of a map: `key => value`, or `key *-> target`, which leads to a state."""

    key: str
    value: str
    target: str | None = None


class Fault(NamedTuple):
    """What is wrong, and its place: `line` and `column` count from 1 at the first sign of the text."""

    message: str
    hint: str
    line: int = 1
    column: int = 1


def fault(text: str) -> Fault | None:
    """The first fault of a text; None where PlantUML reads it."""
    if max(accumulate(_LEVELS.get(sign, 0) for sign in _SIGN.findall(text)), default=0) > DEEPEST:
        return Fault(f"the data are more than {DEEPEST} levels deep", "split them into several `json` statements")
    lines = text.split("\n")
    refused = _refusals(text, lines)
    if all(refused):
        return _fault(refused[0])
    if len(lines) > 1 and lines[-1].strip() != "}":
        hint = "begin a new line before it"
        return Fault("the last `}` stands on a line of its own", hint, len(lines), len(lines[-1].rstrip()))
    return None


def row(line: str) -> Row | None:
    """The row that a line of a map is; None where it is none."""
    key, arrow, value = line.partition("=>")
    led = _LED.search(line)
    if led is None:
        return Row(key.strip(), value.strip()) if arrow else None
    target = line[led.end() :].strip().strip('"')
    return Row(key.strip(), value.strip(), target) if arrow else Row(line[: led.start()].strip(), "", target)


def map_rows(text: str) -> list[tuple[int, Row | None]]:
    """The lines of a map, `{` to `}`, with their numbers from 1, without blank ones."""
    lines = enumerate(text.split("\n")[1:-1], 2)
    return [(number, row(line)) for number, line in lines if line.strip()]


def _refusals(text: str, lines: list[str]) -> list[json.JSONDecodeError | None]:
    """Why each reading of a text is no JSON, that of the text itself first.

    PlantUML puts lines together without a sign between, and takes also what stands between the first and the last.
    """
    joined = "".join(lines)
    return [_refusal(form) for form in ([text, joined, joined[1:-1]] if len(lines) > 1 else [text])]


def _refusal(text: str) -> json.JSONDecodeError | None:
    """Why a text is no JSON. Numbers are left as they are written, for they may have any length."""
    constants: list[str] = []
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=constants.append)
    except json.JSONDecodeError as error:
        return error
    return json.JSONDecodeError("Expecting value", text, text.find(constants[0])) if constants else None


def _fault(error: json.JSONDecodeError | None) -> Fault | None:
    if error is None:
        return None
    reason = next((reason for begin, reason in _REASONS.items() if error.msg.startswith(begin)), error.msg)
    return Fault(f"this is no JSON: {reason}", _HINT, error.lineno, error.colno)
