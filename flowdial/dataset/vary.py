"""Say a decision as another author would draw it.  Decision -> Decision.  Knows words; knows no models."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from flowdial.dataset.decisions import Decision

#: Labels that mean the same; one stands for another where all labels of the decision have a counterpart.
_SYNONYMS = (
    (("是", "否"), ("是的", "不是"), ("Y", "N"), ("yes", "no"), ("true", "false"), ("对", "不对"), ("成立", "不成立")),
    (("yes", "no"), ("Yes", "No"), ("y", "n"), ("true", "false"), ("it is", "it is not")),
    (("有", "没有"), ("有", "无"), ("是", "否"), ("存在", "不存在")),
    (("通过", "不通过"), ("通过", "未通过"), ("是", "否"), ("成功", "失败")),
    (("成功", "失败"), ("成功", "不成功"), ("是", "否"), ("通过", "不通过")),
    (("合格", "不合格"), ("是", "否"), ("达标", "不达标"), ("通过", "不通过")),
)
#: Words for a high degree; one stands for another.
_DEGREES = {
    "zh": (
        re.compile(r"(?<![不没得])(?:很|非常(?!时))|(?<![不没\d一二三四五六七八九几点])十分(?![钟之])"),
        ("很", "非常", "十分", "特别", "相当", "挺"),
    ),
    "en": (
        re.compile(
            r"(?<!\bnot )(?<!n't )(?<!\bthe )(?<!\bmy )(?<!\bthis )\bvery\b(?! (?:much|first|last|same|next|few|own)\b)"
        ),
        ("very", "really", "extremely", "quite"),
    ),
}


def varied(decision: Decision, draw: Random) -> Decision:
    """The same decision with other marks, labels of the same meaning, or without what stands behind the options; and
    the words of the user with another degree.
    """
    question = decision.question.rstrip("?？")
    if draw.random() < 0.5:
        question += draw.choice("?？") if decision.lang == "zh" else "?"
    targets = decision.targets if draw.random() < 0.75 else ("",) * len(decision.targets)
    names = _renamed(decision.names, draw)
    return replace(decision, question=question, targets=targets, names=names, user=_by_degree(decision, draw))


def _by_degree(decision: Decision, draw: Random) -> str:
    degree, others = _DEGREES[decision.lang]
    return degree.sub(lambda found: draw.choice((found[0], *others)), decision.user)


def _renamed(names: tuple[str, ...], draw: Random) -> tuple[str, ...]:
    if len(names) != 2 or draw.random() < 0.7:
        return names
    for family in _SYNONYMS:
        if names in family[:1] or names[::-1] in family[:1]:
            pair = draw.choice(family)
            return pair if names == family[0] else pair[::-1]
    return names
