"""How well, and how fast, does the model decide?

    python benchmarks/decide_accuracy.py                 accuracy and milliseconds on dev and test, as Markdown
    python benchmarks/decide_accuracy.py --fit           fit the calibrated layer on dev, print its weights

The utterances in benchmarks/decisions/ were written for this purpose, with the flows in hand, by one author;
read the figures as a comparison of methods rather than as a promise. Flows of test are not in dev.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

from machine import machine

from flowdial.decode import decider
from flowdial.decode.causal import CausalModel
from flowdial.decode.cues import says_nothing
from flowdial.decode.loader import load
from flowdial.decode.protocol import LAYOUTS, LanguageModel
from flowdial.engine.engine import MARGIN
from flowdial.session import prompt
from flowdial.training.calibration import fit

HERE = Path(__file__).parent / "decisions"
Row = dict[str, Any]


def read(split: str) -> list[Row]:
    return [json.loads(line) for line in (HERE / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]


def asked(row: Row, layout: str = "channel") -> prompt.DecisionPrompt:
    return prompt.decision(row["lang"], row["question"], row["options"], row["user"], layout=layout)


def gold(row: Row) -> int:
    return row["options"].index(row["gold"]) if row["gold"] in row["options"] else len(row["options"])


def softmax_of(features: list[tuple[float, ...]], weights: tuple[float, ...]) -> list[float]:
    import torch

    scores = torch.tensor(features) @ torch.tensor(weights)
    return scores.softmax(0).tolist()


def measure(model: LanguageModel, rows: list[Row], layout: str) -> None:
    """Add to every row its features, whether the words choose anything, and the milliseconds of the decision."""
    for row in rows:
        texts = asked(row, layout)
        begun = time.perf_counter()
        row["features"] = decider.features(texts, decider.evidence(model, texts))
        row["chooses"] = not says_nothing(texts.options, texts.said)
        row["ms"] = (time.perf_counter() - begun) * 1000


def layers(layout: str, lang: str) -> dict[str, tuple[float, ...]]:
    """Weights of the methods that are compared."""
    full = decider.WEIGHTS[layout][lang]
    model_only = tuple(w if name in ("model", "stay") else 0.0 for name, w in zip(decider.FEATURES, full, strict=True))
    words_only = tuple(0.0 if name == "model" else w for name, w in zip(decider.FEATURES, full, strict=True))
    return {"model + words (shipped)": full, "model alone": model_only, "words alone": words_only}


def score(rows: list[Row], weights: tuple[float, ...]) -> dict[str, float]:
    """Shares; `moved right` and `moved wrong` count what the engine does with its margin."""
    count = {"best": 0, "right": 0, "wrong": 0, "on": 0, "off": 0, "kept": 0}
    for row in rows:
        chances = softmax_of(row["features"], weights)
        ranked = sorted(range(len(chances)), key=lambda i: -chances[i])
        moved = row["chooses"] and ranked[0] != len(chances) - 1 and chances[ranked[0]] - chances[ranked[1]] >= MARGIN
        if gold(row) == len(row["options"]):
            count["off"] += 1
            count["kept"] += not moved
        else:
            best = max(range(len(chances) - 1), key=lambda i: chances[i])
            count["on"] += 1
            count["best"] += best == gold(row)
            count["right"] += moved and ranked[0] == gold(row)
            count["wrong"] += moved and ranked[0] != gold(row)
    on, off = max(1, count["on"]), max(1, count["off"])
    return {
        "best": count["best"] / on,
        "right": count["right"] / on,
        "wrong": count["wrong"] / on,
        "kept": count["kept"] / off,
    }


def report(splits: dict[str, list[Row]], layout: str) -> None:
    print(f"{machine('torch', 'transformers')}; layout {layout}; margin {MARGIN}\n")
    print("| split | language | method | best option right | moved right | moved wrong | off-topic kept | ms, median |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for split, rows in splits.items():
        for lang in ("zh", "en"):
            part = [row for row in rows if row["lang"] == lang]
            ms = statistics.median(row["ms"] for row in part)
            for method, weights in layers(layout, lang).items():
                s = score(part, weights)
                shares = " | ".join(f"{s[key]:.1%}" for key in ("best", "right", "wrong", "kept"))
                print(f"| {split} ({len(part)}) | {lang} | {method} | {shares} | {ms:.0f} |")


def fitted(rows: list[Row], lang: str) -> list[float]:
    """Weights by regularised maximum likelihood; those set by hand are held."""
    judged = [(row["features"], [gold(row)]) for row in rows if row["lang"] == lang]
    return fit(judged, near={}, held={"said": decider.SAID, "named": decider.NAMED, "pointed": decider.POINTED})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--layout", choices=LAYOUTS, default="channel")
    parser.add_argument("--model")
    parser.add_argument("--dtype", default="auto")
    arguments = parser.parse_args()
    model = CausalModel(load(arguments.model, dtype=arguments.dtype))
    splits = {split: read(split) for split in (("dev",) if arguments.fit else ("dev", "test"))}
    for rows in splits.values():
        measure(model, rows, arguments.layout)
    if arguments.fit:
        for lang in ("en", "zh"):
            print(lang, dict(zip(decider.FEATURES, fitted(splits["dev"], lang), strict=True)))
    else:
        report(splits, arguments.layout)


if __name__ == "__main__":
    main()
