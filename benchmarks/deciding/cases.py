"""Decisions of real charts.  five-tuples and utterances -> Case."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flowdial.dataset.pfdial import Chart, FiveTuple, read_pfdial
from flowdial.flow import load
from flowdial.flow.text import plain

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """One decision: `gold` is the index of the right option; `targets` are the steps that the options lead to."""

    lang: str
    chart: str
    question: str
    options: tuple[str, ...]
    targets: tuple[str, ...]
    words: str
    gold: int


def cases(pfdial: Path, count: int) -> list[Case]:
    """`count` decisions of PFDial's charts, where they are at hand, and as many of the English example flows."""
    found = [*_chosen(_of_pfdial(pfdial), count)] if pfdial.is_dir() else []
    return [*found, *_chosen(_of_flows(), count)]


def _chosen(every: Iterator[Case], count: int) -> list[Case]:
    drawn = list(every)
    random.Random(7).shuffle(drawn)
    return drawn[:count]


def _of_pfdial(folder: Path) -> Iterator[Case]:
    charts: dict[str, Chart] = {}
    for row in read_pfdial(folder / "test_id_formatA.json"):
        chart = charts.setdefault(row.flowchart, Chart.read(row.flowchart))
        if case := _decision(chart, row):
            yield case


def _decision(chart: Chart, row: FiveTuple) -> Case | None:
    """The decision that a five-tuple takes; None where it takes none, or its state is not unique in the chart."""
    here = chart.candidates(row.current_state)
    if len(here) != 1 or chart.flow.nodes[here[0]].kind != "decision":
        return None
    edges = chart.flow.out(here[0])
    names = tuple(plain(edge.label) for edge in edges)
    ids = chart.candidates(row.next_state)
    right = [at for at, edge in enumerate(edges) if edge.target in ids]
    if len(right) != 1 or len(names) < 2 or not all(names) or len(set(names)) < len(names):
        return None
    targets = tuple(plain(chart.flow.nodes[edge.target].label) for edge in edges)
    return Case("zh", row.flowchart, row.current_state, names, targets, row.user_input, right[0])


def _of_flows() -> Iterator[Case]:
    for split in ("dev", "test"):
        for line in (ROOT / "benchmarks" / "decisions" / f"{split}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["lang"] == "en" and row["gold"] in row["options"]:
                flow, options = load(ROOT / row["flow"]), tuple(row["options"])
                found = {plain(edge.label): plain(flow.nodes[edge.target].label) for edge in flow.edges}
                targets = tuple(found.get(option, option) for option in options)
                chart = (ROOT / row["flow"]).read_text("utf-8")
                yield Case("en", chart, row["question"], options, targets, row["user"], options.index(row["gold"]))
