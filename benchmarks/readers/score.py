"""Count what a reader got right, with the functions of score_graphs.py, which stands beside the reference folder."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from readers.base import Diagram, Found, Graph


@dataclass
class Score:
    count: int = 0
    exact: int | None = None
    full: int | None = None
    parts: int | None = None
    """The same actions, or the same edges between simple names: what a reader without a graph can be asked."""
    refused: int = 0


def scorer(folder: Path) -> ModuleType:
    """The module tools/score_graphs.py beside the folder. Raises OSError."""
    script = folder.resolve().parent / "tools" / "score_graphs.py"
    spec = importlib.util.spec_from_file_location("score_graphs", script)
    if spec is None or spec.loader is None:
        raise OSError(f"{script} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score(tool: ModuleType, diagrams: Sequence[Diagram], found: Sequence[Found | None]) -> Score:
    """As score_graphs.main counts: a diagram taken for another kind is refused."""
    total = Score(count=len(diagrams))
    for diagram, got in zip(diagrams, found, strict=True):
        if got is None or got.kind != diagram.kind:
            total.refused += 1
            continue
        parts = got.parts
        if got.graph is not None:
            relations = tool.activity if diagram.kind == "activity" else tool.state
            want, have = relations(diagram.want), relations(got.graph)
            total.exact = (total.exact or 0) + (want[0] == have[0])
            total.full = (total.full or 0) + (want[0] == have[0] and want[1] == have[1])
            parts = _parts(tool, got.graph)
        if parts is not None:
            same = _spaced(tool, parts) == _spaced(tool, _parts(tool, diagram.want))
            total.parts = (total.parts or 0) + same
    return total


def _parts(tool: ModuleType, graph: Graph) -> frozenset[Any]:
    if graph["kind"] == "activity":
        return frozenset(node["label"] for node in graph["nodes"] if node["kind"] == "action")
    edges, _ = tool.state(graph)
    return frozenset((source.split(".")[-1], target.split(".")[-1], label) for source, target, label in edges)


def _spaced(tool: ModuleType, parts: frozenset[Any]) -> set[Any]:
    return {tuple(map(tool.text, part)) if isinstance(part, tuple) else tool.text(part) for part in parts}
