"""Read what people said at a flow's steps.  NAME.said beside NAME.puml -> Sayings.  Knows text; knows no flows.

A section opens with the text of a step: `? question` where the flow branches, `! step` where it goes on in one way
(`! start` at its beginning). Every line below is `move | what the user says | what the bot answers`, where the move
is an option's name, `>` for the only way on, or `~` for staying; the answer may be left out. Lines that are empty or
begin with `#` are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flowdial.errors import SourceError
from flowdial.notation.source import read_source

ONWARD = ">"
STAYING = "~"
_FIELDS = "move | what the user says | what the bot answers"


@dataclass(frozen=True, slots=True)
class Saying:
    """What a user said at a step, the move it means, and the bot's answer (empty where none is given)."""

    step: str
    move: str
    user: str
    robot: str
    line: int


def read_sayings(path: str | Path) -> tuple[Saying, ...]:
    """The sayings of a file, in its order. Raises SourceError with the line."""
    path = Path(path)
    found: list[Saying] = []
    step = ""
    for number, raw in enumerate(read_source(path).split("\n"), 1):
        line = raw.strip()
        if line.startswith(("?", "!")) and line[1:].strip():
            step = line[1:].strip()
        elif line and not line.startswith("#"):
            found.append(_saying(path, number, step, line))
    return tuple(found)


def _saying(path: Path, number: int, step: str, line: str) -> Saying:
    fields = [field.strip() for field in line.split("|")]
    if not step:
        raise SourceError(f"{path}:{number}: no step is named above", hint="open a section with `? question`")
    if len(fields) not in (2, 3) or not all(fields[:2]):
        raise SourceError(f"{path}:{number}: this is not a saying: `{line[:60]}`", hint=f"write `{_FIELDS}`")
    return Saying(step, fields[0], fields[1], fields[2] if len(fields) == 3 else "", number)
