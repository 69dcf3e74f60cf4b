"""What an adapter learns from, one flow after the other.  diagrams with sayings, data files -> Courses.

A course is split off for validation as a whole. Knows flows and data; knows no models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from flowdial.dataset.decisions import Decision, decision_of, decision_of_tuple
from flowdial.dataset.dialogues import read_dialogues
from flowdial.dataset.examples import Source, examples, sources, step_behind
from flowdial.dataset.pfdial import Chart, FiveTuple, read_chart, read_pfdial
from flowdial.dataset.utterances import STAYING
from flowdial.errors import SourceError
from flowdial.session.options import flow_language, node_text


@dataclass(frozen=True, slots=True)
class Lesson:
    """One turn: its decision (None where one way leads on), and the answer to the user's words at the step behind."""

    decision: Decision | None
    user: str
    step: str
    robot: str


class Course(Protocol):
    """All lessons of one flow."""

    @property
    def name(self) -> str:
        """Tells courses apart."""
        ...

    @property
    def lang(self) -> str:
        """`zh` or `en`."""
        ...

    @property
    def text(self) -> str:
        """All that it is made of, for a hash."""
        ...

    @property
    def asides(self) -> Sequence[str]:
        """What was said off the topic."""
        ...

    def lessons(self, per_edge: int, draw: Random, asides: Sequence[str]) -> Iterator[Lesson]:
        """The lessons of an epoch; `per_edge` sentences are realised, `asides` are off the topic anywhere."""
        ...


@dataclass(frozen=True, slots=True)
class FlowCourse:
    """A diagram with what people said at its steps."""

    source: Source

    @property
    def name(self) -> str:
        """The file's name."""
        return self.source.name

    @property
    def lang(self) -> str:
        """The flow's language."""
        return flow_language(self.source.flow)

    @property
    def text(self) -> str:
        """The diagram and the sayings."""
        return repr((self.source.text, [(s.step, s.move, s.user, s.robot) for s in self.source.sayings]))

    @property
    def asides(self) -> Sequence[str]:
        """What was said off the topic."""
        return [saying.user for saying in self.source.sayings if saying.move == STAYING]

    def lessons(self, per_edge: int, draw: Random, asides: Sequence[str]) -> Iterator[Lesson]:
        """See `Course.lessons`."""
        for example in examples(self.source, per_edge=per_edge, draw=draw, asides=asides):
            yield Lesson(decision_of(example), example.user, step_behind(example), example.robot)


@dataclass(frozen=True, slots=True)
class TupleCourse:
    """The five-tuples of one chart."""

    name: str
    chart: Chart
    tuples: tuple[FiveTuple, ...]

    @property
    def lang(self) -> str:
        """The chart's language."""
        return flow_language(self.chart.flow)

    @property
    def text(self) -> str:
        """The chart and what is said."""
        return repr(self.tuples)

    @property
    def asides(self) -> Sequence[str]:
        """What was said where the state did not change."""
        return [each.user_input for each in self.tuples if each.next_state == each.current_state]

    def lessons(self, per_edge: int, draw: Random, asides: Sequence[str]) -> Iterator[Lesson]:  # noqa: ARG002
        """The five-tuples as they are; nothing is realised."""
        for each in self.tuples:
            step = next((node_text(self.chart.flow.nodes[n]) for n in self.chart.candidates(each.next_state)), "")
            yield Lesson(decision_of_tuple(each, self.chart), each.user_input, step, each.robot_output)


_READERS: dict[str, Callable[[Path], Iterable[FiveTuple]]] = {".json": read_pfdial, ".jsonl": read_dialogues}


def courses(places: Sequence[Path]) -> tuple[Course, ...]:
    """The courses of diagrams, folders of diagrams, PFDial files (*.json) and dialogues (*.jsonl).

    Raises SourceError, NotationError.
    """
    flows = [place for place in places if place.suffix not in _READERS]
    found: list[Course] = [FlowCourse(source) for source in (sources(flows) if flows else ())]
    for place in places:
        if place.suffix in _READERS:
            found += _charts(place)
    return tuple(found)


def _charts(file: Path) -> Iterator[TupleCourse]:
    by_chart: dict[str, list[FiveTuple]] = {}
    for each in _READERS[file.suffix](file):
        by_chart.setdefault(each.flowchart, []).append(each)
    if not by_chart:
        raise SourceError(f"{file}: the data set is empty", hint="make one with `flowdial data`")
    for tuples in by_chart.values():
        name = f"{file.stem}:{tuples[0].id.partition('_')[0]}"
        yield TupleCourse(name, read_chart(tuples[0]), tuple(tuples))
