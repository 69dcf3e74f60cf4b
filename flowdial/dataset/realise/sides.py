"""Which option says yes to what is asked?  statement + denial + options' names -> sides.  Knows words only."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Names that are a yes or a no whatever is asked.
_PLAIN = {
    **dict.fromkeys(("是", "是的", "对", "对的", "y", "yes", "true", "t", "it is", "it does"), 1),
    **dict.fromkeys(("否", "不是", "不对", "错", "n", "no", "false", "f", "it is not", "it isn't", "it does not"), -1),
}
#: Names that are one where the question's own words do not tell.
_SHORT = {
    **dict.fromkeys(
        ("有", "能", "会", "可以", "行", "好", "在", "要", "需要", "成立", "存在", "已", "correct", "right"), 1
    ),
    **dict.fromkeys(
        ("没有", "没", "无", "不能", "不会", "不可以", "不行", "不好", "不在", "不要", "不需要", "不", "不成立"), -1
    ),
    **dict.fromkeys(("不存在", "未", "not yet"), -1),
    **dict.fromkeys(("i do", "i am", "i have", "i can"), 1),
    **dict.fromkeys(("i don't", "i'm not", "i haven't", "i can't"), -1),
}
_MARK = re.compile(r"^(?:(?P<not>未|没有?|不|无|非|not\s+)|已经?|有)")
_DENIED = re.compile(r"[不没未无非]|\b(?:not|cannot|no)\b")


def sides(affirmed: str, denying: str, names: Sequence[str]) -> list[int]:
    """Of every option 1 where it says the statement, -1 where it says its denial, 0 where it says something else.

    未通过 says yes to "照片未通过？", 有改动 no to "与原稿一致？", and neither of 对公账户 and 个人账户
    says anything of "选择账户".
    """
    labels = [re.sub(r"[\s?？。.!！]+$", "", name).lower() for name in names]
    affirmed, denying = affirmed.lower(), denying.lower()
    if any(label in _PLAIN for label in labels):
        return [_PLAIN.get(label, 0) for label in labels]
    if len(labels) != 2:
        return [0] * len(labels)
    one, other = labels
    if one in affirmed and other in affirmed and one not in other and other not in one:
        return [0, 0]  # "cash or card?"
    held = [_holds(affirmed, label) - _holds(denying, label) for label in labels]
    found = held if any(held) else _paired(affirmed, denying, labels)
    found = found if any(found) else [_SHORT.get(label, 0) for label in labels]
    if found[0] == found[1]:
        return [0, 0]
    return [found[0] or -found[1], found[1] or -found[0]]


def _holds(statement: str, label: str) -> bool:
    """Whether the statement says the label, not denied, and not within a word."""
    if len(label) < 2:
        return False
    edge = r"(?<![a-z0-9])(?<![不没未无非])(?<!没有)(?<!not )(?<!no )"
    return re.search(rf"{edge}{re.escape(label)}(?![a-z0-9]| not\b)", statement) is not None


def _paired(affirmed: str, denying: str, labels: Sequence[str]) -> list[int]:
    """The sides of 已付款 and 未付款 where it is asked for 付款."""
    cores = {_MARK.sub("", label) for label in labels}
    if len(cores) != 1 or not (core := cores.pop()) or core not in affirmed:
        return [0, 0]
    yes = -1 if _DENIED.search(affirmed) and not _DENIED.search(denying) else 1
    return [-yes if (mark := _MARK.match(label)) and mark["not"] else yes for label in labels]
