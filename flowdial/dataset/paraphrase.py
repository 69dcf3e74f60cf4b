"""Say it in other words.  Example + model behind a server -> Examples that mean the same.

A paraphrase is kept where the model, asked which option it means, chooses the one that was meant. Knows models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flowdial.dataset.decisions import Example, asked, decision_of
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


def by_model(model: LanguageModel) -> Callable[[Example], list[Example]]:
    """A paraphraser; it gives an empty list where the model's sentence is the same or means something else."""

    def paraphrase(example: Example) -> list[Example]:
        lang = flow_language(example.flow)
        turn = _TURN[lang].format(prompt.one_line(example.user))
        text = "".join(model.write(_ASK[lang], turn, max_tokens=MAX_TOKENS, stop=("\n",))).strip()
        other = replace(example, user=text)
        return [other] if text and text != example.user and _consistent(model, other) else []

    return paraphrase


def _consistent(model: LanguageModel, example: Example) -> bool:
    decision = decision_of(example)
    if decision is None:
        return True
    chances = decide(model, asked(decision, model.skill.layout))
    best = chances.index(max(chances))
    return best in (decision.gold or {len(decision.names)})
