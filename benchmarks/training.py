"""What does a training step spend its time on?

    python benchmarks/training.py       tables as Markdown, in about twelve minutes

Rows of `flows/train`, as `flowdial finetune` makes them: how many tokens a decision takes where several sayings to a
question are learnt in one tree, tokens a second, the share of each kind of kernel, and what compiled layers are worth.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")

import torch
from machine import machine
from torch.profiler import ProfilerActivity, profile

from flowdial.dataset.courses import courses
from flowdial.decode.causal import CausalModel
from flowdial.decode.loader import load
from flowdial.decode.store import silent
from flowdial.training.compiling import WORTH, compiled
from flowdial.training.model import RowModel, Weighing, adapted
from flowdial.training.rows import Row, packed
from flowdial.training.samples import epoch_tasks
from flowdial.training.settings import RANK, Settings

ROOT = Path(__file__).resolve().parents[1]
_KINDS = {
    "matrix products": ("::mm", "addmm"),
    "attention": ("bmm", "softmax", "attention"),
    "copies and sums": ("copy", "cat", "index", "add", "sum"),
}
_ROWS = 12
_WAYS = {"--plain": 0, "--compiled": WORTH}


def step(model: RowModel, row: Row) -> float:
    """Seconds of a pass there and back."""
    begun = time.perf_counter()
    model(row)["loss"].backward()
    return time.perf_counter() - begun


def shared(processes: int, way: str) -> float:
    """Seconds for a row where so many processes share the cores."""
    few = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // processes))}
    command = [sys.executable, __file__, way]
    begun = [
        subprocess.Popen(command, env={**os.environ, **few}, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    return statistics.mean(float(process.communicate()[0].split()[-1]) for process in begun) / processes


def seconds(rows_to_come: int) -> float:
    """Of a row in this process, the median; compiled where as many rows to come are worth it."""
    loaded = load()
    reader, found, settings = CausalModel(loaded), courses([ROOT / "flows" / "train"])[::16], Settings()
    rows = list(islice(packed(epoch_tasks(reader, found, settings, Random(0)), settings.length), _ROWS))
    model = RowModel(adapted(loaded, RANK, 0), Weighing.of(rows, settings.text_weight), settings.length, loaded.dtype)
    with compiled(model, rows_to_come, silent):
        return statistics.median([step(model, row) for row in rows * 2][2:])


def main() -> None:
    if set(_WAYS) & set(sys.argv):
        print(seconds(_WAYS[sys.argv[1]]))
        return
    cores = os.cpu_count() or 1
    # First: threads of this process would spin.
    by_processes = {count: [shared(count, way) for way in _WAYS] for count in sorted({1, cores})}
    loaded = load()
    reader, found, settings = CausalModel(loaded), courses([ROOT / "flows" / "train"])[::8], Settings()
    print(f"{machine('torch', 'transformers', 'peft')}; {loaded.dtype}, {torch.get_num_threads()} threads\n")
    print("| sayings in a tree | tokens a decision |\n| --- | --- |")
    for together in (1, 4, 8, 16):
        made = list(epoch_tasks(reader, found, replace(settings, together=together, replies=0.0), Random(0)))
        tokens, items = sum(len(task.tree.tokens) for task in made), sum(len(task.items) for task in made)
        print(f"| {together} | {tokens / items:.0f} |")
    rows = list(islice(packed(epoch_tasks(reader, found, settings, Random(0)), settings.length), _ROWS))
    model = RowModel(adapted(loaded, RANK, 0), Weighing.of(rows, settings.text_weight), settings.length, loaded.dtype)
    times = [step(model, row) for row in rows][2:]
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        whole = step(model, rows[-1]) * 1000
    spent = dict.fromkeys([*_KINDS, "other kernels"], 0.0)
    for kernel in seen.key_averages():
        kind = next((k for k, parts in _KINDS.items() if any(p in kernel.key for p in parts)), "other kernels")
        spent[kind] += kernel.self_cpu_time_total / 1000
    print(f"\n| tokens a second | a row of {settings.length} tokens, s | {' | '.join(spent)} |")
    print(f"| {' | '.join(['---'] * (2 + len(spent)))} |")
    taken = statistics.median(times)
    shares = " | ".join(f"{value / whole:.0%}" for value in spent.values())
    print(f"| {settings.length / taken:.0f} | {taken:.2f} | {shares} |")
    print("\n| processes | threads of each | a row, s | compiled, s |\n| --- | --- | --- | --- |")
    for processes, (plain, faster) in by_processes.items():
        print(f"| {processes} | {cores // processes} | {plain:.2f} | {faster:.2f} |")


if __name__ == "__main__":
    main()
