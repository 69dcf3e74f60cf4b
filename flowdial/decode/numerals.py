"""Read numbers with their units.  text -> Numerals.  Knows strings; knows no options and no model.

Digits and number words, Chinese and English, as people say them: 三万五, 七八个月, 二十多岁, "half a year", "$1.5k",
"two and a half hours". Libraries that read numbers take 七八 for 78, and do not tell how much "and some" is. What is
no quantity is passed over: dates, times of day, weekdays, ordinals, and the 一 of 一直 and 一样.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

#: Hours of a day.
DAY = 24.0
#: Words of a unit, what it measures, and how many of the kind's own unit it is.
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"毫秒|milliseconds?|ms", "time", 1 / 3_600_000),
    (r"秒钟?|seconds?|secs?|s", "time", 1 / 3600),
    (r"分钟|分(?=半钟|[零〇一二三四五六七八九十\d]+秒)|minutes?|mins?", "time", 1 / 60),
    (r"刻钟", "time", 0.25),
    (r"个?小时|个?钟头|hours?|hrs?|h", "time", 1),
    (r"天|日|晚|个?昼夜|夜|days?|nights?", "time", DAY),
    (r"周(?![岁年])|个?星期|个?礼拜|weeks?|wks?", "time", 7 * DAY),
    (r"个?月(?!份)|months?|mths?", "time", 365 / 12 * DAY),
    (r"个季度", "time", 365 / 4 * DAY),
    (r"周?岁|个年头|周?年|years?(?: old)?|yrs?", "time", 365 * DAY),
    (r"块钱|[元块]|人民币|dollars?|euros?|pounds?|quid|bucks?|[€£$¥￥]", "money", 1),
    (r"公里|千米|kilomet(?:re|er)s?|km", "length", 1000),
    (r"厘米|公分|centimet(?:re|er)s?|cm", "length", 0.01),
    (r"毫米|millimet(?:re|er)s?|mm", "length", 0.001),
    (r"米|met(?:re|er)s?|m", "length", 1),
    (r"公斤|千克|kilos?|kilograms?|kg", "weight", 1),
    (r"斤", "weight", 0.5),
    (r"吨|tons?|tonnes?|t", "weight", 1000),
    (r"克|grams?|g", "weight", 0.001),
    (r"毫升|millilit(?:re|er)s?|ml", "volume", 0.001),
    (r"centilit(?:re|er)s?|cl", "volume", 0.01),
    (r"升|lit(?:re|er)s?|l", "volume", 1),
    (r"gigabytes?|gb|gigs?|个?g", "data", 1024),
    (r"megabytes?|mb|兆", "data", 1),
    (r"kilobytes?|kb", "data", 1 / 1024),
    (r"bytes?|字节", "data", 1 / 1024**2),
    (r"个?千瓦时?|kwh?", "energy", 1),
    (r"瓦特?|watts?|(?<=\d\d)w", "energy", 0.001),
    (r"percent|per cent|[%％]|个百分点|个点(?=$|[，。,.！!？?\s]|左右|以[上下内]|整|多|出头)", "share", 1),
    (r"成", "share", 10),
    (r"摄氏度|度|degrees?|℃|°c?", "degrees", 1),
)
_NAMED = "|".join(f"(?P<u{at}>(?:{words})(?![a-z]))" for at, (words, _, _) in enumerate(_UNITS))
_UNIT, _UNIT_ALONE = re.compile(rf"[\s-]*(?:{_NAMED})"), re.compile(rf"\b(?:{_NAMED})")
_MEASURES = (
    "个人位名口条件次台份张项颗只桶号节级方声头辆间套门页桌箱瓶层杯顿封笔票针轮根包盒片杆道处家班篇棵遍行字分寸剂把"
)
_MEASURE = re.compile(rf"\s*[{_MEASURES}]")

_DIGITS = {mark: n for n, mark in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_PLACES = {"十": 10.0, "百": 100.0, "千": 1000.0}
_MYRIADS = {"万": 1e4, "亿": 1e8}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_ONE = "".join(_DIGITS)
_MARKS = "".join((*_DIGITS, *_PLACES, *_MYRIADS))
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = dict(zip(("nought", *_ONES), (0.0, *map(float, range(20))), strict=True))
_WORDS |= {word: 10.0 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "grand": 1e3, "k": 1e3, "million": 1e6}
#: "Another nought" is no number of its own.
_WORD, _SCALE = "|".join(_WORDS).replace("nought", "nought(?= point)"), "|".join(_SCALES)
_DIGIT = "|".join(("nought", *_ONES[:10]))
_NUMBER = re.compile(
    r"(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:\s*(?P<scale>(?:[百万亿]|千(?![克米瓦卡]))+|(?:{_SCALE})(?![a-z])))?(?P<rest>\d(?!\d))?"
    rf"|(?P<parts>[{_MARKS}]+分之[{_MARKS}]+)"
    rf"|(?P<clock>[{_MARKS}]+点(?:[二三四五]?十[{_ONE}]?|[半整过]|[一三]刻))"
    rf"|(?P<chinese>几[十百千万]+|[{_MARKS}]+?(?=千[克米瓦卡])|[{_MARKS}]+(?:[多来余几][万亿]|点(?![多儿])[{_MARKS}]+)?)"
    r"|(?P<several>\ba couple(?: of)?|\ba few\b|几(?=[天年个岁块次]))"
    rf"|\b(?P<english>(?:(?:half )?an? )?(?:{_WORD}|(?<=a )(?:{_SCALE})(?: and (?:{_WORD}))?)"
    rf"(?:[\s-]+(?:{_WORD}|(?:{_SCALE})(?: and (?:{_WORD}))?))*)s?\b"
    rf"(?P<more> and a half)?(?P<point> point(?: (?:{_DIGIT}))+\b)?"
    r"|(?P<half>半(?=个|年|天|日|月|岁|小时|斤|公斤)|\bhalf an?(?= ))"
    r"|\b(?P<article>an?)\b(?= )"
)
_PAIR = re.compile(rf"(?<![{_ONE}])([一二两俩三四五六七八])([二两三四五六七八九])(?![{_ONE}])")
_MORE, _HALF = re.compile(r"[多来余几](?!少)"), re.compile(r"半| and a half")
_PART = re.compile(r"个(?:半|([多来]))(?=[小钟月星礼])")
_TO = re.compile(rf"\s*(?:to|or|-|–|—|~|～|至|到)\s*(?:\d|[{_MARKS}]|{_WORD})")
_DECIMALS = re.compile(
    rf"(?:[{_ONE}\d]{{2}}(?![毛角])|[一二三四五六七八九1-9])(?![\d.{_MARKS}年月日天块元岁斤公厘秒小折{_MEASURES}]|\s*[a-z])"
)
#: What is said to the hundredth behind its unit: 一米七五, 三块二五.
_HUNDREDTHS = ("length", "money")
#: Before a number that counts nothing: ordinals, weekdays, festivals; and behind one: dates, times of day.
_NO_COUNT = re.compile(r"(?:[第初双点]|周|星期|礼拜|百分之|point|quarter of|no\.|number |option )\s*$")
_DATE = re.compile(r"\s*(?:号|月份|点(?!钟?[多半]?的)|:\d|年级| point|o'clock|[ap]\.?m\b|(?:st|nd|rd|th)\b)")
_IDIOM = re.compile(
    r"十有八九|万一|千万(?=别|要|不)|一[直样定共起般旦些切边面路向律](?!.{0,2}[小年月])|(?:(?<=[早晚快慢大小多少高低长短贵轻重近远宜有])一点|一点(?![零一二三四五六七八九]))|百分之百|[一二三]?五一十"
    r"|乱七八糟|一[^，。,]{0,2}[都也][没不]|一[节次个根][没不]|one (?:of|more|by|another)|no one|this one|that one"
)
_JOINS = re.compile(r"\s*(?:零|又|and)?\s*")
_CURRENCY = re.compile(r"[$€£¥￥]\s*$")
#: Before a number that is less than nothing, and behind one.
_MINUS = re.compile(r"(?:负|\bminus |\bnegative |(?<![\w%℃°)）])[-−])$")
_FROST = re.compile(r"\s*(?:degrees?\s*|°c?\s*)?below (?:zero|freezing)\b")
#: Units of a date too ("2031年", "三月"), and the least number that is a year of our era.
_OF_A_DATE, _ERA = frozenset({"年", "日", "月"}), 1900
#: Characters before a number that are looked at.
_BEFORE = 16


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number from `low` to `high` that stands at `begin` to `end` of a text, its unit included.

    In the own unit of `kind` (hours of time, metres of length, …; "count" of what a measure word counts, "" where none
    is named); `unit` is how many of them the unit that was named is.
    """

    begin: int
    end: int
    low: float
    high: float
    kind: str = ""
    unit: float = 1.0


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers in a text (lower case), in their order."""
    text = text.translate(_FORMAL)
    at = 0
    idioms = [match.span() for match in _IDIOM.finditer(text)]
    while match := _NUMBER.search(text, at):
        at = match.end()
        if match["clock"] or any(begin <= match.start() < end for begin, end in idioms):
            continue
        if found := _read_on(text, match):
            at = found.end
            minus = _MINUS.search(text, max(0, found.begin - _BEFORE), found.begin)
            yield replace(found, begin=minus.start(), low=-found.high, high=-found.low) if minus else found


def unit_of(text: str) -> tuple[str, float] | None:
    """The kind and unit that a question names apart from a number ("Days until the gig", 年龄); None without one."""
    if re.search(r"年龄|岁数|几岁|多大|\bage\b|how old", text):
        return "time", 365 * DAY
    if re.search(r"天数|几天|多少天", text):
        return "time", DAY
    found = {_unit(match) for match in _UNIT_ALONE.finditer(text) if len(match[0]) > 3}
    return found.pop() if len(found) == 1 else None


def _read_on(text: str, match: re.Match[str]) -> Numeral | None:
    """A number with what goes with it; None where it counts nothing."""
    before = text[max(0, match.start() - _BEFORE) : match.start()]
    if _NO_COUNT.search(before):
        return None
    low, high = _read(match)
    end = match.end()
    if frost := _FROST.match(text, end):
        return Numeral(match.start(), frost.end(), -high, -low, "degrees")
    if match["parts"]:
        return Numeral(match.start(), end, low, high, "share")
    some = None if before.endswith("比") else _MORE.match(text, end)
    if some and high >= 10:  # 二十多
        low, high, end = low * (1 + 1e-6), low + _place(low) * 0.99, some.end()
    elif part := _PART.match(text, end):  # 两个半小时, 三个多月
        low, high, end = low + (0.01 if part[1] else 0.5), high + (0.99 if part[1] else 0.5), part.end()
    if unit := _UNIT.match(text, end):
        return None if _dates(text, unit, low) else _with_unit(text, match.start(), unit, low, high)
    measure = _MEASURE.match(text, end)
    kind = "money" if _CURRENCY.search(before) else "count" if measure else ""
    dates = not some and _DATE.match(text, end)
    opens = _TO.match(text, end) is not None or _MINUS.search(before) is not None
    if dates or _counts_nothing(match, measure[0].strip() if measure else "", opens):
        return None
    return Numeral(match.start(), measure.end() if measure else end, low, high, kind)


def _dates(text: str, unit: re.Match[str], number: float) -> bool:
    """Whether a number with its unit is a date: 三月, 2031年, 12日."""
    if _DATE.match(text, unit.end()):
        return True
    return unit[0] in _OF_A_DATE and (number >= _ERA or (unit[0] == "月" and number != 0.5))


def _with_unit(text: str, begin: int, unit: re.Match[str], low: float, high: float) -> Numeral:
    kind, size = _unit(unit)
    end = unit.end()
    if half := _HALF.match(text, end):  # 两年半
        low, high, end = low + 0.5, high + 0.5, half.end()
    elif some := _MORE.match(text, end):  # 一年多
        low, high, end = low + 0.01, low + 0.99, some.end()
    elif (part := _DECIMALS.match(text, end)) and (len(part[0]) == 1 or kind in _HUNDREDTHS):  # 三块五, 一米零五
        low = high = low + sum(_digit(mark) / 10**at for at, mark in enumerate(part[0], 1))
        end = part.end()
    return Numeral(begin, end, low * size, high * size, kind, size)


def _digit(mark: str) -> int:
    return _DIGITS[mark] if mark in _DIGITS else int(mark)


def _counts_nothing(match: re.Match[str], measure: str, opens: bool) -> bool:
    """Whether a number without a unit is a mere word; `opens`: what stands beside it says that it is a number."""
    if match["article"] or match["half"] or match["several"]:
        return True
    if match["english"] == "one" or match["chinese"] == "一":
        return not opens and (not measure or measure in "把分道包")
    marks = match["chinese"] or "十"
    alone = all(mark in _PLACES or mark in _MYRIADS for mark in marks) and marks != "十"
    return alone or (len(marks) > 1 and marks.endswith("两"))


def _unit(match: re.Match[str]) -> tuple[str, float]:
    at = next(int(name[1:]) for name, found in match.groupdict().items() if found and name[0] == "u")
    return _UNITS[at][1:]


def _read(match: re.Match[str]) -> tuple[float, float]:
    if digits := match["digits"]:
        scale = match["scale"] or ""
        size = _SCALES.get(scale) or math.prod(_PLACES.get(mark) or _MYRIADS[mark] for mark in scale)
        value = float(digits.replace(",", "")) * size
        if rest := match["rest"]:  # 3万5
            value += float(rest) * size / 10
        return value, value
    if parts := match["parts"]:
        whole, part = (_chinese(marks)[0] for marks in parts.split("分之"))
        share = 100 * part / whole if whole else 0.0
        return share, share
    if marks := match["chinese"]:
        return _chinese(marks)
    if several := match["several"]:
        return (2.0, 2.0) if "couple" in several else (3.0, 9.0)
    if match["half"]:
        return 0.5, 0.5
    value = _english(re.split(r"[\s-]+", match["english"])) if match["english"] else 1.0
    value += 0.5 if match["more"] else 0.0
    value += sum(_WORDS[word] / 10**at for at, word in enumerate((match["point"] or "").split()[1:], 1))
    return value, value


def _english(words: Sequence[str]) -> float:
    total = part = 0.0
    if words[0] == "half":
        return _english(words[1:]) / 2
    for word in words:
        if word in _SCALES:
            part = (part or 1.0) * _SCALES[word]
            if _SCALES[word] >= 1e3:
                total, part = total + part, 0.0
        else:
            part += _WORDS.get(word, 0.0)
    return total + part


def _chinese(marks: str) -> tuple[float, float]:
    """三万五 is 35,000, 七八 from 7 to 8, 三四百 from 300 to 400, 六千多万 from 60 to 70 million."""
    if marks[0] == "几":
        return _chinese("二" + marks[1:])[0], _chinese("九" + marks[1:])[0]
    if "点" in marks:
        whole, _, part = marks.partition("点")
        value = _chinese(whole)[0] + float("0." + "".join(str(_DIGITS.get(mark, 0)) for mark in part))
        return value, value
    if some := re.search(r"[多来余几]", marks):
        low = _chinese(marks[: some.start()])[0]
        size = math.prod(_MYRIADS[mark] for mark in marks[some.end() :])
        return low * size, (low + _place(low) * 0.99) * size
    pair = _PAIR.search(marks)
    if pair and _DIGITS[pair[1]] < _DIGITS[pair[2]] and not marks[: pair.start()].endswith(("百", "千", "万")):
        first, second = (marks[: pair.start()] + digit + marks[pair.end() :] for digit in pair.groups())
        return _chinese(first)[0], _chinese(second)[0]
    if all(mark in _DIGITS for mark in marks):
        value = float("".join(str(_DIGITS[mark]) for mark in marks))
        return value, value
    total = section = digit = 0.0
    place = 1.0
    for mark in marks:
        if mark in _DIGITS:
            digit, place = float(_DIGITS[mark]), 10.0 if _DIGITS[mark] == 0 else place
        elif mark in _PLACES:
            place = _PLACES[mark]
            section, digit = section + (digit or 1.0) * place, 0.0
        else:
            place = _MYRIADS[mark]
            total, section, digit = (total + section + digit or 1.0) * place, 0.0, 0.0
    value = total + section + digit * (place / 10 if place > 10 else 1.0)
    return value, value


def _place(value: float) -> float:
    """The place of the last digit that is not 0: 10 of 20, 1,000 of 6,000."""
    place = 1.0
    while value and value % (place * 10) == 0:
        place *= 10
    return place


def joined(found: Iterable[Numeral], text: str) -> list[Numeral]:
    """With 三年零两个月 and "two hours and ten minutes" as one."""
    made: list[Numeral] = []
    for each in found:
        last = made[-1] if made else None
        if (
            last
            and last.kind == each.kind == "time"
            and last.unit > each.unit
            and _JOINS.fullmatch(text, last.end, each.begin)
        ):
            made[-1] = replace(last, end=each.end, low=last.low + each.low, high=last.high + each.high)
        else:
            made.append(each)
    return made
