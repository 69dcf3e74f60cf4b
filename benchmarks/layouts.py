"""Which layout decides best with the model alone?

    python benchmarks/layouts.py       share of dev utterances whose option is the likeliest, as Markdown

*channel* scores the user's words behind each name, *naming* the name behind the words (under the automaton), *verdict*
a yes behind both. All see the same six examples, each in its own order. Off-topic sentences are left out.
"""

from __future__ import annotations

import statistics
import time

from decide_accuracy import asked, read
from machine import machine

from flowdial.decode.causal import CausalModel
from flowdial.decode.decider import evidence
from flowdial.decode.loader import load
from flowdial.decode.protocol import LAYOUTS


def main() -> None:
    model = CausalModel(load())
    rows = [row for row in read("dev") if row["gold"] in row["options"]]
    print(f"{machine('torch', 'transformers')}\n")
    print("| layout | zh | en | ms, median |\n| --- | --- | --- | --- |")
    for layout in LAYOUTS:
        right: dict[str, list[bool]] = {"zh": [], "en": []}
        ms = []
        for row in rows:
            begun = time.perf_counter()
            found = evidence(model, asked(row, layout))[:-1]
            ms.append((time.perf_counter() - begun) * 1000)
            right[row["lang"]].append(found.index(max(found)) == row["options"].index(row["gold"]))
        shares = " | ".join(f"{sum(right[lang]) / len(right[lang]):.1%}" for lang in ("zh", "en"))
        print(f"| {layout} | {shares} | {statistics.median(ms):.0f} |", flush=True)


if __name__ == "__main__":
    main()
