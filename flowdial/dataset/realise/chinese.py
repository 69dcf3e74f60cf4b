"""Chinese sentences: a question and its answer as propositions, steps as reports and announcements."""

from __future__ import annotations

import re
from random import Random

from flowdial.dataset.realise.contraries import contrary

_END = re.compile(r"[?？。.!！\s]+$")
#: `是不是`, `有没有`, `满不满意`, `合格不合格`: the verb, once affirmed and once denied.
_A_NOT_A = re.compile(r"(?P<a>[一-鿿]{1,2})(?P<not>不|没)(?P=a)")
_COMPARED = re.compile(
    r"^(?P<left>.*?)\s*(?<![不没未已])(?P<sign>>=|<=|==|!=|>|<|≥|≤|=|大于等于|小于等于|大于|小于|等于|超过|不足)\s*(?P<right>\S.*)$"
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
    "需要 能够 可以 愿意 肯 同意(?!票|书) 接受 符合 满足 属于 适合 支持 具备 存在 超过 超出 影响 允许 希望 喜欢 知道"
    " 达到"
)
_QUALITY = (
    "充足 充分 完整 完好 合格 正常 合理 合规 合法 一致 准确 清晰 正确 足够 稳定 安全 有效 严重 满意"
    " 齐全 成立 可用 新鲜 干净"
)
#: Qualities of which there is more or less.
_GRADUAL = (
    "充足|充分|完整|完好|正常|合理|准确|清晰|稳定|安全|严重|满意|齐全|新鲜|干净|紧急|复杂|困难|明显|舒服|方便|熟悉|着急|重要"
    "|顺利|可靠|(?<=[一-鿿])(?<![超加受发过严体争制放扩珍防回返紧着])[大多急冷热痛疼吵潮脏贵远重](?=了?$)"
)
_DEGREES = ("非常", "十分", "特别", "相当", "很", "挺", "确实很")
_EVENT = (
    "通过 成功 完成 批准 到达 到账 到货 确认 支付 付款 收到 签收 安装 提交 找到 修好 结束 损坏 破损"
    " 超时 过期 逾期 发现 解决 恢复 接通 扑灭 送达 寄出 占用 入账 归还"
)


def _before(words: str) -> str:
    """A pattern of the place before any of the words."""
    return f"(?={words.replace(' ', '|')})"


#: Short verbs, with the words that hold them without being one (要 in 主要, 会 in 会员).
_VERB = "|".join(
    (
        "(?<![必急])需(?!求)",
        "(?<![技功性智可节机效])能(?![力源量])",
        "(?<![许认])可(?![靠能疑视燃见])",
        "(?<![机社晚大开协到董工商宴])会(?![员议计场客董])",
        "(?<![主重必需只纪摘概])要(?![求件点素领])",
        "(?<![理思])想",
        "(?<![现正存所实内])在(?!线)",
        "(?<![但还或于总])是(?!非)",
        "(?<!足)够",
    )
)
#: Verbs that mostly have an object behind them.
_DONE = "出现 引入 发生 产生 处于 等待 携带 选择 购买 参加 包含 涉及 经过 使用 要求 开着 剩 喝 吃"
#: Verbs that are mostly asked for with 过, whether they were ever done.
_EVER = "植入|接种|参加|使用|办理|[做买来去穿领换进坐用吃喝看听收打办修装拆养交问查试考]"
#: What mostly ends a statement as its verb: what lasts, and what happens.
_LASTING = "冲突 畅通 运转 达标 匹配 在线 漏水 过敏"
_HAPPENING = "中断 受伤 介入 归零 呕吐 停机 停电 出血 发烧 下雨 欠费 发热 受潮 佩戴 接听"
_BEHIND_NOT = "|".join((*f"{_MODAL} {_QUALITY} {_LASTING} {_HAPPENING}".split(), _GRADUAL, _VERB))
#: What a proposition is denied at, and how; the first that is found counts.
_DENIALS = tuple(
    (re.compile(pattern), denied)
    for pattern, denied in (
        (r"^(?=同意(?!票|书|函)|愿意|接受|允许|需要|可以|希望|确认)", "不"),
        (r"[仍还]有(?!效)", "没有"),
        (r"只有", "不只有"),
        (r"还(?=能)", "已不"),
        (r"已婚", "未婚"),
        (r"未婚", "已婚"),
        (r"已经?是", "还不是"),
        (r"(?<!而)已(?![知不])经?|业已", "还没"),
        (f"(?:仍|尚|还)?没有{_before(_EVENT)}", ""),
        (r"(?:仍|尚|还)?没有(?!了)|没(?=[东人电钱水货位座空票车房油网信])", "有"),
        (r"没有|(?:仍|尚|还)?(?<![沉淹埋])没(?!收(?!到))|(?:仍|尚|还)?未(?!来)", ""),
        (r"无[需须]", "需要"),
        (r"(?<!有)无(?![线论法人])", "有"),
        (r"(?=[含具享]有)", "不"),
        (r"(?=[患留附]有)", "没"),
        (r"有(?=[效误害毒]$)", "无"),
        (r"(?<![所拥持原固特装带设含具享患留附只])有(?!效|关|限|误|害|毒|用|机|序)", "没有"),
        (f"(?=(?:{_EVER})过(?![期程度敏去半于关]))", "没"),
        (r"(?:仍然|仍|还)在", "已不在"),
        (r"仍然|仍", "不再"),
        (r"(?<![首成])都(?=[能会可是])", "不都"),
        (r"(?<![首成])都|全部", "没有全部"),
        (r"不满(?=[\d一二两三四五六七八九十半])", "已满"),
        (r"不到(?=[\d一二两三四五六七八九十半])", "超过"),
        (r"不足(?=.)", "不止"),
        (r"不足$", "充足"),
        (r"^不(?![仅但过如久良锈动限明幸料])", ""),
        (f"不(?={_BEHIND_NOT})", ""),
        (f"还{_before(_QUALITY)}", "不"),
        (r"(?=被|[停放站坐挂躺]在)", "没"),
        (r"(?<![不未已圆美])满(?=[\d一二两三四五六七八九十半])", "不满"),
        (r"(?<=[打推拉解拧掰])不(?=开)", "得"),
        (r"不(?=[大小高低多少早晚长短快慢轻重]于|等于|为|来|去|走)", ""),
        (r"(?=[大小高低多少早晚长短快慢轻重]于|等于)", "不"),
        (f"(?:(?<![要能够会以是保])|(?<=[纪摘概]要)){_before(f'{_QUALITY} {_LASTING}')}(?=..$)", "不"),
        (f"{_before(_MODAL)}|(?={_VERB})", "不"),
        (_before(_QUALITY), "不"),
        (f"不{_before(f'{_DONE} {_EVENT}')}", ""),
        (_before(_DONE), "没"),
        (_before(_EVENT), "没"),
        (f"{_before(_HAPPENING)}(?=..$)", "没"),
        (r"(?<![认因作成行])(?=为)", "不"),
    )
)
#: What a statement is reworded at: a quality, an event that has not happened or has, a span.
_DEGREE = re.compile(f"(?P<not>不)?(?P<quality>{_GRADUAL})(?=了?$)")
_NOT_YET = re.compile(f"(?:还没有?|没有?){_before(_EVENT)}")
_NOW = re.compile(f"(?<![已经业未没不有])(?:{_EVENT.replace(' ', '|')})了?$")
#: What is only possible or going on has not happened.
_OPEN = re.compile(r"[需要能会想愿应]|可以|同意|允许|希望|正在")
#: What is asked for without a statement.
_TOPIC = re.compile(
    r"(?:情况|状态|状况|结果|程度|方式|类型|类别|原因|颜色|种类|等级|级别|数量|意见|进度|率|哪[里种类个])$"
)
#: A verb of one character that ends a statement, and one with its result (带齐, 写完).
_RESULT = re.compile(r"(?<![碎破惊发叫震碰损毁败])[堵响亮裂醒湿锈坏]$|[一-鿿]{2}过$|[一-鿿](?:[齐完妥](?=.)|住$)")
_SPAN = re.compile(r"(?:仍然|仍|还)?(?P<not>已?不)?在(?P<span>[^，]*(?:[期天日月年周]|小时|分钟|时间))(?:之|以)?内$")
_DENIED = re.compile("[不没未无非]")
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
    """What the question asks as a statement, and its denial; nothing where it only names a topic."""
    text = _bare(question)
    text = text.replace("有无", "有没有").replace("能否", "能不能").replace("可否", "可不可以")
    text = re.sub(r"^(?:请问|判断|检查|确认)(?=.*(?:是否|有没有|[吗么]$))", "", text)
    if found := _A_NOT_A.search(text):
        before, rest = text[: found.start()], found["a"] + re.sub(r"[呢啊呀]$", "", text[found.end() :])
        return before + rest, before + found["not"] + rest
    if "是否" in text:
        before, _, rest = text.partition("是否")
        return before + rest, before + denied(rest)
    if found := re.search(r"(?:了没有|了没|没有|(?<=[^有])没)$", text):
        stem = text[: found.start()]
        return stem + "了", denied(stem, "没")
    if found := re.search(r"了(?P<asks>[吗么嘛])?$", text):
        stem = text[: found.start()]
        return stem + "了", denied(stem, "还没" if found["asks"] else "没")
    return _plain(re.sub(r"(?:[吗么嘛]|(?<![是能可])否)$", "", text))


def _plain(stem: str) -> tuple[str, str]:
    """Of a question that is a statement already."""
    if _TOPIC.search(stem):
        return "", ""
    if found := _COMPARED.match(stem):
        yes, no = _SAID[found["sign"]]
        return f"{found['left']}{yes}{found['right']}", f"{found['left']}{no}{found['right']}"
    return stem, denied(stem)


def denied(statement: str, otherwise: str = "不") -> str:
    """The statement's denial."""
    for pattern, put in _DENIALS:
        if found := pattern.search(statement):
            rest = statement[found.end() :]
            return statement[: found.start()] + put + (rest.replace("了", "", 1) if put.endswith("没") else rest)
    return _without_subject(statement, otherwise)


def _without_subject(statement: str, put: str) -> str:
    """Where no verb is known: what is not done is denied before a verb with its result, or before the last two
    characters, where the verb mostly is.
    """
    if put == "不":
        return f"{put}{statement}" if len(statement) <= 3 else f"不是{statement}"
    verb = _RESULT.search(statement)
    at = verb.start() if verb else 2 if len(statement) == 3 else max(0, len(statement) - 2)
    return f"{statement[:at]}{put}{statement[at:]}"


def answers(question: str, name: str, side: int, other: str = "") -> list[str]:
    """See `Realiser.answers`."""
    label = _bare(name)
    if side == 0:
        return [*_named(_bare(question), label), *(_not(_bare(other)) if other else ())]
    affirmed, denying = propositions(question)
    statement, short = (affirmed, _YES) if side > 0 else (denying, _NO)
    if not statement:
        return [*short, label]
    if side < 0 and _DENIED.search(affirmed) and not _DENIED.search(denying):
        return [statement, f"{statement}。", f"不，{statement}", f"不是的，{statement}", f"其实{statement}"]
    short_first = [f"{s}，{statement}" for s in short[:6]]
    verbs = [] if len(label) > 12 else [label, f"{label}的", f"答案是{label}", f"{label}，{statement}"]
    said = [statement, f"{statement}。", f"目前{statement}", f"确认过了，{statement}", *_reworded(statement)]
    if side < 0 and (opposite := contrary(affirmed, "zh")):
        said += [opposite, f"{opposite}啊", f"我看{opposite}", f"{opposite}呢", f"不，{opposite}"]
    return [*said, *short, *short_first, *verbs]


def _reworded(statement: str) -> list[str]:
    """The same with degrees, with the aspect said by other words, or with a span that still lasts or is over."""
    found = []
    if degree := _DEGREE.search(statement):
        before, behind = statement[: degree.start()], statement[degree.end() :]
        if not degree["not"] or len(degree["quality"]) > 1:
            found += [f"{before}{much}{degree[0]}{behind}" for much in _DEGREES]
        if degree["not"]:
            found += [f"{before}{little}{degree['quality']}{behind}" for little in ("不太", "不怎么", "不是很")]
    if yet := _NOT_YET.search(statement):
        found += [
            f"{statement[: yet.start()]}{not_yet}{statement[yet.end() :]}" for not_yet in ("尚未", "还未", "仍未")
        ]
    elif (now := _NOW.search(statement)) and not _OPEN.search(statement[: now.start()]):
        before, event = statement[: now.start()], now[0].removesuffix("了")
        found += [f"{before}已{event}", f"{before}已经{event}", f"{before}已经{event}了"]
    if within := _SPAN.search(statement):
        before, span = statement[: within.start()], within["span"]
        ways = (f"已过{span}", f"过了{span}", f"超出{span}了") if within["not"] else (f"仍在{span}内", f"还在{span}里")
        found += [before + way for way in ways]
    return found


def _not(other: str) -> list[str]:
    """One option where the words are the other one's."""
    found = [f"不是{other}", f"肯定不是{other}", f"{other}？不是的", f"反正不是{other}"]
    return found + ([opposite] if (opposite := contrary(other, "zh")) else [])


def _named(question: str, label: str) -> list[str]:
    topic = re.sub(r"^(?:请问|请|选择|确认|判断)|(?:是什么|是哪[个种]|怎么[办样]|[吗呢])$", "", question)
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
        text = re.sub(r"^请问[，,\s]*", "", text)
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
    if {wrong[:1], right[:1]} & {"是", "否"}:
        return [
            f"{wrong}……不对，{right}",
            f"我说错了，{right}",
            f"等等，应该答“{right}”",
            f"{wrong}，哦不，{right}",
        ]
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
