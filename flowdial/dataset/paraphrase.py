"""Say it in other words.  Example + model behind a server -> Examples that mean the same.

A paraphrase is kept where the model, asked which option it means, chooses the one that was meant. What a model said
is written down at once: a server that fails after an hour loses nothing, and the same data can be made again. Knows
models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flowdial.dataset.decisions import Decision, Example, asked, decision_of
from flowdial.dataset.journal import Journal
from flowdial.decode.decider import decide
from flowdial.decode.protocol import LanguageModel
from flowdial.session import prompt
from flowdial.session.options import flow_language

_ASK = {
    "zh": "把客户的话换一种说法，意思不变，口语一点，只写一句。\n\n",
    "en": "Say the customer's sentence in other, everyday words of the same meaning. Write one sentence.\n\n",
}
_TURN = {"zh": "客户：{}\n换一种说法：", "en": "Customer: {}\nIn other words:"}
MAX_TOKENS = 60


def by_model(model: LanguageModel, journal: Journal) -> Callable[[Example], list[Example]]:
    """A paraphraser; it gives an empty list where the model's sentence is the same or means something else."""

    def paraphrase(example: Example) -> list[Example]:
        decision = decision_of(example)
        asked_at = repr((decision.question, decision.names, sorted(decision.gold)) if decision else ())
        found = journal.once(f"{model.name} {example.user} {asked_at}", lambda: _said(model, example, decision))
        return [replace(example, user=found)] if found else []

    return paraphrase


def _said(model: LanguageModel, example: Example, decision: Decision | None) -> str:
    """Other words of the same meaning; empty where the model has none."""
    lang = flow_language(example.flow)
    turn = _TURN[lang].format(prompt.one_line(example.user))
    text = "".join(model.write(_ASK[lang], turn, max_tokens=MAX_TOKENS, stop=("\n",))).strip()
    if text in ("", example.user) or (decision and not _means_the_same(model, replace(decision, user=text))):
        return ""
    return text


def _means_the_same(model: LanguageModel, decision: Decision) -> bool:
    chances = decide(model, asked(decision, model.skill.layout))
    return chances.index(max(chances)) in (decision.gold or {len(decision.names)})
