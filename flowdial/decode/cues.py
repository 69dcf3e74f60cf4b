"""What the words alone say.  option names + user's words -> features.  Knows strings; knows no model.

A small language model reads indirect answers; whether the user simply said the option's name, or yes or no,
is plain to see, and a feature that says so is exact. Chinese and English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flowdial.decode.ranges import fitting

_WORD = re.compile(r"[a-z0-9']+|[\u3400-\u9fff]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_STOP = frozenset(
    (
        "the a an is are was were do does did of to in on at it i my me you your we our this that there be "
        "been for and or have has had with now just"
    ).split()
)
_NO = re.compile(
    r"\b(?:no|nope|nah|not|never|none|nothing|nobody|neither|cannot|without|false)\b"
    r"|\b(?:do|does|did|is|are|was|were|ca|could|wo|would|should|has|have|had|ai|must|need)n['’]?t\b"
    r"|不|没|否|无|未|别|非|^n\W*$"
)
_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|ya|sure|ok|okay|correct|right|indeed|true|definitely|absolutely|of course)\b"
    r"|^(?:是|对|嗯|好|有|能|行|可以|当然|确实|没错|没问题|y\W*$)|是的|对的|好的|可以的|当然"
)
_LEADS = re.compile(
    r"(?:no|nope|nah|not|never|none|nothing|nobody|yes|yeah|yep|yup|sure|ok|okay|correct|right)\b"
    r"|(?:没有|没|不|否|未|是|对|嗯|好|有|能|行|可以|当然|确实)(?:$|[，,。.！!、 的了呢啊呀])"
)
_ACKNOWLEDGES = re.compile(
    r"(?:(?:ok|okay|k|fine|alright|all right|i see|got it|thanks|thank you|好|好的|好吧|嗯|哦|行|知道了|明白了?|谢谢)"
    r"[\s.,!。，！~]*)+"
)
_SIDES = re.compile(r"(?>(?:yes|yeah|yep|yup|nope|no|nah|right|correct|不?是的?|不?对的?|没错|不)[\s.,!。，！~]*)++")
_YES_IDIOM = re.compile(r"没错|没问题|不错|no problem|not bad|无误")
_DENIED = re.compile(r"(?:\b(?:not|no|isn't|wasn't|never)(?:\s+(?:a|an|the|really))?\s+|[不没非]是?|没有)$")
_ASKS = re.compile(
    r"[?？]|[吗呢][。！!]?$"
    r"|什么|怎么|怎样|为何|谁|哪[里儿个家些位天]|几[点号个天时]|多少|多久|多大|多长|啥|干嘛"
    r"|是不是|要不要|能不能|可不可以|会不会|有没有[^，。,.]+|[了过]没$"
    r"|^(?:who|whose|what|whats|when|where|why|how|which)\b|^(?:can|could|do|does|did|are|will|would|is) "
)
_REQUESTS = re.compile(
    r"^(?:帮我|给我|请你|麻烦你|讲个|说个|唱|推荐|告诉我|我想问|问一下|请问)"
    r"|^(?:please )?(?:tell me|show me|give me|recommend|sing|help me|explain|write)\b"
)
#: What names an option by its place, and what an option's own name must not hold then.
_NTH = {
    **dict.fromkeys(("first", "former", "前者", "一", "1"), 1),
    **dict.fromkeys(("second", "latter", "后者", "二", "2"), 2),
    **dict.fromkeys(("third", "三", "3"), 3),
    **dict.fromkeys(("fourth", "四", "4"), 4),
    **dict.fromkeys(("fifth", "五", "5"), 5),
    **dict.fromkeys(("last", "final", "最后"), 0),
}
_POINTS = re.compile(
    r"(?:(?:我|就|还是)?(?:选|要|是|用)?(?:第([一二三四五1-5])|(最后)一?)(?:[个项种款档类]|$)(?![人月年周天])|(前者|后者)"
    r"|(?:i'd |i'll |i )?(?:take |like |want |have |choose |go for |pick )?(?:the |my )?(?:option |number |choice )?"
    r"(?:(first|second|third|fourth|fifth|last|final) (?:one|option|choice|of (?:them|those))\b"
    r"|(first|second|third|fourth|fifth|last|former|latter|[1-5])\W*$))"
)
_NUMBERED = re.compile(r"[第\d]|最后|\b(?:first|second|third|fourth|fifth|last|final)\b")


@dataclass(frozen=True, slots=True)
class Cues:
    """Features of one option (or of staying), each about -1 … 1; see `FEATURES` for their order."""

    said: float
    named: float
    overlap: float
    polarity: float
    pointed: float

    def values(self) -> tuple[float, ...]:
        """The features in their order."""
        return (self.said, self.named, self.overlap, self.polarity, self.pointed)


def option_cues(question: str, names: Sequence[str], words: str) -> list[Cues]:
    """Features of each option name against the user's words.

    `said`: the words are the name; `named`: they hold this name, not denied, and no other; `overlap`: the share of
    the name that they hold, beyond that of any other name; `polarity`: they take the name's side; `pointed`: they
    point at it and at no other, by an amount in its range or by its place among the options.
    """
    said = _normal(words)
    side = answer_side(question, words)
    pointed = pointed_at(question, names, words)
    named = [i for i, name in enumerate(names) if _names(words, name)]
    tokens = grams(words)
    owned = [grams(name) for name in names]
    shares = [len(own & tokens) / len(own) if own else 0.0 for own in owned]
    return [
        Cues(
            float(bool(said) and said == _normal(name)),
            float(named == [i]),
            share - max((s for j, s in enumerate(shares) if j != i), default=0.0),
            side * _option_polarity(name, names),
            float(pointed == i),
        )
        for i, (name, share) in enumerate(zip(names, shares, strict=True))
    ]


def stay_cues(question: str, names: Sequence[str], words: str) -> tuple[float, float, float]:
    """Features of staying: the user asks or requests something; how much of the words neither question nor
    options have; the words take no side.
    """
    side = answer_side(question, words)
    known = grams(question).union(*(grams(name) for name in names))
    tokens = grams(words)
    foreign = 1.0 - len(tokens & known) / len(tokens) if tokens else 1.0
    return (_asks(words), foreign, float(side == 0))


def pointed_at(question: str, names: Sequence[str], words: str) -> int | None:
    """The option in whose range the amounts of the words lie, or whose place they name; None where they ask."""
    if _asks(words):
        return None
    at = fitting(question, names, words)
    return _nth(names, words) if at is None else at


def _nth(names: Sequence[str], words: str) -> int | None:
    if any(_NUMBERED.search(name.lower()) for name in names) or max(map(abs, option_polarities(names)), default=0):
        return None
    found = _POINTS.match(words.strip().lower())
    place = _NTH[next(group for group in found.groups() if group)] if found else -1
    return (place or len(names)) - 1 if 0 <= place <= len(names) else None


def _names(words: str, name: str) -> bool:
    """Whether the words hold the whole name, with no denial right before it."""
    wanted = name.strip().lower()
    if len(wanted) < (2 if _CJK.search(wanted) else 3):
        return False
    edge = "" if _CJK.search(wanted) else r"\b"
    found = re.search(f"{edge}{re.escape(wanted)}{edge}", words.lower())
    return found is not None and not _DENIED.search(words.lower()[: found.start()])


def _asks(words: str) -> float:
    text = words.strip().lower()
    return float(bool(_ASKS.search(text) or _REQUESTS.search(text)))


def says_nothing(names: Sequence[str], words: str) -> bool:
    """Whether the words choose none of the options.

    They only acknowledge ("ok", "嗯") where no option is a yes, or are a bare yes or no where there are more than two
    options and none takes that side: "yes" names no colour.
    """
    text, sides = words.strip().lower(), option_polarities(names)
    if _ACKNOWLEDGES.fullmatch(text):
        return max(sides, default=0) <= 0
    return bool(_SIDES.fullmatch(text)) and len(names) > 2 and polarity(text) not in sides


def polarity(words: str) -> int:
    """1 where the words say yes, -1 where they say no, 0 where neither or it cannot be told."""
    text = words.strip().lower()
    text, idioms = _YES_IDIOM.subn("", text)
    if _NO.search(text):
        yes, no = _YES.search(text), _NO.search(text)
        return 1 if yes and no and yes.start() < no.start() and yes.start() == 0 else -1
    return 1 if idioms or _YES.search(text) else 0


def answer_side(question: str, words: str) -> int:
    """Whether the words answer the question with yes (1) or no (-1).

    A yes or no at the beginning answers; further on it answers only where it speaks of what is asked: "the box
    was not opened" says nothing yet about "is it undamaged?".
    """
    side, text = polarity(words), words.strip().lower()
    first = re.split(r"[\s,，。.!！;；、]", text, maxsplit=1)[0]
    leads = bool(_LEADS.match(text)) or (len(first) <= 3 and polarity(first) != 0)
    return side if leads or grams(question) & grams(words) else 0


def option_polarities(names: Sequence[str]) -> list[int]:
    """Of every option whether it says yes (1), no (-1), or neither (0)."""
    return [_option_polarity(name, names) for name in names]


def _option_polarity(name: str, names: Sequence[str]) -> int:
    """Side of an option; one without a mark is the yes where its only sibling is a no."""
    own = polarity(name)
    if own >= 0 and len(names) == 2:
        other = names[1] if name == names[0] else names[0]
        return 1 if polarity(other) < 0 else own
    return own


def _normal(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))


def grams(text: str) -> frozenset[str]:
    """Word stems, and pairs of Chinese characters (a single one where the text has but one)."""
    lowered = text.lower()
    found = {word[:5] for word in _WORD.findall(lowered) if not _CJK.match(word) and word not in _STOP}
    runs = re.findall(r"[\u3400-\u9fff]+", lowered)
    for run in runs:
        found |= {run[i : i + 2] for i in range(len(run) - 1)} if len(run) > 1 else {run}
    return frozenset(found)
