"""Turn examples into decisions.  examples, five-tuples -> Decisions.  Knows flows; knows no prompts and no models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from flowdial.dataset.pfdial import Chart, FiveTuple
from flowdial.flow import Flow
from flowdial.session.marking import Move
from flowdial.session.options import Option, flow_language, node_text, options
from flowdial.session.prompt import DecisionPrompt, decision


@dataclass(frozen=True, slots=True)
class Example:
    """What a user said at a node of a flow, the edge that it means (or `stay`), and what the bot answered.

    `chart` names the flow.
    """

    chart: str
    flow: Flow
    node: str
    move: str
    user: str
    robot: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A user's words where several moves are legal.

    `names` and `targets` are the options and the steps behind them; `gold` are the options that are right, none where
    the bot stays. `chart` tells the flows apart.
    """

    chart: str
    lang: str
    question: str
    names: tuple[str, ...]
    targets: tuple[str, ...]
    user: str
    gold: frozenset[int]


class Asking(Protocol):
    """What a question to the model is made of; a Decision is one."""

    @property
    def lang(self) -> str:
        """`zh` or `en`."""
        ...

    @property
    def question(self) -> str:
        """What is asked."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The options."""
        ...

    @property
    def targets(self) -> tuple[str, ...]:
        """The steps behind them."""
        ...

    @property
    def user(self) -> str:
        """What the user says."""
        ...


def asked(found: Asking, layout: str) -> DecisionPrompt:
    """The prompt of a decision in a layout, as the engine writes it."""
    return decision(found.lang, found.question, found.names, found.user, targets=found.targets, layout=layout)


def decision_of(example: Example) -> Decision | None:
    """The decision of an example; None where its node has one way on."""
    offered = offers(example.flow, [example.node])
    if len(offered) < 2:
        return None
    return _decision(example.chart, example.flow, offered, example.user, meant(example, offered))


def meant(example: Example, offered: Sequence[Option]) -> frozenset[int]:
    """The option that an example means, among those offered; none where it stays."""
    return frozenset(at for at, option in enumerate(offered) if option.move.id == example.move)


def decision_of_tuple(found: FiveTuple, chart: Chart) -> Decision | None:
    """The decision of a five-tuple; None where one way leads on, or its next state is not to be reached.

    A name that several nodes bear offers what any of them does. All options that lead to the next state are right.
    """
    nodes = chart.candidates(found.current_state)
    offered = offers(chart.flow, nodes)
    if len(offered) < 2:
        return None
    gold = leading(found, chart, offered)
    if not gold and found.next_state != found.current_state:
        return None
    return _decision(found.id.partition("_")[0], chart.flow, offered, found.user_input, gold)


def leading(found: FiveTuple, chart: Chart, offered: Sequence[Option]) -> frozenset[int]:
    """The options that lead to the next state of a five-tuple."""
    wanted = set(chart.candidates(found.next_state))
    return frozenset(at for at, option in enumerate(offered) if wanted & set(chart.reached(option.move.target)))


def offers(flow: Flow, nodes: Sequence[str]) -> tuple[Option, ...]:
    """The options at these nodes, those of the same name and step once; names that repeat get the step behind them."""
    return _offers(flow, tuple(nodes))


@lru_cache(maxsize=256)  # whatever is said of a flow is read in one go
def _offers(flow: Flow, nodes: tuple[str, ...]) -> tuple[Option, ...]:
    found: dict[tuple[str, str], Option] = {}
    for node in nodes:
        for option in options(flow, [Move.along(edge) for edge in flow.out(node)]):
            found.setdefault((option.name, option.target), option)
    names = Counter(option.name for option in found.values())
    return tuple(
        replace(o, name=f"{o.name} ({o.target})") if names[o.name] > 1 and o.target else o for o in found.values()
    )


def _decision(chart: str, flow: Flow, offered: Sequence[Option], user: str, gold: frozenset[int]) -> Decision:
    names, targets = tuple(o.name for o in offered), tuple(o.target for o in offered)
    return Decision(
        chart, flow_language(flow), node_text(flow.nodes[offered[0].move.source]), names, targets, user, gold
    )
