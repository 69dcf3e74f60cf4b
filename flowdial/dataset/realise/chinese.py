"""Chinese sentences: a question and its answer as propositions, steps as reports and announcements."""

from __future__ import annotations

import re
from random import Random

from flowdial.dataset.realise.contraries import contrary

_END = re.compile(r"[?？。.!！\s]+$")
#: `是不是`, `能不能`, `有没有`, `要不要`: the verb, once affirmed and once denied.
_A_NOT_A = re.compile(r"(?P<a>是|能|要|会|想|肯|用|在|有|可|愿|需)(?P<not>不|没)(?P=a)(?P<more>以|意|要|够)?")
_COMPARED = re.compile(
    r"^(?P<left>.*?)\s*(?P<sign>>=|<=|==|!=|>|<|≥|≤|=|大于等于|小于等于|大于|小于|等于|超过|不足)\s*(?P<right>\S.*)$"
)
_SAID = {
    ">": ("大于", "不大于"),
    ">=": ("不小于", "小于"),
    "≥": ("不小于", "小于"),
    "<": ("小于", "不小于"),
    "<=": ("不大于", "大于"),
    "≤": ("不大于", "大于"),
    "=": ("等于", "不等于"),
    "==": ("等于", "不等于"),
    "!=": ("不等于", "等于"),
    "大于等于": ("不小于", "小于"),
    "小于等于": ("不大于", "大于"),
    "大于": ("大于", "没有大于"),
    "小于": ("小于", "不小于"),
    "等于": ("等于", "不等于"),
    "超过": ("超过", "没超过"),
    "不足": ("不足", "不止"),
}
_MODAL = (
    "需要 能够 能 可以 愿意 肯 同意 接受 符合 满足 属于 适合 支持 具备 存在 超过 超出 影响 允许 希望 喜欢 知道 达到"
)
_QUALITY = (
    "充足 充分 完整 完好 合格 正常 合理 合规 合法 一致 准确 清晰 正确 足够 稳定 安全 有效 严重 满意"
    " 齐全 成立 可用 新鲜 干净"
)
_EVENT = (
    "通过 成功 完成 批准 到达 到账 到货 确认 支付 付款 收到 签收 安装 提交 找到 修好 结束 损坏 破损"
    " 超时 过期 逾期 发现 解决 恢复"
)


def _before(words: str) -> str:
    """A pattern of the place before any of the words."""
    return f"(?={words.replace(' ', '|')})"


#: Short verbs, with the words that hold them without being one (要 in 主要, 会 in 会员).
_VERB = "|".join(
    (
        "(?<![必急])需(?!求)",
        "(?<![许认])可(?![靠能疑视])",
        "(?<![机社晚大开协])会(?![员议计场客])",
        "(?<![主重必需只])要(?![求件点素领])",
        "(?<![理思])想",
        "(?<![现正存所实内])在",
        "(?<![但还或于总])是(?!非)",
        "(?<!足)够",
    )
)
#: What a proposition is denied at, and how; the first that is found counts.
_DENIALS = tuple(
    (re.compile(pattern), denied)
    for pattern, denied in (
        (r"(?<!而)已经?|业已", "还没"),
        (r"没有|(?<![沉淹埋])没(?!收)|未(?!来)", ""),
        (r"(?<![所拥持原固特])有(?!效|关|限|误|害|毒|用|机|序)", "没有"),
        (r"仍然|仍|还在", "不再"),
        (r"(?<![首成])都|全部", "没有全部"),
        (f"{_before(_MODAL)}|(?={_VERB})", "不"),
        (_before(_QUALITY), "不"),
        (_before(_EVENT), "没"),
    )
)
_YES = (
    "是的",
    "是",
    "对",
    "对的",
    "嗯",
    "没错",
    "嗯，是的",
    "是这样",
    "对，没错",
    "确实如此",
    "当然",
    "肯定的",
    "应该是的",
    "是啊",
)
_NO = (
    "不是",
    "否",
    "没有",
    "不",
    "没",
    "不是的",
    "不，没有",
    "并没有",
    "还没有",
    "恐怕不是",
    "不是这样",
    "好像没有",
    "没有啊",
)
_BEFORE = (
    "你好，",
    "您好，",
    "那个，",
    "嗯，",
    "呃，",
    "其实",
    "我看了一下，",
    "我确认过了，",
    "刚查了，",
    "应该说",
    "客户说",
    "系统显示",
    "目前",
    "现在",
    "据我所知，",
    "我觉得",
)
_AFTER = (
    "，谢谢",
    "，麻烦了",
    "吧",
    "呢",
    "哦",
    "的",
    "，你看下一步怎么办",
    "，继续吧",
    "，请往下办",
    "，应该没错",
    "，我确定",
    "，您放心",
)


def _bare(text: str) -> str:
    return _END.sub("", text.strip())


def propositions(question: str) -> tuple[str, str]:
    """What the question asks as a statement, and its denial."""
    text = _bare(question)
    text = re.sub(r"^(?:请问|判断|检查|确认)(?=.*(?:是否|有没有|[吗么]$))", "", text)
    if found := _A_NOT_A.search(text):
        verb, more = found["a"], found["more"] or ""
        if verb + more in ("可", "愿", "需"):
            more = {"可": "以", "愿": "意", "需": "要"}[verb]
        rest = re.sub(r"[呢啊呀]$", "", text[found.end() :])
        return text[: found.start()] + verb + more + rest, text[: found.start()] + found["not"] + verb + more + rest
    if "是否" in text:
        before, _, rest = text.partition("是否")
        return before + rest, before + denied(rest)
    if found := re.search(r"(?:了没有|了没|没有)$", text):
        stem = text[: found.start()]
        return stem + "了", _without_subject(stem, "没")
    if found := re.search(r"了[吗么嘛]$", text):
        stem = text[: found.start()]
        return stem + "了", denied(stem, "还没")
    stem = re.sub(r"[吗么嘛]$", "", text)
    if found := _COMPARED.match(stem):
        yes, no = _SAID[found["sign"]]
        return f"{found['left']}{yes}{found['right']}", f"{found['left']}{no}{found['right']}"
    return stem, denied(stem)


def denied(statement: str, otherwise: str = "不") -> str:
    """The statement's denial."""
    for pattern, put in _DENIALS:
        if found := pattern.search(statement):
            return statement[: found.start()] + put + statement[found.end() :]
    return _without_subject(statement, otherwise)


def _without_subject(statement: str, put: str) -> str:
    """The denial stands before the last two characters of a short statement, where its verb mostly is."""
    return f"{put}{statement}" if len(statement) <= 3 else f"{statement[:-2]}{put}{statement[-2:]}"


def answers(question: str, name: str, side: int, other: str = "") -> list[str]:
    """See `Realiser.answers`."""
    label = _bare(name)
    if side == 0:
        return [*_named(_bare(question), label), *(_not(_bare(other)) if other else ())]
    affirmed, denying = propositions(question)
    statement, short = (affirmed, _YES) if side > 0 else (denying, _NO)
    short_first = [f"{s}，{statement}" for s in short[:6]]
    verbs = [] if len(label) > 12 else [label, f"{label}的", f"答案是{label}", f"{label}，{statement}"]
    said = [statement, f"{statement}。", f"目前{statement}", f"确认过了，{statement}"]
    if side < 0 and (opposite := contrary(affirmed, "zh")):
        said += [opposite, f"{opposite}啊", f"我看{opposite}", f"{opposite}呢", f"不，{opposite}"]
    return [*said, *short, *short_first, *verbs]


def _not(other: str) -> list[str]:
    """One option where the words are the other one's."""
    found = [f"不是{other}", f"肯定不是{other}", f"{other}？不是的", f"反正不是{other}"]
    return found + ([opposite] if (opposite := contrary(other, "zh")) else [])


def _named(question: str, label: str) -> list[str]:
    topic = re.sub(r"^(?:请|请问|选择|确认|判断)|(?:是什么|是哪[个种]|怎么[办样]|[吗呢])$", "", question)
    return [
        label,
        f"{label}吧",
        f"是{label}",
        f"选{label}",
        f"就{label}好了",
        f"我选{label}",
        f"应该是{label}",
        f"{label}的情况",
        f"属于{label}",
        f"{topic}是{label}",
        f"{topic}：{label}",
        f"我要{label}",
        f"想{label}",
        f"{label}就行",
        f"按{label}来",
        f"这边是{label}",
        f"麻烦按{label}处理",
        f"我的是{label}",
        f"不用想了，{label}",
    ]


def reports(step: str) -> list[str]:
    """See `Realiser.reports`."""
    done = re.sub(r"^(?:请您?|客服|系统)", "", _bare(step))
    return [
        f"{done}好了",
        f"已经{done}了",
        f"{done}已完成。",
        f"我已经{done}。",
        f"{done}完成了，下一步呢",
        f"{done}这一步做完了",
        f"刚刚{done}了",
        f"好的，{done}了",
        f"搞定了，{done}",
        "好了",
        "做完了",
        "弄好了，继续",
        "完成了",
        "可以了，下一步",
    ]


def announcements(step: str, kind: str) -> list[str]:
    """See `Realiser.announcements`."""
    text = _bare(step)
    if kind == "end":
        return [
            "流程已完成，感谢您的配合。",
            "好的，已经办理完毕，感谢您的支持。",
            "好的，本次服务到此结束，祝您生活愉快。",
        ]
    if kind == "decision":
        asked = (
            text
            if re.search(r"是否|有没有|[吗么呢]$|什么|哪|怎么|几", text)
            else f"{text}吗"
            if len(text) > 4
            else f"{text}是什么情况"
        )
        return [f"请问{asked}？", f"好的，请问{asked}？", f"收到，{asked}？"]
    verb = re.sub(r"^请您?", "", text)
    return [
        f"好的，{text}。",
        f"好的，接下来{verb}。",
        f"好的，我们将{verb}。",
        f"收到，请{verb}。",
        f"现在{verb}。",
        f"好的，请您{verb}。",
    ]


def openings(title: str) -> list[str]:
    """See `Realiser.openings`."""
    topic = title or "这个业务"
    return [
        f"你好，我想办理{topic}",
        f"{topic}怎么弄？",
        f"我要{topic}",
        f"您好，麻烦帮我看下{topic}的事",
        f"开始{topic}吧",
    ]


def corrections(wrong: str, right: str) -> list[str]:
    """See `Realiser.corrections`."""
    return [
        f"{wrong}……不对，是{right}",
        f"我说错了，不是{wrong}，是{right}",
        f"等等，应该是{right}，不是{wrong}",
        f"{wrong}，哦不，{right}",
    ]


def questions(question: str) -> list[str]:
    """See `Realiser.questions`."""
    return [
        "这是什么意思？",
        "我不太明白你问的是什么",
        f"“{_bare(question)}”是指什么？",
        "这几个有什么区别？",
        "让我想想",
        "为什么要问这个？",
        "稍等，我问一下",
    ]


def backs() -> list[str]:
    """See `Realiser.backs`."""
    return ["我上一步说错了，退回去", "等等，回到上一步", "刚才那个我答错了，重新来", "能返回上一步吗"]


def colour(sentence: str, draw: Random) -> str:
    """See `Realiser.colour`."""
    if draw.random() < 0.25:
        sentence = draw.choice(_BEFORE) + sentence
    if draw.random() < 0.2 and sentence[-1] not in "。？！?!":
        sentence += draw.choice(_AFTER)
    if draw.random() < 0.3 and sentence[-1] not in "。？！?!~":
        sentence += draw.choice(("。", "。", "！", "~", "…"))
    return sentence
