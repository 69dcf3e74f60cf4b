"""How often do words point at an option by an amount or a place, and how often is it the right one?

    python benchmarks/pointing.py [FLOWS…]       by default flows/train, on which the rule was written

Counts the decisions of the flows' sayings at which `flowdial.decode.cues.pointed_at` names an option: a rule without a
model. No model is loaded.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from machine import machine

from flowdial.dataset.courses import courses
from flowdial.decode.cues import pointed_at
from flowdial.training.samples import said

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    places = [Path(place) for place in sys.argv[1:]] or [ROOT / "flows" / "train"]
    counts: Counter[tuple[str, str]] = Counter()
    times: list[float] = []
    for lesson in said(courses(places)):
        if (decision := lesson.decision) is None:
            continue
        begun = time.perf_counter()
        at = pointed_at(decision.question, decision.names, decision.user)
        times.append(time.perf_counter() - begun)
        counts[decision.lang, "decisions" if decision.gold else "stays"] += 1
        if at is not None:
            counts[decision.lang, "stay" if not decision.gold else "right" if at in decision.gold else "wrong"] += 1
    print(f"{machine()}\n")
    print("| language | decisions | pointed at | of these right | stays | pointed at |")
    print("| --- | --- | --- | --- | --- | --- |")
    for lang in sorted({lang for lang, _ in counts}):
        right, wrong = counts[lang, "right"], counts[lang, "wrong"]
        moves, stays = counts[lang, "decisions"], counts[lang, "stays"]
        print(
            f"| {lang} | {moves:,} | {(right + wrong) / moves:.1%} | {right / max(1, right + wrong):.1%} "
            f"| {stays:,} | {counts[lang, 'stay'] / max(1, stays):.1%} |"
        )
    print(f"\n{1000 * statistics.median(times):.2f} ms a decision, median")


if __name__ == "__main__":
    main()
