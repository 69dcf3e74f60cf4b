"""Write what the model reads.  question, options, user's words -> prompt texts.

One module for inference and training. Knows wording; knows no tokens and no model. The prompt holds what a
decision needs and nothing more; its constant part comes first, so that its keys and values are computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowdial.session.manner import plain

_SHOTS = {
    "en": (
        ("Is the lamp switched on?", "yes", "sure, it is glowing"),
        ("Is the lamp switched on?", "no", "nope, it stays dark"),
        ("Which room is it about?", "kitchen", "the place where I cook"),
        ("Have you paid the bill?", "off-topic", "what time do you close today?"),
        ("Have you paid the bill?", "no", "I haven't got round to it"),
        ("How would you like to travel?", "train", "by rail please"),
    ),
    "zh": (
        ("灯亮着吗？", "是", "亮着呢"),
        ("灯亮着吗？", "否", "没有，一直是黑的"),
        ("是哪个房间的问题？", "厨房", "做饭的那间"),
        ("账单付了吗？", "无关", "你们今天几点关门？"),
        ("账单付了吗？", "否", "还没来得及付"),
        ("您想怎么去？", "火车", "坐高铁吧"),
    ),
}
_INTRO = {
    "en": "A customer answers the assistant's question in his own words.\n\n",
    "zh": "客户用自己的话回答客服的问题。\n\n",
}
_QUESTION = {"en": "Question: {}\n", "zh": "问题：{}\n"}
_ANSWER = {"en": "Answer:", "zh": "答案："}
_WORDS = {"en": "In the customer's words:", "zh": "客户的话："}
#: What an adapter reads is short, and the same in every language: it learns what the marks mean.
_ASKED, _OFFERED, _MEANT, _SAID, _FITS = "Q: {}\n", "O: {}\n", "A: {}\n", "U: {}\n", "Fit:"
_VERDICTS = (" yes", " no")
_GAP = {"en": " ", "zh": ""}
_OFF_TOPIC = {"en": "off-topic", "zh": "无关"}
_WHAT_NOW = {"en": "What has been done?", "zh": "完成了哪一步？"}
#: Changes with the wording of what an adapter reads; one that was trained on another wording is refused.
VERSION = 1
#: Characters of the user's text that are read, its beginning and its end.
MAX_WORDS = 400

#: Pieces of text that follow one another, each of them tokenised in the context of the one before.
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionPrompt:
    """Texts of one decision, in the order in which the model reads them.

    `question` is what is asked, `options` the plain names of the legal moves, `said` the user's text as typed.
    Every name (the options', and last that of staying) has a branch: `prefix`, then its stem, then its ending,
    which is scored. Prefix and stems are constant for a step of a flow. Where a verdict is asked for, `against` are
    the endings that deny the names, and staying has no branch: it is what is left where no option fits. `words` is what
    is read of the user's text, on one line and by an adapter in plain words, and `shortened` says that its middle was
    left out.
    """

    lang: str
    question: str
    options: tuple[str, ...]
    said: str
    layout: str
    prefix: Parts
    stems: tuple[Parts, ...]
    endings: tuple[Parts, ...]
    against: tuple[Parts, ...]
    words: str
    shortened: bool

    @property
    def texts(self) -> list[str]:
        """What the model reads of every branch, behind the first part of the prefix."""
        begun = "".join(self.prefix[1:])
        return ["".join((begun, *stem, *end)) for stem, end in zip(self.stems, self.endings, strict=True)]


def decision(
    lang: str,
    question: str,
    names: Sequence[str],
    words: str,
    *,
    targets: Sequence[str] = (),
    layout: str = "channel",
    limit: int = MAX_WORDS,
) -> DecisionPrompt:
    """The prompt of a decision among `names`; user text of more than `limit` characters keeps its beginning and end.

    `layout` says what is scored: the user's words behind each name ("channel"), the name behind the words ("naming"),
    or a verdict behind both ("verdict", for adapters; it also reads `targets`, the steps behind the options).
    """
    read = one_line(words, limit)
    shortened = read != one_line(words, len(words))
    asked = question or _WHAT_NOW[lang]
    if layout == "verdict":
        read = plain(read)
        branches = _verdict(asked, names, targets or [""] * len(names), read)
        return DecisionPrompt(lang, question, tuple(names), words, layout, *branches, read, shortened)
    gap = _GAP[lang]
    stay = _OFF_TOPIC[lang]
    while stay in names:  # an option of that name is drawn: what the model tells apart must differ
        stay += "!"
    named = [f"{gap}{one_line(name)}\n" for name in (*names, stay)]
    branches = _LAID_OUT[layout](lang, _QUESTION[lang].format(asked), named, f"{gap}{read}\n")
    return DecisionPrompt(lang, question, tuple(names), words, layout, *branches, read, shortened)


_Branches = tuple[Parts, tuple[Parts, ...], tuple[Parts, ...], tuple[Parts, ...]]


def _channel(lang: str, asked: str, names: Sequence[str], words: str) -> _Branches:
    stems = tuple((asked + _ANSWER[lang], name, _WORDS[lang]) for name in names)
    return (_INTRO[lang] + _shots(lang, _channel_shot),), stems, ((words,),) * len(names), ()


def _naming(lang: str, asked: str, names: Sequence[str], words: str) -> _Branches:
    prefix = (_INTRO[lang] + _shots(lang, _naming_shot), asked + _WORDS[lang])
    return prefix, ((),) * len(names), tuple((words + _ANSWER[lang], name) for name in names), ()


def _verdict(question: str, names: Sequence[str], targets: Sequence[str], words: str) -> _Branches:
    """Every branch holds the question, all options, one of them with its step, and the user's words."""
    meant = [
        f"{one_line(name)} -> {one_line(to)}" if to else one_line(name) for name, to in zip(names, targets, strict=True)
    ]
    prefix = (_ASKED.format(one_line(question)) + _OFFERED.format(" / ".join(map(one_line, names))),)
    right, wrong = ((_SAID.format(words) + _FITS, verdict) for verdict in _VERDICTS)
    return prefix, tuple((_MEANT.format(each),) for each in meant), (right,) * len(names), (wrong,) * len(names)


_LAID_OUT = {"channel": _channel, "naming": _naming}


def one_line(words: str, limit: int = MAX_WORDS) -> str:
    """User text on one line and of bounded length: it cannot imitate the lines of the prompt."""
    flat = " ".join(words.split())
    half = limit // 2
    return flat if len(flat) <= limit else f"{flat[:half]} … {flat[-half:]}"


def _shots(lang: str, write: Callable[[str, str, str, str], str]) -> str:
    """The examples, each on the lines of the layout, with an empty line behind."""
    return "".join(
        write(lang, _QUESTION[lang].format(question), name, words) + "\n" for question, name, words in _SHOTS[lang]
    )


def _channel_shot(lang: str, asked: str, name: str, words: str) -> str:
    gap = _GAP[lang]
    return f"{asked}{_ANSWER[lang]}{gap}{name}\n{_WORDS[lang]}{gap}{words}\n"


def _naming_shot(lang: str, asked: str, name: str, words: str) -> str:
    gap = _GAP[lang]
    return f"{asked}{_WORDS[lang]}{gap}{words}\n{_ANSWER[lang]}{gap}{name}\n"


def reply(words: str, step: str) -> tuple[str, str, str]:
    """What an adapter reads before it answers: the step that it comes to, the turn, and where its answer ends."""
    return f"S: {one_line(step)}\n", f"{_SAID.format(plain(one_line(words)))}R:", "\n"


@dataclass(frozen=True, slots=True)
class LeadPrompt:
    """Texts behind which a few words are written that take up what the user said.

    `prefix` is constant for a language; `turn` holds the user's words, `baseline` the same without them;
    `leads` are sentences that fit any process, for a model that cannot be trusted to write freely.
    """

    prefix: str
    turn: str
    baseline: str
    leads: tuple[str, ...]


_TURN = {"en": "Customer: {}\nAssistant:", "zh": "客户：{}\n客服："}
_ACKNOWLEDGE = {
    "en": "The assistant thanks or comforts the customer in a few words before it goes on.\n\n",
    "zh": "客服先用几个字回应客户，再说下一步。\n\n",
}
_ASIDE = {
    "en": "The customer says something off the subject. The assistant answers in one short sentence.\n\n",
    "zh": "客户说了无关的话，客服用一句话回答。\n\n",
}
_ACKNOWLEDGE_SHOTS = {
    "en": (
        ("nope, it stays dark", "Thanks for checking."),
        ("I lost my keys and I am locked out", "I am sorry to hear that."),
        ("yes, it is working again!", "Great, that is good news."),
        ("the blue one", "All right, noted."),
    ),
    "zh": (
        ("没有，一直是黑的", "好的，谢谢您的确认。"),
        ("钥匙丢了，进不了门", "很抱歉给您带来不便。"),
        ("好了，又能用了！", "太好了。"),
        ("蓝色的那个", "好的，明白了。"),
    ),
}
_ASIDE_SHOTS = {
    "en": (
        ("how old are you?", "I am a computer program and know only this process."),
        ("do you sell shoes too?", "I am afraid I cannot help with that here."),
        ("my dog is so sweet", "Let us get back to the matter at hand."),
    ),
    "zh": (
        ("你几岁了？", "我是智能助手，只了解这个流程。"),
        ("你们卖鞋吗？", "抱歉，这个问题我在这里帮不上忙。"),
        ("我家的狗好可爱", "我们先把手上的事情办完吧。"),
    ),
}


def acknowledgement(lang: str, words: str) -> LeadPrompt:
    """For a user whose words moved the process."""
    return _lead(lang, _ACKNOWLEDGE[lang], _ACKNOWLEDGE_SHOTS[lang], words)


def aside(lang: str, words: str) -> LeadPrompt:
    """For a user whose words are not on the subject."""
    return _lead(lang, _ASIDE[lang], _ASIDE_SHOTS[lang], words)


def _lead(lang: str, intro: str, shots: tuple[tuple[str, str], ...], words: str) -> LeadPrompt:
    turn, gap = _TURN[lang], _GAP[lang]
    shown = "".join(f"{turn.format(user)}{gap}{answer}\n\n" for user, answer in shots)
    return LeadPrompt(
        intro + shown,
        turn.format(one_line(words)),
        turn.format("…"),
        tuple(gap + answer for _, answer in shots),
    )
