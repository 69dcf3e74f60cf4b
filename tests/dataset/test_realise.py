"""Questions and answers become sentences."""

from __future__ import annotations

from random import Random

import pytest

from flowdial.dataset.realise import REALISERS, chinese, drawn, english
from flowdial.dataset.realise.contraries import contrary


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("是否在保修期内？", "在保修期内", "不在保修期内"),
        ("材料是否齐全？", "材料齐全", "材料不齐全"),
        ("环境是否安全？", "环境安全", "环境不安全"),
        ("完全一致吗", "完全一致", "完全不一致"),
        ("现在可以吗？", "现在可以", "现在不可以"),
        ("主要部件完好？", "主要部件完好", "主要部件不完好"),
        ("会员有效？", "会员有效", "会员不有效"),
        ("款项已到账？", "款项已到账", "款项还没到账"),
        ("收到货了吗？", "收到货了", "没收到货"),
        ("有发票吗？", "有发票", "没有发票"),
        ("能不能上门？", "能上门", "不能上门"),
        ("需不需要安装？", "需要安装", "不需要安装"),
        ("金额>=100？", "金额不小于100", "金额小于100"),
        ("都到齐了吗？", "都到齐了", "没有全部到齐"),
        ("足够吗？", "足够", "不足够"),
    ],
)
def test_a_chinese_question_is_affirmed_and_denied(question, yes, no):
    """At its verb, not within a word that holds it."""
    assert chinese.propositions(question) == (yes, no)


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("Is the light on?", "the light is on", "the light is not on"),
        ("Have you paid?", "I have paid", "I have not paid"),
        ("Does it start?", "it does start", "it does not start"),
    ],
)
def test_an_english_question_is_affirmed_and_denied(question, yes, no):
    """With the subject in its place."""
    assert english.propositions(question) == (yes, no)


@pytest.mark.parametrize(
    ("lang", "statement", "opposite"),
    [
        ("zh", "材料齐全", "材料缺了一些"),
        ("zh", "款项已到账了", "款项还在路上"),
        ("zh", "近期有逾期", "近期按时"),
        ("zh", "包装没有破损", None),
        ("zh", "超过七天", None),
        ("en", "the item is damaged", "the item is intact"),
        ("en", "the item is not damaged", None),
        ("en", "the item is undamaged", None),
    ],
)
def test_a_statement_is_put_as_its_contrary(lang, statement, opposite):
    """At its last word, where an opposite of that is known and it is not denied already."""
    assert contrary(statement, lang) == opposite


@pytest.mark.parametrize(
    ("lang", "question", "opposite"), [("zh", "材料是否齐全？", "缺了一些"), ("en", "Is the item damaged?", "intact")]
)
def test_a_no_is_said_by_the_contrary_and_a_yes_is_not(lang, question, opposite):
    """Not only by denying what is asked."""
    speak = REALISERS[lang]
    assert any(opposite in sentence for sentence in speak.answers(question, "no", -1))
    assert not any(opposite in sentence for sentence in speak.answers(question, "yes", 1))


@pytest.mark.parametrize("lang", sorted(REALISERS))
def test_one_of_two_options_is_said_by_denying_the_other(lang):
    """Only where the other is the only one."""
    speak = REALISERS[lang]
    assert any("cash" in sentence for sentence in speak.answers("", "card", 0, "cash"))
    assert not any("cash" in sentence for sentence in speak.answers("", "card", 0))


@pytest.mark.parametrize("lang", sorted(REALISERS))
def test_a_label_without_words_is_said_by_others(lang):
    """Nothing empty is drawn, so there is always something to colour."""
    speak = REALISERS[lang]
    for name in ("", "？", "yes", "是"):
        for side in (1, -1, 0):
            for seed in range(30):
                draw = Random(seed)
                for sentence in drawn(speak.answers("", name, side), 2, draw):
                    assert any(char.isalnum() for char in speak.colour(sentence, draw))


def test_what_says_nothing_is_not_drawn():
    """Where nothing is left, nothing is given."""
    assert drawn(["", "。", "a", "a"], 3, Random(0)) == ["a", "a", "a"]
    assert drawn(["？"], 2, Random(0)) == []
