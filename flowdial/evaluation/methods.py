"""Ways to choose a move.  Case -> probability of each move and of staying.  Knows models; knows no files."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable

from flowdial.dataset.decisions import asked
from flowdial.decode.cues import grams, option_cues
from flowdial.decode.decider import decide
from flowdial.decode.protocol import LanguageModel
from flowdial.errors import PromptTooLong
from flowdial.evaluation.cases import Case

#: Probabilities of the moves and last of staying; None where the method named no move.
Judgement = list[float] | None
Method = Callable[[Case], Judgement]
_ANSWER_TOKENS = 48


def by_model(model: LanguageModel) -> Method:
    """The engine's decision."""

    return lambda case: decide(model, asked(case, model.skill.layout))


def by_overlap(case: Case) -> Judgement:
    """No model: which option shares most words with what the user said, and takes the side that the user takes."""
    said = grams(case.user)
    cues = option_cues(case.question, case.names, case.user)
    scores = [
        3 * cue.said
        + 2 * cue.named
        + cue.overlap
        + cue.polarity
        + len(said & grams(target)) / max(1, len(grams(target)))
        for cue, target in zip(cues, case.targets, strict=True)
    ]
    scores.append(0.0 if max(scores) > 0 else 0.1)
    total = sum(math.exp(4 * score) for score in scores)
    return [math.exp(4 * score) / total for score in scores]


def by_writing(model: LanguageModel) -> Method:
    """No constraint: the model reads the whole chart and writes the next state, the paper's way."""

    def judge(case: Case) -> Judgement:
        before = f"{case.flowchart}\n"
        turn = f"Current state: {case.current}\nUser: {case.user}\nNext state:"
        try:
            text = "".join(model.write(before, turn, max_tokens=_ANSWER_TOKENS, stop=("\n",))).strip()
        except PromptTooLong:
            return None
        states = [*case.targets, case.question]
        close = difflib.get_close_matches(text, states, 1, 0.9)
        if not close:
            return None
        at = states.index(close[0])
        return [float(i == at) for i in range(len(states))]

    return judge
