"""Make examples of a flow.  flow + sayings + realiser -> Examples of every edge.

The sayings are what people wrote for this flow; the realiser adds plain wordings for every edge, and off-topic words
are taken from other flows. Reproducible for a seed. Knows flows and words; knows no models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from flowdial.dataset.decisions import Example, offers
from flowdial.dataset.generate import random_flow
from flowdial.dataset.realise import REALISERS, distinct_of, drawn
from flowdial.dataset.realise.sides import sides
from flowdial.dataset.utterances import ONWARD, STAYING, Saying, read_sayings
from flowdial.errors import SourceError
from flowdial.flow import FINAL, Flow, load, loads
from flowdial.flow.model import STATES, Node
from flowdial.flow.puml import to_puml
from flowdial.notation.source import read_source
from flowdial.session.marking import STAY
from flowdial.session.options import Option, flow_language, node_text, target_text

#: A line of the preprocessor.
_DIRECTIVE = re.compile(r"^\s*!", re.MULTILINE)
#: Nodes at which several ways on are a question, and nodes at which something is said.
_ASKED = STATES | {"decision"}
_SPEAKING = _ASKED | {"start", "action"}


@dataclass(frozen=True, slots=True)
class Source:
    """A flow and what people said at its steps."""

    name: str
    flow: Flow
    sayings: tuple[Saying, ...]
    text: str

    @classmethod
    def read(cls, path: Path) -> Source:
        """A diagram and the sayings beside it, where there are any. Raises SourceError, NotationError."""
        said = path.with_suffix(".said")
        flow, text = load(path), read_source(path)
        if _DIRECTIVE.search(text):  # what data holds is read without the preprocessor's files
            text = to_puml(flow)
            flow = loads(text)
        return cls(path.stem, flow, read_sayings(said) if said.exists() else (), text)

    @classmethod
    def random(cls, name: str, lang: str) -> Source:
        """A flow drawn at random, the same for the same name; nothing is said of it but what is realised."""
        draw = Random(f"{name} {lang}")
        text = random_flow(draw, lang=lang, size=draw.randint(6, 30))
        return cls(name, loads(text), (), text)


def sources(places: Sequence[Path]) -> tuple[Source, ...]:
    """The flows of files and folders, in the order of their names. Raises SourceError where there are none."""
    found = [file for place in places for file in (sorted(place.rglob("*.puml")) if place.is_dir() else [place])]
    if not found:
        raise SourceError(f"no flows in {', '.join(map(str, places))}", hint="give diagrams, or folders of *.puml")
    return tuple(Source.read(file) for file in found)


def examples(source: Source, *, per_edge: int, draw: Random, asides: Sequence[str] = ()) -> list[Example]:
    """What people said, and of every edge `per_edge` realised sentences; one of `asides`, which are off-topic anywhere,
    at every question.
    """
    found = [*_said(source), *_realised(source, per_edge, draw)]
    for node in source.flow.nodes.values():
        if asides and len(source.flow.out(node.id)) > 1 and node.kind in _ASKED:
            found.append(Example(source.name, source.flow, node.id, STAY, draw.choice(asides)))
    return found


def said(found: Sequence[Source]) -> Iterator[Example]:
    """What people said, without what is realised."""
    for source in found:
        yield from examples(source, per_edge=0, draw=Random(0))


def asides(found: Sequence[Source], lang: str) -> list[str]:
    """What people said off the topic, each once."""
    of_lang = (source for source in found if flow_language(source.flow) == lang)
    return distinct_of(s.user for source in of_lang for s in source.sayings if s.move == STAYING)


def _said(source: Source) -> Iterator[Example]:
    named: dict[str, list[Node]] = {}
    for node in source.flow.nodes.values():
        if node.kind in _SPEAKING:
            named.setdefault(_name(node), []).append(node)
    for saying in source.sayings:
        where = f"{source.name}.said:{saying.line}"
        matching = named.get(saying.step)
        if not matching:
            raise SourceError(f"{where}: the flow has no step `{saying.step}`", hint="name a step as it is drawn")
        taken = [(node, edge) for node in matching if (edge := _edge(source.flow, node, saying.move))]
        if not taken:
            known = [option.name for node in matching for option in offers(source.flow, [node.id])]
            hint = f"its options are {' / '.join(dict.fromkeys(known))}" if len(known) > 1 else "`>` is its only way on"
            raise SourceError(f"{where}: `{saying.step}` has no option `{saying.move}`", hint=hint)
        for node, edge in taken:
            yield Example(source.name, source.flow, node.id, edge, saying.user, saying.robot)


def _name(node: Node) -> str:
    return "start" if node.kind == "start" else node_text(node)


def _edge(flow: Flow, node: Node, move: str) -> str:
    """The edge that a saying takes; empty where a namesake of the node has that option."""
    if move == STAYING:
        return STAY
    if move == ONWARD:
        out = flow.out(node.id)
        return out[0].id if len(out) == 1 else ""
    return next((option.move.id for option in offers(flow, [node.id]) if option.name == move), "")


def _realised(source: Source, per_edge: int, draw: Random) -> Iterator[Example]:
    flow, speak = source.flow, REALISERS[flow_language(source.flow)]
    for node in flow.nodes.values():
        offered = offers(flow, [node.id]) if node.kind in _SPEAKING else ()
        for option, said in zip(offered, _wordings(source, node, offered), strict=True):
            for sentence in drawn(said, per_edge, draw):
                reply = _announced(source, option, draw)
                yield Example(source.name, flow, node.id, option.move.id, speak.colour(sentence, draw), reply)
        if len(offered) > 1 and per_edge:
            question = node_text(node)
            yield _corrected(source, node, offered, draw)
            yield Example(source.name, flow, node.id, STAY, draw.choice(speak.questions(question)))


def _wordings(source: Source, node: Node, offered: Sequence[Option]) -> list[list[str]]:
    """For every way on, what may be said for it."""
    speak = REALISERS[flow_language(source.flow)]
    if node.kind == "start":
        return [speak.openings(source.flow.title) for _ in offered]
    if len(offered) < 2:
        return [speak.reports(node_text(node)) for _ in offered]
    names, question = [option.name for option in offered], node_text(node)
    others = names[::-1] if len(names) == 2 else [""] * len(names)
    asked = zip(names, sides(*speak.propositions(question), names), others, strict=True)
    return [speak.answers(question, name, side, other) for name, side, other in asked]


def _corrected(source: Source, node: Node, offered: Sequence[Option], draw: Random) -> Example:
    """A user who names one option, and then means another."""
    speak = REALISERS[flow_language(source.flow)]
    wrong, right = draw.sample(offered, 2)
    reply = _announced(source, right, draw)
    said = draw.choice(speak.corrections(wrong.name, right.name))
    return Example(source.name, source.flow, node.id, right.move.id, said, reply)


def _announced(source: Source, option: Option, draw: Random) -> str:
    """What the bot says of the step behind an option; nothing where that says nothing itself (a state's history)."""
    kind = _kind(source.flow, option.move.target)
    told = draw.choice(REALISERS[flow_language(source.flow)].announcements(option.target, kind))
    return told if option.target or kind == "end" else ""


def _kind(flow: Flow, node_id: str) -> str:
    """What stands at or behind a node: `decision`, `action` or `end`."""
    kind = flow.speaking(node_id).kind
    return "end" if kind in FINAL else "decision" if kind == "decision" else "action"


def step_behind(example: Example) -> str:
    """The text of the step that the bot comes to; its own question where it stays."""
    if example.move == STAY:
        return node_text(example.flow.nodes[example.node])
    edge = next(edge for edge in example.flow.out(example.node) if edge.id == example.move)
    return target_text(example.flow, edge.target)
