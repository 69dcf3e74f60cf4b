"""A line of a diagram on its way to the grammar.  Knows its text and its place; knows no notation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is the line of the file, from 1; `annotations` are FlowDial's own and belong to the statement."""

    text: str
    number: int
    annotations: Mapping[str, str] = field(default_factory=lambda: _NONE)
