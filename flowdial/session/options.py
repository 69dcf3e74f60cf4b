"""Name the legal moves.  flow + moves -> Options with a name that a person would say.

The name of an edge without a label is derived: the opposite of its sibling (yes -> no), or "otherwise".
Knows words; knows no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flowdial.flow.model import Flow, Node
from flowdial.flow.text import language, plain
from flowdial.session.marking import STAY, Move

_OPPOSITES = dict(
    pair
    for a, b in (
        ("yes", "no"), ("y", "n"), ("true", "false"), ("ok", "not ok"), ("success", "failure"),
        ("是", "否"), ("是的", "不是"), ("有", "没有"), ("对", "不对"), ("能", "不能"), ("可以", "不可以"),
        ("成功", "失败"), ("通过", "不通过"), ("正常", "异常"), ("需要", "不需要"), ("满意", "不满意"),
    )
    for pair in ((a, b), (b, a))
)  # fmt: skip
MAX_NAME = 120
_OTHERWISE = {"zh": "其他情况", "en": "otherwise"}
_DONE = {"zh": "已完成：{}", "en": "done: {}"}


@dataclass(frozen=True, slots=True)
class Option:
    """A legal move as it is put to the user and to the model.

    `name` answers `question` (empty where nothing is asked); `target` is the plain text of the step behind it.
    """

    move: Move
    name: str
    question: str
    target: str


def flow_language(flow: Flow) -> str:
    """`zh` or `en`: as the flow says, or as its labels look."""
    return flow.lang or language(*(node.label for node in flow.nodes.values()), flow.title)


def options(flow: Flow, moves: Sequence[Move]) -> tuple[Option, ...]:
    """One Option for every move but `stay`; names are unique among the moves of one node."""
    lang = flow_language(flow)
    found: list[Option] = []
    for move in moves:
        if move.id != STAY:
            node = flow.nodes[move.source]
            question = node_text(node)
            asked = node.kind == "decision" or flow.kind == "state"
            name = _name(flow, move, lang) if asked else _DONE[lang].format(question)
            found.append(Option(move, name, question if asked else "", target_text(flow, move.target)))
    return tuple(_distinct(found))


def node_text(node: Node) -> str:
    """What a node says in plain text: its label, and a state's description. A point's or choice's name says nothing."""
    label = "" if node.kind == "choice" and node.label == node.name else plain(node.label)
    return ": ".join(filter(None, (label, plain(node.text))))


def target_text(flow: Flow, node_id: str) -> str:
    """Plain text of the first speaking node at or behind `node_id`; empty at the end of the flow."""
    seen: set[str] = set()
    while node_id not in seen:
        seen.add(node_id)
        node = flow.nodes[node_id]
        if node.kind in ("action", "decision", "state", "composite", "json") or not flow.out(node_id):
            return plain(node.label)
        node_id = flow.out(node_id)[0].target
    return ""


def _name(flow: Flow, move: Move, lang: str) -> str:
    label = plain(move.label)
    if label:
        return label
    if flow.kind == "state":
        return target_text(flow, move.target) or _DONE[lang].format(node_text(flow.nodes[move.source]))
    siblings = [plain(e.text) for e in flow.out(move.source) if e.id != move.id]
    if len(siblings) == 1 and siblings[0].lower() in _OPPOSITES:
        return _OPPOSITES[siblings[0].lower()]
    if not any(siblings) and len(siblings) == 1:
        return _unlabelled(flow, move, lang)
    return _OTHERWISE[lang]


def _unlabelled(flow: Flow, move: Move, lang: str) -> str:
    """Neither way out has a label: the first written is the yes."""
    first = flow.out(move.source)[0].id == move.id
    return {"zh": ("是", "否"), "en": ("yes", "no")}[lang][0 if first else 1]


def _distinct(found: list[Option]) -> list[Option]:
    """Names of bounded length; equal ones get the step behind them, and the move's id where that is equal too."""
    names = Counter(_short(option.name) for option in found)
    out: dict[str, Option] = {}
    for option in found:
        name = _short(option.name)
        if names[name] > 1 and option.target:
            name = f"{name} ({_short(option.target)})"
        while name in out:
            name = f"{name} [{option.move.id}]"
        out[name] = replace(option, name=name)
    return list(out.values())


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"
