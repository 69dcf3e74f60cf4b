"""An option says yes or no to what is asked, or something else."""

import re
from pathlib import Path

import pytest

from flowdial.dataset.examples import sources
from flowdial.dataset.realise import REALISERS
from flowdial.dataset.realise.sides import sides


@pytest.mark.parametrize(
    ("lang", "question", "names", "found"),
    [
        ("zh", "资料齐全吗", ("是", "否", "不确定"), [1, -1, 0]),
        ("zh", "是否通过", ("通过", "不通过"), [1, -1]),
        ("zh", "照片未通过?", ("未通过", "通过"), [1, -1]),
        ("zh", "不满18周岁?", ("是", "否"), [1, -1]),
        ("zh", "里面没有人应答吗?", ("有", "没有"), [-1, 1]),
        ("zh", "有没有发票", ("有", "没有"), [1, -1]),
        ("zh", "能上门吗", ("能", "不能"), [1, -1]),
        ("zh", "是否付款", ("已付款", "未付款"), [1, -1]),
        ("zh", "文件终稿与审批稿一致", ("一致", "有改动"), [1, -1]),
        ("zh", "商品完好？", ("有破损", "完好"), [-1, 1]),
        ("zh", "同意丢弃未同步数据?", ("同意", "不同意"), [1, -1]),
        ("zh", "是新客户还是老客户?", ("新客户", "老客户"), [0, 0]),
        ("zh", "客户意见", ("同意", "不同意"), [0, 0]),
        ("zh", "账户类型", ("对公账户", "个人账户"), [0, 0]),
        ("zh", "表面缺陷", ("咬边", "气孔", "无"), [0, 0, 0]),
        ("en", "Is the child not allergic to anything?", ("not allergic", "allergic"), [1, -1]),
        ("en", "Are you 18 or older?", ("18 or older", "under 18"), [1, -1]),
        ("en", "Do you have a dog sitter?", ("I do", "I don't"), [1, -1]),
        ("en", "Forms not signed?", ("signed", "not signed"), [-1, 1]),
        ("en", "Loan has no arrears?", ("yes", "no"), [1, -1]),
        ("en", "Is it cash or card?", ("cash", "card"), [0, 0]),
        ("en", "Cause of the standstill", ("no wind", "grid operator", "fault"), [0, 0, 0]),
    ],
)
def test_an_option_takes_the_side_of_the_statement_or_of_its_denial(lang, question, names, found):
    """By what the question states, not by whether its own name looks like a yes."""
    assert sides(*REALISERS[lang].propositions(question), names) == found


def test_no_denial_of_a_training_flow_denies_twice_or_is_what_it_denies():
    """Whatever is asked there."""
    for source in sources([Path("flows/train")]):
        speak = REALISERS["en" if source.text.isascii() else "zh"]
        for node in source.flow.nodes.values():
            if node.kind == "decision":
                stated, denied = speak.propositions(node.label)
                assert stated != denied or not stated, node.label
                assert not re.search(r"不不|没没|不没|没不|\bnot? not?\b", denied), (node.label, denied)
