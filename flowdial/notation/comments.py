"""Take comments out.  lines -> lines with their numbers.  Knows PlantUML's comments; knows no statements.

A comment is a line that begins with `'`, what stands from a line's beginning `/'` to a `'/` at the end of a line, and a
`/' … '/` at the beginning or the end of a line. Within a line it is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


def without_comments(
    lines: Iterable[str], first: int = 1, *, heed: Callable[[str, int], None] | None = None
) -> Iterator[tuple[int, str]]:
    """The lines that are left, each with its number, counted from `first`; `heed` is given each `'` line."""
    inside = False
    for number, line in enumerate(lines, first):
        stripped = line.strip()
        if inside:
            inside = not stripped.endswith("'/")
        elif stripped.startswith("'"):
            if heed is not None:
                heed(line, number)
        elif "/'" not in stripped:
            yield number, line
        elif stripped.startswith("/'") and "'/" not in stripped[2:]:
            inside = True
        elif (rest := _rest(line)).strip():
            yield number, rest


def _rest(line: str) -> str:
    stripped = line.strip()
    if stripped.startswith("/'"):
        return line[line.index("'/", line.index("/'") + 2) + 2 :]
    if stripped.endswith("'/"):
        return line[: line.rindex("/'")]
    return line
