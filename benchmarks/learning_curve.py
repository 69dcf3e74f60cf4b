"""How many samples does it take?

    python benchmarks/learning_curve.py --out curve     the table as Markdown, and the picture curve/learning_curve.svg

Adapters are tuned on 200, 800 and 3,200 turns of `flows/train` and judged, beside the model without one and the adapter
that ships (all turns), by their decisions on `flows/heldout` and on PFDial, where that lies beside the checkout. Small
sets are gone through more often. Adapters that are there already are not tuned again, and what was judged is not judged
again, so it can be stopped and resumed. `curve/judged.jsonl` may be the file of `flowdial eval --resume`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")

from machine import machine

from flowdial.dataset.courses import courses
from flowdial.dataset.examples import sources
from flowdial.dataset.journal import Journal
from flowdial.dataset.pfdial import read_pfdial
from flowdial.decode.causal import CausalModel
from flowdial.decode.loader import load, shipped_adapter
from flowdial.evaluation.cases import Case, flow_cases, pfdial_cases
from flowdial.evaluation.methods import Method, by_model, by_overlap, plainly
from flowdial.evaluation.metrics import figures
from flowdial.evaluation.run import Judge
from flowdial.training.settings import Settings
from flowdial.training.trainer import Pace
from flowdial.training.tuning import tune

ROOT = Path(__file__).resolve().parents[1]
#: Turns, and how often they are gone through.
STEPS = ((200, 4), (800, 2), (3200, 1))


def tell(message: str, fraction: float | None) -> None:
    share = "" if fraction is None else f" {fraction:.0%}"
    sys.stderr.write(f"\r\033[K{message}{share}")


def tuned(samples: int, epochs: int, out: Path) -> Path:
    """The folder of an adapter that learnt so many turns."""
    folder = out / f"adapter-{samples}"
    if not (folder / "manifest.json").exists():
        settings = Settings(samples=samples, epochs=epochs, pace=Pace(checks=1, batch=1))
        tune(load(), courses([ROOT / "flows" / "train"]), folder, settings, resume=True, report=tell)
    return folder


def sets(pfdial: Path) -> dict[str, list[Case]]:
    """The decisions of each file."""
    held = list(flow_cases(sources([ROOT / "flows" / "heldout"])))
    found = {f"held-out flows, {lang}": [case for case in held if case.lang == lang] for lang in ("en", "zh")}
    if (file := pfdial / "test_id_formatA.json").exists():
        found["PFDial, in distribution"] = list(pfdial_cases(read_pfdial(file), "semantic"))
    return {name: [c for c in cases if c.kind == "decision" and not c.stays] for name, cases in found.items()}


def judged(name: str, method: Method, found: dict[str, list[Case]], journal: Journal) -> Iterator[float]:
    """The share of right decisions of each set."""
    for cases in found.values():
        results = Judge(name, method, plainly).results(cases, journal, tell)
        yield figures(list(results))["exact_match_decision"]


def draw(rows: Sequence[tuple[str, float, list[float]]], floor: list[float], names: list[str], file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    at = range(len(rows))
    for i, (name, colour) in enumerate(zip(names, ("#2c5f8a", "#c8722c", "#4a8a4a"), strict=False)):
        axes.plot(at, [shares[i] for _, _, shares in rows], "o-", color=colour, label=name)
        axes.axhline(floor[i], color=colour, linestyle=":", linewidth=1)
    axes.set_xticks(at, [label for label, _, _ in rows])
    axes.set_xlabel("turns learnt (dotted: the overlap of words, without a model)")
    axes.set_ylabel("decisions right")
    axes.set_ylim(0.3, 1)
    axes.legend(loc="lower right")
    figure.savefig(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pfdial", type=Path, default=ROOT.parent / "shared" / "pfdial")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    found = sets(arguments.pfdial)
    journal = Journal(arguments.out / "judged.jsonl")

    def by(adapter: Path | None) -> list[float]:
        model = CausalModel(load(adapter=str(adapter) if adapter else None))
        return list(judged(model.identity, by_model(model), found, journal))

    rows: list[tuple[str, float, list[float]]] = [("0", 0, by(None))]
    for samples, epochs in STEPS:
        rows.append((f"{samples:,}", epochs, by(tuned(samples, epochs, arguments.out))))
    shipped = Path(shipped_adapter() or "")
    often = json.loads((shipped / "manifest.json").read_text("utf-8"))["settings"]["epochs"]
    rows.append(("all", often, by(shipped)))
    floor = list(judged("overlap", by_overlap, found, journal))
    sys.stderr.write("\n")
    print(f"{machine('torch', 'transformers', 'peft')}\n")
    print(f"| turns learnt | epochs | {' | '.join(found)} |\n| --- | --- |{' --- |' * len(found)}")
    for label, often, shares in (*rows, ("overlap of words, no model", 0, floor)):
        print(f"| {label} | {often or ''} | {' | '.join(f'{share:.1%}' for share in shares)} |")
    draw(rows, floor, list(found), arguments.out / "learning_curve.svg")


if __name__ == "__main__":
    main()
