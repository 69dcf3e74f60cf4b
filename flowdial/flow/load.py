"""From a file or a text to a Flow.  path | text -> Flow.  Joins notation and flow; knows nothing else."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path

from flowdial.errors import NotationError
from flowdial.flow.build import build
from flowdial.flow.model import Flow
from flowdial.notation import parse, parse_all, read_source
from flowdial.notation.lines import blocks
from flowdial.notation.parser import parse_block

#: Characters from which on a text is long.
_LONG = 100_000


def loads(text: str, *, diagram: int | None = None, recover: bool = False, folder: Path | None = None) -> Flow:
    """The Flow of a PlantUML text.

    `diagram` (from 1) chooses one of several; without it a text with several is refused. `recover` mends what
    people really write wrong (`Flow.warnings` tells what). `folder` is where `!include` may read.
    Raises NotationError.
    """
    found = blocks(text)
    if diagram is None and len(found) > 1:
        raise NotationError(
            f"the file holds {len(found)} diagrams",
            hint=f"choose one with its number, 1 to {len(found)} (`--diagram 1`)",
        )
    if diagram is not None and not 1 <= diagram <= max(1, len(found)):
        raise NotationError(f"there is no diagram {diagram}", hint=f"the file holds {len(found)}")
    with _collection_paused(text):
        if not found:
            return build(parse(text, recover=recover, folder=folder))
        return build(parse_block(found[(diagram or 1) - 1], recover, folder))


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
    text = read_source(path)
    found: list[Flow | NotationError] = []
    with _collection_paused(text):
        for parsed in parse_all(text, recover=recover, folder=Path(path).parent):
            try:
                found.append(parsed.in_file(str(path)) if isinstance(parsed, NotationError) else build(parsed))
            except NotationError as error:
                found.append(error.in_file(str(path)))
    return found


@contextlib.contextmanager
def _collection_paused(text: str) -> Iterator[None]:
    """Keep the garbage collector from walking over the growing tree again and again while a long text is read.

    Nothing that is made here is garbage before the end; with the collector on, the time grows faster than the text.
    """
    paused = len(text) > _LONG and gc.isenabled()
    if paused:
        gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()
