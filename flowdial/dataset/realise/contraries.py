"""Say the contrary of a statement by a word of the opposite meaning.  statement -> statement."""

from __future__ import annotations

import re

_CHINESE = """
正常=异常; 异常=正常; 完好=破损; 完整=残缺; 齐全=缺了一些; 充足=短缺; 足够=差一些; 充分=欠缺; 合格=不达标
合理=离谱; 合规=违规; 合法=违法; 一致=有出入; 准确=有误; 正确=有错; 清晰=模糊; 稳定=忽好忽坏; 安全=有风险
有效=失效了; 满意=很失望; 新鲜=变质了; 干净=很脏; 严重=很轻微; 紧急=不着急; 复杂=简单; 困难=容易; 昂贵=便宜
健康=有毛病; 舒服=难受; 疼痛=不疼了; 清醒=昏迷; 空闲=很忙; 拥堵=畅通; 通过=被驳回; 成功=失败了; 完成=还差一点
批准=被退回; 同意=反对; 接受=拒绝; 到账=还在路上; 到货=还在路上; 签收=还没拿到; 支付=还欠着; 付款=还欠着
找到=丢了; 修好=还是坏的; 结束=还在进行; 损坏=完好无损; 破损=完好无损; 受损=完好无损; 超时=按时; 逾期=按时
过期=还在有效期内; 延误=准时; 迟到=准时; 解决=还是老样子; 恢复=还是老样子; 缺货=有现货; 售罄=还有货; 有货=卖完了
在线=离线; 开启=关着; 打开=关着; 关闭=开着; 启动=停着; 运行=停了; 连接=断开; 联网=断网; 上升=下降; 增加=减少
升高=降低; 提高=降低; 增长=下滑; 盈利=亏损; 满足=差一些; 符合=对不上; 匹配=对不上; 达标=差一点; 允许=禁止
支持=不行; 首次=来过几次了; 第一次=来过几次了; 会员=普通顾客; 成年=未成年; 已婚=单身; 本地=外地; 国内=国外
线上=线下; 公开=保密; 免费=收费; 自愿=被迫; 空缺=满员; 干燥=潮湿; 真实=造假; 新的=旧的; 有人=没人; 多余=刚够; 以上=以下
以下=以上; 以内=以外; 以外=以内; 之前=之后; 之后=之前
"""
_ENGLISH = """
damaged=intact; broken=working; working=broken; intact=damaged; faulty=fine; defective=fine; available=all gone
in stock=sold out; sold out=in stock; full=half empty; empty=full; open=closed; closed=open; locked=unlocked
complete=patchy; valid=expired; expired=still valid; correct=wrong; accurate=off; safe=dangerous
dangerous=harmless; urgent=in no hurry; severe=mild; serious=minor; clean=dirty; dry=wet; wet=dry; fresh=stale
clear=blurry; stable=shaky; healthy=ill; comfortable=in pain; conscious=passed out; approved=rejected
accepted=turned down; agreed=refused; paid=still owed; received=still on its way; delivered=still on its way
late=on time; delayed=on time; on time=late; overdue=within the date; successful=a failure
resolved=just as it was; fixed=still broken; solved=just as it was; found=lost; finished=still going on
online=offline; connected=cut off; running=stopped; enabled=disabled; allowed=forbidden; permitted=forbidden
required=optional; necessary=superfluous; possible=out of the question; eligible=excluded; easy=hard
simple=complicated; cheap=expensive; public=private; domestic=foreign; married=single
normal=strange; high=low; low=high; more=less; above=below; below=above; within=beyond
inside=outside; present=absent; satisfied=unhappy; happy=unhappy; sure=in doubt
the first=one of several
"""
#: What compares has a contrary wherever it stands in a statement.
_CHINESE_COMPARING = """
大于=小于; 小于=大于; 高于=低于; 低于=高于; 多于=少于; 少于=多于; 超过=不到; 早于=晚于; 晚于=早于; 重于=轻于; 轻于=重于
长于=短于; 短于=长于; 快于=慢于; 慢于=快于; 低过=高过; 高过=低过
"""
_ENGLISH_COMPARING = """
more than=less than; less than=more than; greater than=less than; at least=less than; higher than=lower than
lower than=higher than; longer than=shorter than; shorter than=longer than; older than=younger than
younger than=older than; earlier than=later than; later than=earlier than; larger than=smaller than
smaller than=larger than; heavier than=lighter than; lighter than=heavier than; faster than=slower than
slower than=faster than
"""
#: An attribute where it is what is said: behind 是 or "is".
_CHINESE_ATTRIBUTES = """
特殊=普通; 大型=小型; 小型=大型; 室内=室外; 室外=室内; 长期=短期; 短期=长期; 境内=境外; 境外=境内; 自动=手动; 手动=自动
纸质=电子版; 长途=短途; 短途=长途; 全新=二手
"""
_ENGLISH_ATTRIBUTES = """
indoor=outdoor; outdoor=indoor; long-term=short-term; short-term=long-term; brand-new=second-hand
"""


def _read(table: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in re.split(r";|\n", table.strip()))
    return {word.strip(): contrary for word, _, contrary in pairs}


def _any(words: dict[str, str]) -> str:
    return f"(?P<word>{'|'.join(map(re.escape, words))})"


_LAST, _COMPARING, _ATTRIBUTES = (
    {"zh": _read(chinese), "en": _read(english)}
    for chinese, english in (
        (_CHINESE, _ENGLISH),
        (_CHINESE_COMPARING, _ENGLISH_COMPARING),
        (_CHINESE_ATTRIBUTES, _ENGLISH_ATTRIBUTES),
    )
)
#: Where each table's words are looked for, in this order, and what stays before them. What one may, must or is about to
#: do has no contrary by its last word.
_PLACES = {
    "zh": (
        (_LAST, f"(?<![不没未非无有要能够会以想愿意许在应肯])(?P<kept>)(?:已经?|有)?{_any(_LAST['zh'])}了?$"),
        (_COMPARING, f"(?<![不没未非有])(?P<kept>)(?:已经?)?{_any(_COMPARING['zh'])}(?!等于|或)"),
        (_ATTRIBUTES, f"(?<![不没])(?P<kept>[是为]){_any(_ATTRIBUTES['zh'])}"),
    ),
    "en": (
        (_LAST, rf"(?P<kept>^|\b(?:is|are|was|were|am) ){_any(_LAST['en'])}$"),
        (_COMPARING, rf"(?<!not )(?<!no )\b(?P<kept>){_any(_COMPARING['en'])}\b(?! or )"),
        (_ATTRIBUTES, rf"(?P<kept>\b(?:is|are|was|were) (?:an? )?){_any(_ATTRIBUTES['en'])}\b"),
    ),
}


def contrary(statement: str, lang: str) -> str | None:
    """The statement with its last word, or what it compares or tells apart, put as its opposite; None where no opposite
    is known.

    `lang` is `zh` or `en`.
    """
    for table, place in _PLACES[lang]:
        if found := re.search(place, statement):
            opposite = table[lang][found["word"]]
            return statement[: found.start()] + found["kept"] + opposite + statement[found.end() :]
    return None
