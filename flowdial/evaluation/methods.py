"""Ways to choose a move and to answer.  Case -> probability of each move and of staying, reply.

Knows models; knows no files.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable

from flowdial.dataset.decisions import asked
from flowdial.dataset.pfdial import plain_name
from flowdial.decode.cues import grams, option_cues
from flowdial.decode.decider import decide
from flowdial.decode.protocol import LanguageModel
from flowdial.errors import PromptTooLong
from flowdial.evaluation.cases import Case
from flowdial.reply import PIPELINES, Situation

#: Probabilities of the moves and last of staying; None where the method named no move.
Judgement = list[float] | None
Method = Callable[[Case], Judgement]
_ANSWER_TOKENS = 48
#: How data names the end.
_END = "<end>"


def by_model(model: LanguageModel) -> Method:
    """The engine's decision; none where the options are longer than what the model reads."""

    def judge(case: Case) -> Judgement:
        try:
            return decide(model, asked(case, model.skill.layout))
        except PromptTooLong:
            return None

    return judge


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
    """No constraint: the model reads the whole chart and writes the next state, the paper's way.

    What it writes may be any state of the chart, or none; a state that is not to be reached from here is no move.
    """

    def judge(case: Case) -> Judgement:
        text = plain_name(_written(model, case, ""), case.codes)
        names = [target or _END for target in case.targets]
        current = plain_name(case.current, case.codes)
        close = difflib.get_close_matches(text, [*names, current, *case.others], 1, 0.9)
        if not close or close[0] not in (*names, current):
            return None
        moves = [float(name == close[0]) for name in names]
        return [*moves, float(not any(moves))]

    return judge


def _written(model: LanguageModel, case: Case, state: str) -> str:
    """What the model writes for the next state; behind a state, for the reply."""
    begun = f"Current state: {case.current}\nUser: {case.user}\nNext state:"
    turn = f"{begun} {state}\nReply:" if state else begun
    try:
        return "".join(model.write(f"{case.flowchart}\n", turn, max_tokens=_ANSWER_TOKENS, stop=("\n",))).strip()
    except PromptTooLong:
        return ""


# ---- replies ----
#: A case and the move that was chosen -> the reply.
Reply = Callable[[Case, int], str]


def guided(model: LanguageModel) -> Reply:
    """The engine's reply."""
    return lambda case, move: PIPELINES["guided"].run(situation(case, move, model)).text(case.lang)


def plainly(case: Case, move: int) -> str:
    """The plain rendering of the step."""
    return PIPELINES["plain"].run(situation(case, move)).text(case.lang)


def writing(model: LanguageModel) -> Reply:
    """What the model writes behind the whole chart and the state it comes to."""
    return lambda case, move: _written(model, case, case.targets[move] or _END)


def situation(case: Case, move: int, model: LanguageModel | None = None) -> Situation:
    """What the reply to a move of a case is written from."""
    step = case.targets[move]
    return Situation(
        lang=case.lang,
        words=case.user,
        step=step,
        asks=case.asks[move],
        done=not step,
        others=tuple(text for text in case.others if text != step),
        model=model,
    )
