"""Against real llama.cpp servers with the embedded model's weights; benchmarks/remote_server.py says what they need."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowdial.decode.causal import CausalModel
from flowdial.decode.decider import decide, evidence
from flowdial.decode.remote import RemoteModel
from flowdial.engine import Engine
from flowdial.errors import ModelError
from flowdial.reply import PIPELINES
from flowdial.session.prompt import decision

ROOT = Path(__file__).parents[2]
SERVERS = {
    "llama-cpp-python": "FLOWDIAL_LLAMA_PYTHON",
    "llama-cpp-python without log-probabilities": "FLOWDIAL_LLAMA_PYTHON",
    "llama-server": "FLOWDIAL_LLAMA_SERVER",
}
NASTY = ['a "quoted" \\ one', "🙂 \U00020bb7", "x | y ::= (z)*", "\x01\x7f", "tab\there"]

pytestmark = pytest.mark.slow
pytest.importorskip("openai")


def benchmark() -> Any:
    spec = importlib.util.spec_from_file_location("remote_server", ROOT / "benchmarks" / "remote_server.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def gguf() -> Iterator[Path]:
    with benchmark().weights() as path:
        yield path


@pytest.fixture(scope="module", params=SERVERS, ids=lambda name: name.replace(" ", "-"))
def served(request: pytest.FixtureRequest) -> Iterator[RemoteModel]:
    if not os.environ.get(SERVERS[request.param]):
        pytest.skip(f"{SERVERS[request.param]} names no server")
    command = benchmark().commands(request.getfixturevalue("gguf"))[request.param]
    with benchmark().started(command) as model:
        yield model


def rows(lang: str, step: int = 15) -> list[dict[str, Any]]:
    lines = (ROOT / "benchmarks" / "decisions" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["lang"] == lang][::step]


def asked(row: dict[str, Any]) -> Any:
    return decision(row["lang"], row["question"], row["options"], row["user"], layout="naming")


def test_the_kind_of_the_server_is_found_out(served: RemoteModel) -> None:
    assert served.kind.name == "llama.cpp"
    assert served.name.endswith(".gguf")
    assert "/" not in served.name


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_decision_is_a_distribution_over_the_options(served: RemoteModel, lang: str) -> None:
    for row in rows(lang):
        values = decide(served, asked(row))
        assert len(values) == len(row["options"]) + 1
        assert math.fsum(values) == pytest.approx(1)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_llama_server_tells_what_the_same_model_tells_in_this_process(
    served: RemoteModel, lang: str, request: pytest.FixtureRequest
) -> None:
    """Up to the arithmetic of quantised weights, which is another one."""
    if "llama-server" not in request.node.name:
        pytest.skip("this server shows likeliest tokens only")
    local: CausalModel = request.getfixturevalue("embedded_model")
    near = [
        max(abs(a - b) for a, b in zip(evidence(local, asked(row)), evidence(served, asked(row)), strict=True))
        for row in rows(lang)
    ]
    assert sorted(near)[len(near) // 2] < 0.5
    assert max(near) < 1.5


def test_options_of_any_characters_can_be_chosen(served: RemoteModel) -> None:
    for name in NASTY:
        prompt = f"Say: {name}\n" * 4 + "Say:"
        for options in ([f" {name}\n", " green\n"], [" green\n", f" {name}\n"]):
            values = served.choose(prompt, options)
            assert values.index(max(values)) == options.index(f" {name}\n"), name
    assert len(served.choose("Say: <|im_end|>\nSay:", [" <|im_end|>\n", " green\n"])) == 2


def test_replies_are_streamed_and_can_be_broken_off(served: RemoteModel) -> None:
    pieces = list(served.write("The capital of France", " is", max_tokens=8, stop=(".", "\n")))
    assert "".join(pieces).strip() == "Paris"
    begun = time.monotonic()
    written = served.write("", "1, 2, 3,", max_tokens=1500, stop=())
    assert next(written)
    written.close()  # type: ignore[attr-defined]
    assert served.choose("Question: Is it red?\nAnswer:", [" yes\n", " no\n"])
    assert time.monotonic() - begun < 60


def test_a_prompt_that_is_too_long_is_told_and_harms_nothing(served: RemoteModel) -> None:
    with pytest.raises(ModelError, match="too long for the model"):
        served.choose("word " * 5000, [" yes\n", " no\n"])
    with pytest.raises(ModelError, match=r"too long for the model|broke off"):  # llama-cpp-python ends the stream
        list(served.write("", "word " * 5000, max_tokens=4, stop=()))
    assert served.choose("Question: Is it red?\nAnswer:", [" yes\n", " no\n"])


def test_a_dialogue_runs(served: RemoteModel, flows: Path) -> None:
    engine = Engine(flows / "en" / "router_support.puml", model=served, replies=PIPELINES["free"])
    session = engine.session()
    engine.turn(session, "an hour ago")
    turn = engine.turn(session, "no, it is dark")
    assert turn.model_called
    assert turn.move in turn.legal
