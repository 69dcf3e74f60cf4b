"""The flows that FlowDial ships."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from flowdial.flow import load
from flowdial.flow.text import language
from flowdial.session import begin, is_done, legal, step

FLOWS = sorted((Path(__file__).parents[2] / "flows").glob("*/*.puml"))


def test_there_are_at_least_twelve_half_chinese_half_english() -> None:
    folders = [path.parent.name for path in FLOWS]
    assert folders.count("zh") == folders.count("en") >= 6


@pytest.mark.skipif(shutil.which("plantuml") is None, reason="PlantUML is not installed")
def test_plantuml_accepts_every_flow() -> None:
    done = subprocess.run(
        ["plantuml", "-checkonly", *map(str, FLOWS)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_a_flow_branches_speaks_its_language_and_has_a_title(path: Path) -> None:
    flow = load(path)
    kinds = [node.kind for node in flow.nodes.values()]
    assert flow.lang == path.parent.name == language(*(node.label for node in flow.nodes.values()))
    assert flow.title
    if flow.kind == "state":
        assert kinds.count("state") >= 6
        assert "composite" in kinds
    else:
        assert kinds.count("decision") >= 3
        assert kinds.count("action") >= 8


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_every_edge_of_a_flow_is_reached_and_every_walk_can_end(path: Path) -> None:
    """Breadth-first over all markings: each edge that leaves a step is a move somewhere, and ends are reached."""
    flow = load(path)
    seen = {begin(flow)}
    todo, taken, ended = list(seen), set(), False
    while todo:
        marking = todo.pop()
        ended = ended or is_done(flow, marking)
        for move in legal(flow, marking):
            taken.add(move.id)
            after = step(flow, marking, move.id)
            if after not in seen:
                seen.add(after)
                todo.append(after)
    speaking = {"action", "decision", "state", "composite"}
    steps = {edge.id for edge in flow.edges if edge.label and flow.nodes[edge.source].kind in speaking}
    assert steps <= taken
    assert ended
