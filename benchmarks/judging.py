"""Judge many decisions at once, by an adapter that decides by verdicts.  decisions -> which are right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch

from flowdial.dataset.decisions import Decision, asked
from flowdial.decode.backbone import Backbone
from flowdial.decode.causal import CausalModel
from flowdial.decode.cues import says_nothing
from flowdial.decode.decider import weighed
from flowdial.training import tasks
from flowdial.training.passes import item_scores
from flowdial.training.rows import packed
from flowdial.training.samples import alike
from flowdial.training.settings import Settings


def judged(model: CausalModel, found: Iterable[Decision]) -> Iterator[tuple[Decision, bool]]:
    """Whether the likeliest move is the one that is meant, in any order; what is said to one question is read in one
    tree. Words that choose nothing are left out, for no model is asked.
    """
    settings, made = Settings(), []
    of: dict[int, Decision] = {}
    put = (each for each in found if not says_nothing(each.names, each.user))
    for some in alike(put, settings.together):
        read = tasks.decisions(model, some, "verdict", settings.length)
        made += read
        of |= zip((id(item) for task in read for item in task.items), some, strict=True)
    backbone = Backbone(model.transformer)
    for row in packed(made, settings.length):
        with torch.inference_mode():
            scored = item_scores(backbone, row, settings.length)
        for item, scores in zip(row.items, scored, strict=True):
            each = of[id(item)]
            shares = weighed(model, asked(each, "verdict"), (scores - scores.max()).tolist())
            yield each, shares.index(max(shares)) in (each.gold or {len(each.names)})
