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
from flowdial.flow.text import language
from flowdial.reply.draft import Draft, Pipeline, Situation
from flowdial.session import prompt

_SENTENCE_END = re.compile(r"[.!?。！？]")
_STEM = re.compile(r"[a-z']{3,}|[\u3400-\u9fff]{2}")
_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")
_STRANGE = re.compile(r"https?:|\w@\w|[<>{}\[\]|\ufffd]|[A-Z]: ")
_KINDS = {
    "thing": re.compile(r"\b(?:what|which|whats)\b|什么|啥|哪(?![里儿天])|何种"),
    "person": re.compile(r"\b(?:who|whose|whom)\b|谁"),
    "place": re.compile(r"\bwhere\b|哪[里儿]|何处"),
    "time": re.compile(r"\bwhen\b|何时|哪天|几[点号]"),
    "number": re.compile(r"\bhow (?:many|much|long|often|old|far|big|large|tall|heavy)\b|多少|多[久大长高远重]|几"),
    "reason": re.compile(r"\bwhy\b|为何|为什么"),
    "manner": re.compile(r"\bhow\b(?! (?:many|much|long|often|old|far|big|large|tall|heavy)\b)|怎么|怎样|如何"),
}
_DENIES = re.compile(r"[不没未无非勿禁]|\b(?:no|not|never|none|nothing|without|cannot)\b|n['’]t\b")
#: What looks like a denial and is none: a question (对不对, 亮了没有) and courtesies.
_DENIES_NOTHING = re.compile(
    r"([\u3400-\u9fff])[不没]\1|有无|(?:没有?|未|不)[?？]?$"
    r"|不好意思|没问题|没关系|没事|不客气|不用担心|无论|不论|不同|非常|不过|不错"
    r"|\b(?:no (?:problem|worries)|not at all|(?:do not|don['’]t|not to) worry)\b"
)
_CONTENT = re.compile(r"[a-z']{3,}|[\u3400-\u9fff]")
#: Whom a step is for, and that it is told, is not said to him.
_TO_USER = re.compile(
    r"客[户人]|用户|顾客|[旅乘游]客|患者|告知|提示|提醒|说明|询问|引导"
    r"|\b(?:customer|user|guest|caller|passenger|patient|tell|ask|inform|explain|remind)s?\b"
)
_EMPTY = frozenset("的了吗呢吧请您你我是否有没和与到在把将为给")
_SMALL = frozenset(("the and you your for are that this have has was were with now not can will our yes but").split())
MAX_TOKENS = {"en": 24, "zh": 40}
MAX_ANSWER = 80
#: Share of a step's words that an answer must hold, and of its content where it lacks more than one word of that: a
#: question is often asked in others, but of what is to be done nothing may be left out.
SHARE, ASKED, TOLD = 0.3, 0.6, 0.8
MAX_CHARACTERS = {"en": 120, "zh": 40}

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


def keeps_to_the_step(situation: Situation, text: str) -> bool:
    """True for an answer that speaks of the step, asks where it asks, and holds nothing that is not known."""
    own, spoken = _stems(situation.step), _stems(text)
    if not text or len(text) > 2 * len(situation.step) + MAX_CHARACTERS[situation.lang]:
        return False
    if not _SENTENCE_END.search(text[-1]) or language(text) != situation.lang or _STRANGE.search(text):
        return False
    if situation.asks and not (re.search(r"[?？]", text) and _asks_for(situation.step) <= _asks_for(text)):
        return False
    if _numbers(text) - _numbers(f"{situation.step} {situation.words}") or not _says_as_much(situation, text):
        return False
    if len(own & spoken) < SHARE * len(own) or names_another_step(situation, text):
        return False
    content = _content(situation.step)
    held = len(content & _content(text))
    return len(content) - held < 2 or held >= (ASKED if situation.asks else TOLD) * len(content)


def _asks_for(text: str) -> set[str]:
    """What a question wants to know: a kind for each word that asks; none where yes or no answers it."""
    return {kind for kind, words in _KINDS.items() if words.search(text.lower())}


def _says_as_much(situation: Situation, text: str) -> bool:
    """Whether what the step denies is denied; where it asks nothing, nothing else is, and its numbers are said."""
    denied, said = _denies(situation.step), _denies(text)
    if situation.asks:
        return said or not denied
    return denied == said and _numbers(situation.step) <= _numbers(text)


def _denies(text: str) -> bool:
    return bool(_DENIES.search(_DENIES_NOTHING.sub(" ", text.lower())))


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


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
            if _SENTENCE_END.search(text):
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


def usable(situation: Situation, lead: str) -> bool:
    """True for a lead that may be shown."""
    if not lead or len(lead) > MAX_CHARACTERS[situation.lang] or not _SENTENCE_END.search(lead[-1]):
        return False
    if lead[-1] in "?？" or language(lead) != situation.lang or re.search(r"\d|https?:|\w[.@]\w|[<>{}\[\]|]", lead):
        return False
    if any(lead in earlier for earlier in situation.recent):
        return False
    return not names_another_step(situation, lead)


def names_another_step(situation: Situation, lead: str) -> bool:
    """True where `lead` speaks in the words of a step that is not the one at hand."""
    own = _stems(f"{situation.step} {situation.words} {' '.join(situation.names)}")
    spoken = _stems(lead) - own
    return any(len(spoken & stems) >= 2 or (stems and stems <= spoken) for stems in map(_stems, situation.others))


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
    match = _SENTENCE_END.search(text)
    return (text[: match.end()] if match else text).strip()


def _content(text: str) -> set[str]:
    return set(_CONTENT.findall(_TO_USER.sub(" ", text.lower()))) - _SMALL - _EMPTY


def _stems(text: str) -> set[str]:
    words = set(_STEM.findall(text.lower())) - _SMALL
    runs = re.findall(r"[\u3400-\u9fff]+", text)
    return words | {run[i : i + 2] for run in runs for i in range(len(run) - 1)}


#: Ways to write a reply: `guided` for small models, `free` for large ones, `plain` without a model.
PIPELINES: dict[str, Pipeline] = {
    "guided": Pipeline((answer, acknowledge, guard), (render,)),
    "free": Pipeline((write_freely, guard), (render,)),
    "plain": Pipeline((), (render,)),
}
