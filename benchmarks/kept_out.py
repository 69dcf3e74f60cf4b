"""How many decisions are right of the training flows that no training has learnt?

    python benchmarks/kept_out.py [--adapter DIR]       a table as Markdown, in about five minutes

`flowdial finetune` keeps flows out by their names' hash, the same ones in every training. They were written as those
that are learnt were, many of them to be hard. The linear layer of the adapter was fitted on them.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

from judging import judged
from machine import machine

from flowdial.dataset.courses import courses
from flowdial.decode.causal import CausalModel
from flowdial.decode.loader import load, shipped_adapter
from flowdial.training.samples import said, split
from flowdial.training.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
#: Flows were written in lots, each with a letter before its names.
_LOTS = "wxyzqprl"


def lot(name: str) -> str:
    """With which others a flow was written."""
    found = re.match(rf"([{_LOTS}])\d_", name)
    return f"{found[1]}*" if found else "earlier"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default=shipped_adapter())
    model = CausalModel(load(adapter=parser.parse_args().adapter))
    found = courses([ROOT / "flows" / "train"])
    kept = split(found, Settings().validation, Settings().pace.seed)[1]
    seen: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for each, right in judged(model, (each for lesson in said(kept) if (each := lesson.decision))):
        for group in ("all", each.lang, lot(each.chart)):
            seen[group] += 1
            good[group] += right
    print(f"{machine('torch', 'transformers')}; {model.name}, {len(kept)} flows\n")
    print("| decisions of | number | right |\n| --- | --- | --- |")
    for group in filter(seen.get, ("all", "en", "zh", "earlier", *(f"{letter}*" for letter in _LOTS))):
        print(f"| {group} | {seen[group]:,} | {good[group] / seen[group]:.1%} |")


if __name__ == "__main__":
    main()
