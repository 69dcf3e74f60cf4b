"""`flowdial finetune` as a user sees it, with the real model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.test_command_line import flowdial

pytestmark = pytest.mark.model


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_command_makes_an_adapter_that_chat_opens(processes: str, flows: Path, tmp_path: Path) -> None:
    """By one process or two; one flow is kept out and judged."""
    learnt = [flows / "train/en" / f"u1_{name}.puml" for name in ("blocked_drain", "card_abroad")]
    out = tmp_path / "mine"
    options = ("--samples", "8", "--length", "512", "--validation", "0.5", "--rank", "2", "--processes", processes)
    done = flowdial("finetune", *learnt, "--out", out, *options, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["validation_decisions"] > 10
    assert done.stderr.count("validation:") >= 1
    chat = flowdial(
        "chat", flows / "en/router_support.puml", "--adapter", out, "--json", stdin="an hour ago\nit is dark\n"
    )
    assert chat.returncode == 0, chat.stderr
    assert len(chat.stdout.splitlines()) == 3


def test_what_cannot_be_learnt_is_told_once_and_leaves_nothing(flows: Path, tmp_path: Path) -> None:
    """A flow that is not there; the exit code is that of bad input."""
    done = flowdial("finetune", flows / "train/en/nowhere.puml", "--out", tmp_path / "mine", "--processes", "2")
    assert done.returncode == 2
    assert done.stderr.count("nowhere.puml") == 1
    assert not list(tmp_path.iterdir())
