"""Say a decision as another author would draw it, and another user type it.  Decision -> Decision.  Knows words."""

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
#: What people say before, or behind, anything that they say, beside what `flowdial.session.manner` takes off.
_BEFORE = {
    "zh": (
        "好的，",
        "哦，",
        "啊，",
        "不好意思，",
        "我想想，",
        "怎么说呢，",
        "是这样的，",
        "师傅，",
        "亲，",
        "我看看，",
    ),
    "en": ("so, ", "oh, ", "ok, ", "okay, ", "sorry, ", "let me see, ", "let me think, ", "you know, ", "right, so "),
}
_BEHIND = {
    "zh": ("，谢谢", "，谢谢啦", "，麻烦了", "，辛苦了", "哈"),
    "en": (", thanks", ", thank you", " thanks", ", cheers"),
}
#: Characters up to which words stay as they are: before "yes" a "sorry" is worth something.
_SHORT = {"zh": 3, "en": 8}


def varied(decision: Decision, draw: Random) -> Decision:
    """The same decision with other marks, labels of the same meaning, or without what stands behind the options."""
    question = decision.question.rstrip("?？")
    if draw.random() < 0.5:
        question += draw.choice("?？") if decision.lang == "zh" else "?"
    targets = decision.targets if draw.random() < 0.75 else ("",) * len(decision.targets)
    return replace(decision, question=question, targets=targets, names=_renamed(decision.names, draw))


def typed(decision: Decision, draw: Random) -> Decision:
    """The same words with another degree, as somebody hesitant, polite or in a hurry types them."""
    lang = decision.lang
    degree, others = _DEGREES[lang]
    words = degree.sub(lambda found: draw.choice((found[0], *others)), decision.user)
    if draw.random() < 0.1:
        words = words.replace("，", " ") if lang == "zh" else words.replace(",", "")
    if lang == "en" and draw.random() < 0.3:
        words = words[:1].upper() + words[1:]
    if len(words) > _SHORT[lang]:
        if draw.random() < 0.2:
            words = draw.choice(_BEFORE[lang]) + words
        if draw.random() < 0.06 and words[-1] not in "?？":
            words += draw.choice(_BEHIND[lang])
    return replace(decision, user=words)


def _renamed(names: tuple[str, ...], draw: Random) -> tuple[str, ...]:
    if len(names) != 2 or draw.random() < 0.7:
        return names
    for family in _SYNONYMS:
        if names in family[:1] or names[::-1] in family[:1]:
            pair = draw.choice(family)
            return pair if names == family[0] else pair[::-1]
    return names
