"""Write examples as PFDial does.  Examples -> five-tuples in formats A, B and C.  Knows flows; knows no models.

`id` is chart_transition_utterance, each counted from 0. Format A names a state by the first line of its label, B by a
code that a dictionary behind the chart explains, C by both (arXiv 2503.06706).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flowdial.dataset.decisions import Example
from flowdial.dataset.pfdial import FiveTuple
from flowdial.flow import FINAL, SILENT, Flow
from flowdial.session.marking import STAY
from flowdial.session.options import node_text

FORMATS = ("A", "B", "C")


def five_tuples(chart: int, text: str, examples: Sequence[Example]) -> Iterator[FiveTuple]:
    """The five-tuples of a flow whose diagram is `text`; who stays has its state for the next one, and is told it."""
    spoken: Counter[int] = Counter()
    for example in examples:
        way = _way(example)
        current = state(example.flow, example.node)
        following = current if example.move == STAY else state(example.flow, example.flow.edges[way].target)
        robot = example.robot or node_text(example.flow.nodes[example.node]) * (example.move == STAY)
        yield FiveTuple(f"{chart}_{way}_{spoken[way]}", text, current, example.user, following, robot)
        spoken[way] += 1


def _way(example: Example) -> int:
    """The number of the edge that is taken; staying is numbered behind the edges, by its node."""
    edges = [edge.id for edge in example.flow.edges]
    return (
        edges.index(example.move) if example.move != STAY else len(edges) + list(example.flow.nodes).index(example.node)
    )


def state(flow: Flow, node_id: str) -> str:
    """The name of the first state at or behind a node."""
    if flow.nodes[node_id].kind == "start":
        return "<start>"
    node = flow.speaking(node_id)
    if node.kind in SILENT and node.parent:  # a history: the state that is entered is one within its composite
        node = flow.nodes[node.parent]
    return "<end>" if node.kind in FINAL else first_line(node.label)


def first_line(label: str) -> str:
    """The first line of a label, on which PFDial names a state."""
    return " ".join(label.partition("\n")[0].split())


def codes(flow: Flow) -> dict[str, str]:
    """Name -> code: S for steps, C for questions, in reading order; states of one name share a code."""
    found: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for node in flow.nodes.values():
        letter = {"action": "S", "decision": "C"}.get(node.kind)
        name = first_line(node.label)
        if letter and name not in found:
            counts[letter] += 1
            found[name] = f"{letter}{counts[letter]}"
    return found


def coded(found: FiveTuple, flow: Flow, form: str) -> FiveTuple:
    """A five-tuple of format A in another format."""
    if form == "A":
        return found
    named = codes(flow)
    shown = {name: code if form == "B" else f"{code}: {name}" for name, code in named.items()}
    chart = _rewritten(found.flowchart, flow, shown)
    if form == "B":
        chart += "\n\n" + json.dumps(named, ensure_ascii=False, indent=4)
    current, following = (shown.get(name, name) for name in (found.current_state, found.next_state))
    return replace(found, flowchart=chart, current_state=current, next_state=following)


def _rewritten(text: str, flow: Flow, shown: dict[str, str]) -> str:
    """The diagram with the first line of each label replaced where it is drawn."""
    lines = text.split("\n")
    for node in flow.nodes.values():
        first = node.label.split("\n")[0]
        if node.kind in ("action", "decision") and first:
            line = lines[node.line - 1]
            at = line.find(first, line.find(":" if node.kind == "action" else "(") + 1)
            if at >= 0:
                lines[node.line - 1] = line[:at] + shown[first_line(node.label)] + line[at + len(first) :]
    return "\n".join(lines)
