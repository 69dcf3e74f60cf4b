"""A decision is a probability for every option and for staying; who says an option's name means it."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowdial.decode.cues import polarity
from flowdial.decode.decider import FEATURES, WEIGHTS, decide, evidence, features
from flowdial.decode.scripted import ScriptedModel
from flowdial.session.prompt import decision

NAMES = {
    "en": ["yes", "no", "red wine", "white wine", "heating", "water leak", "all of them", "just one", "not ok", "ok"],
    "zh": ["是", "否", "质量问题", "发错货", "不想要了", "原支付账户", "店铺余额", "没有", "有", "不通过", "通过"],
}
langs = pytest.mark.parametrize("lang", ["en", "zh"])


def best(values: list[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)


@langs
@settings(deadline=None)
@given(
    names=st.lists(st.text(min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=6, unique=True),
    words=st.text(max_size=500),
    bonus=st.floats(-50, 50),
)
def test_probabilities_are_one_in_sum_and_one_an_option_and_one_for_staying(
    lang: str, names: list[str], words: str, bonus: float
) -> None:
    asked = decision(lang, "Which?", names, words)
    assume(len(set(asked.stems)) == len(asked.stems))
    values = decide(ScriptedModel({asked.stems[0][1]: bonus}), asked)
    assert len(values) == len(names) + 1
    assert all(0 <= value <= 1 for value in values)
    assert math.fsum(values) == pytest.approx(1)


@langs
@settings(deadline=None)
@given(data=st.data())
def test_saying_an_options_very_name_wins_in_any_order(lang: str, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(NAMES[lang]), min_size=2, max_size=6, unique=True))
    said = data.draw(st.sampled_from(names))
    words = data.draw(st.sampled_from([said, said.upper(), f" {said}. ", f"{said}！"]))
    for order in (names, names[::-1], sorted(names)):
        values = decide(ScriptedModel(), decision(lang, "?", order, words))
        assert best(values) == order.index(said)
        assert sorted(values)[-1] - sorted(values)[-2] > 0.5


@langs
def test_a_name_wins_against_a_model_that_leans_the_other_way(lang: str) -> None:
    other, said = NAMES[lang][:2]
    asked = decision(lang, "?", [other, said], said)
    assert best(decide(ScriptedModel({asked.stems[0][1]: 2.0}), asked)) == 1


@langs
@pytest.mark.parametrize("wanted", [0, 1, 2, 3])
def test_what_the_model_finds_likely_wins_where_the_words_say_nothing(lang: str, wanted: int) -> None:
    names = {"en": ["red", "green", "blue"], "zh": ["红色", "绿色", "蓝色"]}[lang]
    asked = decision(lang, "?", names, "hm")
    assert polarity("hm") == 0
    assert best(decide(ScriptedModel({asked.stems[wanted][1]: 20.0}), asked)) == wanted


def test_a_decision_asks_the_model_once() -> None:
    model = ScriptedModel()
    decide(model, decision("en", "?", list("abcdefgh"), "c"))
    assert model.calls == 1


@pytest.mark.parametrize(("lang", "words"), [("en", "yes"), ("en", "ok"), ("zh", "不是。"), ("zh", "嗯")])
def test_words_that_choose_nothing_stay_and_ask_no_model(lang: str, words: str) -> None:
    model = ScriptedModel()
    assert decide(model, decision(lang, "?", ["red", "green", "blue"], words)) == [0.0, 0.0, 0.0, 1.0]
    assert not model.calls


def test_the_channel_compares_how_likely_the_words_are_under_each_option() -> None:
    """The name's own likelihood is left out: a rare name is no reason against an option."""
    asked = decision("en", "Paid?", ["yes", "no"], "I did")
    assert evidence(ScriptedModel({"Answer: yes\n": 3.0}), asked) == pytest.approx([0.0, -3.0, -3.0])
    assert evidence(ScriptedModel(), asked) == pytest.approx([0.0, 0.0, 0.0])


@langs
def test_the_branches_are_the_documented_texts(lang: str) -> None:
    asked = decision(lang, "Paid?", ["yes", "no"], "I did")
    heard: list[str] = []

    class Listening(ScriptedModel):
        def score(self, prefix, endings, *, stems, among):
            heard.extend("".join(map(chr, [*prefix, *s, *e])) for s, e in zip(stems, endings, strict=True))
            return [[-1.0] * len(ending) for ending in endings]

    decide(Listening(), asked)
    assert heard == [asked.prefix[0] + text for text in asked.texts]


@langs
def test_there_is_a_weight_for_every_feature_and_a_row_for_every_option(lang: str) -> None:
    rows = features(decision(lang, "?", ["a", "b"], "a"), [0.0, 0.0, 0.0])
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(FEATURES)} == {len(WEIGHTS["channel"][lang])}


@langs
@pytest.mark.parametrize("name", ["off-topic", "无关"])
def test_an_option_called_like_staying_can_be_decided(lang: str, name: str) -> None:
    values = decide(ScriptedModel(), decision(lang, "?", [name, "x"], name))
    assert len(values) == 3


@langs
@pytest.mark.parametrize("ratio", [1e4, -1e4])
def test_extreme_scores_do_not_overflow(lang: str, ratio: float) -> None:
    asked = decision(lang, "?", ["a", "b"], "hm")
    assert math.fsum(decide(ScriptedModel({asked.stems[0][1]: ratio}), asked)) == pytest.approx(1)
