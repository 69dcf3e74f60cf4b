"""The lines of a label.  text as written -> lines as they are drawn.  Knows PlantUML's tags; knows no format."""

from __future__ import annotations

import re

from flowdial.flow.text import plain, unescaped
from flowdial.flow.xml import writable

#: Tags behind which nothing stands, or that are the whole line: PlantUML draws them as they are written.
_LOOSE = re.compile(
    r"(?:^\s*|(?=<\w))(?:</?(?:b|i|u|s|w|font|color|size|back|sub|sup|plain|code)\b[^>\n]*>\s*|</?img>\s*)+$",
    re.IGNORECASE,
)


def drawn(text: str) -> list[str]:
    """The lines that are not empty, without markup and without signs that no picture may hold."""
    return [line for written in writable(unescaped(text)).split("\n") if (line := _spoken(written))]


def _spoken(line: str) -> str:
    loose = _LOOSE.search(line)
    at = loose.start() if loose else len(line)
    return " ".join(filter(None, (plain(line[:at]), *line[at:].split())))
