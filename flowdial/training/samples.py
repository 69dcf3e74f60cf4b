"""What is learnt, and what it is judged by.  flows + settings -> tasks of every epoch, flows kept out, decisions."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from flowdial.dataset.courses import Course, Lesson
from flowdial.dataset.decisions import Decision
from flowdial.dataset.realise import distinct_of
from flowdial.dataset.vary import typed, varied
from flowdial.decode.causal import CausalModel
from flowdial.decode.store import Progress
from flowdial.training import tasks
from flowdial.training.rows import Task
from flowdial.training.settings import Settings

#: Decisions, and answers, by which a training is validated on its way.
_CHECKED = 2000


def split(found: Sequence[Course], share: float, seed: int) -> tuple[list[Course], list[Course]]:
    """Flows to train on, and flows kept out; the same for a seed.

    A flow whose name hashes below the share is kept out whatever stands beside it, so that a training that goes on with
    more flows learns none that was kept out before; where these are fewer than the share, the next ones are as well.
    """
    places = [_place(course.name, seed) for course in found]
    count = max(round(len(found) * share), sum(place < share for place in places))
    order = sorted(range(len(found)), key=places.__getitem__)
    kept = set(order[: min(count, max(0, len(found) - 1))])
    return [c for at, c in enumerate(found) if at not in kept], [c for at, c in enumerate(found) if at in kept]


def _place(name: str, seed: int) -> float:
    """Where a flow stands between 0 and 1, by its name's hash."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8]) / 2**64


def said(found: Sequence[Course]) -> Iterator[Lesson]:
    """What people said, without what is realised; of a flow with which nothing is said, what is realised."""
    for course in found:
        yield from list(course.lessons(0, Random(0), ())) or course.lessons(1, Random(course.name), ())


def fitting(tasks: Sequence[Task], length: int, report: Progress) -> list[Task]:
    """Those that a row has room for; how many it has not is told."""
    short = [task for task in tasks if len(task.tree.tokens) <= length]
    if len(short) < len(tasks):
        report(f"left out as longer than a row: {len(tasks) - len(short):,} of {len(tasks):,} samples", None)
    return short


def all_tasks(
    reader: CausalModel, training: Sequence[Course], settings: Settings, begun_with: str | None
) -> Iterator[list[Task]]:
    """The tasks of every epoch; of the last one only a part, where their number is no whole one.

    Each epoch realises other sentences in another order, and so does a training that goes on from an adapter, whose
    hash is `begun_with`: part of an epoch would else be the part that the adapter has learnt.
    """
    begun = [begun_with] if begun_with else []
    for epoch in range(math.ceil(settings.epochs)):
        draw = Random("-".join(map(str, (settings.pace.seed, epoch, *begun))))
        yield list(epoch_tasks(reader, training, settings, draw, min(1.0, settings.epochs - epoch)))


def epoch_tasks(
    reader: CausalModel, training: Sequence[Course], settings: Settings, draw: Random, share: float = 1.0
) -> Iterator[Task]:
    """The tasks of `share` of an epoch in the order in which they are learnt."""
    said_off: dict[str, list[str]] = {}
    for course in training:
        said_off.setdefault(course.lang, []).extend(course.asides)
    off = {lang: distinct_of(found) for lang, found in said_off.items()}
    lessons = [found for course in training for found in course.lessons(settings.per_edge, draw, off[course.lang])]
    if settings.samples is not None:
        lessons = Random(settings.pace.seed).sample(lessons, min(settings.samples, len(lessons)))
    answered = [found for found in lessons if found.robot and draw.random() < settings.replies]
    decisions = [found.decision for found in lessons if found.decision]
    units: list[list[Decision] | Lesson] = [*alike(decisions, settings.together, draw), *answered]
    draw.shuffle(units)
    for unit in units[: math.ceil(len(units) * share)]:
        if isinstance(unit, Lesson):
            yield tasks.reply(reader, unit.user, unit.step, unit.robot)
            continue
        change = draw.random()
        some = [typed(varied(each, Random(change)), draw) for each in unit]
        yield from tasks.decisions(reader, some, settings.layout, settings.length)


def checks(reader: CausalModel, kept: Sequence[Lesson], settings: Settings) -> Iterator[Task]:
    """The tasks by which the training is validated: decisions, and the share of the answers that is learnt.

    Of each no more than some 2,000, drawn from all, for a training is validated several times.
    """
    draw = Random(settings.pace.seed)
    answered = [found for found in kept if found.robot and draw.random() < settings.replies]
    groups = list(alike((found.decision for found in kept if found.decision), settings.together))
    left = _CHECKED
    for some in draw.sample(groups, len(groups)):
        if left > 0:
            yield from tasks.decisions(reader, some, settings.layout, settings.length)
            left -= len(some)
    for found in draw.sample(answered, min(_CHECKED, len(answered))):
        yield tasks.reply(reader, found.user, found.step, found.robot)


def alike(decisions: Iterable[Decision], most: int, draw: Random | None = None) -> Iterator[list[Decision]]:
    """What is said to the same question, in lists of at most so many; mixed with `draw`."""
    found: dict[tuple[object, ...], list[Decision]] = {}
    for each in decisions:
        found.setdefault((each.chart, each.question, each.names, each.targets), []).append(each)
    for same in found.values():
        if draw:
            draw.shuffle(same)
        yield from (same[at : at + most] for at in range(0, len(same), most))
