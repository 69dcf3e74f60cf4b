"""`flowdial eval` as a user sees it, with the real model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.test_command_line import flowdial

pytestmark = pytest.mark.model

KEYS = {
    "n", "exact_match", "exact_match_sequential", "exact_match_decision", "gold_legal", "chosen_legal", "ece",
    "reply_chrf", "ms_per_decision",
}  # fmt: skip


def test_flows_are_judged_beside_three_baselines(flows: Path, tmp_path: Path) -> None:
    """The same figures for each."""
    for ending in ("puml", "said"):
        shutil.copy(flows / f"heldout/en/charter_boat.{ending}", tmp_path)
    done = flowdial("eval", "flows", tmp_path, "--limit", "4", "--replies", "1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["n"] == 4
    assert told["baselines"].keys() == {"overlap", "base", "unconstrained"}
    assert all(figures.keys() >= KEYS for figures in (told, *told["baselines"].values()))
    assert told["chosen_legal"] == 1.0


def test_what_was_judged_is_kept_in_a_file_that_is_named(flows: Path, tmp_path: Path) -> None:
    """Down to the milliseconds; it is not judged again."""
    data = tmp_path / "data"
    made = flowdial("data", flows / "en/router_support.puml", "--out", data, "--per-edge", "1")
    assert made.returncode == 0, made.stderr
    options = ("--limit", "6", "--replies", "1", "--no-baselines", "--resume", tmp_path / "judged.jsonl", "--json")
    first = flowdial("eval", "pfdial", data / "formatA.json", *options)
    assert first.returncode == 0, first.stderr
    kept = (tmp_path / "judged.jsonl").read_text("utf-8").splitlines()
    again = flowdial("eval", "pfdial", data / "formatA.json", *options)
    assert again.stdout == first.stdout
    assert (tmp_path / "judged.jsonl").read_text("utf-8").splitlines() == kept
