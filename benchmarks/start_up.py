"""How long do the light commands and the opening of the model take?

python benchmarks/start_up.py      medians of 15 runs (5 with the model), warm, in a process each, as Markdown
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from machine import machine

FLOW = Path(__file__).resolve().parent.parent / "flows" / "en" / "router_support.puml"
CLI = [sys.executable, "-m", "flowdial.surfaces.cli"]
OPENING = (
    "import time, flowdial.decode, torch, transformers\n"
    "from transformers import AutoModelForCausalLM, AutoTokenizer\n"
    "from flowdial.decode.loader import load\n"
    "begun = time.perf_counter(); load(); print(time.perf_counter() - begun)"
)


def seconds(command: list[str], runs: int) -> float:
    taken: list[float] = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def opening(runs: int) -> float:
    command = [sys.executable, "-c", OPENING]
    found = [float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(runs)]
    return statistics.median(found)


def main() -> None:
    print(f"{machine('torch', 'transformers')}\n\n| what | seconds, median |\n| --- | --- |")
    print(f"| `flowdial --help` | {seconds([*CLI, '--help'], 15):.2f} |")
    print(f"| `flowdial graph` on a small file | {seconds([*CLI, 'graph', str(FLOW)], 15):.2f} |")
    print(f"| opening the model from the cache, libraries imported | {opening(5):.2f} |", flush=True)
    chat = seconds([*CLI, "chat", str(FLOW), "--json"], 5)
    print(f"| `flowdial chat` to its first line, process and all | {chat:.2f} |")


if __name__ == "__main__":
    main()
