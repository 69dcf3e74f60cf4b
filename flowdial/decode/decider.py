"""Decide among legal options.  model + prompt texts -> probabilities.  Knows strings and scores; no flows.

The names of the options are compiled into a token automaton; the model's pass runs along its paths and
nowhere else, so no probability can fall on anything but a legal option or staying. Each path is followed by
the user's words, and what is scored is how likely the words are once that option is meant (a noisy channel;
Min et al. 2022, arXiv 2108.04106): a small model judges that better than it names an option. A calibrated
linear layer adds what the words alone say (`flowdial.decode.cues`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from flowdial.constraint import after, compile_options
from flowdial.decode.cues import option_cues, says_nothing, stay_cues
from flowdial.decode.protocol import LanguageModel
from flowdial.errors import ModelError

FEATURES = ("channel", "said", "named", "overlap", "polarity", "stay", "asks", "foreign", "no_side")
#: Fitted on benchmarks/decisions/dev.jsonl by `python benchmarks/decide_accuracy.py --fit`, one row a
#: language; `said` and `named` are set by hand: who says an option's very name, or names one option and no other,
#: means it.
SAID = 6.0
NAMED = 2.0
WEIGHTS = {
    "en": (1.51, SAID, NAMED, 0.20, 0.83, -1.11, 0.98, -0.44, -0.44),
    "zh": (0.54, SAID, NAMED, -0.24, 1.33, -1.37, 2.69, -0.36, 0.27),
}


class Asked(Protocol):
    """Texts of one decision, as `flowdial.session.prompt.DecisionPrompt` gives them."""

    @property
    def lang(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def said(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def lead(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def tail(self) -> str: ...
    @property
    def words(self) -> str: ...


def decide(model: LanguageModel, asked: Asked) -> list[float]:
    """Probabilities of the options, and last of staying; they sum to 1. One forward pass. Raises ModelError."""
    weights = WEIGHTS[asked.lang]
    scores = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in features(asked, channel(model, asked))]
    top = max(scores)
    exponents = [math.exp(score - top) for score in scores]
    return [value / sum(exponents) for value in exponents]


def channel(model: LanguageModel, asked: Asked) -> list[float]:
    """For every name the log-probability (natural) of the user's words once it is meant, less that of the best."""
    try:
        automaton = compile_options(asked.names, model.encode, prefix=asked.lead)
    except ValueError as error:
        raise ModelError(f"the model's tokenizer cannot tell the options apart: {error}") from error
    lead, tail = model.encode(asked.lead), model.encode(asked.tail)
    words = after(asked.tail, asked.words, model.encode)
    branches = [[*lead, *path, *tail, *words] for path in automaton.paths]
    scores = model.score(model.encode(asked.prefix), branches)
    given = [math.fsum(branch[-len(words) :]) for branch in scores]
    return [value - max(given) for value in given]


def features(asked: Asked, likelihoods: Sequence[float]) -> list[tuple[float, ...]]:
    """One row an option and a last one for staying, columns as in `FEATURES`."""
    if says_nothing(asked.options, asked.said):
        likelihoods = [0.0] * len(likelihoods)
    cues = option_cues(asked.question, asked.options, asked.said)
    rows = [(likelihood, *cue.values(), 0.0, 0.0, 0.0, 0.0) for likelihood, cue in zip(likelihoods, cues, strict=False)]
    stay = (likelihoods[-1], 0.0, 0.0, 0.0, 0.0, 1.0, *stay_cues(asked.question, asked.options, asked.said))
    return [*rows, stay]
