"""How many decisions are right of the training flows that no training has learnt?

    python benchmarks/kept_out.py [--adapter DIR]       a table as Markdown, in about five minutes

`flowdial finetune` keeps flows out by their names' hash, the same ones in every training. They were written as those
that are learnt were, many of them to be hard. The linear layer of the adapter was fitted on them.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import torch
from machine import machine

from flowdial.dataset.courses import Course, courses
from flowdial.dataset.decisions import Decision, asked
from flowdial.decode.backbone import Backbone
from flowdial.decode.causal import CausalModel
from flowdial.decode.cues import says_nothing
from flowdial.decode.decider import features, weights_of
from flowdial.decode.loader import load, shipped_adapter
from flowdial.training import tasks
from flowdial.training.passes import item_scores
from flowdial.training.rows import packed
from flowdial.training.samples import said, split
from flowdial.training.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
#: Flows were written in lots, each with a letter before its names.
_LOTS = "wxyzqp"


def lot(course: Course) -> str:
    """With which others a flow was written."""
    found = re.match(rf"([{_LOTS}])\d_", course.name)
    return f"{found[1]}*" if found else "earlier"


def decisions(model: CausalModel, kept: list[Course]) -> Iterator[tuple[Course, Decision, list[float]]]:
    """What is decided, and the scores of the options and of staying; what is said to one question in one tree."""
    settings, made = Settings(), []
    of: dict[int, tuple[Course, Decision]] = {}
    for course in kept:
        alike: dict[tuple[object, ...], list[Decision]] = {}
        for lesson in said([course]):
            if each := lesson.decision:
                alike.setdefault((each.question, each.names, each.targets), []).append(each)
        for same in alike.values():
            for at in range(0, len(same), settings.together):
                some = same[at : at + settings.together]
                found = tasks.decisions(model, some, "verdict", settings.length)
                items = [item for task in found for item in task.items]
                of |= {id(item): (course, each) for item, each in zip(items, some, strict=True)}
                made += found
    backbone = Backbone(model.transformer)
    for row in packed(made, settings.length):
        with torch.inference_mode():
            scored = item_scores(backbone, row, settings.length)
        for item, scores in zip(row.items, scored, strict=True):
            yield *of[id(item)], scores.float().tolist()


def right(model: CausalModel, each: Decision, scores: list[float]) -> bool | None:
    """Whether the likeliest move is meant; None where the model is not asked."""
    wanted = asked(each, "verdict")
    if says_nothing(wanted.options, wanted.said):
        return None
    weights = weights_of(model, wanted)
    rows = features(wanted, [score - max(scores) for score in scores])
    totals = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in rows]
    return totals.index(max(totals)) in (each.gold or {len(each.names)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default=shipped_adapter())
    model = CausalModel(load(adapter=parser.parse_args().adapter))
    found = courses([ROOT / "flows" / "train"])
    kept = split(found, Settings().validation, Settings().pace.seed)[1]
    seen: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for course, each, scores in decisions(model, kept):
        judged = right(model, each, scores)
        for group in ("all", each.lang, lot(course)) if judged is not None else ():
            seen[group] += 1
            good[group] += bool(judged)
    print(f"{machine('torch', 'transformers')}; {model.name}, {len(kept)} flows\n")
    print("| decisions of | number | right |\n| --- | --- | --- |")
    for group in filter(seen.get, ("all", "en", "zh", "earlier", *(f"{letter}*" for letter in _LOTS))):
        print(f"| {group} | {seen[group]:,} | {good[group] / seen[group]:.1%} |")


if __name__ == "__main__":
    main()
