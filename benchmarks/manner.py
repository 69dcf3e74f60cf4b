"""What becomes of decisions when users type in another manner: with a stop, a greeting, a hesitation, no commas?

    python benchmarks/manner.py [FLOWS] [--adapter DIR]       a table as Markdown, in about five minutes

Every decision of `flows/heldout` (or FLOWS) is put as it was written, and again with what changes nothing of its
meaning, as behavioural tests of invariance do (Ribeiro et al. 2020, arXiv 2005.04118).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from statistics import mean

from judging import judged
from machine import machine

from flowdial.dataset.courses import courses
from flowdial.dataset.decisions import Decision
from flowdial.decode.causal import CausalModel
from flowdial.decode.loader import load, shipped_adapter
from flowdial.training.samples import said

ROOT = Path(__file__).resolve().parents[1]
_Manner = Callable[[str], str]
_MANNERS: dict[str, dict[str, _Manner]] = {
    "as written": {"en": str, "zh": str},
    "a full stop behind": {"en": lambda words: f"{words}.", "zh": lambda words: f"{words}。"},
    "an exclamation mark behind": {"en": lambda words: f"{words}!", "zh": lambda words: f"{words}！"},
    "um, 嗯": {"en": lambda words: f"um, {words}", "zh": lambda words: f"嗯，{words}"},
    "okay, 好的": {"en": lambda words: f"okay, {words}", "zh": lambda words: f"好的，{words}"},
    "hello, 您好": {"en": lambda words: f"Hello, {words}", "zh": lambda words: f"您好，{words}"},
    "thanks, 谢谢": {"en": lambda words: f"{words}, thanks", "zh": lambda words: f"{words}，谢谢"},
    "no commas": {"en": lambda words: words.replace(",", ""), "zh": lambda words: words.replace("，", " ")},
    "all in capitals": {"en": str.upper, "zh": str.upper},
}


def share(model: CausalModel, found: Iterable[Decision], manner: _Manner) -> float:
    """Of the decisions, put in this manner, that are right."""
    return mean(right for _, right in judged(model, (replace(each, user=manner(each.user)) for each in found)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flows", nargs="?", type=Path, default=ROOT / "flows" / "heldout")
    parser.add_argument("--adapter", default=shipped_adapter())
    given = parser.parse_args()
    model = CausalModel(load(adapter=given.adapter))
    found: dict[str, list[Decision]] = {"en": [], "zh": []}
    for course in courses([given.flows]):
        found[course.lang] += [each for lesson in said([course]) if (each := lesson.decision)]
    print(f"{machine('torch', 'transformers')}; {model.name}, {len(found['en'])} and {len(found['zh'])} decisions\n")
    print("| manner | en | zh |\n| --- | --- | --- |")
    for name, manner in _MANNERS.items():
        shares = [share(model, found[lang], manner[lang]) for lang in found]
        print(f"| {name} | {' | '.join(f'{share:.1%}' for share in shares)} |", flush=True)


if __name__ == "__main__":
    main()
