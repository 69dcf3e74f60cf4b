"""Turn files into cases.  PFDial's five-tuples, flows with sayings -> Cases.  Knows flows; knows no models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flowdial.dataset.conventions import forward_only, is_backward
from flowdial.dataset.decisions import Example, leading, meant, offers
from flowdial.dataset.examples import Source, said
from flowdial.dataset.pfdial import Chart, FiveTuple, read_chart
from flowdial.errors import SourceError
from flowdial.flow import Flow
from flowdial.flow.text import language
from flowdial.session.marking import STAY
from flowdial.session.options import Option, flow_language, node_text, target_text


@dataclass(frozen=True, slots=True)
class Case:
    """One turn to be judged.

    `kind` is `decision` where a question is answered, else `sequential`. `names`, `targets` are the legal moves and the
    steps behind them; `gold` are the moves that are right,
    `stays` whether staying is. `backward` are moves that go back. `ambiguous` says that several nodes bear the state's
    name. `robot` is the reference reply, empty where there is none, and `others` are the texts of the flow's steps.
    `flowchart` and `current` name states as they are drawn, and `codes` are the names behind the codes there. `unread`
    says why the chart could not be read: no move is known then, and none is right.
    """

    id: str
    kind: str
    lang: str
    question: str
    names: tuple[str, ...]
    targets: tuple[str, ...]
    user: str
    gold: frozenset[int]
    stays: bool
    backward: frozenset[int]
    ambiguous: bool
    asks: tuple[bool, ...]
    robot: str
    others: tuple[str, ...]
    flowchart: str
    current: str
    codes: Mapping[str, str]
    unread: str = ""


def pfdial_cases(found: Sequence[FiveTuple], edges: str) -> Iterator[Case]:
    """A case for every five-tuple."""
    charts: dict[str, tuple[Chart, Flow] | str] = {}
    for each in found:
        if each.flowchart not in charts:
            charts[each.flowchart] = _read(each, edges)
        read = charts[each.flowchart]
        if isinstance(read, str):
            yield _unread(each, read)
            continue
        chart, whole = read
        nodes = chart.candidates(each.current_state)
        offered = offers(chart.flow, nodes)
        gold = leading(each, chart, offered)
        stays = not gold and each.next_state == each.current_state
        kind = "decision" if any(chart.flow.nodes[node].kind == "decision" for node in nodes) else "sequential"
        yield _case(
            each.id, kind, whole, offered, each.user_input, gold, stays, len(nodes) > 1, each.robot_output,
            (each.flowchart, each.current_state, chart.codes),
        )  # fmt: skip


def _read(each: FiveTuple, edges: str) -> tuple[Chart, Flow] | str:
    """The chart by the convention, and its whole flow; or why it cannot be read."""
    try:
        chart = read_chart(each)
    except SourceError as error:
        return str(error)
    return Chart(forward_only(chart.flow) if edges == "pfdial" else chart.flow, chart.codes), chart.flow


def _unread(each: FiveTuple, why: str) -> Case:
    none: frozenset[int] = frozenset()
    return Case(
        each.id, "sequential", language(each.user_input), "", (), (), each.user_input, none, False, none, False, (),
        each.robot_output, (), each.flowchart, each.current_state, {}, why,
    )  # fmt: skip


def flow_cases(found: Sequence[Source]) -> Iterator[Case]:
    """A case for everything that was said at the steps of the flows."""
    for source in found:
        for at, example in enumerate(said([source])):
            offered = offers(source.flow, [example.node])
            kind = "decision" if len(offered) > 1 else "sequential"
            yield _case(
                f"{source.name}_{at}", kind, source.flow, offered, example.user, meant(example, offered),
                example.move == STAY, False, example.robot, _names(source, example),
            )  # fmt: skip


def _names(source: Source, example: Example) -> tuple[str, str, Mapping[str, str]]:
    return source.text, node_text(source.flow.nodes[example.node]) or "<start>", {}


def _case(
    id_: str,
    kind: str,
    flow: Flow,
    offered: Sequence[Option],
    user: str,
    gold: frozenset[int],
    stays: bool,
    ambiguous: bool,
    robot: str,
    drawn: tuple[str, str, Mapping[str, str]],
) -> Case:
    moves = [next(edge for edge in flow.edges if edge.id == option.move.id) for option in offered]
    speaking = (n for n in flow.nodes.values() if n.kind in ("action", "decision"))
    asking = {node_text(n) for n in flow.nodes.values() if n.kind == "decision"}
    targets = tuple(target_text(flow, option.move.target) for option in offered)
    return Case(
        id_,
        kind,
        flow_language(flow),
        offered[0].question if offered else "",
        tuple(option.name for option in offered),
        targets,
        user,
        gold,
        stays,
        frozenset(at for at, edge in enumerate(moves) if is_backward(flow, edge)),
        ambiguous,
        tuple(target in asking for target in targets),
        robot,
        tuple(node_text(n) for n in speaking),
        *drawn,
    )
