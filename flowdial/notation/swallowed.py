"""Find the line that a stray word lacks within an action's text.  lines above the stray word -> Swallowed, or None.

An action that does not end with its line takes the lines below for its text, a block's first line too. Knows how
blocks begin; parses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_BEGINS = re.compile(r"\s*(?:#[^:\s]+)?[:：]")
_ENDS = re.compile(r";\s*(?:<<[^>]*>>\s*)*$")
_OPENS = {
    block: re.compile(rf"\s*(?:#\w+:)?(?:{words})\b", re.IGNORECASE)
    for block, words in (
        ("IF", "if"),
        ("SWITCH", "switch"),
        ("WHILE", "while"),
        ("REPEAT", "repeat(?!\\s*while)"),
        ("FORK", "fork"),
        ("SPLIT", "split"),
        ("GROUP", "partition|package|rectangle|card|group"),
        ("NOTE", "(?:floating\\s+)?note"),
    )
}


class Swallowed(NamedTuple):
    """Lines, from 1: that on which the action begins, and that which it takes for its text."""

    action: int
    opener: int


def swallowed(lines: Iterable[str], block: str) -> Swallowed | None:
    """The last line that would open `block` (a terminal's name) and is part of an action's text."""
    found, action = None, 0
    for at, line in enumerate(lines, 1):
        if not action and _BEGINS.match(line):
            action = at
        elif action and _OPENS[block].match(line):
            found = Swallowed(action, at)
        if _ENDS.search(line[-200:]):
            action = 0
    return found
