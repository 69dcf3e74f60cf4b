"""`flowdial data`, as a process."""

import json
from pathlib import Path

from tests.surfaces.test_fmt import FLOWS, flowdial


def test_flows_become_a_data_set(tmp_path: Path) -> None:
    told = flowdial("data", FLOWS / "en", "--out", tmp_path / "set", "--format", "chat", "--random", "2", "--json")
    assert told.returncode == 0, told.stderr
    counts = json.loads(told.stdout)
    lines = Path(counts["file"]).read_text("utf-8").splitlines()
    assert len(lines) == counts["entries"]
    assert {row["lang"] for row in map(json.loads, lines)} == {"zh", "en"}
    assert f"| entries | {counts['entries']} |" in (tmp_path / "set/README.md").read_text("utf-8")


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    """A language there is none of, a model without a server, a folder that is a file; with exit codes."""
    (tmp_path / "file").write_text("")
    for given, told in (
        (("--out", tmp_path / "set", "--lang", "fr"), "give zh, en or zh,en"),
        (("--out", tmp_path / "set", "--model", "m"), "give its address with --paraphrase"),
        (("--out", tmp_path / "set", "--lang", "zh"), "none of the flows is in zh"),
        (("--out", tmp_path / "file" / "set"), "cannot be written"),
    ):
        done = flowdial("data", FLOWS / "en", *given)
        assert done.returncode == 2
        assert told in done.stderr
    assert not (tmp_path / "set").exists()
