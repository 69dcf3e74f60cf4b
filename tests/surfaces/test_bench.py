"""`flowdial bench` tells what a decision costs, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowdial.decode.causal import CausalModel
from flowdial.errors import FlowError
from flowdial.surfaces import bench


@pytest.mark.model
def test_the_figures_belong_together(
    embedded_model: CausalModel, flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = flows / "en" / "router_support.puml"
    assert bench.run(flow, runs=3, as_json=True, opening=lambda: embedded_model) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["model"] == embedded_model.name
    assert 0 < found["decision_ms"] < found["new_step_ms"]
    assert found["new_tokens"] > 2
    assert found["peak_memory_mb"] > 100
    assert bench.run(flow, runs=1, as_json=False, opening=lambda: embedded_model) == 0
    assert capsys.readouterr().out.count("\n") == 10


def test_a_flow_without_a_choice_has_nothing_to_time(tmp_path: Path) -> None:
    flow = tmp_path / "straight.puml"
    flow.write_text("@startuml\nstart\n:a;\nstop\n@enduml\n")
    with pytest.raises(FlowError, match="nothing is decided"):
        bench.run(flow, runs=1, as_json=True, opening=lambda: pytest.fail("opened"))
