"""Walk a flow in words.  Examples -> dialogues of several turns, as chat messages with a loss mask, and back again.

A walk takes moves at random, those that were seldom taken first, until the process ends. On the way users say something
off the topic, ask what is meant, correct themselves and take a step back, as they do. Reproducible for a seed. Knows
flows; knows no models.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from flowdial.dataset.decisions import Example, offers
from flowdial.dataset.examples import Source, step_behind
from flowdial.dataset.pfdial import FiveTuple
from flowdial.dataset.realise import REALISERS
from flowdial.dataset.tuples import state
from flowdial.errors import SourceError
from flowdial.flow import SILENT, Flow
from flowdial.session.marking import STAY
from flowdial.session.options import flow_language, node_text

#: Turns of a dialogue at most: loops may go round.
MAX_TURNS = 40
#: Dialogues through a flow at least, and at most.
WALKS, MOST_WALKS = 4, 40
_BACK, _ASIDE = 0.06, 0.08
_SAID = re.compile(r"\[(?P<state>.*?)\](?: (?P<text>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `learnt` says whether the loss counts its text."""

    role: str
    content: str
    learnt: bool = False


def dialogues(source: Source, examples: Sequence[Example], draw: Random) -> Iterator[list[Message]]:
    """Dialogues through the flow, `WALKS` at least, and more until every move of a user was taken."""
    taken: Counter[str] = Counter()
    moves = {example.move for example in examples} - {STAY}
    for number in range(MOST_WALKS):
        if number >= WALKS and moves <= taken.keys():
            break
        yield dialogue(source, examples, draw, taken)


def dialogue(source: Source, examples: Sequence[Example], draw: Random, taken: Counter[str]) -> list[Message]:
    """One dialogue through the flow; its first message is the diagram. Ways that were seldom `taken` are preferred."""
    flow, speak = source.flow, REALISERS[flow_language(source.flow)]
    by_node: dict[str, list[Example]] = {}
    for example in examples:
        by_node.setdefault(example.node, []).append(example)
    at, before = flow.start, ""
    messages = [Message("system", source.text)]
    for _ in range(MAX_TURNS):
        if not flow.out(at):
            break
        going_back = draw.random() < _BACK
        if before not in ("", flow.start) and going_back and not _leads(flow, at, before):
            messages += [
                Message("user", draw.choice(speak.backs())),
                _said(flow, before, node_text(flow.nodes[before])),
            ]
            at, before = before, ""
            continue
        heard = by_node.get(at, [])
        asides = [example for example in heard if example.move == STAY]
        if asides and draw.random() < _ASIDE:
            messages += [Message("user", draw.choice(asides).user), _said(flow, at, node_text(flow.nodes[at]))]
        said = _next(flow, at, heard, draw, taken)
        if said is None:
            at = _come(flow, draw.choice(flow.out(at)).target, draw, taken)
            continue
        taken[said.move] += 1
        edge = next(e for e in flow.out(at) if e.id == said.move)
        at, before = _come(flow, edge.target, draw, taken), at
        messages += [Message("user", said.user), _said(flow, at, said.robot or step_behind(said))]
    return messages


def _leads(flow: Flow, node: str, other: str) -> bool:
    """Whether a move of the process leads there as well, so that words could not tell it from going back."""
    return any(flow.speaking(edge.target).id == other for edge in flow.out(node))


def _come(flow: Flow, node: str, draw: Random, taken: Counter[str]) -> str:
    """The first node at or behind this one at which something is said; of a fork one branch is followed."""
    seen: set[str] = set()
    while flow.nodes[node].kind in SILENT and node not in seen and flow.out(node):
        seen.add(node)
        ways = list(flow.out(node))
        draw.shuffle(ways)
        way = min(ways, key=lambda edge: taken[edge.id])
        taken[way.id] += 1
        node = way.target
    return node


def _next(flow: Flow, at: str, heard: Sequence[Example], draw: Random, taken: Counter[str]) -> Example | None:
    """What the user says next: each of the ways that were taken least is equally likely; None where nothing is known to
    be said.
    """
    offered = [option.move.id for option in offers(flow, [at])]
    draw.shuffle(offered)
    offered.sort(key=lambda move: taken[move])
    for move in offered:
        if said := [example for example in heard if example.move == move]:
            return draw.choice(said)
    return None


def _said(flow: Flow, node: str, text: str) -> Message:
    """The assistant names the state and answers."""
    return Message("assistant", f"[{state(flow, node)}] {text}", learnt=True)


def to_json(chart: int, number: int, lang: str, messages: Sequence[Message]) -> dict[str, Any]:
    """One line of a chat file: messages as chat templates take them, and which of them are learnt."""
    return {
        "id": f"{chart}_{number}",
        "lang": lang,
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "loss": [m.learnt for m in messages],
    }


def read_dialogues(path: Path) -> Iterator[FiveTuple]:
    """The turns of a chat file as five-tuples. Raises SourceError with the line and the field."""
    try:
        lines = path.read_text("utf-8").split("\n")  # a text may hold other signs that end a line
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read: {error}", hint="a chat file has a JSON object a line") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield from _turns(f"{path}:{number}", line)


def _turns(where: str, line: str) -> Iterator[FiveTuple]:
    hint = "write chat files with `flowdial data --format chat`"
    try:
        row = json.loads(line)
        said = [str.strip(message["content"]) for message in row["messages"]]
        flowchart, turns = said[0], said[1:]
    except json.JSONDecodeError as error:
        raise SourceError(f"{where}:{error.colno}: this is not JSON: {error.msg}", hint=hint) from None
    except (KeyError, TypeError, IndexError):
        raise SourceError(f"{where}: the field `messages` is not a list of messages with texts", hint=hint) from None
    current = "<start>"
    for at, (user, answer) in enumerate(zip(turns[::2], turns[1::2], strict=False)):
        found = _SAID.fullmatch(answer)
        if not found:
            raise SourceError(f"{where}: answer {at + 1} does not begin with its state in brackets", hint=hint)
        yield FiveTuple(f"{row.get('id', where)}_{at}", flowchart, current, user, found["state"], found["text"] or "")
        current = found["state"]
