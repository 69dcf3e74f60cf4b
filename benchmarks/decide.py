"""How fast, and how well, is one of a few known strings chosen?

    python benchmarks/decide.py                      every table, as Markdown (needs outlines, xgrammar, llguidance)
    python benchmarks/decide.py --tables limit peers  some of them
    python benchmarks/decide.py --dtype float32       with another number type
    python benchmarks/decide.py --adapter adapters/smollm2-135m-flow

Same weights, same machine, one process; medians. The decisions are those of PFDial's charts, where they lie beside the
checkout (`../shared/pfdial`), and of the English example flows.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch
from deciding.cases import ROOT, Case, cases
from deciding.peers import PEERS, Peer
from machine import machine
from transformers.utils import logging

from flowdial.decode import compiled
from flowdial.decode.causal import CausalModel
from flowdial.decode.decider import decide, evidence
from flowdial.decode.loader import LoadedModel, load
from flowdial.decode.measure import bare_pass, milliseconds, passes
from flowdial.flow import loads
from flowdial.session import begin, legal, options, prompt

median = statistics.median


class Ours:
    """FlowDial on one model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        self.model = CausalModel(loaded)
        self.layouts = (loaded.skill.layout,) if loaded.adapter_name else ("channel", "naming")

    def asked(self, case: Case, layout: str) -> prompt.DecisionPrompt:
        return prompt.decision(case.lang, case.question, case.options, case.words, targets=case.targets, layout=layout)

    def choose(self, case: Case, layout: str) -> int:
        chances = decide(self.model, self.asked(case, layout))[:-1]
        return chances.index(max(chances))

    def by_model(self, case: Case, layout: str) -> int:
        """The choice of the model alone, without the cues of the words."""
        found = evidence(self.model, self.asked(case, layout))[:-1]
        return found.index(max(found))

    def forget(self) -> None:
        """As at the first decision of a step."""
        self.model.forget()
        compiled.forget(self.model)

    def read(self, run: Callable[[], Any]) -> tuple[int, int]:
        """New tokens that a run reads in its last pass, and the tokens that stand before them."""
        with passes(self.model) as found:
            run()
        return found[-1]


# ---- against the limit ----
def limit(ours: Ours, found: list[Case]) -> None:
    print("\n### Against one bare forward pass over the same new tokens\n")
    print("| layout | new tokens | bare pass, ms | decision, ms | ratio | with the first visit of a step, ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for layout in ours.layouts:
        rows = []
        for case in found:
            choose = partial(ours.choose, case, layout)
            ours.forget()
            cold = milliseconds(choose)
            new, before = ours.read(choose)
            bare = bare_pass(ours.model, new, before)
            bare()
            pairs = [(milliseconds(bare), milliseconds(choose)) for _ in range(3)]
            rows.append((new, *map(median, zip(*pairs, strict=True)), cold))
        news, bares, times, colds = map(median, zip(*rows, strict=True))
        ratio = median(row[2] / row[1] for row in rows)
        print(f"| {layout} | {news:.0f} | {bares:.0f} | {times:.0f} | {ratio:.2f} | {colds:.0f} |", flush=True)


# ---- against others ----
def peers(ours: Ours, found: list[Case]) -> None:
    """The naming layout has the prompt and the strings of the others; channel and verdict are FlowDial's own."""
    print("\n### Against other ways to choose, same model and decisions\n")
    ratios = " | ".join(f"times {layout} | spared" for layout in ours.layouts)
    print(f"| method | compile, cold, ms | choose, ms | spared, ms | {ratios} | right, zh | right, en |")
    print(f"| {' | '.join(['---'] * (6 + 2 * len(ours.layouts)))} |")
    own = {layout: f"FlowDial, {layout}{', model alone' * (layout == 'naming')}" for layout in ours.layouts}
    rivals: list[Peer] = [make(ours.loaded) for make in PEERS]
    times: dict[str, list[float]] = {}
    spared: dict[str, list[float]] = {}
    cold: dict[str, list[float]] = {}
    right: dict[str, list[tuple[str, bool]]] = {}

    def note(name: str, case: Case, run: Callable[[], int | None]) -> None:
        begun = time.perf_counter()
        chosen = run()
        times.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
        right.setdefault(name, []).append((case.lang, chosen == case.gold))

    for case in found:
        for layout, name in own.items():
            cold.setdefault(name, []).append(milliseconds(partial(_compile, ours, ours.asked(case, layout))))
            choose = partial(ours.by_model if layout == "naming" else ours.choose, case, layout)
            choose()
            note(name, case, choose)
        for rival in rivals:
            cold.setdefault(rival.name, []).append(milliseconds(partial(rival.compile, case)))
            theirs = partial(rival.choose, case, rival.compile(case))
            note(rival.name, case, theirs)
            rival.spared = True
            spared.setdefault(rival.name, []).append(milliseconds(theirs))
            rival.spared = False
    for name, taken in times.items():
        cost = "" if "unconstrained" in name else f"{median(cold[name]):.1f}"
        kinds = [taken, spared[name]] if name in spared else [taken]
        slower = [median(t / o for t, o in zip(kind, times[of], strict=True)) for of in own.values() for kind in kinds]
        ratios = " | ".join([f"{ratio:.1f}" for ratio in slower] if name in spared else [""] * 2 * len(own))
        shares = " | ".join(_share([ok for lang, ok in right[name] if lang == wanted]) for wanted in ("zh", "en"))
        least = f"{median(spared[name]):.0f}" if name in spared else ""
        print(f"| {name} | {cost} | {median(taken):.0f} | {least} | {ratios} | {shares} |", flush=True)


def _compile(ours: Ours, asked: prompt.DecisionPrompt) -> None:
    """The names as tokens behind the prompt, and their automaton; the prompt itself is not of the constraint."""
    encode = cache(ours.model.encode)
    branches = asked.stems if any(asked.stems) else asked.endings
    compiled.told_apart([compiled.in_context(branch, asked.prefix[-1], encode) for branch in branches])


def _share(right: list[bool]) -> str:
    return f"{sum(right) / len(right):.0%}" if right else ""


# ---- growth ----
def growth(ours: Ours, _found: list[Case]) -> None:
    print("\n### What the cost grows with\n")
    print("| what | of | new tokens | decision, ms | ms a new token |\n| --- | --- | --- | --- | --- |")
    sizes: Iterator[tuple[str, int, Callable[[], Any]]] = itertools.chain(
        (("options", n, _options(ours, n, 2)) for n in (2, 4, 8, 16, 32, 64)),
        (("words of a label", n, _options(ours, 3, n)) for n in (1, 4, 15, 45)),
        (("nodes in the flow", n, _nodes(ours, n)) for n in (10, 100, 1000, 10_000)),
    )
    for what, size, run in sizes:
        run()
        new, _ = ours.read(run)
        ms = median(milliseconds(run) for _ in range(31))
        print(f"| {what} | {size} | {new} | {ms:.0f} | {ms / new:.2f} |", flush=True)


_WORDS = "red blue green small large round flat old new cold warm dark light soft hard fast slow near far high".split()


def _options(ours: Ours, count: int, length: int) -> Callable[[], Any]:
    draw = random.Random(count * 100 + length)
    names = [f"{' '.join(draw.choices(_WORDS, k=length))} {at}" for at in range(count)]
    layout = ours.layouts[0]
    asked = prompt.decision("en", "Which one is it?", names, "the second one, I think", layout=layout)
    return lambda: decide(ours.model, asked)


def _nodes(ours: Ours, count: int) -> Callable[[], Any]:
    """A turn's decision at the first step of a flow of that size: legal moves, names, prompt and choice."""
    steps = "".join(f":step {at};\n" for at in range(count - 5))
    flow = loads(f"@startuml\nstart\nif (Is it paid?) then (yes)\n{steps}else (no)\n:remind;\nendif\nstop\n@enduml\n")
    marking = begin(flow)

    def run() -> None:
        found = options(flow, legal(flow, marking))
        names = [option.name for option in found]
        asked = prompt.decision("en", found[0].question, names, "I did yesterday", layout=ours.layouts[0])
        decide(ours.model, asked)

    return run


# ---- many sessions ----
def sessions(ours: Ours, found: list[Case]) -> None:
    """The limit is what bare passes over as many new tokens gain when they are put together."""
    print("\n### Many sessions at once\n")
    print("| layout | sessions | decisions a second | times one session's | limit | same choices | largest change |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    cases_ = (found * 64)[:64]
    for layout in ours.layouts:
        run = partial(_decide, ours, layout)
        alone = [run(case) for case in cases_]
        new, before = ours.read(partial(run, cases_[0]))
        first, single = 0.0, _bare(ours, new, before)
        for count in (1, 2, 4, 8, 16, 32):
            runs = [_together(run, cases_, count) for _ in range(4)]
            rates, together = [rate for rate, _ in runs], runs[0][1]
            first = first or median(rates)
            limit = count * single / _bare(ours, new * count, before)
            same = sum(a.index(max(a)) == b.index(max(b)) for a, b in zip(alone, together, strict=True))
            change = max(abs(x - y) for a, b in zip(alone, together, strict=True) for x, y in zip(a, b, strict=True))
            print(
                f"| {layout} | {count} | {median(rates):.1f} | {median(rates) / first:.2f} | {limit:.2f}"
                f" | {same} of {len(cases_)} | {change:.1e} |",
                flush=True,
            )


def _together(run: Callable[[Case], list[float]], every: list[Case], count: int) -> tuple[float, list[list[float]]]:
    """Decisions a second, and what was decided."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        found = list(pool.map(run, every))
    return len(every) / (time.perf_counter() - begun), found


def _decide(ours: Ours, layout: str, case: Case) -> list[float]:
    return decide(ours.model, ours.asked(case, layout))


def _bare(ours: Ours, new: int, before: int) -> float:
    run = bare_pass(ours.model, new, before)
    run()
    return median(milliseconds(run) for _ in range(5))


# ---- where the time goes ----
_KINDS = {"matrix products": ("mm", "linear"), "attention": ("attention",), "copies": ("copy", "cat", "index")}


def profile(ours: Ours, found: list[Case]) -> None:
    """Of a decision at a known step: the share of each kind of kernel, and of the Python between them."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    weights = sum(p.numel() * p.element_size() for p in ours.model.decoder.parameters())
    print("\n### Where the time of a decision goes\n")
    print(f"The decoder has {weights / 1e6:.0f} MB of weights; all of them are read in every pass.\n")
    kinds = [*_KINDS, "other kernels", "Python between kernels"]
    print(f"| layout | new tokens | ms | weights read, GB/s | {' | '.join(kinds)} |")
    print(f"| {' | '.join(['---'] * (4 + len(kinds)))} |")
    for layout in ours.layouts:
        rows = []
        for case in found:
            choose = partial(ours.choose, case, layout)
            choose()
            new, _ = ours.read(choose)
            taken = median(milliseconds(choose) for _ in range(3))
            with profiler(activities=[ProfilerActivity.CPU]) as seen:
                wall = milliseconds(choose)
            spent = dict.fromkeys(kinds, 0.0)
            for kernel in seen.key_averages():
                kind = next((k for k, parts in _KINDS.items() if any(p in kernel.key for p in parts)), "other kernels")
                spent[kind] += kernel.self_cpu_time_total / 1000
            spent["Python between kernels"] = max(0.0, wall - sum(spent.values()))
            rows.append((new, taken, weights / taken / 1e6, *(value / wall for value in spent.values())))
        news, times, read, *shares = map(median, zip(*rows, strict=True))
        print(f"| {layout} | {news:.0f} | {times:.0f} | {read:.1f} | {' | '.join(f'{s:.0%}' for s in shares)} |")


# ---- memory ----
def memory(_ours: Ours, _found: list[Case]) -> None:
    print("\n### Memory of a `flowdial chat` process\n")
    print("| number type | peak resident memory, MB |\n| --- | --- |")
    flow = str(ROOT / "flows" / "en" / "router_support.puml")
    talk = "ok\nno, everything is dark\nyes\nwell\nit works now\n"
    code = (
        "import sys; from flowdial.surfaces.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    from flowdial.surfaces.bench import peak_memory\n"
        "    print(peak_memory(), file=sys.stderr)"
    )
    for dtype in ("float32", "bfloat16"):
        command = [sys.executable, "-c", code, "chat", flow, "--json", "--dtype", dtype]
        done = subprocess.run(command, input=talk, capture_output=True, text=True, check=True)
        print(f"| {dtype} | {float(done.stderr.split()[-1]):.0f} |", flush=True)


TABLES = {
    "limit": limit,
    "peers": peers,
    "growth": growth,
    "sessions": sessions,
    "profile": profile,
    "memory": memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--adapter", help="decide with it, in its layout")
    parser.add_argument("--cases", type=int, default=30, help="decisions of each language")
    parser.add_argument("--pfdial", type=Path, default=ROOT.parent / "shared" / "pfdial")
    arguments = parser.parse_args()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    ours = Ours(load(dtype=arguments.dtype, adapter=arguments.adapter))
    found = cases(arguments.pfdial, arguments.cases)
    versions = machine(
        "torch", "transformers", *(["outlines", "xgrammar", "llguidance"] if "peers" in arguments.tables else [])
    )
    print(f"{versions}; {ours.loaded.dtype}, {torch.get_num_threads()} threads; {len(found)} decisions")
    for table in arguments.tables:
        TABLES[table](ours, found)


if __name__ == "__main__":
    main()
