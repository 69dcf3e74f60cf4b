"""How long does a turn take?

    python benchmarks/turns.py            medians over a walk, alone and beside busy processes, as Markdown

Each row runs in a process of its own, because the way threads wait is fixed when PyTorch is loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from machine import machine

ROOT = Path(__file__).resolve().parent.parent
TEXTS = {
    "en/router_support": ("yes it is on", "no, it is dark", "tell me a joke", "there is a small green light", "nope"),
    "zh/refund": ("收到的杯子是裂的", "不想要了", "今天天气怎么样", "寄来的不是我买的那个", "我想退货"),
}


def walk(dtype: str, rounds: int) -> dict[str, float]:
    """Milliseconds: opening the model, the first turn, the median decision alone and the median turn with reply."""
    from flowdial import Engine
    from flowdial.decode.causal import CausalModel
    from flowdial.decode.decider import decide
    from flowdial.decode.loader import load
    from flowdial.session import prompt

    begun = time.perf_counter()
    model = CausalModel(load(dtype=dtype))
    opened = time.perf_counter() - begun
    turns: list[float] = []
    decisions: list[float] = []
    for name, texts in TEXTS.items():
        engine = Engine(ROOT / "flows" / f"{name}.puml", model=model)
        for text in texts * rounds:
            session = engine.session()
            engine.turn(session, "ok")
            names = [option.name for option in engine.options(session)]
            question = engine.options(session)[0].question
            begun = time.perf_counter()
            decide(model, prompt.decision(engine.lang, question, names, text))
            decisions.append(time.perf_counter() - begun)
            turns.append(engine.turn(session, text).ms / 1000)
    return {
        "open": opened * 1000,
        "first": decisions[0] * 1000,
        "decision": statistics.median(decisions) * 1000,
        "turn": statistics.median(turns) * 1000,
        "worst": max(turns[1:]) * 1000,
    }


#: How PyTorch's threads wait for one another, and the environment that says so.
WAITING = {
    "passive": {"OMP_WAIT_POLICY": "PASSIVE"},
    "20,000 spins": {"GOMP_SPINCOUNT": "20000"},
    "active": {"OMP_WAIT_POLICY": "ACTIVE"},
}


def in_process(dtype: str, waiting: str, busy: int, rounds: int) -> dict[str, float]:
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--walk", dtype, "--rounds", str(rounds)],
            env={**os.environ, **WAITING[waiting]},
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        for burner in burners:
            burner.kill()
    times: dict[str, float] = json.loads(done.stdout)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walk", metavar="DTYPE", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=4)
    arguments = parser.parse_args()
    if arguments.walk:
        print(json.dumps(walk(arguments.walk, arguments.rounds)))
        return
    print(f"{machine('torch', 'transformers')}; milliseconds\n")
    print(
        "| dtype | threads wait | busy processes beside | open | first decision | decision | turn with reply | worst |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for busy in (0, 2):
        for dtype in ("float32", "bfloat16"):
            for waiting in WAITING:
                rounds = arguments.rounds if not (busy and waiting == "active") else 1
                ms = in_process(dtype, waiting, busy, rounds)
                shown = " | ".join(f"{ms[key]:.0f}" for key in ("open", "first", "decision", "turn", "worst"))
                print(f"| {dtype} | {waiting} | {busy} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
