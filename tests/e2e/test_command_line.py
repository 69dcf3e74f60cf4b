"""`flowdial chat` as a program sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FIELDS = {"reply", "from", "to", "move", "label", "probability", "legal", "model_called", "ms", "done"}


def flowdial(
    *arguments: str | Path, stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flowdial.surfaces.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
        timeout=180,
        check=False,
    )


@pytest.mark.model
def test_the_line_protocol_gives_an_object_a_line_and_the_opening_first(flows: Path) -> None:
    texts = ["about an hour ago", "what time do you close?", "no, it is dark"]
    done = flowdial("chat", flows / "en/router_support.puml", "--json", stdin="\n".join(texts) + "\n")
    turns = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert len(turns) == 4
    assert all(set(turn) >= FIELDS for turn in turns)
    graph = json.loads(flowdial("graph", flows / "en/router_support.puml").stdout)
    ids = {node["id"] for node in graph["nodes"]}
    edges = {edge["id"]: edge for edge in graph["edges"]}
    for turn in turns[1:]:
        assert turn["move"] in turn["legal"]
        assert set(turn["from"]) | set(turn["to"]) <= ids
        if turn["move"] != "stay":
            assert [edges[turn["move"]]["source"]] == turn["from"]
    assert [turn["move"] == "stay" for turn in turns[1:]] == [False, True, False]


@pytest.mark.model
def test_a_dialogue_to_the_end_exits_with_0(flows: Path, tmp_path: Path) -> None:
    flow = tmp_path / "short.puml"
    flow.write_text("@startuml\nstart\nif (More?) then (yes)\n:a;\nelse (no)\n:b;\nendif\nstop\n@enduml\n")
    done = flowdial("chat", flow, "--json", stdin="no\nfine\nnever read\n")
    turns = [json.loads(line) for line in done.stdout.splitlines()]
    assert [turn["done"] for turn in turns] == [False, False, True]
    assert done.returncode == 0


@pytest.mark.model
def test_the_terminal_knows_its_commands(flows: Path, tmp_path: Path) -> None:
    picture = tmp_path / "now.svg"
    lines = ["/help", "/where", "/options", "/why", "an hour ago", "no, it is dark", "/why", "/back", "/nonsense"]
    lines += [f"/picture {picture}", "/quit"]
    done = flowdial("chat", flows / "en/router_support.puml", stdin="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    for shown in ("/picture", "action1", "leads to", "no decision was needed", "probability", "bye", "no command"):
        assert shown in done.stdout
    assert picture.read_text(encoding="utf-8").startswith("<?xml")


def chart(folder: Path, body: str) -> Path:
    file = folder / "flow.puml"
    file.write_text(f"@startuml\n{body}\n@enduml\n", encoding="utf-8")
    return file


ASKS = "start\nif (More?) then (yes)\n:a;\nelse (no)\n:b;\nendif\nstop"


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
@pytest.mark.parametrize(
    ("body", "extra", "says"),
    [
        (":a;\nstop", [], "no start node"),
        ("start", [], "nothing follows `start`"),
        ("", [], "the diagram is empty"),
        ("Alice -> Bob : hi", [], "sequence diagram"),
        (ASKS, ["--model", "./no/such/model"], "no model"),
        (ASKS, ["--device", "quantum"], "not a device"),
        (ASKS, ["--margin", "7"], "margin"),
        (ASKS, ["--diagram", "3"], "no diagram 3"),
    ],
)
def test_what_cannot_be_talked_to_is_said_with_exit_code_2(
    body: str, extra: list[str], says: str, json_flag: list[str], tmp_path: Path
) -> None:
    done = flowdial("chat", chart(tmp_path, body), *extra, *json_flag)
    said = json.loads(done.stdout.splitlines()[-1])["error"] if json_flag else done.stderr
    assert done.returncode == 2
    assert says in said
    assert "Traceback" not in done.stderr + done.stdout


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    done = flowdial("chat", chart(tmp_path, ASKS), env={"FLOWDIAL_CACHE": str(blocked)})
    assert done.returncode == 2
    assert str(blocked) in done.stderr
    assert "FLOWDIAL_CACHE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_that_cannot_be_fetched_is_said(tmp_path: Path) -> None:
    """pip is sent to an address of this machine where nothing listens."""
    offline = {
        "FLOWDIAL_CACHE": str(tmp_path / "cache"),
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = flowdial("chat", chart(tmp_path, ASKS), env=offline)
    assert done.returncode == 2
    assert "network" in done.stderr
    assert "flowdial model fetch" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_adapter_that_is_none_is_said(tmp_path: Path) -> None:
    done = flowdial("chat", chart(tmp_path, ASKS), "--adapter", tmp_path)
    assert done.returncode == 2
    assert "adapter" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.model
def test_an_adapter_for_another_base_is_said(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 4}', encoding="utf-8")
    (adapter / "adapter_model.safetensors").write_bytes(b"")
    (adapter / "manifest.json").write_text('{"base_fingerprint": "0123456789abcdef"}', encoding="utf-8")
    done = flowdial("chat", chart(tmp_path, ASKS), "--adapter", adapter)
    assert done.returncode == 2
    assert "does not fit the model" in done.stderr
    assert "0123456789abcdef" in done.stderr
    assert "Traceback" not in done.stderr
