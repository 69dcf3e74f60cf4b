"""What a `json` or `map` block holds.  Flow of a state diagram -> rows of key and value.  Knows no format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flowdial.flow.model import Flow
from flowdial.notation import ast, data

Row = tuple[str, str]


def tables(flow: Flow) -> dict[int, list[Row]]:
    """The rows of each table, by the line of its node; none where the flow was not built of a text."""
    if flow.source is None:
        return {}
    return {flow.source.line(found.span): _rows(found) for found in _blocks(flow.source.body)}


def _blocks(body: ast.Body) -> Iterator[ast.Json | ast.Map]:
    bodies = [body]
    while bodies:
        for statement in bodies.pop():
            if isinstance(statement, ast.Json | ast.Map):
                yield statement
            bodies += ast.inner(statement)


def _rows(found: ast.Json | ast.Map) -> list[Row]:
    if isinstance(found, ast.Json):
        return rows(found.text)
    return [(row.key, row.value) for _, row in data.map_rows(found.text) if row]


def rows(text: str) -> list[Row]:
    """Key and value of a JSON text, deeper ones with the way there (`a.b`); its lines where it is no JSON."""
    try:
        return list(_flat("", json.loads(text)))
    except (ValueError, RecursionError):
        return [("", line.strip()) for line in text.splitlines() if line.strip()]


def _flat(path: str, value: Any) -> Iterator[Row]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value, 1) if isinstance(value, list) else ()
    if not pairs or not value:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return
    for key, inner in pairs:
        yield from _flat(f"{path}.{key}" if path else str(key), inner)
