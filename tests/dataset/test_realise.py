"""Questions and answers become sentences."""

from __future__ import annotations

from random import Random

import pytest

from flowdial.dataset.realise import REALISERS, chinese, distinct_of, drawn, english
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
        ("会员有效？", "会员有效", "会员无效"),
        ("款项已到账？", "款项已到账", "款项还没到账"),
        ("收到货了吗？", "收到货了", "没收到货"),
        ("有发票吗？", "有发票", "没有发票"),
        ("能不能上门？", "能上门", "不能上门"),
        ("需不需要安装？", "需要安装", "不需要安装"),
        ("金额>=100？", "金额不小于100", "金额小于100"),
        ("都到齐了吗？", "都到齐了", "没有全部到齐"),
        ("足够吗？", "足够", "不足够"),
        ("对洗涤效果满不满意", "对洗涤效果满意", "对洗涤效果不满意"),
        ("照片合格不合格", "照片合格", "照片不合格"),
        ("患者是否不满意？", "患者不满意", "患者满意"),
        ("水温是否高于60度？", "水温高于60度", "水温不高于60度"),
        ("余额不足?", "余额不足", "余额充足"),
        ("器材有无损坏", "器材有损坏", "器材没有损坏"),
        ("能否自行站起", "能自行站起", "不能自行站起"),
        ("最近半年做过手术？", "最近半年做过手术", "最近半年没做过手术"),
        ("货物仍未到齐?", "货物仍未到齐", "货物到齐"),
        ("修复引入了新问题？", "修复引入了新问题", "修复没引入新问题"),
        ("大号箱没有空位?", "大号箱没有空位", "大号箱有空位"),
        ("中签了吗?", "中签了", "还没中签"),
        ("吃饱不到一小时", "吃饱不到一小时", "吃饱超过一小时"),
        ("车费付了没有", "车费付了", "车费没付"),
        ("来电人是否机主本人", "来电人机主本人", "来电人不是机主本人"),
        ("不加急?", "不加急", "加急"),
        ("无需人工验收?", "无需人工验收", "需要人工验收"),
        ("每天次数不超过3次", "每天次数不超过3次", "每天次数超过3次"),
        ("包裹没收到？", "包裹没收到", "包裹收到"),
        ("到点还没讨论完", "到点还没讨论完", "到点讨论完"),
        ("口袋里没东西", "口袋里没东西", "口袋里有东西"),
        ("已经付款了？", "已经付款了", "还没付款"),
        ("是否已婚", "已婚", "未婚"),
        ("是否已是会员", "已是会员", "还不是会员"),
        ("是否含有酒精", "含有酒精", "不含有酒精"),
        ("知情同意书齐全？", "知情同意书齐全", "知情同意书不齐全"),
        ("会议纪要齐全？", "会议纪要齐全", "会议纪要不齐全"),
        ("工会批准？", "工会批准", "工会没批准"),
        ("乘客是否受伤", "乘客受伤", "乘客没受伤"),
        ("票面信息有误?", "票面信息有误", "票面信息无误"),
        ("同意丢弃未同步数据?", "同意丢弃未同步数据", "不同意丢弃未同步数据"),
        ("考生带齐证件了没有", "考生带齐证件了", "考生没带齐证件"),
        ("只有一家能供货", "只有一家能供货", "不只有一家能供货"),
        ("还有未清扫区域吗", "还有未清扫区域", "没有未清扫区域"),
        ("当天预报不下雨？", "当天预报不下雨", "当天预报下雨"),
        ("健康探针不通过？", "健康探针不通过", "健康探针通过"),
        ("头一位客人不吃辣", "头一位客人不吃辣", "头一位客人吃辣"),
        ("被水母蜇了？", "被水母蜇了", "没被水母蜇"),
        ("容器消毒过没有", "容器消毒过了", "容器没消毒过"),
        ("保证金到账情况", "", ""),
        ("过滤棉堵了？", "过滤棉堵了", "过滤棉没堵"),
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
        ("Does it start?", "it starts", "it does not start"),
        ("Is the parcel more than 20 kg?", "the parcel is more than 20 kg", "the parcel is not more than 20 kg"),
        ("Did the article solve it?", "the article did solve it", "the article did not solve it"),
        ("Payment overdue", "payment is overdue", "payment is not overdue"),
        ("Forms not signed?", "forms are not signed", "forms are signed"),
        ("Balance below 100 euros", "balance is below 100 euros", "balance is not below 100 euros"),
        ("Loan is not in arrears?", "loan is not in arrears", "loan is in arrears"),
        (
            "Contract expires within 90 days?",
            "contract expires within 90 days",
            "contract does not expire within 90 days",
        ),
        ("Any itching?", "there is itching", "there is no itching"),
        ("Teeth brushed?", "teeth are brushed", "teeth are not brushed"),
        ("Lawsuit pending?", "lawsuit is pending", "lawsuit is not pending"),
        ("Own table?", "own table", "not own table"),
        ("Does the printer turn on?", "the printer turns on", "the printer does not turn on"),
        ("Does the card reader work?", "the card reader works", "the card reader does not work"),
        ("Do your guests eat meat?", "my guests eat meat", "my guests do not eat meat"),
        (
            "Is the user unhappy with the result?",
            "the user is unhappy with the result",
            "the user is not unhappy with the result",
        ),
        ("Is the rental car clean?", "the rental car is clean", "the rental car is not clean"),
        ("Is the door left open?", "the door is left open", "the door is not left open"),
        ("Is blood flowing?", "blood is flowing", "blood is not flowing"),
        ("Has the buyer not turned up?", "the buyer has not turned up", "the buyer has turned up"),
        ("Has the bank blocked your card?", "the bank has blocked my card", "the bank has not blocked my card"),
        ("No lift in the house?", "there is no lift in the house", "there is lift in the house"),
        ("Nobody left at the till?", "nobody left at the till", "somebody left at the till"),
        ("Does anyone in the flat have asthma?", "", ""),
        ("A legal reply exists", "", ""),
        (
            "Is the missing article back in stock?",
            "the missing article is back in stock",
            "the missing article is not back in stock",
        ),
        ("Snow on the path?", "there is snow on the path", "there is no snow on the path"),
        ("Trial run passed?", "trial run has passed", "trial run has not passed"),
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
        ("zh", "超过七天", "不到七天"),
        ("zh", "没超过七天", None),
        ("zh", "没有超过七天", None),
        ("zh", "是三年以内", "是三年以外"),
        ("zh", "下午之后还喝", None),
        ("zh", "是室内场地", "是室外场地"),
        ("zh", "室内温度达到26度", None),
        ("zh", "需要支付", None),
        ("zh", "正在运行", None),
        ("zh", "已超过7天", "不到7天"),
        ("en", "the item is damaged", "the item is intact"),
        ("en", "the item is not damaged", None),
        ("en", "the item is undamaged", None),
        ("en", "it is more than 5 kg", "it is less than 5 kg"),
        ("en", "it is not more than 5 kg", None),
        ("en", "damaged", "intact"),
        ("en", "the bill has already been paid", None),
        ("en", "it is an indoor plant", "it is an outdoor plant"),
        ("en", "the indoor temperature is above 26", None),
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
    assert distinct_of(["", "。", "b", "a", "b"]) == ["b", "a"]
    assert drawn(["", "。", "a", "a"], 3, Random(0)) == ["a", "a", "a"]
    assert drawn(["？"], 2, Random(0)) == []


@pytest.mark.parametrize(
    ("lang", "question", "side", "said"),
    [
        ("zh", "您对环境满意吗？", 1, {"您对环境非常满意", "您对环境很满意"}),
        ("zh", "您对环境满意吗？", -1, {"您对环境非常不满意", "您对环境不太满意"}),
        ("zh", "病情急不急", -1, {"病情不太急"}),
        ("zh", "包裹是否签收？", 1, {"包裹已签收", "包裹已经签收了"}),
        ("zh", "包裹是否签收？", -1, {"包裹尚未签收"}),
        ("zh", "是否在试用期内？", 1, {"仍在试用期内"}),
        ("zh", "是否在试用期内？", -1, {"已过试用期"}),
        ("zh", "仍在犹豫期内？", -1, {"过了犹豫期"}),
        ("en", "Is the label clear?", 1, {"the label is very clear"}),
        ("en", "Is the label clear?", -1, {"the label is not very clear", "the label is not clear at all"}),
    ],
)
def test_an_answer_says_how_much_or_how_far(lang, question, side, said):
    """By degrees, by the aspect, by a span that lasts or is over."""
    answers = set(REALISERS[lang].answers(question, "yes" if side > 0 else "no", side))
    assert said <= answers
    assert not said & set(REALISERS[lang].answers(question, "yes" if side < 0 else "no", -side))


@pytest.mark.parametrize(
    ("question", "side", "unsaid"),
    [
        ("行李是否超重？", 1, "非常重"),
        ("安全帽是否佩戴？", 1, "非常安全"),
        ("需不需要安装？", 1, "需要已"),
        ("是否在国内？", -1, "已过国"),
        ("货物仍未到齐?", -1, "没有"),
    ],
)
def test_what_only_looks_like_a_degree_an_event_or_a_span_is_left_as_it_is(question, side, unsaid):
    """A quality within a word, what may be done, a place; and a short no to a question that denies says nothing."""
    assert not any(unsaid in sentence for sentence in chinese.answers(question, "是" if side > 0 else "否", side))


@pytest.mark.parametrize(("wrong", "right"), [("是", "否"), ("否", "是"), ("不是", "是的")])
def test_a_plain_yes_is_corrected_without_another_yes(wrong, right):
    """Not 是否, nor 不是是."""
    assert not any("是否" in said or "是是" in said for said in chinese.corrections(wrong, right))


@pytest.mark.parametrize(("question", "no"), [("Forms not signed?", "forms are signed"), ("货物仍未到齐?", "货物到齐")])
def test_a_no_to_a_question_that_denies_is_said_in_full(question, no):
    """A short one could mean either."""
    speak = REALISERS["en" if question.isascii() else "zh"]
    assert all(no in sentence for sentence in speak.answers(question, "no", -1))
