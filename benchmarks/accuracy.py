"""How good is the adapter, beside the baselines?  The tables of docs/training.md.

    flowdial eval pfdial shared/pfdial/test_id_formatA.json --replies 60 --json > pfdial.jsonl
    flowdial eval flows flows/heldout --replies 60 --json > heldout.jsonl
    python benchmarks/accuracy.py pfdial.jsonl heldout.jsonl          as Markdown, a column for each file judged

Names the machine that it runs on, so run all three on one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from machine import machine

_JUDGES = {
    "base": "the model without the adapter",
    "overlap": "the overlap of words, no model",
    "unconstrained": "the adapter without constraint, whole chart in the prompt",
}


def share(key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda told: "" if told.get(key) is None else f"{told[key]:.1%}"


def beside_plain(measure: str) -> Callable[[Mapping[str, Any]], str]:
    def cell(told: Mapping[str, Any]) -> str:
        if not told["replies"]:
            return ""
        return f"{told[f'reply_{measure}']:.1f}, {told[f'plain_{measure}']:.1f} ({told['replies']} replies)"

    return cell


ROWS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "turns": lambda told: f"{told['n']:,}",
    "decisions right": share("exact_match_decision"),
    "all moves right": share("exact_match"),
    "decisions right, the 5% least sure asked back": lambda told: share("5%")(told["deferred"]),
    "chosen move legal": share("chosen_legal"),
    "off-topic talk stays": share("stays_off_topic"),
    "stays where a move was meant": share("false_stays"),
    "calibration error (ECE)": lambda told: f"{told['ece']:.3f}",
    "chrF of replies, plain rendering beside it": beside_plain("chrf"),
    "BLEU of replies, plain rendering beside it": beside_plain("bleu"),
    "replies naming another step": lambda told: str(told.get("replies_naming_another_step", "")),
}


def header(first: str, found: Sequence[Mapping[str, Any]]) -> str:
    names = " | ".join(told["file"] for told in found)
    return f"| {first} | {names} |\n| --- |{' --- |' * len(found)}"


def right(told: Mapping[str, Any]) -> str:
    return f"{told['exact_match_decision']:.1%} ({told['exact_match']:.1%})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    found = [json.loads(line) for file in parser.parse_args().files for line in file.read_text("utf-8").splitlines()]
    print(f"{machine('torch', 'transformers')}\n\n{header('', found)}")
    for name, cell in ROWS.items():
        print(f"| {name} | {' | '.join(map(cell, found))} |")
    print(f"\n{header('decisions right (all moves)', found)}")
    print(f"| the adapter under the constraint | {' | '.join(map(right, found))} |")
    for key, name in _JUDGES.items():
        if any(key not in told["baselines"] for told in found):  # `--no-baselines`
            continue
        judged = [told["baselines"][key] for told in found]
        few = f" ({judged[0]['n']} turns)" if judged[0]["n"] < found[0]["n"] else ""
        print(f"| {name}{few} | {' | '.join(map(right, judged))} |")


if __name__ == "__main__":
    main()
