"""Decide among legal options.  model + prompt texts -> probabilities.  Knows strings and scores; no flows.

The names of the options are compiled into a token automaton; the model's pass runs along its paths and
nowhere else, so no probability can fall on anything but a legal option or staying. What is scored depends on the
layout: by an adapter the log-odds of a verdict behind an option and the user's words; by a model that was not trained
how likely the words are once the option is meant (a noisy channel; Min et al. 2022, arXiv 2108.04106), which a small
model judges better than it names an option. A calibrated linear layer adds what the words alone say
(`flowdial.decode.cues`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from flowdial.decode.compiled import Parts, compile_branches, in_context, told_apart
from flowdial.decode.cues import option_cues, says_nothing, stay_cues
from flowdial.decode.protocol import Chooser, LanguageModel, Scorer
from flowdial.decode.query import Among, Query
from flowdial.errors import ModelError

FEATURES = ("model", "said", "named", "overlap", "polarity", "pointed", "stay", "asks", "foreign", "no_side")
#: Fitted on benchmarks/decisions/dev.jsonl by `python benchmarks/decide_accuracy.py --fit`, one row a layout and
#: language, with the embedded model; `said`, `named` and `pointed` are set by hand: who says an option's very name, or
#: names or points at one option and no other, means it. "choice" is for models that choose and for verdicts, which only
#: adapters give: their probabilities count as they are.
SAID = 6.0
NAMED = 2.0
POINTED = 2.5
AS_THEY_ARE = (1.0, SAID, NAMED, 0.5, 1.2, POINTED, -0.5, 1.0, 0.0, 0.0)
WEIGHTS = {
    "channel": {
        "en": (1.51, SAID, NAMED, 0.20, 0.83, POINTED, -1.11, 0.98, -0.44, -0.44),
        "zh": (0.54, SAID, NAMED, -0.24, 1.33, POINTED, -1.37, 2.69, -0.36, 0.27),
    },
    "naming": {
        "en": (0.11, SAID, NAMED, 0.58, 1.21, POINTED, -1.02, 2.95, 0.08, -0.09),
        "zh": (0.01, SAID, NAMED, 0.53, 1.27, POINTED, -1.40, 2.74, -0.38, 0.17),
    },
    "choice": dict.fromkeys(("en", "zh"), AS_THEY_ARE),
    "verdict": dict.fromkeys(("en", "zh"), AS_THEY_ARE),
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
    def layout(self) -> str: ...
    @property
    def prefix(self) -> Parts: ...
    @property
    def stems(self) -> tuple[Parts, ...]: ...
    @property
    def endings(self) -> tuple[Parts, ...]: ...
    @property
    def against(self) -> tuple[Parts, ...]: ...


def decide(model: LanguageModel, asked: Asked) -> list[float]:
    """Probabilities of the options, and last of staying; they sum to 1. Raises ModelError.

    One forward pass, and none where the words choose nothing.
    """
    if says_nothing(asked.options, asked.said):
        return [*[0.0] * len(asked.options), 1.0]
    return weighed(model, asked, evidence(model, asked))


def weighed(model: LanguageModel, asked: Asked, likelihoods: Sequence[float]) -> list[float]:
    """Probabilities of the options, and last of staying, by what the model gave them (as of `evidence`) and by what the
    words alone say.
    """
    weights = weights_of(model, asked)
    rows = features(asked, likelihoods)
    scores = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in rows]
    top = max(scores)
    exponents = [math.exp(score - top) for score in scores]
    return [value / sum(exponents) for value in exponents]


def weights_of(model: LanguageModel, asked: Asked) -> Sequence[float]:
    """The weights of the features: those that came with the model, or those fitted for a model that was not trained."""
    own = WEIGHTS["choice" if isinstance(model, Chooser) else asked.layout][asked.lang]
    trained = (model.skill.weights or {}).get(asked.lang, {})
    return [trained.get(name, weight) for name, weight in zip(FEATURES, own, strict=True)]


def evidence(model: LanguageModel, asked: Asked) -> list[float]:
    """For every name the log-probability (natural) that the layout gives it, less that of the best.

    Of the user's words once the name is meant, or of the name once the words are said. Of a verdict the log-odds that
    they fit; what is left where none does has even odds.
    """
    given = _chosen(model, asked) if isinstance(model, Chooser) else _scored(model, asked)
    if not all(map(math.isfinite, given)):
        raise ModelError("the model gave probabilities that are not finite", hint="try another model")
    return [value - max(given) for value in given]


def _chosen(model: Chooser, asked: Asked) -> list[float]:
    """By a model that chooses among strings: its prompt ends where the names begin."""
    prompts = {"".join((*asked.prefix, *stem, *end[:-1])) for stem, end in zip(asked.stems, asked.endings, strict=True)}
    if len(prompts) != 1:
        raise ModelError(f"a model that chooses cannot decide in the layout `{asked.layout}`")
    return model.choose(prompts.pop(), [end[-1] for end in asked.endings])


def _scored(model: Scorer, asked: Asked) -> list[float]:
    wanted = query(model, asked)
    scores = model.score(wanted.prefix, wanted.endings, stems=wanted.stems, among=wanted.among)
    totals = [math.fsum(branch) for branch in scores]
    if not asked.against:
        return totals
    names = len(asked.endings)
    return [*(right - wrong for right, wrong in zip(totals[:names], totals[names:], strict=True)), 0.0]


def query(model: Scorer, asked: Asked) -> Query:
    """What a model is to score of a decision: a branch for every name, then one for each that denies a name."""
    compiled = compile_branches(model, asked.prefix, asked.stems)
    contexts = [stem[-1] if stem else asked.prefix[-1] for stem in asked.stems]
    encode = cache(model.encode)
    endings = [in_context(parts, before, encode) for parts, before in zip(asked.endings, contexts, strict=True)]
    against = [in_context(parts, before, encode) for parts, before in zip(asked.against, contexts, strict=False)]
    if not any(compiled.stems):
        told_apart(endings)
    among: Among = "vocabulary" if asked.layout == "channel" else "siblings"
    return Query(compiled.prefix, compiled.stems * (2 if against else 1), (*endings, *against), among)


def features(asked: Asked, likelihoods: Sequence[float]) -> list[tuple[float, ...]]:
    """One row an option and a last one for staying, columns as in `FEATURES`."""
    cues = option_cues(asked.question, asked.options, asked.said)
    stay = (1.0, *stay_cues(asked.question, asked.options, asked.said))
    rows = [(likelihood, *cue.values(), *[0.0] * len(stay)) for likelihood, cue in zip(likelihoods, cues, strict=False)]
    return [*rows, (likelihoods[-1], *[0.0] * len(cues[0].values()), *stay)]
