"""Tune an adapter on flows.  flows + model -> adapter folder.  Puts the parts of this package together."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

from flowdial.dataset.courses import Course, Lesson
from flowdial.dataset.decisions import Decision, asked
from flowdial.dataset.vary import varied
from flowdial.decode.causal import CausalModel
from flowdial.decode.decider import FEATURES, POINTED, evidence, features
from flowdial.decode.loader import LoadedModel, tokenizer_hash
from flowdial.decode.store import Progress
from flowdial.errors import AdapterError, ModelError, PromptTooLong, SourceError
from flowdial.resources import code_hash
from flowdial.session import prompt
from flowdial.training import adapter, processes, tasks
from flowdial.training.calibration import Judged, fit
from flowdial.training.model import RowModel, Weighing, adapted, average, learnable
from flowdial.training.rows import Item, Task, packed
from flowdial.training.trainer import Pace, train

#: What a training is made of, beside its checkpoints.
_MADE_OF = "training.json"
_PART = f"{_MADE_OF}.part"
#: The packages that make the rows of flows.
_MAKE_ROWS = ("constraint", "dataset", "decode", "flow", "session", "training")


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen. `epochs` may be a fraction, `length` is the tokens of a row, `together` how many sayings to
    one question are learnt in one tree, `samples` how many turns an epoch takes (None for all), `per_edge` the realised
    sentences of an edge and epoch, `replies` the share of turns whose answer is learnt as well, `text` how much that
    counts, `keep` the share of an adapter that is trained further in the average with what came out.
    """

    rank: int = 16
    epochs: float = 1.15
    length: int = 1024
    together: int = 8
    samples: int | None = None
    per_edge: int = 1
    replies: float = 0.15
    text: float = 0.25
    validation: float = 0.03
    layout: str = "verdict"
    keep: float = 0.0
    pace: Pace = field(default_factory=Pace)


def _going_on(settings: Settings, loaded: LoadedModel) -> Settings:
    """The settings in the rank and layout of the adapter with which the model was opened, where it was with one.

    Raises ModelError where weights of an adapter are to be kept and there is none.
    """
    if loaded.adapter_name is None:
        if settings.keep:
            hint = "give the adapter to train further by --adapter, or leave --keep out"
            raise ModelError("a new adapter has no earlier weights to keep", hint=hint)
        return settings
    rank = loaded.model.peft_config["default"].r  # type: ignore[union-attr]
    return replace(settings, rank=rank, layout=loaded.skill.layout)


def tune(
    loaded: LoadedModel, found: Sequence[Course], out: Path, settings: Settings, *, resume: bool, report: Progress
) -> dict[str, Any]:
    """Train on `found` and write the adapter to `out`; its manifest. Raises SourceError, ModelError, AdapterError.

    With a model that was opened with an adapter, unmerged, that one is trained further, in its own rank and layout.
    Checkpoints lie in `out` with `.work` behind its name until the adapter is written; with `resume` they are taken up.
    Of several processes that train together the first one writes, and the others give an empty manifest.
    """
    adapter.may_be_written(out)
    settings = _going_on(settings, loaded)
    if str(loaded.dtype) == "torch.float16":
        raise ModelError("float16 is too narrow to train in", hint="give --dtype bfloat16 or float32")
    work = out.with_name(f"{out.name}.work")
    made_of = _made_of(loaded, found, settings)
    _begun(work, made_of, resume=resume)
    training, kept = split(found, settings.validation, settings.pace.seed)
    reader = CausalModel(loaded)
    report("writing the samples", None)
    epochs = list(all_tasks(reader, training, settings, loaded.adapter_hash))
    judged = [lesson.decision for lesson in said(kept) if lesson.decision]
    if not any(item.gold is not None for epoch in epochs for task in epoch for item in task.items):
        raise SourceError("the flows have no decisions to learn from", hint="give flows with `if`, `switch` or loops")
    rows = [row for epoch in epochs for row in packed(_fitting(epoch, settings.length, report), settings.length)]
    checks = _fitting(list(_checks(reader, judged, settings)), settings.length, report)
    if not any(item.gold is not None for row in rows for item in row.items):
        hint = "give a greater --length, or shorten the labels"
        raise SourceError(f"every decision is longer than {settings.length} tokens", hint=hint)
    model = RowModel(
        adapted(loaded, settings.rank, settings.pace.seed),
        Weighing.of(rows, settings.text),
        settings.length,
        loaded.dtype,
    )
    if processes.leads():
        _mark(work, made_of)
    before = learnable(model.adapted)
    log = train(model, rows, list(packed(checks, settings.length)), work, settings.pace, resume=resume, report=report)
    if not processes.leads():
        return {}
    average(model.adapted, before, settings.keep)
    report("weighing the words against the model", None)
    model.eval()
    weights, validated = calibrated(CausalModel(loaded), judged, settings.layout)
    learnt = [item for row in rows for item in row.items]
    manifest = _manifest(loaded, found, settings, learnt, kept, validated, weights, out.name)
    adapter.write(model.adapted, out, manifest, log)
    shutil.rmtree(work, ignore_errors=True)
    return manifest


def _made_of(loaded: LoadedModel, found: Sequence[Course], settings: Settings) -> dict[str, Any]:
    """What must be the same where a training goes on."""
    return {
        "base": [loaded.source.name, loaded.source.fingerprint, str(loaded.dtype), loaded.quantized],
        "adapter to begin with": loaded.adapter_hash,
        "code": code_hash(*_MAKE_ROWS),
        "data": data_hash(found),
        "settings": asdict(settings),
    }


def _begun(work: Path, made_of: Mapping[str, Any], *, resume: bool) -> None:
    """Raises AdapterError where a training was begun that is not to go on, or was made of something else."""
    found = {file.name for file in work.iterdir()} if work.is_dir() else {work.name} if work.exists() else set()
    if found - {_PART} and _MADE_OF not in found:  # a kill may leave the part behind
        raise AdapterError(f"{work} is not the folder of a training", hint="move it away, or give another --out")
    if not any(work.glob("checkpoint-*")):
        return
    if not resume and processes.leads():
        message = f"{work} holds a training that was not finished"
        raise AdapterError(message, hint=f"go on with --resume, or remove {work}")
    try:
        before = json.loads((work / _MADE_OF).read_text("utf-8"))
    except (OSError, ValueError) as error:
        message = f"{work / _MADE_OF} cannot be read: {error}"
        raise AdapterError(message, hint=f"remove {work} to begin anew") from None
    if other := [name for name, value in made_of.items() if before.get(name) != value]:
        hint = "give the same flows, base and options, or remove the folder to begin anew"
        raise AdapterError(f"{work} was begun with other {' and '.join(other)}", hint=hint)


def _mark(work: Path, made_of: Mapping[str, Any]) -> None:
    """Say what the training is made of, in a file that appears whole. Raises AdapterError."""
    part = work / _PART
    try:
        work.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(made_of, indent=2) + "\n", "utf-8")
        part.replace(work / _MADE_OF)
    except OSError as error:
        raise AdapterError(f"{work}: cannot be written: {error.strerror}", hint="make room and run again") from None


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


def _fitting(tasks: Sequence[Task], length: int, report: Progress) -> list[Task]:
    fitting = [task for task in tasks if len(task.tree.tokens) <= length]
    if len(fitting) < len(tasks):
        report(f"left out as longer than a row: {len(tasks) - len(fitting):,} of {len(tasks):,} samples", None)
    return fitting


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
    off: dict[str, list[str]] = {}
    for course in training:
        off.setdefault(course.lang, []).extend(course.asides)
    lessons = [found for course in training for found in course.lessons(settings.per_edge, draw, off[course.lang])]
    if settings.samples is not None:
        lessons = Random(settings.pace.seed).sample(lessons, min(settings.samples, len(lessons)))
    answered = [found for found in lessons if found.robot and draw.random() < settings.replies]
    decisions = [found.decision for found in lessons if found.decision]
    units: list[list[Decision] | Lesson] = [*_alike(decisions, settings.together, draw), *answered]
    draw.shuffle(units)
    for unit in units[: math.ceil(len(units) * share)]:
        if isinstance(unit, Lesson):
            yield tasks.reply(reader, unit.user, unit.step, unit.robot)
            continue
        change = draw.random()
        some = [varied(each, Random(change)) for each in unit]
        yield from tasks.decisions(reader, some, settings.layout, settings.length)


def _checks(reader: CausalModel, judged: Iterable[Decision], settings: Settings) -> Iterator[Task]:
    """The tasks by which the training is validated."""
    for some in _alike(judged, settings.together):
        yield from tasks.decisions(reader, some, settings.layout, settings.length)


def _alike(decisions: Iterable[Decision], most: int, draw: Random | None = None) -> Iterator[list[Decision]]:
    """What is said to the same question, in lists of at most so many; mixed with `draw`."""
    alike: dict[tuple[object, ...], list[Decision]] = {}
    for each in decisions:
        alike.setdefault((each.chart, each.question, each.names, each.targets), []).append(each)
    for same in alike.values():
        if draw:
            draw.shuffle(same)
        yield from (same[at : at + most] for at in range(0, len(same), most))


def calibrated(
    model: CausalModel, judged: Sequence[Decision], layout: str
) -> tuple[dict[str, list[float]], list[bool]]:
    """Weights of the linear layer by language, and whether each decision that the model can read is right with them."""
    found: dict[str, list[Judged]] = {}
    for d in judged:
        wanted = asked(d, layout)
        try:
            rows = features(wanted, evidence(model, wanted))
        except PromptTooLong:
            continue
        found.setdefault(d.lang, []).append((rows, sorted(d.gold) or [len(d.names)]))
    weights = {lang: fit(rows, near={"model": 1.0, "pointed": POINTED}) for lang, rows in found.items()}
    return weights, [_best(rows, weights[lang]) in gold for lang, all_ in found.items() for rows, gold in all_]


def _best(rows: Sequence[Sequence[float]], weights: Sequence[float]) -> int:
    scores = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in rows]
    return scores.index(max(scores))


def _manifest(
    loaded: LoadedModel,
    found: Sequence[Course],
    settings: Settings,
    learnt: Sequence[Item],
    kept: Sequence[Course],
    validated: Sequence[bool],
    weights: dict[str, list[float]],
    name: str,
) -> dict[str, Any]:
    languages = Counter(course.lang for course in found)
    decisions = sum(item.gold is not None for item in learnt)
    accuracy = sum(validated) / max(1, len(validated))
    return {
        "layout": settings.layout,
        "prompt": prompt.VERSION,
        "base": loaded.source.name,
        "base_fingerprint": loaded.source.fingerprint,
        "tokenizer_hash": tokenizer_hash(loaded.tokenizer),
        "data_hash": data_hash(found),
        "begun_with": loaded.adapter_hash,
        "flowdial": version("flowdial"),
        "settings": asdict(settings),
        "weights": {lang: dict(zip(FEATURES, found, strict=True)) for lang, found in weights.items()},
        "replies": len(learnt) > decisions,
        "metrics": {
            "validation_accuracy": round(accuracy, 4) if validated else None,
            "validation_decisions": len(validated),
        },
        "card": {
            "name": name,
            "base": loaded.source.name,
            "rank": settings.rank,
            "flows": len(found) - len(kept),
            "languages": ", ".join(f"{count} {lang}" for lang, count in sorted(languages.items())),
            "samples": decisions,
            "replies": len(learnt) - decisions,
            "validated": len(validated),
            "validation_flows": len(kept),
            "accuracy": accuracy,
            "layout": settings.layout,
            "begun": f", begun with the adapter {loaded.adapter_name}" if loaded.adapter_name else "",
        },
    }


def data_hash(found: Sequence[Course]) -> str:
    """SHA-256 (hex) of the flows and all that was said."""
    return hashlib.sha256("\n".join(course.text for course in found).encode("utf-8", "surrogatepass")).hexdigest()
