"""Tune an adapter on flows.  flows + model -> adapter folder.  Puts the parts of this package together."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flowdial.dataset.courses import Course
from flowdial.decode.adapter import tokenizer_hash
from flowdial.decode.causal import CausalModel
from flowdial.decode.loader import LoadedModel
from flowdial.decode.store import Progress
from flowdial.errors import ModelError, SourceError
from flowdial.resources import code_hash
from flowdial.session import prompt
from flowdial.training import adapter, begun, processes
from flowdial.training.compiling import compiled
from flowdial.training.judging import calibrated
from flowdial.training.model import RowModel, Weighing, adapted, average, learnable, merged
from flowdial.training.refit import Learnt, put_on, taken_off
from flowdial.training.rows import Item, packed
from flowdial.training.samples import all_tasks, checks, fitting, said, split
from flowdial.training.settings import RANK, Settings
from flowdial.training.trainer import train
from flowdial.training.words import give

#: The packages that make the rows of flows.
_MAKE_ROWS = ("constraint", "dataset", "decode", "flow", "session", "training")


def _going_on(settings: Settings, loaded: LoadedModel) -> Settings:
    """The settings in the layout, and unless they say another in the rank, of the adapter that is trained further.

    Raises ModelError where weights of an adapter are to be kept and there is none.
    """
    if loaded.adapter_name is None:
        if settings.keep:
            hint = "give the adapter to train further by --adapter, or leave --keep out"
            raise ModelError("a new adapter has no earlier weights to keep", hint=hint)
        return replace(settings, rank=settings.rank or RANK)
    return replace(settings, rank=settings.rank or _rank(loaded), layout=loaded.skill.layout)


def _rank(loaded: LoadedModel) -> int:
    found: int = loaded.model.peft_config["default"].r  # type: ignore[union-attr]
    return found


def _refitted(loaded: LoadedModel, settings: Settings) -> tuple[LoadedModel, Learnt | None]:
    """An adapter that is to have another rank, or words that it lacks, taken off, and what it has learnt."""
    same = loaded.adapter_name is None or (settings.rank == _rank(loaded) and (loaded.words or not settings.words))
    return (loaded, None) if same else taken_off(loaded)


def tune(
    loaded: LoadedModel, found: Sequence[Course], out: Path, settings: Settings, *, resume: bool, report: Progress
) -> dict[str, Any]:
    """Train on `found` and write the adapter to `out`; its manifest. Raises SourceError, ModelError, AdapterError.

    With a model that was opened with an adapter, unmerged, that one is trained further, in its own layout, and in its
    own rank unless the settings say another.
    Checkpoints lie in `out` with `.work` behind its name until the adapter is written; with `resume` they are taken up.
    Of several processes that train together the first one writes, and the others give an empty manifest.
    """
    adapter.may_be_written(out)
    settings = _going_on(settings, loaded)
    if str(loaded.dtype) == "torch.float16":
        raise ModelError("float16 is too narrow to train in", hint="give --dtype bfloat16 or float32")
    work = out.with_name(f"{out.name}.work")
    made_of = _made_of(loaded, found, settings)
    begun.may_go_on(work, made_of, resume=resume)
    loaded, earlier = _refitted(loaded, settings)
    words = loaded.words or give(loaded, settings.words)
    training, kept = split(found, settings.validation, settings.pace.seed)
    reader = CausalModel(loaded)
    report("writing the samples", None)
    epochs = list(all_tasks(reader, training, settings, loaded.adapter_hash))
    unlearnt = list(said(kept))
    if not any(item.gold is not None for epoch in epochs for task in epoch for item in task.items):
        raise SourceError("the flows have no decisions to learn from", hint="give flows with `if`, `switch` or loops")
    rows = [row for epoch in epochs for row in packed(fitting(epoch, settings.length, report), settings.length)]
    judging = list(packed(fitting(list(checks(reader, unlearnt, settings)), settings.length, report), settings.length))
    if not any(item.gold is not None for row in rows for item in row.items):
        hint = "give a greater --length, or shorten the labels"
        raise SourceError(f"every decision is longer than {settings.length} tokens", hint=hint)
    model = RowModel(
        adapted(loaded, settings.rank, settings.pace.seed, words),
        Weighing.of(rows, settings.text_weight),
        settings.length,
        loaded.dtype,
    )
    if earlier:
        put_on(model.adapted, earlier)
    if processes.leads():
        begun.mark(work, made_of)
    before = learnable(model.adapted)
    with contextlib.nullcontext() if loaded.quantized else compiled(model, len(rows), report):
        log = train(model, rows, judging, work, settings.pace, resume=resume, report=report)
    processes.take_over(each for each in model.parameters() if each.requires_grad)
    average(model.adapted, before, settings.keep)
    model.eval()
    judged = [lesson.decision for lesson in unlearnt if lesson.decision]
    with contextlib.nullcontext() if loaded.quantized else merged(model.adapted):
        weights, validated = calibrated(model.backbone, reader, judged, settings, report)
    if not processes.leads():
        return {}
    learnt = [item for row in rows for item in row.items]
    manifest = _manifest(loaded, found, settings, words, learnt, kept, validated, weights, out.name)
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


def _manifest(
    loaded: LoadedModel,
    found: Sequence[Course],
    settings: Settings,
    words: Sequence[str],
    learnt: Sequence[Item],
    kept: Sequence[Course],
    validated: Sequence[bool],
    weights: dict[str, dict[str, float]],
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
        "weights": weights,
        "replies": len(learnt) > decisions,
        "words": list(words),
        "metrics": {
            "validation_accuracy": round(accuracy, 4) if validated else None,
            "validation_decisions": len(validated),
        },
        "card": {
            "name": name,
            "base": loaded.source.name,
            "rank": settings.rank,
            "flows": len(found),
            "languages": ", ".join(f"{count} {lang}" for lang, count in sorted(languages.items())),
            "samples": decisions,
            "replies": len(learnt) - decisions,
            "validated": len(validated),
            "validation_flows": len(kept),
            "accuracy": accuracy,
            "layout": settings.layout,
            "words": f", with {len(words):,} Chinese words as tokens of their own" if words else "",
            "begun": f", begun with an earlier adapter ({loaded.adapter_name})" if loaded.adapter_name else "",
        },
    }


def data_hash(found: Sequence[Course]) -> str:
    """SHA-256 (hex) of the flows and all that was said."""
    return hashlib.sha256("\n".join(course.text for course in found).encode("utf-8", "surrogatepass")).hexdigest()
