"""Numbers as people say them, what they are compared with, and the option in whose range they lie."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdial.decode.amounts import Amount, amounts, comparison
from flowdial.decode.cues import pointed_at
from flowdial.decode.numerals import numerals
from flowdial.decode.ranges import fitting

DAY, MONTH, YEAR = 24.0, 365 / 12 * 24.0, 365 * 24.0


@pytest.mark.parametrize(
    ("text", "low", "high", "kind"),
    [
        ("42", 42, 42, ""),
        ("1,200 euros", 1200, 1200, "money"),
        ("$1.5k", 1500, 1500, "money"),
        ("twenty-five people", 25, 25, ""),
        ("I have one hundred and twenty thousand", 120_000, 120_000, ""),
        ("half a dozen", 6, 6, ""),
        ("half a year", YEAR / 2, YEAR / 2, "time"),
        ("two and a half hours", 2.5, 2.5, "time"),
        ("two hours and ten minutes", 2 + 1 / 6, 2 + 1 / 6, "time"),
        ("a couple of weeks", 14 * DAY, 14 * DAY, "time"),
        ("an hour and a half", 1.5, 1.5, "time"),
        ("it weighs 300 g", 0.3, 0.3, "weight"),
        ("三万五", 35_000, 35_000, ""),
        ("3万5", 35_000, 35_000, ""),
        ("一百二十万", 1_200_000, 1_200_000, ""),
        ("壹仟贰佰万元整", 12_000_000, 12_000_000, "money"),
        ("两千零五块", 2005, 2005, "money"),
        ("三块五", 3.5, 3.5, "money"),
        ("三块二五", 3.25, 3.25, "money"),
        ("一米零五", 1.05, 1.05, "length"),
        ("1米75的个子", 1.75, 1.75, "length"),
        ("七八个月吧", 7 * MONTH, 8 * MONTH, "time"),
        ("三四百块", 300, 400, "money"),
        ("一个礼拜", 7 * DAY, 7 * DAY, "time"),
        ("两个半小时", 2.5, 2.5, "time"),
        ("两年半", 2.5 * YEAR, 2.5 * YEAR, "time"),
        ("三年零两个月", 3 * YEAR + 2 * MONTH, 3 * YEAR + 2 * MONTH, "time"),
        ("三十八点五度", 38.5, 38.5, "degrees"),
        ("报告写的零点三五", 0.35, 0.35, ""),
        ("吃光了，一点九", 1.9, 1.9, ""),
        ("it reads nought point eight", 0.8, 0.8, ""),
        ("one point two five litres", 1.25, 1.25, "volume"),
        ("19分30秒", 19.5 / 60, 19.5 / 60, "time"),
        ("两昼夜", 2 * DAY, 2 * DAY, "time"),
        ("跌了一点，六个点", 6, 6, "share"),
        ("3千瓦", 3, 3, "energy"),
        ("八百瓦", 0.8, 0.8, "energy"),
        ("2000W", 2, 2, "energy"),
        ("5百米", 500, 500, "length"),
        ("3千万瓦", 30_000, 30_000, "energy"),
        ("七成", 70, 70, "share"),
        ("四分之一", 25, 25, "share"),
        ("五条", 5, 5, "count"),
        ("漠河，零下二十八度", -28, -28, "degrees"),
        ("零下二十多度", -29.9, -20.00002, "degrees"),
        ("手机上显示零下一", -1, -1, ""),
        ("零上五度", 5, 5, "degrees"),
        ("大概零下十度", -11, -9, "degrees"),
        ("零下五度到五度", -5, 5, "degrees"),
        ("-18℃", -18, -18, "degrees"),
        ("it's minus five degrees", -5, -5, "degrees"),
        ("ten degrees below zero", -10, -10, "degrees"),
        ("负责三个人", 3, 3, "count"),
        ("3天-5天", 3 * DAY, 5 * DAY, "time"),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, low: float, high: float, kind: str) -> None:
    (found,) = amounts(text)
    assert (found.low, found.high, found.kind) == (pytest.approx(low), pytest.approx(high), kind)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("二十多岁", 20 * YEAR, 30 * YEAR), ("十来个", 10, 20), ("一年多", YEAR, 2 * YEAR), ("六千多万", 6e7, 7e7)],
)
def test_and_some_ends_before_the_next_round_number(text: str, low: float, high: float) -> None:
    (found,) = amounts(text)
    assert low < found.low <= found.high < high or (low <= found.low and found.high < high)


@pytest.mark.parametrize(
    "text",
    [
        "", "万一不行", "一点毛病没有", "一直这样", "第二个", "周五下班", "2031年", "三月份", "九点半", "三点四十五",
        "9点05", "初二", "百分之百", "有一点慢",
        "at 3 pm", "the 3rd", "3 o'clock", "no one", "this one", "a house", "option 2",
    ],
)  # fmt: skip
def test_what_counts_nothing_is_no_number(text: str) -> None:
    assert amounts(text) == []


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("up to 3 months", [3, 1], [3.01]),
        ("less than 3 months", [2.99], [3]),
        ("at least 3 months", [3, 4], [2.9]),
        ("longer than 3 months", [3.01], [3]),
        ("not longer than 3 months", [3, 1], [3.01]),
        ("3 months or more", [3, 4], [2.9]),
        ("one to six months", [1, 6], [0.9, 6.1]),
        ("3个月以内", [3, 1], [3.01]),
        ("超过3个月", [3.01], [3]),
        ("没超过3个月", [3, 1], [3.01]),
        ("不到三个月", [2.99], [3]),
        ("还没满三个月", [2.99], [3]),
        ("至少三个月", [3, 4], [2.9]),
        ("三个月以上", [3, 4], [2.9]),
        ("三个月出头", [3.01], [3]),
        ("差两天才三个月", [2.99], [3]),
        ("差两天满三个月", [2.99], [3]),
        ("差不多满三个月", [3, 4], [2.9]),
        ("一到六个月", [1, 6], [0.9, 6.1]),
    ],
)
def test_words_around_a_number_make_a_range_of_it(text: str, inside: list[float], outside: list[float]) -> None:
    (found,) = amounts(text)

    assert all(Amount(n * MONTH, n * MONTH, "time").within(found) for n in inside)
    assert not any(Amount(n * MONTH, n * MONTH, "time").within(found) for n in outside)


@pytest.mark.parametrize(
    "text",
    [
        "三天，不对，五天", "不是三天，是五天", "3 days, sorry, 5 days", "3 days, no, 5 days",
        "原来三天，现在五天", "说好三天，改成五天了", "it was 3 days, now it's 5 days",
        "I asked for 3 days, but got 5 days",
    ],
)  # fmt: skip
def test_what_is_taken_back_or_overtaken_counts_only_where_all_is_asked_for(text: str) -> None:
    assert [found.low for found in amounts(text, last=True)] == [5 * DAY]
    assert len(amounts(text)) == (1 if "不是" in text else 2)


@pytest.mark.parametrize(
    "text",
    [
        "五天，但其中两天是周末", "一共五天，其实有两天是周末", "五天，原来是三天又加了两天",
        "5 days, but 2 days of them are weekend", "more than 5 days but less than 7 days", "5 days rather than 3 days",
        "5 days to go, and today 2 things are missing",
    ],
)  # fmt: skip
def test_a_number_beside_the_point_overtakes_none(text: str) -> None:
    assert amounts(text, last=True) == amounts(text)
    assert amounts(text)[0].low == 5 * DAY


@pytest.mark.parametrize(
    "text", ["5元10张", "5块20片", "早一点三个人来", "七分半", "有六个点要问", "三季度报表", "3米20kg"]
)
def test_what_stands_beside_a_number_is_not_taken_into_it(text: str) -> None:
    assert all(found.low == int(found.low) for found in amounts(text))
    assert {"share", "time"}.isdisjoint(found.kind for found in amounts(text))


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("more than that", ">"), ("it exceeds the limit", ">"), ("not over", "<="), ("less", "<"),
        ("it stays below that", "<"),
        ("超了", ">"), ("没超", "<="), ("没满", "<"), ("已经满了", ">="), ("还没到", "<"), ("没到没到", "<"),
        ("yes", None), ("blue", None), ("是的", None), ("没有", None), ("", None),
    ],
)  # fmt: skip
def test_a_comparison_needs_no_number(words: str, sign: str | None) -> None:
    assert comparison(words) == sign


MONTHS = ("less than a month", "one to six months", "more than six months")


@pytest.mark.parametrize(
    ("question", "names", "words", "option"),
    [
        ("How long?", MONTHS, "bout three weeks", 0),
        ("How long?", MONTHS, "half a year at most", 1),
        ("How long?", MONTHS, "over a year", 2),
        ("How long?", MONTHS, "the shortest", 0),
        ("How long?", MONTHS, "the middle one", 1),
        ("How long?", MONTHS, "three hundred euros", None),
        ("How long?", MONTHS, "blue", None),
        ("请假天数", ("3天以内", "超过3天"), "一个礼拜", 1),
        ("请假天数", ("3天以内", "超过3天"), "两天就够", 0),
        ("几天", ("1-3", "4-6天"), "5天", 1),
        ("金额超过五万元?", ("超过", "没超过"), "大概两万出头", 1),
        ("金额超过五万元?", ("超过", "没超过"), "一万九", 1),
        ("金额超过五万元?", ("是", "否"), "六万", 0),
        ("金额超过五万元?", ("否", "是"), "没超", 0),
        ("当日已推条数 < 3", ("Y", "N"), "不到三条", 0),
        ("当日已推条数 < 3", ("Y", "N"), "五条", 1),
        ("单托重量不足一吨?", ("不足", "达到或超过"), "一吨多", 1),
        ("Days until the gig > 7?", ("yes", "no"), "we're on stage in three weeks", 0),
        ("Under 500 MB?", ("yes", "no"), "twenty gigabytes", 1),
        ("不良率", ("1%以下", "其他情况"), "三成", 1),
        ("年龄 >= 18?", ("是", "否"), "三十三岁", 0),
        ("宝宝几个月", ("不满六个月", "六到十二个月", "一岁以上"), "过了七个月，还不到十一个月", 1),
        ("签收超过七天？", ("是", "否"), "前天才到的货", 1),
        ("签收超过七天？", ("是", "否"), "上个星期签收的", None),
        ("签收超过一天？", ("是", "否"), "昨天签收的", None),
        ("Older than 30 days?", ("yes", "no"), "I created it the day before yesterday", 1),
        ("How long?", MONTHS, "since last year", None),
        ("How long?", MONTHS, "tomorrow is fine", 0),
        ("How many kilos?", ("under 5 kg", "5 kg or more"), "tomorrow", None),
        ("How long?", MONTHS, "the middle one, as last year", 1),
        ("账单付了吗", ("付了", "没付"), "三天前付的", None),
        ("颜色", ("红", "蓝"), "三个", None),
        ("How many?", ("2", "2 of them"), "2", None),
        ("电芯温度", ("0度以下", "0度到45度", "45度以上"), "漠河，零下二十八", 0),
        ("电芯温度", ("0度以下", "0度到45度", "45度以上"), "外头还在零下呢", 0),
        ("温度", ("-18℃以下", "-18℃以上"), "零下二十度", 0),
        ("温度", ("-18℃以下", "-18℃以上"), "没到零下十八", 1),
        ("Freezer", ("below -18 °C", "-18 °C or above"), "it says minus 12", 1),
        ("温度在5度以下？", ("达标", "不达标"), "达标", 0),
    ],
)
def test_an_amount_means_the_only_option_in_whose_range_it_lies(
    question: str, names: tuple[str, ...], words: str, option: int | None
) -> None:
    assert fitting(question, names, words) == option


@pytest.mark.parametrize(
    ("names", "words", "option"),
    [
        (("red", "blue", "green"), "the second one", 1),
        (("red", "blue", "green"), "last option please", 2),
        (("red", "blue"), "the latter", 1),
        (("红", "蓝", "绿"), "第三个", 2),
        (("红", "蓝", "绿"), "选最后一个吧", 2),
        (("红", "蓝"), "第三个", None),
        (("红", "蓝"), "第三个人", None),
        (("yes", "no"), "the second one", None),
        (("first floor", "second floor"), "the second one", None),
        (("red", "blue"), "I bought the second one yesterday", None),
        (("3天以内", "超过3天"), "一个礼拜？", None),
    ],
)
def test_a_place_means_the_option_that_stands_there(names: tuple[str, ...], words: str, option: int | None) -> None:
    assert pointed_at("请选择", names, words) == option


@pytest.mark.parametrize("words", ["a ", "一直1", "差1", "half a ", "not ", "9"])
def test_a_huge_text_is_read_in_no_time(words: str) -> None:
    begun = time.perf_counter()
    fitting("金额超过五万元?", ("超过", "没超过"), words * 100_000)
    assert time.perf_counter() - begun < 1


# ---- laws ----
NUMBERS = "零一二两三四五六七八九十百千万亿几半多来点0123456789.,$%"
ENGLISH = ["a ", "half ", "dozen ", "not ", "over ", "ten ", "minus ", " below zero"]
WORDS = [*NUMBERS, *" 个天月年岁元不没超过到差才以内上下第比负", "零下", *ENGLISH]
TALK = st.lists(st.sampled_from(WORDS)).map("".join)


@given(st.one_of(TALK, st.text()), st.lists(st.one_of(TALK, st.text()), min_size=1, max_size=4), TALK)
def test_whatever_is_said_means_one_option_or_none(question: str, names: list[str], words: str) -> None:
    assert pointed_at(question, names, words) in (None, *range(len(names)))


@given(TALK)
def test_numbers_stand_in_order_and_none_twice(text: str) -> None:
    found = list(numerals(text))
    assert all(one.end <= other.begin for one, other in pairwise(found))
    assert all(0 <= each.begin < each.end <= len(text) for each in found)


@given(st.integers(1, 99_999))
def test_a_number_is_the_same_in_digits_and_in_words(number: int) -> None:
    assert [(found.low, found.high) for found in amounts(f"共{chinese(number)}元")] == [(number, number)]
    assert [(found.low, found.high) for found in amounts(f"零下{chinese(number)}度")] == [(-number, -number)]


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from("< <= > >=".split()))
def test_a_comparison_and_the_rest_leave_no_number_out(number: int, edge: int, sign: str) -> None:
    point, limit = Amount(number, number), Amount(edge, edge).compared(sign)  # type: ignore[arg-type]
    assert point.within(limit) != any(point.within(part) for part in limit.outside())
    assert math.isinf(limit.low) != math.isinf(limit.high)


def chinese(number: int) -> str:
    """A number in Chinese words, as it is written out."""
    marks, said, gap = "零一二三四五六七八九", "", False
    for place, name in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            said += ("零" if gap and said else "") + marks[digit] + name
        gap = not digit
    return said
