"""Figures are what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdial.evaluation.metrics import Result, calibration_error, figures, reply_figures, share


def result(judged, gold=(0,), *, kind="decision", stays=False, backward=(), called=True):
    return Result(
        "x",
        kind,
        None if judged is None else tuple(judged),
        frozenset(gold),
        stays,
        frozenset(backward),
        False,
        5.0,
        called,
    )


def test_a_move_is_right_where_it_is_among_the_gold():
    """Staying does not count against it: the data set has no staying."""
    found = figures([
        result([0.6, 0.3, 0.1]),
        result([0.2, 0.1, 0.7]),
        result([0.2, 0.7, 0.1]),
        result([1.0, 0.0], kind="sequential", called=False),
        result(None, kind="sequential", called=False),
    ])  # fmt: skip
    assert found["n"] == 5
    assert found["exact_match"] == pytest.approx(3 / 5)
    assert found["exact_match_decision"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["exact_match_sequential"] == pytest.approx(1 / 2)
    assert found["false_stays"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["chosen_legal"] == pytest.approx(4 / 5)
    assert found["calls_saved"] == pytest.approx(2 / 5)
    assert found["ms_per_decision"] == 5.0


def test_who_is_off_the_topic_is_counted_apart():
    """A case in which staying is right is no move."""
    found = figures([result([0.2, 0.1, 0.7], (), stays=True), result([0.8, 0.1, 0.1], (), stays=True)])
    assert found["stays_off_topic"] == 0.5
    assert found["exact_match"] is None


def test_a_false_backward_move_is_one_where_forward_was_right():
    """Who goes back rightly is not counted."""
    found = figures([result([0.1, 0.9, 0.0], (0,), backward=(1,)), result([0.1, 0.9, 0.0], (1,), backward=(1,))])
    assert found["false_backward"] == 1.0


def test_calibration_is_the_gap_between_confidence_and_accuracy():
    """Two of four right at 0.75 each: a gap of a quarter."""
    results = [result([0.75, 0.25, 0.0], (right,)) for right in (0, 0, 1, 1)]
    assert calibration_error(results) == pytest.approx(0.25)
    assert calibration_error([result([1.0, 0.0, 0.0])]) == 0.0
    assert calibration_error([]) is None


def test_the_least_sure_are_deferred_first():
    """With a fifth deferred, the wrong one that was not sure is gone."""
    sure = [result([0.9, 0.1, 0.0]) for _ in range(4)]
    found = figures([*sure, result([0.51, 0.49, 0.0], (1,))])
    assert found["deferred"]["0%"] == pytest.approx(0.8)
    assert found["deferred"]["20%"] == 1.0


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(0, 1)), min_size=1, max_size=30))
def test_shares_are_shares(rows):
    """Between 0 and 1, whatever was judged."""
    found = figures([result([a, b, 0.0], (gold,)) for a, b, gold in rows])
    assert 0 <= found["ece"] <= 1
    assert all(0 <= value <= 1 for value in found["deferred"].values())
    assert found["exact_match"] == share([result([a, b, 0.0], (gold,)) for a, b, gold in rows])


@pytest.mark.parametrize(
    ("lang", "text", "other"), [("zh", "好的，请稍等。", "再见！"), ("en", "All right, one moment.", "Bye!")]
)
def test_a_reply_like_the_reference_scores_highest(lang, text, other):
    """And the plain rendering beside it by its own."""
    found = reply_figures([(text, text, other)] * 2, lang)
    assert found["reply_chrf"] == 100
    assert found["plain_chrf"] < 40
    assert found["reply_bleu"] > 99
