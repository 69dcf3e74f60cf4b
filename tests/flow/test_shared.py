"""The graphs against PlantUML's own reading of real diagrams, where those lie beside the checkout."""

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


def exact_share(expected: Path, files: list[Path], output: Path) -> float:
    """Share of the expected activity diagrams whose flow is exactly PlantUML's, by the reference's own tool."""
    command = [sys.executable, "-c", "from flowdial.surfaces.cli import main; main()", "graph", "--format", "jsonl"]
    drawn = subprocess.run([*command, "-o", str(output), *map(str, files)], capture_output=True, check=False)
    assert drawn.returncode in (0, 2), drawn.stderr.decode()
    tool = [sys.executable, str(SHARED / "tools" / "score_graphs.py"), str(expected), str(output)]
    scored = subprocess.run(tool, capture_output=True, text=True, check=True)
    found = re.search(r"^activity: .*\bexact=([\d.]+)", scored.stdout, re.MULTILINE)
    assert found, scored.stdout
    return float(found[1])


@pytest.mark.parametrize(
    ("expected", "folder", "pattern", "floor"),
    [("probes/expected.jsonl", "probes", "a*.puml", 0.9917), ("expected.jsonl", "activity", "*.puml", 0.90)],
    ids=["probes", "activity"],
)
def test_the_graphs_are_those_of_plantuml(
    tmp_path: Path, expected: str, folder: str, pattern: str, floor: float
) -> None:
    files = sorted((DIAGRAMS / folder).glob(pattern))
    assert exact_share(DIAGRAMS / expected, files, tmp_path / "graphs.jsonl") >= floor
