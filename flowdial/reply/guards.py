"""What may be said of a step.  situation + text of a model -> whether it keeps to the step.

A model's words are measured by the step's own: what it asks for, denies and counts, and most of what it holds. Knows
text; knows no model.
"""

from __future__ import annotations

import re

from flowdial.flow.text import language
from flowdial.reply.draft import Situation

SENTENCE_END = re.compile(r"[.!?。！？]")
_STEM = re.compile(r"[a-z']{3,}|[\u3400-\u9fff]{2}")
_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")
_LATIN = re.compile(r"[a-z]+")
_STRANGE = re.compile(r"https?:|\w@\w|[<>{}\[\]|\ufffd]|[A-Z]: ")
#: A yes or no at the start: the answer to something that the user asked and the process does not know.
_OWN_ANSWER = re.compile(
    r"(?:yes|yeah|yep|no|nope)\b\s*[,.!;]|(?:是的?|对的?|不是|不|没有?|可以|不可以|能|不能|不行)[,.!，。！]",
    re.IGNORECASE,
)
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
#: Share of a step's words that an answer must hold, and of its content where it lacks more than one word of that: a
#: question is often asked in others, but of what is to be done nothing may be left out.
SHARE, ASKED, TOLD = 0.3, 0.6, 0.8
MAX_CHARACTERS = {"en": 120, "zh": 40}


def keeps_to_the_step(situation: Situation, text: str) -> bool:
    """True for an answer that speaks of the step, asks where it asks, and holds nothing that is not known."""
    own, spoken = _stems(situation.step), _stems(text)
    if not text or len(text) > 2 * len(situation.step) + MAX_CHARACTERS[situation.lang]:
        return False
    if not SENTENCE_END.search(text[-1]) or language(text) != situation.lang or _STRANGE.search(text):
        return False
    if situation.asks and not (re.search(r"[?？]", text) and _asks_for(situation.step) <= _asks_for(text)):
        return False
    if _invents(situation, text) or not _says_as_much(situation, text):
        return False
    if len(own & spoken) < SHARE * len(own) or names_another_step(situation, text):
        return False
    content = _content(situation.step)
    held = len(content & _content(text))
    return len(content) - held < 2 or held >= (ASKED if situation.asks else TOLD) * len(content)


def _invents(situation: Situation, text: str) -> bool:
    """Whether it says yes or no by itself, or holds a number or (in Chinese) Latin letters that nobody said."""
    known, said = f"{situation.step} {situation.words}".lower(), text.lower()
    foreign = situation.lang == "zh" and set(_LATIN.findall(said)) - set(_LATIN.findall(known))
    return bool(foreign or _numbers(said) - _numbers(known) or _OWN_ANSWER.match(text))


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


def usable(situation: Situation, lead: str) -> bool:
    """True for a lead that may be shown."""
    if not lead or len(lead) > MAX_CHARACTERS[situation.lang] or not SENTENCE_END.search(lead[-1]):
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


def _content(text: str) -> set[str]:
    return set(_CONTENT.findall(_TO_USER.sub(" ", text.lower()))) - _SMALL - _EMPTY


def _stems(text: str) -> set[str]:
    words = set(_STEM.findall(text.lower())) - _SMALL
    runs = re.findall(r"[\u3400-\u9fff]+", text)
    return words | {run[i : i + 2] for run in runs for i in range(len(run) - 1)}
