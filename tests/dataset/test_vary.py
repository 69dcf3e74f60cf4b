"""Decisions as other authors would draw them, and other users say them."""

from random import Random

import pytest

from flowdial.dataset.decisions import Decision
from flowdial.dataset.vary import varied


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
    """Where it is not denied, and where the word means one."""
    assert {varied(_decision(lang, user), Random(seed)).user for seed in range(60)} == found


def test_labels_change_together_and_the_right_option_stays():
    """Both names are of one family, in their order."""
    seen = [varied(_decision("zh", "满意"), Random(seed)) for seed in range(60)]
    assert {("是", "否"), ("Y", "N"), ("对", "不对")} <= {each.names for each in seen}
    assert all(each.gold == {0} for each in seen)
