"""Which layout decides best with the model alone: naming the option, or judging the user's words?

    python benchmarks/layouts.py       share of dev utterances whose option is the likeliest, as Markdown

*naming* shows question and words and scores the option's name; *channel* shows question and name and scores the
words (what FlowDial does). Both see the same six examples, each in its own order. Off-topic sentences are left out.
"""

from __future__ import annotations

import math

from decide_accuracy import Row, asked, read
from machine import machine

from flowdial.constraint import after
from flowdial.decode.causal import CausalModel
from flowdial.decode.decider import channel
from flowdial.decode.loader import load
from flowdial.session import prompt


def words_first(lang: str, question: str, words: str) -> str:
    """Question and words, in the wording of the decision prompt, up to where the name is to stand."""
    texts = prompt.decision(lang, question, ["-"], words)
    head = texts.lead.removesuffix(texts.lead.splitlines()[-1])
    return head + texts.tail + texts.words + texts.lead.splitlines()[-1]


def naming(model: CausalModel, row: Row, *, mean: bool) -> list[float]:
    lang = row["lang"]
    gap = {"en": " ", "zh": ""}[lang]
    shots = "".join(words_first(lang, q, w) + gap + name + "\n\n" for q, name, w in prompt._SHOTS[lang])
    turn = words_first(lang, row["question"], row["user"])
    names = [after(turn, gap + name + "\n", model.encode) for name in row["options"]]
    branches = [[*model.encode(turn), *name] for name in names]
    scores = model.score(model.encode(prompt._INTRO[lang] + shots), branches)
    totals = [math.fsum(score[-len(name) :]) for score, name in zip(scores, names, strict=True)]
    return [total / len(name) if mean else total for total, name in zip(totals, names, strict=True)]


def right(scores: list[float], row: Row) -> bool:
    return scores.index(max(scores)) == row["options"].index(row["gold"])


def main() -> None:
    model = CausalModel(load())
    rows = [row for row in read("dev") if row["gold"] in row["options"]]
    print(f"{machine('torch', 'transformers')}\n")
    print("| language | naming, sum | naming, mean of tokens | channel |\n| --- | --- | --- | --- |")
    for lang in ("zh", "en"):
        part = [row for row in rows if row["lang"] == lang]
        shares = [sum(right(naming(model, row, mean=mean), row) for row in part) / len(part) for mean in (False, True)]
        shares.append(sum(right(channel(model, asked(row))[:-1], row) for row in part) / len(part))
        print(f"| {lang} ({len(part)}) | " + " | ".join(f"{share:.1%}" for share in shares) + " |", flush=True)


if __name__ == "__main__":
    main()
