"""The graphs against PlantUML's own reading of real diagrams, where those lie beside the checkout."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared"
DIAGRAMS = SHARED / "diagrams"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the reference diagrams are not beside the checkout"),
]


def graphs(files: list[Path], output: Path) -> list[dict[str, object]]:
    command = [sys.executable, "-c", "from flowdial.surfaces.cli import main; main()", "graph", "--format", "jsonl"]
    drawn = subprocess.run([*command, "-o", str(output), *map(str, files)], capture_output=True, check=False)
    assert drawn.returncode in (0, 2), drawn.stderr.decode()
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


def scores(expected: Path, files: list[Path], output: Path) -> dict[str, tuple[float, float]]:
    """Exact and full share of each kind, by the reference's own tool."""
    graphs(files, output)
    tool = [sys.executable, str(SHARED / "tools" / "score_graphs.py"), str(expected), str(output)]
    scored = subprocess.run(tool, capture_output=True, text=True, check=True)
    rows = re.findall(r"^(\w+): .*\bexact=([\d.]+) full=([\d.]+)", scored.stdout, re.MULTILINE)
    return {kind: (float(exact), float(full)) for kind, exact, full in rows}


def test_real_diagrams_mean_what_plantuml_means(tmp_path: Path) -> None:
    files = sorted([*(DIAGRAMS / "activity").glob("*.puml"), *(DIAGRAMS / "state").glob("*.puml")])
    found = scores(DIAGRAMS / "expected.jsonl", files, tmp_path / "graphs.jsonl")
    assert found["activity"] >= (0.99, 0.98)
    assert found["state"] >= (0.98, 0.97)


def test_the_probes_have_the_right_verdict_and_graph(tmp_path: Path) -> None:
    files = sorted((DIAGRAMS / "probes").glob("*.puml"))
    found = scores(DIAGRAMS / "probes" / "expected.jsonl", files, tmp_path / "graphs.jsonl")
    assert min(share for pair in found.values() for share in pair) >= 0.98
    lines = (DIAGRAMS / "probes" / "rejected.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rejected = [DIAGRAMS / "probes" / line.split("\t")[0] for line in lines]
    refused = ["error" in graph for graph in graphs(rejected, tmp_path / "rejected.jsonl")]
    assert sum(refused) / len(refused) >= 0.98


def test_invalid_diagrams_are_refused(tmp_path: Path) -> None:
    files = sorted((DIAGRAMS / "invalid").glob("*.puml"))
    refused = ["error" in graph for graph in graphs(files, tmp_path / "invalid.jsonl")]
    assert sum(refused) / len(refused) >= 0.95
