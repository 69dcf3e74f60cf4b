"""Find the option in whose range an amount lies.  question + option names + words -> an option.

The ranges are those that the options name (3天以内, "longer than a month"), or that of the question where the
options say yes and no to it (金额超过五万元？). A small language model compares numbers badly, and by rule it is plain.
Knows strings; knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

from flowdial.decode.amounts import Amount, amounts, comparison, days, limits
from flowdial.decode.numerals import numerals

_OTHERS = frozenset(
    {"other", "others", "otherwise", "else", "anything else", "其他", "其它", "其余", "其他情况", "否则"}
)
_YES = frozenset("yes y true right correct met 是 对 真 成立 满足 达到 已达到 达标 √".split())
_NO = frozenset("no n false wrong 否 不是 错 假 不成立 不满足 未达到 没达到 不达标 未达标 ×".split())

_LEAST = re.compile(r"\b(?:smallest|shortest|lowest|least|cheapest|youngest|lightest)\b|最[小短低少轻便矮薄窄]")
_MOST = re.compile(r"\b(?:largest|biggest|longest|highest|oldest|heaviest|dearest)\b|最[大长多重贵久宽厚]")
_MIDDLE = re.compile(r"\bmiddle\b|中间|居中")

#: Characters of a text that are read.
_READ = 1000

_Ranges = tuple[Amount, ...]


def fitting(question: str, names: Sequence[str], words: str) -> int | None:
    """The only option in whose range all amounts of the words lie; None where there is none, or several.

    Of long texts the beginning is read.
    """
    question, words, *names = (text[:_READ] for text in (question, words, *names))
    ranges = _ranges(question, names)
    if not ranges or len({*ranges}) < len(ranges):
        return None
    if names.count(words) == 1:
        return names.index(words)
    said = amounts(words, last=True)
    if not said and len(asked := limits(question)) == 1 and (sign := comparison(words)):
        said = [asked[0].compared(sign)]
    if not said and (extreme := _extreme(ranges, words)) is not None:
        return extreme
    if not said and all(part.kind == "time" for parts in ranges for part in parts):
        said = days(words)
    if not said:
        return None
    both = reduce(lambda one, other: one and one.common(other), said[1:], _first(said))
    for meant in (said, [both], [both and both.near_edge()]):
        found = [at for at, parts in enumerate(ranges) if all(each and _lies(each, parts) for each in meant)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _first(said: Sequence[Amount]) -> Amount | None:
    return said[0] if len({each.kind for each in said}) == 1 else None


def _extreme(ranges: Sequence[_Ranges], words: str) -> int | None:
    """The option of the smallest or the largest numbers, or that in the middle."""
    if any(numerals(words.lower())) or any(len(parts) != 1 or parts[0].kind != ranges[0][0].kind for parts in ranges):
        return None
    order = sorted(range(len(ranges)), key=lambda at: (ranges[at][0].low, ranges[at][0].high))
    places = {0: _LEAST, len(order) - 1: _MOST} | ({len(order) // 2: _MIDDLE} if len(order) % 2 else {})
    found = [order[place] for place, pattern in places.items() if pattern.search(words.lower())]
    return found[0] if len(found) == 1 else None


def _lies(amount: Amount, parts: _Ranges) -> bool:
    return any((found := amount.as_of(part)) and found.within(part) for part in parts)


def _ranges(question: str, names: Sequence[str]) -> list[_Ranges]:
    """Of each option the numbers that it stands for; none where numbers do not tell them apart."""
    named = [amounts(name) for name in names]
    if all(len(found) == 1 for found in named):
        return _in_one_unit(question, [found[0] for found in named])
    asked = limits(question)
    if len(names) != 2 or len(asked) > 1:
        return []
    if any(len(found) == 1 and names[1 - at].strip().lower() in _OTHERS for at, found in enumerate(named)):
        return _with_the_rest([found[0] if found else None for found in named])
    if any(named) or not asked:
        return []
    plain = [name.strip().lower() for name in names]
    if asked[0].low < asked[0].high and {*plain} & _YES and {*plain} & _NO:
        return _with_the_rest([asked[0] if name in _YES else None for name in plain])
    signs = [comparison(name) for name in names]
    return _with_the_rest([asked[0].compared(sign) if sign else None for sign in signs]) if any(signs) else []


def _with_the_rest(found: Sequence[Amount | None]) -> list[_Ranges]:
    """One of two stands for all that the other does not."""
    return [(own,) if own else other.outside() if (other := found[1 - at]) else () for at, own in enumerate(found)]


def _in_one_unit(question: str, found: Sequence[Amount]) -> list[_Ranges]:
    """Where some leave out what others name ("1-3 / 4-6 days"), or all what the question names."""
    kinds = {each.kind: each for each in found if each.kind}
    if len(kinds) > 1:
        return []
    unit = next(iter([*kinds.values(), *limits(question)]), None)
    return [((each.as_of(unit) if unit and not each.kind else None) or each,) for each in found]
