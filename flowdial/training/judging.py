"""Fit the linear layer on what was kept out.  model + decisions -> its weights, what is right with them.

The decisions are scored in rows, as they are learnt, which is several times as fast as one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import torch

from flowdial.dataset.decisions import Decision, asked
from flowdial.decode.backbone import Backbone
from flowdial.decode.causal import CausalModel
from flowdial.decode.cues import says_nothing
from flowdial.decode.decider import FEATURES, POINTED, Asked, features
from flowdial.decode.store import Progress, silent
from flowdial.training import processes, tasks
from flowdial.training.calibration import Judged, fit
from flowdial.training.passes import item_scores
from flowdial.training.rows import packed
from flowdial.training.samples import alike, fitting
from flowdial.training.settings import Settings


def calibrated(
    backbone: Backbone,
    reader: CausalModel,
    judged: Sequence[Decision],
    settings: Settings,
    report: Progress = silent,
) -> tuple[dict[str, dict[str, float]], list[bool]]:
    """Weights of the linear layer by language and feature, and whether each decision that the model reads is right with
    them.

    Of several processes each reads its share of the decisions.
    """
    share = list(alike(judged, settings.together))[processes.place() :: processes.count()]
    read = _read(backbone, reader, share, settings, report)
    found: dict[str, list[Judged]] = {}
    for group in processes.gathered(read):
        for lang, each in group:
            found.setdefault(lang, []).append(each)
    weights = {lang: fit(rows, near={"model": 1.0, "pointed": POINTED}) for lang, rows in found.items()}
    right = [_best(rows, weights[lang]) in gold for lang, all_ in found.items() for rows, gold in all_]
    return {lang: dict(zip(FEATURES, each, strict=True)) for lang, each in weights.items()}, right


@torch.inference_mode()
def _read(
    backbone: Backbone, reader: CausalModel, groups: Sequence[Sequence[Decision]], settings: Settings, report: Progress
) -> list[list[tuple[str, Judged]]]:
    """Of every group its decisions' languages, features and right options; those that are not put to the model, and
    those longer than a row, are left out.
    """
    whose: dict[int, list[tuple[int, Decision]]] = {}
    made = []
    for at, group in enumerate(groups):
        some = [each for each in group if _put_to_the_model(asked(each, settings.layout))]
        left = iter(some)
        for task in tasks.decisions(reader, some, settings.layout, settings.length) if some else ():
            whose[id(task)] = [(at, each) for each in islice(left, len(task.items))]
            made.append(task)
    rows = list(packed(fitting(made, settings.length, silent), settings.length))
    read: list[list[tuple[str, Judged]]] = [[] for _ in groups]
    for number, row in enumerate(rows):
        report("weighing the words against the model", number / len(rows))
        put = [found for task, _ in row.tasks for found in whose[id(task)]]
        for (at, each), scores in zip(put, item_scores(backbone, row, settings.length), strict=True):
            given = scores.float()
            found = features(asked(each, settings.layout), (given - given.max()).tolist())
            read[at].append((each.lang, (found, sorted(each.gold) or [len(each.names)])))
    return read


def _put_to_the_model(wanted: Asked) -> bool:
    return not says_nothing(wanted.options, wanted.said)


def _best(rows: Sequence[Sequence[float]], weights: Sequence[float]) -> int:
    scores = [sum(w * x for w, x in zip(weights, row, strict=True)) for row in rows]
    return scores.index(max(scores))
