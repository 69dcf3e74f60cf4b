"""The stages of a reply: answer, acknowledge (or write freely), guard, render.

A model that was trained for it answers in its own words, which must keep to the step. Any other writes only the words
that take up what the user said; the step itself is then rendered from the flow, word for word. So a reply cannot
promise what the process does not hold.
"""

from __future__ import annotations

import re

from flowdial.constraint import compile_options
from flowdial.decode.protocol import Scorer
from flowdial.errors import PromptTooLong
from flowdial.reply.draft import Draft, Pipeline, Situation
from flowdial.reply.guards import SENTENCE_END, keeps_to_the_step, usable
from flowdial.session import prompt

MAX_TOKENS = {"en": 24, "zh": 40}
MAX_ANSWER = 80

_UNSURE = {"en": "I am not sure I understood.", "zh": "我不太确定您的意思。"}
_ASIDE = {"en": "I can only help with this process here.", "zh": "抱歉，我这里只能协助办理当前流程。"}
_DONE = {"en": "That completes the process. Thank you!", "zh": "流程已完成，感谢您的配合！"}
_PLEASE = {"en": "Please tell me: {} ({})", "zh": "请告诉我：{}（{}）"}
_CHOOSE = {"en": "Which of these is done: {}?", "zh": "请问完成了哪一项：{}？"}
_WHAT_NEXT = {"en": "What happens now: {}?", "zh": "接下来发生什么：{}？"}
_OR = {"en": " / ", "zh": "／"}


def answer(situation: Situation, draft: Draft) -> Draft:
    """Let a model that was trained to answer write the whole reply; one that leaves the step is dropped."""
    model = situation.model
    if model is None or not model.skill.replies or not _wants_answer(situation):
        return draft
    before, turn, end = prompt.reply(situation.words, situation.step)
    limit = MAX_TOKENS[situation.lang] + 2 * len(model.encode(before)) if isinstance(model, Scorer) else MAX_ANSWER
    try:
        text = "".join(model.write(before, turn, max_tokens=limit, stop=(end,))).strip()
    except PromptTooLong:
        return draft
    return draft.with_body(text) if keeps_to_the_step(situation, text) else draft


def _wants_answer(situation: Situation) -> bool:
    return not (situation.say or situation.done or situation.stayed or situation.offers) and bool(situation.step)


def acknowledge(situation: Situation, draft: Draft) -> Draft:
    """Let the model choose the sentence that takes up the user's words, decoding inside a token automaton.

    Which one the words make more likely than no words do is scored in one pass. A model that does not read so much
    says none.
    """
    if draft.body or not isinstance(situation.model, Scorer) or not _wants_lead(situation):
        return draft
    asked, model = _lead_prompt(situation), situation.model
    automaton = compile_options(asked.leads, model.encode, prefix=asked.turn)
    turns = [model.encode(asked.turn), model.encode(asked.baseline)]
    branches = [[*turn, *path] for turn in turns for path in automaton.paths]
    try:
        scores = model.score(model.encode(asked.prefix), branches)
    except PromptTooLong:
        return draft
    totals = [sum(score[-len(path) :]) for score, path in zip(scores, automaton.paths * 2, strict=True)]
    gains = [given - alone for given, alone in zip(totals, totals[len(asked.leads) :], strict=False)]
    return draft.with_lead(asked.leads[gains.index(max(gains))].strip())


def write_freely(situation: Situation, draft: Draft) -> Draft:
    """Let the model write that sentence itself: for models that are large enough to be trusted with it."""
    if situation.model is None or not _wants_lead(situation):
        return draft
    asked, text = _lead_prompt(situation), ""
    limit = MAX_TOKENS[situation.lang]
    try:
        for piece in situation.model.write(asked.prefix, asked.turn, max_tokens=limit, stop=("\n",)):
            text += piece
            if SENTENCE_END.search(text):
                break
    except PromptTooLong:
        return draft
    return draft.with_lead(_first_sentence(text))


def _wants_lead(situation: Situation) -> bool:
    return not (situation.say or situation.done or situation.unsure)


def _lead_prompt(situation: Situation) -> prompt.LeadPrompt:
    write = prompt.aside if situation.stayed else prompt.acknowledgement
    return write(situation.lang, situation.words)


def guard(situation: Situation, draft: Draft) -> Draft:
    """Drop a lead that is not usable: wrong language, too long, a question, said before, or about another step."""
    return draft if usable(situation, draft.lead) else draft.with_lead("")


def render(situation: Situation, draft: Draft) -> Draft:
    """Say where the process stands, unless that is said: the canned text of the step, or its own words."""
    if draft.body:
        return draft
    if situation.stayed:
        lead = draft.lead or (_UNSURE if situation.unsure else _ASIDE)[situation.lang]
        return draft.with_lead(lead).with_body(ask(situation))
    return draft.with_body(situation.say or _plain(situation))


def ask(situation: Situation) -> str:
    """The open question with its options, for a user whose words moved nothing."""
    names = _OR[situation.lang].join(situation.names)
    if situation.offers:
        return _WHAT_NEXT[situation.lang].format(names)
    if not situation.asks:
        return _CHOOSE[situation.lang].format(names)
    return _PLEASE[situation.lang].format(situation.step, names)


def _plain(situation: Situation) -> str:
    if situation.done:
        return f"{_sentence(situation.step, situation.lang)} {_DONE[situation.lang]}".strip()
    said = _sentence(situation.step, situation.lang, "?" if situation.asks else ".")
    if not situation.offers:
        return said
    gap = "" if situation.lang == "zh" else " "
    return f"{said}{gap}{_WHAT_NEXT[situation.lang].format(_OR[situation.lang].join(situation.names))}".strip()


def _sentence(text: str, lang: str, end: str = ".") -> str:
    """`text` with a full stop or question mark where it has none."""
    if not text or re.search(r"[.!?。！？…:：]$", text):
        return text
    return text + ({".": "。", "?": "？"}[end] if lang == "zh" else end)


def _first_sentence(text: str) -> str:
    match = SENTENCE_END.search(text)
    return (text[: match.end()] if match else text).strip()


#: Ways to write a reply: `guided` for small models, `free` for large ones, `plain` without a model.
PIPELINES: dict[str, Pipeline] = {
    "guided": Pipeline((answer, acknowledge, guard), (render,)),
    "free": Pipeline((write_freely, guard), (render,)),
    "plain": Pipeline((), (render,)),
}
