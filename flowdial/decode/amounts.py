"""Read amounts.  text -> the ranges of numbers that it speaks of.  Knows strings; knows no options and no model.

A number counts with what compares it: "at least three days", 不到五万, 两万出头, "7 to 10", 没超. Behind a denial a
comparison turns about: 没满 is less, "not over" is up to. Named days (昨天, "last month") are as far as they can be.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

from flowdial.decode.numerals import DAY, Numeral, joined, numerals, unit_of

Comparison = Literal["<", "<=", ">", ">="]

_LARGER = "more|warmer|hotter|longer|older|greater|higher|later|larger|bigger|heavier|taller|wider|deeper"
_SMALLER = "less|colder|cooler|fewer|lower|shorter|younger|smaller|earlier|lighter|thinner|narrower"
#: What stands before a number.
_BEFORE: dict[Comparison, str] = {
    "<": rf"under|below|(?:{_SMALLER}) than|not (?:even|quite|yet)|nearly"
    r"|almost|(?:do|does|did|have|has)n't (?:have|got)"
    r"|小于|低于|少于|短于|轻于|不足|不到|不够|不满|(?:没有?|未|不)(?:到|够|达到?)|到不了|差点|[<＜]",
    "<=": r"up to|at (?:the )?most|within|max(?:imum)?(?: of)?|至多|最多|顶多|<=|≤|＜=",
    ">": rf"over|above|(?:{_LARGER}) than|exceed(?:s|ing|ed)?|past|beyond"
    r"|大于|高于|多于|长于|重于|超过|超出|不止|不只|[超过逾破]|[>＞]",
    ">=": r"at least|from|min(?:imum)?(?: of)?|reach(?:es|ed)?|至少|最少|起码|满|足足|达到|达|>=|≥|＞=",
}
#: What compares only where a number follows.
_ONLY_BEFORE: dict[Comparison, str] = {"<": "|没有?|快|将近"}
#: What stands behind one.
_BEHIND: dict[Comparison, str] = {
    "<": r"不到|没到|不足|都?不够|都?没有|short of",
    "<=": rf"以内|之内|及?以下|内|or (?:under|below|{_SMALLER})|at (?:the )?most|max\b|tops\b",
    ">": r"[多余来]?出头|有余|开外|都?打不住|都?挡不住|都不止|还多|(?:早|都|早就)过了",
    ">=": rf"及?以上|或更[多久长高]|起(?![来床])|or (?:over|above|{_LARGER})|and (?:up|over|above|more)|plus\b|\+",
}
_TURNED: dict[Comparison, Comparison] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED: dict[Comparison, Comparison] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
#: What counts from nothing on, below it as above: 没到零下十八度 is warmer.
_AS_FAR_AS = re.compile("[到过超足满达破够]|reach|past|beyond|exceed")
_NOT = r"(?:not|no|n't|没有?|未|(?<!差)不|别)\s*(?:even |quite |yet )?"
_LEADS = {
    sign: re.compile(
        rf"(?P<denied>{_NOT})?(?:(?<=[没未不])[\u3400-\u9fff])?"
        rf"(?:{words}{_ONLY_BEFORE.get(sign, '')})(?:了|the|a)?\s*$"
    )
    for sign, words in _BEFORE.items()
}
_ENDS = {sign: re.compile(rf"\s*(?:[a-z/]+|[\u3400-\u9fff]{{1,2}}?)?\s*(?:{words})") for sign, words in _BEHIND.items()}
_NOT_WITHIN = re.compile(rf"{_NOT}在?\s*$")
#: How one compares with what is not said again, by words that stand alone or with "that", "the limit".
_SHORTLY: dict[Comparison, str] = {
    "<": rf"{_SMALLER}|差一?点|差(?:得|着)?远|not quite|not yet|没到没到",
    "<=": "within",
    ">": _LARGER,
    ">=": "足|到|够|达标|涨到",
}
_FILLED = re.compile(
    r"^(?:(?:(?:yes|no|well|yeah|nope|it'?s|it|they|is|a bit|much|far)\b|就|都|还|早就?|已经?|刚好?|恐怕|肯定)"
    r"[\s,，]*)+"
    r"|(?:[了的呢啊哦呀。.！!~，,\s])+$"
)
_LIMIT = r"(?:that|it|this|the (?:[a-z]+ )?(?:limit|mark|line|threshold)|[这那]个数|[分数基标]?数?准?线|标准|上限)"


def _alone(sign: Comparison) -> tuple[re.Pattern[str], re.Pattern[str]]:
    plain = _BEFORE[sign]
    short = f"{plain.replace(' than', '')}|{_SHORTLY[sign]}"
    denied = rf"(?P<denied>{_NOT})?"
    return re.compile(rf"{denied}(?:{short})(?: {_LIMIT})?"), re.compile(rf"{denied}(?:{plain})\s*{_LIMIT}$")


_ALONE = {sign: _alone(sign) for sign in _BEFORE}
_THAN = re.compile(r"\s*(?:还|要|略|稍|更)?(?:(?P<more>[多高大长重久老贵])|(?P<less>[少低小短轻矮便]))")
_SHORT_OF = re.compile(r"差(?!不多)[^，。,.]{,8}(?:才[到满够]?|[到满够])\s*$")
_ROUGH = re.compile(r"(?:about|around|roughly|approximately|bout|some|大概|大约|约|差不多|估计)\s*$")
_ROUGHLY = re.compile(r"\s*(?:左右|上下|or so|ish\b)")
_TO = re.compile(r"\s*(?:to|and|or|-|–|—|~|～|至|到)\s*")
#: A number that is no amount of what is asked: denied, or a difference.
_OTHERWISE = re.compile(r"(?:\bnot|isn't|不是|不在|并非|[差高低多少重轻涨跌贵]了?|short by)\s*$")
_WHETHER = re.compile("有没有|是不是")
#: 零下 that is not of a number.
_BARE_FROST = re.compile("零下(?![零〇一二两三四五六七八九十百几\\d])")
#: What takes back the numbers before it.
_CORRECTS = re.compile(
    r"不对|不是|说错了?|更正|哦不|不不|correction|no[, ]+wait|wait,? no|i mean|scratch that|rather(?! than)|, no,|sorry"
)
#: What a number stands behind that has overtaken those before: "now it's six", 改成三份; less sure, "but I got six".
_SINCE = re.compile(
    r"(?:现在|如今|眼下|目前|后来|[减降缩掉跌瘦涨升加长增改变凑换][到成为]|\bnow\b|these days|turned out"
    r"|(?P<unsure>实际|其实|[今昨]天|今[年儿早晚]|这[次回趟]|可是|[，,]可|但|结果"
    r"|\btoday\b|\bthis (?:time|one|week|month|year)\b|\bbut\b))[^，。,;；又再加]*$"
)
#: What says that a number was once.
_ONCE = re.compile(
    r"原|本来|以前|之前|先前|上[次回周]|上个|[去前]年|昨|说好|说是|[想订定]|刚才|早上|\b(?:was|were|had|asked|ordered|wanted|planned|said"
    r"|thought|used to|last|usually)\b|'d\b"
)

#: Days that have a name, and how many days from now they are, at least and at most; longer names first.
_DAYS = tuple(
    (re.compile(words), least, most)
    for words, least, most in (
        (r"大前天|大后天", 2, 4),
        (r"前天|后天|the day (?:before yesterday|after tomorrow)", 1, 3),
        (r"昨[天晚日儿夜]|明[天早晚日儿]|yesterday|tomorrow|last night", 0, 2),
        (r"今[早晚]|tonight|this (?:morning|afternoon|evening)", 0, 1),
        (r"[上下]个?(?:周|星期|礼拜)|(?<!the )\b(?:last|next) week\b", 1, 14),
        (r"[上下]个?月|\b(?:last|next) month\b", 1, 62),
        (r"[去明]年|\b(?:last|next) year\b", 1, 731),
    )
)

#: Hours of a time that may be an age, at least.
_YEAR = 8000.0
#: Characters before a number that are looked at.
_LOOK = 24


@dataclass(frozen=True, slots=True)
class Amount:
    """Numbers from `low` to `high`; `above` says that `low` is not among them, `below` that `high` is not.

    `kind` and `unit` as in `Numeral`.
    """

    low: float
    high: float
    kind: str = ""
    unit: float = 1.0
    above: bool = False
    below: bool = False

    def within(self, other: Amount) -> bool:
        """Whether all of it lies in the other one."""
        return other._begin <= self._begin and self._end <= other._end

    @property
    def _begin(self) -> tuple[float, bool]:
        return (round(self.low, 9), self.above)

    @property
    def _end(self) -> tuple[float, bool]:
        return (round(self.high, 9), not self.below)

    def common(self, other: Amount) -> Amount | None:
        """The numbers of both; None where there are none."""
        low, high = max(self, other, key=lambda each: each._begin), min(self, other, key=lambda each: each._end)
        both = replace(self, low=low.low, above=low.above, high=high.high, below=high.below)
        return both if both._begin < both._end else None

    def outside(self) -> tuple[Amount, ...]:
        """What lies below it, and what above it."""
        below = replace(self, low=-math.inf, above=False, high=self.low, below=not self.above)
        above = replace(self, low=self.high, above=not self.below, high=math.inf, below=False)
        return tuple(part for part, edge in ((below, self.low), (above, self.high)) if math.isfinite(edge))

    def edge(self) -> Amount:
        """The numbers with which it begins and ends, or the one of them that it has."""
        low = self.low if math.isfinite(self.low) else self.high
        high = self.high if math.isfinite(self.high) else self.low
        return replace(self, low=low, high=high, above=False, below=False)

    def near_edge(self) -> Amount:
        """Of what has no end, or no beginning, a number close to the other one."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            return self
        at = self.low + abs(self.low) * 1e-3 if math.isfinite(self.low) else self.high - abs(self.high) * 1e-3
        return replace(self, low=at, high=at, above=False, below=False)

    def compared(self, sign: Comparison) -> Amount:
        """What compares so with its edge."""
        edge = self.edge()
        if sign in ("<", "<="):
            return replace(edge, low=-math.inf, high=edge.low if sign == "<" else edge.high, below=sign == "<")
        return replace(edge, low=edge.high if sign == ">" else edge.low, high=math.inf, above=sign == ">")

    def as_of(self, other: Amount) -> Amount | None:
        """It in the kind of the other one; None where they measure different things.

        A number without a unit takes the other's. Where the other has none, it is taken for the number that was said,
        but of times only years: an age is often asked for without them.
        """
        if self.kind == other.kind:
            return self
        if not self.kind:
            return self._scaled(other.unit, other.kind, other.unit)
        if not other.kind and (self.kind != "time" or self.unit > _YEAR):
            return self._scaled(1 / self.unit, "", 1.0)
        return None

    def _scaled(self, factor: float, kind: str, unit: float) -> Amount:
        return replace(self, low=self.low * factor, high=self.high * factor, kind=kind, unit=unit)


def amounts(text: str, *, last: bool = False) -> list[Amount]:
    """The amounts in a text, in their order; with `last`, without those that it takes back, or that are of the past."""
    text = _WHETHER.sub("，", text.lower())
    text = _BARE_FROST.sub("低于零度", text).replace("零下", "负").replace("零上", "")
    found = joined(list(numerals(text)), text)
    if last:
        found = _standing(text, found)
    made: list[Amount] = []
    before = 0
    while found:
        first, *found = found
        if found and (both := _from_to(text, first, found[0])):
            first, found = both, found[1:]
        made += _meant(text, first, before)
        before = first.end
    return made


def days(text: str) -> list[Amount]:
    """How far the days are that a text names ("yesterday", 上个月), from the least to the most it can be."""
    text = text.lower()
    found: list[Amount] = []
    for words, least, most in _DAYS:
        text, named = words.subn("，", text)
        if named:
            found.append(Amount(least * DAY, most * DAY, "time", DAY))
    return found


def limits(question: str) -> list[Amount]:
    """The amounts in a question; a unit that it names elsewhere counts ("Days left > 7?")."""
    found = amounts(question)
    unit = unit_of(question.lower())
    if not unit:
        return found
    of = Amount(0, 0, *unit)
    return [each.as_of(of) or each if not each.kind else each for each in found]


def comparison(words: str) -> Comparison | None:
    """How words compare that name no number: "more than that", 没超, "not over"."""
    text = _FILLED.sub("", words.lower().strip())
    for sign, (alone, with_limit) in _ALONE.items():
        if match := alone.fullmatch(text) or with_limit.search(text):
            return _TURNED[sign] if match["denied"] else sign
    return None


def _standing(text: str, found: list[Numeral]) -> list[Numeral]:
    """The numbers that are not taken back, and have not been overtaken by one of the same kind."""
    for correction in _CORRECTS.finditer(text):
        found = [each for each in found if each.begin >= correction.end()] or found
    for at, each in enumerate(found[1:], 1):
        before = found[at - 1]
        since = _SINCE.search(text, before.end, each.begin)
        alike = before.kind == each.kind or not (before.kind and each.kind)
        if since and alike and (not since["unsure"] or _ONCE.search(text, 0, since.start())):
            return _standing(text, found[at:])
    return found


def _from_to(text: str, first: Numeral, after: Numeral) -> Numeral | None:
    """The range from one number to the next, where they stand so."""
    if not _TO.fullmatch(text[first.end : after.begin]) or first.kind not in ("", after.kind):
        return None
    low = first.low if first.kind else first.low * after.unit
    return replace(after, begin=first.begin, low=low) if low < after.high else None


def _meant(text: str, found: Numeral, since: int) -> list[Amount]:
    """The range of a number with the words around it; nothing where it is denied, or a difference."""
    before = text[max(since, found.begin - _LOOK) : found.begin]
    number = Amount(found.low, found.high, found.kind, found.unit)
    if sign := _sign(text, found, before):
        return [number.compared(sign)]
    if before.rstrip().endswith("比") or _OTHERWISE.search(before):
        return []
    if _ROUGH.search(before) or _ROUGHLY.match(text, found.end):
        return [replace(number, low=number.low - abs(number.low) * 0.1, high=number.high + abs(number.high) * 0.1)]
    return [number]


def _sign(text: str, found: Numeral, before: str) -> Comparison | None:
    """How the words around a number compare with it: those before it that begin first, or those behind it."""
    leads = [(match, sign) for sign, lead in _LEADS.items() if (match := lead.search(before))]
    if _SHORT_OF.search(text[max(0, found.begin - _LOOK) : found.begin]):
        return "<"
    if leads:
        match, sign = min(leads, key=lambda lead: lead[0].start())
        sign = _TURNED[sign] if match["denied"] else sign
        return _MIRRORED[sign] if found.high < 0 and _AS_FAR_AS.search(match[0]) else sign
    for sign, end in _ENDS.items():
        if end.match(text, found.end):
            return _TURNED[sign] if _NOT_WITHIN.search(before) else sign
    than = _THAN.match(text, found.end) if before.rstrip().endswith("比") else None
    return (">" if than["more"] else "<") if than else None
