"""From a file or a text to a Flow.  path | text -> Flow.  Joins notation and flow; knows nothing else."""

from __future__ import annotations

from pathlib import Path

from flowdial.errors import NotationError
from flowdial.flow.build import build
from flowdial.flow.model import Flow
from flowdial.notation import parse, parse_all, read_source
from flowdial.notation.lines import blocks


def loads(text: str, *, diagram: int | None = None, recover: bool = False, folder: Path | None = None) -> Flow:
    """The Flow of a PlantUML text.

    `diagram` (from 1) chooses one of several; without it a text with several is refused. `recover` mends what
    people really write wrong (`Flow.warnings` tells what). `folder` is where `!include` may read.
    Raises NotationError.
    """
    count = len(blocks(text))
    if diagram is None and count > 1:
        raise NotationError(
            f"the file holds {count} diagrams",
            hint=f"choose one with its number, 1 to {count} (`--diagram 1`)",
        )
    if diagram is not None and not 1 <= diagram <= max(1, count):
        raise NotationError(f"there is no diagram {diagram}", hint=f"the file holds {count}")
    return build(parse(text, index=(diagram or 1) - 1, recover=recover, folder=folder))


def load(path: str | Path, *, diagram: int | None = None, recover: bool = False) -> Flow:
    """The Flow of a diagram file; `!include` reads its folder. Raises SourceError and NotationError, which name the
    file.
    """
    text = read_source(path)
    try:
        return loads(text, diagram=diagram, recover=recover, folder=Path(path).parent)
    except NotationError as error:
        raise error.in_file(str(path)) from None


def load_all(path: str | Path, *, recover: bool = False) -> list[Flow | NotationError]:
    """Every diagram of a file in order; a refused one stands as its error."""
    found: list[Flow | NotationError] = []
    for parsed in parse_all(read_source(path), recover=recover, folder=Path(path).parent):
        try:
            found.append(parsed.in_file(str(path)) if isinstance(parsed, NotationError) else build(parsed))
        except NotationError as error:
            found.append(error.in_file(str(path)))
    return found
