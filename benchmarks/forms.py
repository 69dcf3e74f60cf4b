"""Which ways of saying yes and no does an adapter understand?

    python benchmarks/forms.py [--adapter DIR]       a table as Markdown, in about two minutes

Each form is filled with the words of eight questions, asked with the options 是 / 否 and Yes / No (yes / no and true /
false in English). A form that is seldom understood is one that the training's sayings lack: a checklist as Ribeiro et
al. 2020 (arXiv 2005.04118) propose. Its questions are of no flow.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from machine import machine

from flowdial.dataset.decisions import Decision, asked
from flowdial.decode.causal import CausalModel
from flowdial.decode.decider import decide
from flowdial.decode.loader import load, shipped_adapter


@dataclass(frozen=True, slots=True)
class Sheet:
    """Forms that affirm and deny a question, and the subjects and predicates that fill them."""

    lang: str
    question: str
    words: tuple[tuple[str, str], ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]


_QUALITIES = (
    ("住户对维修", "满意"),
    ("图纸", "清晰"),
    ("合同条款", "合理"),
    ("管道", "安全"),
    ("水压", "正常"),
    ("员工对安排", "知情"),
    ("数据", "准确"),
    ("病人", "清醒"),
)
_EVENTS = (
    ("包裹", "送达"),
    ("发票", "开具"),
    ("申请", "受理"),
    ("设备", "校准"),
    ("尾款", "结清"),
    ("账户", "激活"),
    ("现场", "清理"),
    ("方案", "通过"),
)
_STATES = (
    ("the tenant", "satisfied"),
    ("the drawing", "clear"),
    ("the pipe", "safe"),
    ("the pressure", "normal"),
    ("the patient", "conscious"),
    ("the invoice", "paid"),
    ("the parcel", "sealed"),
    ("the account", "active"),
)
_SHEETS = (
    Sheet(
        "zh",
        "{}是否{}？",
        _QUALITIES,
        (
            *("{}{}。", "{}非常{}。", "{}十分{}。", "{}都{}。", "{}确实{}。", "{}完全{}。", "{}均{}。", "{}还算{}。"),
            *("{}相当{}。", "{}比较{}。", "经核实，{}{}。", "{}没有不{}。"),
        ),
        (
            *("{}不{}。", "{}非常不{}。", "{}并不{}。", "{}不太{}。", "{}不够{}。", "{}一点也不{}。", "{}谈不上{}。"),
            *("{}远远不{}。", "经核实，{}不{}。", "{}欠{}。"),
        ),
    ),
    Sheet(
        "zh",
        "{}是否已{}？",
        _EVENTS,
        ("{}已{}。", "{}已经{}了。", "{}刚{}。", "{}早就{}了。", "{}{}完毕。", "{}昨天{}的。", "{}顺利{}。"),
        (
            *("{}未{}。", "{}尚未{}。", "{}还没{}。", "{}仍未{}。", "{}暂未{}。", "{}等待{}。", "{}未能{}。"),
            *("{}迟迟没{}。", "{}还在{}中。", "{}正在等着{}。"),
        ),
    ),
    Sheet(
        "en",
        "Is {} {}?",
        _STATES,
        (
            *("{} is {}.", "{} is very {}.", "{} is definitely {}.", "{} is fully {}.", "{} is indeed {}."),
            *("{} was {} when I looked.", "I can confirm {} is {}.", "{} is {} by now."),
        ),
        (
            *("{} is not {}.", "{} isn't {} yet.", "{} is by no means {}.", "{} is hardly {}.", "{} is far from {}."),
            *("{} is anything but {}.", "{} is no longer {}.", "I doubt that {} is {}."),
        ),
    ),
)
_LABELS = {"zh": (("是", "否"), ("Yes", "No")), "en": (("yes", "no"), ("true", "false"))}
_SELDOM = 0.8
_STEPS = {"zh": ("下一步", "返回处理"), "en": ("go on", "send it back")}


def understood(model: CausalModel, sheet: Sheet, form: str, side: int) -> Iterator[bool]:
    """Whether the likelier option is the one that is meant, for all words and labels."""
    for words in sheet.words:
        for names in _LABELS[sheet.lang]:
            question, said = sheet.question.format(*words), form.format(*words)
            found = Decision("form", sheet.lang, question, names, _STEPS[sheet.lang], said, frozenset({side}))
            yes, no, _ = decide(model, asked(found, model.skill.layout))
            yield (no > yes) == bool(side)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default=shipped_adapter())
    model = CausalModel(load(adapter=parser.parse_args().adapter))
    print(f"{machine('torch', 'transformers')}; {model.name}\n")
    print("| language | question | meant | understood | seldom understood |\n| --- | --- | --- | --- | --- |")
    for sheet in _SHEETS:
        for side, forms in enumerate((sheet.yes, sheet.no)):
            shares = {form: statistics.mean(understood(model, sheet, form, side)) for form in forms}
            weak = ", ".join(f"{form} ({share:.0%})" for form, share in shares.items() if share < _SELDOM)
            meant = "no" if side else "yes"
            whole = statistics.mean(shares.values())
            print(f"| {sheet.lang} | {sheet.question} | {meant} | {whole:.1%} | {weak} |", flush=True)


if __name__ == "__main__":
    main()
