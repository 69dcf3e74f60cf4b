"""Decisions as other authors would draw them, and other users say them."""

import re
from random import Random

import pytest

from flowdial.dataset.decisions import Decision
from flowdial.dataset.vary import typed, varied


def _decision(lang: str, user: str) -> Decision:
    return Decision("chart", lang, "满意吗？", ("是", "否"), ("结单", "返修"), user, frozenset({0}))


@pytest.mark.parametrize(
    ("lang", "user", "found"),
    [
        ("zh", "很满意", {"很满意", "非常满意", "十分满意", "特别满意", "相当满意", "挺满意"}),
        ("zh", "等了十分钟，不很满意", {"等了十分钟，不很满意"}),
        ("zh", "三点十分到，清楚得很", {"三点十分到，清楚得很"}),
        ("en", "isn't very clear, thank you very much", {"isn't very clear, thank you very much"}),
        ("en", "very clear", {"very clear", "really clear", "extremely clear", "quite clear"}),
        ("en", "not very clear, the very same", {"not very clear, the very same"}),
    ],
)
def test_one_high_degree_stands_for_another(lang, user, found):
    """Where it is not denied, and where the word means one; whatever is said around it."""
    seen = {typed(_decision(lang, user), Random(seed)).user for seed in range(200)}
    assert found <= seen
    assert all(any(_bare(each) in _bare(one) for each in found) for one in seen)


def _bare(words: str) -> str:
    return " ".join(re.split(r"[，,\s]+", words.lower()))


@pytest.mark.parametrize(
    ("lang", "user", "some"),
    [
        ("zh", "鞋底，蹭掉了", {"鞋底，蹭掉了", "鞋底 蹭掉了", "好的，鞋底，蹭掉了", "鞋底，蹭掉了，谢谢"}),
        ("en", "the sole, it is off", {"the sole it is off", "The sole, it is off", "okay, the sole, it is off"}),
        ("zh", "是的", {"是的"}),
        ("en", "no way", {"no way", "No way"}),
    ],
)
def test_the_same_is_typed_in_many_ways(lang, user, some):
    """What is short is left as it is, for what is said around it might be the answer."""
    seen = {typed(_decision(lang, user), Random(seed)).user for seed in range(600)}
    assert some <= seen
    assert len(user) > 8 or (lang == "zh" and len(user) > 3) or seen == some


def test_nobody_thanks_behind_a_question():
    """He would have to type a comma behind the mark."""
    assert not any(typed(_decision("zh", "要等几天呀？"), Random(seed)).user.endswith("谢谢") for seed in range(300))


def test_labels_change_together_and_the_right_option_stays():
    """Both names are of one family, in their order."""
    seen = [varied(_decision("zh", "满意"), Random(seed)) for seed in range(60)]
    assert {("是", "否"), ("Y", "N"), ("对", "不对")} <= {each.names for each in seen}
    assert all(each.gold == {0} for each in seen)
