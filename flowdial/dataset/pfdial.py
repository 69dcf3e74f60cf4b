"""Read PFDial.  JSON file -> five-tuples; flowchart text -> Chart.  Knows the data set's names for states.

PFDial (arXiv 2503.06706) names a state by the first line of its label (format A), by a code that a dictionary behind
the chart explains (B) or by both (C); the start is `<start>` or the word behind `@startuml`, the end `<end>` or `end`.
Some labels were left without their code in B and C. The charts are often written wrong, so they are read with
recovery. Moves are the true edges of the flow (the convention `semantic`), forward and backward.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flowdial.errors import NotationError, SourceError
from flowdial.flow import FINAL, Flow, loads
from flowdial.flow.model import STATES, Node

_CODE = re.compile(r"^[SC]\d+: ")
_GAP = re.compile(r"[\s,]*")
_STARTS = frozenset({"<start>", "start"})
_ENDS = frozenset({"<end>", "end"})
#: Nodes that a five-tuple may name; the others lie on the way between two of them.
_NAMED = FINAL | STATES | {"start", "action", "decision"}


@dataclass(frozen=True, slots=True)
class FiveTuple:
    """One turn of PFDial, with the data set's own fields. `id` is chart_transition_utterance."""

    id: str
    flowchart: str
    current_state: str
    user_input: str
    next_state: str
    robot_output: str


_SCHEMA = f"each entry needs the fields {', '.join(FiveTuple.__slots__)}"


def read_pfdial(path: str | Path) -> tuple[FiveTuple, ...]:
    """The five-tuples of a PFDial file, in any format. Raises SourceError with the line, entry and field."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        rows = json.loads(text)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}", hint="check the path") from None
    except json.JSONDecodeError as error:
        message = f"{path}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}"
        raise SourceError(message, hint="a PFDial file is a JSON list of objects") from None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: cannot be read: {error}", hint="a PFDial file is UTF-8 text") from None
    if not isinstance(rows, list):
        raise SourceError(f"{path}: this is not a list of five-tuples", hint=_SCHEMA)
    if not rows:
        raise SourceError(f"{path}: the data set is empty", hint="make one with `flowdial data`")
    for at, row in enumerate(rows, 1):
        if wrong := _wrong(at, row):
            raise SourceError(f"{path}:{_line(text, at)}: {wrong}", hint=_SCHEMA)
    return tuple(FiveTuple(**{key: str(row[key]) for key in FiveTuple.__slots__}) for row in rows)


def _wrong(at: int, row: object) -> str | None:
    """What is wrong with entry `at`, counted from 1."""
    if not isinstance(row, dict):
        return f"entry {at} is not an object"
    for key in FiveTuple.__slots__:
        if key not in row:
            return f"entry {at} lacks the field `{key}`"
        if not isinstance(row[key], str | int):
            return f"the field `{key}` of entry {at} is not a text"
    return None


def _line(text: str, at: int) -> int:
    """The line on which entry `at` of a JSON list begins."""
    decoder, end = json.JSONDecoder(), text.index("[") + 1
    for _ in range(at):
        begin = _GAP.match(text, end).end()  # type: ignore[union-attr]  # it may be empty
        _, end = decoder.raw_decode(text, begin)
    return text.count("\n", 0, begin) + 1


def read_chart(each: FiveTuple) -> Chart:
    """The chart of a five-tuple. Raises SourceError."""
    try:
        return Chart.read(each.flowchart)
    except NotationError as error:
        raise SourceError(f"the chart of the five-tuple {each.id} cannot be read: {error}") from error


def plain_name(state: str, codes: Mapping[str, str]) -> str:
    """The name of a state that is told by a code, or by a code and its name."""
    plain = " ".join(state.split())
    return codes.get(plain) or _CODE.sub("", plain)


@dataclass(frozen=True)
class Chart:
    """One flowchart of PFDial, read with recovery. The nodes of its flow have names in any format; `codes` has those of
    format B.
    """

    flow: Flow
    codes: Mapping[str, str]

    @classmethod
    def read(cls, flowchart: str) -> Chart:
        """The chart of a `flowchart` field. Raises NotationError."""
        codes = _codes(flowchart)
        return cls(_named_flow(loads(flowchart, recover=True), codes), codes)

    def candidates(self, state: str) -> tuple[str, ...]:
        """Ids of all nodes that `state` may mean; labels repeat within a chart."""
        wanted = {" ".join(state.split()), plain_name(state, self.codes)}
        return tuple(node.id for node in self.flow.nodes.values() if wanted & self._names(node))

    def successors(self, node_id: str) -> tuple[str, ...]:
        """Ids of the next named nodes behind a node, in reading order."""
        return tuple(dict.fromkeys(self._named([edge.target for edge in self.flow.out(node_id)])))

    def reached(self, node_id: str) -> tuple[str, ...]:
        """Ids of the first named nodes at or behind a node."""
        return tuple(dict.fromkeys(self._named([node_id])))

    def is_move(self, current: str, following: str) -> bool:
        """Whether an edge of the flow leads from a state of the one name to a state of the other."""
        targets = set(self.candidates(following))
        return any(targets.intersection(self.successors(node)) for node in self.candidates(current))

    @functools.cached_property
    def _start_names(self) -> frozenset[str]:
        name = self.flow.source.name if self.flow.source else ""
        return _STARTS | {name} if name else _STARTS

    def _names(self, node: Node) -> frozenset[str]:
        if node.kind == "start":
            return self._start_names
        if node.kind in FINAL:
            return _ENDS
        lines = node.label.split("\n")
        return frozenset({" ".join(lines[0].split()), " ".join(node.label.split())})

    def _named(self, nodes: Sequence[str]) -> Iterator[str]:
        seen: set[str] = set()
        todo = list(reversed(nodes))
        while todo:
            at = todo.pop()
            if self.flow.nodes[at].kind in _NAMED:
                yield at
            elif at not in seen:
                seen.add(at)
                todo += [edge.target for edge in reversed(self.flow.out(at))]


def _named_flow(flow: Flow, codes: Mapping[str, str]) -> Flow:
    """The flow with names where codes are drawn: what is asked and answered holds none."""
    nodes = {}
    for node in flow.nodes.values():
        first, gap, rest = node.label.partition("\n")
        named = plain_name(first, codes)
        nodes[node.id] = replace(node, label=named + gap + rest) if named != " ".join(first.split()) else node
    return replace(flow, nodes=nodes)


def _codes(flowchart: str) -> dict[str, str]:
    """Code -> name, of the dictionary that format B writes behind the chart."""
    begin = flowchart.find("{", flowchart.rfind("@enduml"))
    try:
        found = json.loads(flowchart[begin:]) if begin >= 0 else {}
    except ValueError:
        return {}
    return {str(code): " ".join(str(name).split()) for name, code in found.items()}


def share_of_moves(tuples: tuple[FiveTuple, ...]) -> tuple[int, int, list[FiveTuple]]:
    """Charts, five-tuples whose move is an edge, and the five-tuples whose move is none."""
    charts = {chart: Chart.read(chart) for chart in dict.fromkeys(each.flowchart for each in tuples)}
    others = [each for each in tuples if not charts[each.flowchart].is_move(each.current_state, each.next_state)]
    return len(charts), len(tuples) - len(others), others
