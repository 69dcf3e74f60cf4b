"""What is kept out is judged in rows as it is by the engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flowdial.dataset.courses import courses
from flowdial.dataset.decisions import asked
from flowdial.decode.causal import CausalModel
from flowdial.decode.cues import says_nothing
from flowdial.decode.decider import FEATURES, evidence, features
from flowdial.decode.loader import load
from flowdial.training import judging
from flowdial.training.samples import alike, said
from flowdial.training.settings import Settings

FILES = sorted((Path(__file__).parents[2] / "flows" / "train" / "en").glob("*.puml"))[:2]


@pytest.mark.parametrize("layout", ["verdict", "channel"])
def test_decisions_in_rows_have_the_features_that_they_have_alone(layout):
    """Each its own, in whatever row it stands; one that chooses nothing is left out."""
    reader, settings = CausalModel(load(dtype="float32")), replace(Settings(), layout=layout, together=3)
    kept = [found.decision for found in said(courses(FILES)) if found.decision][:20]
    kept.append(replace(kept[0], user="ok", names=("red", "blue"), targets=("", "")))
    groups = list(alike(kept, settings.together))
    read = judging._read(reader._backbone, reader, groups, settings, lambda *_: None)
    for group, found in zip(groups, read, strict=True):
        put = [(each, asked(each, layout)) for each in group]
        put = [(each, wanted) for each, wanted in put if not says_nothing(wanted.options, wanted.said)]
        assert len(put) == len(found)
        for (each, wanted), (lang, (rows, gold)) in zip(put, found, strict=True):
            assert (lang, gold) == (each.lang, sorted(each.gold) or [len(each.names)])
            for row, alone in zip(rows, features(wanted, evidence(reader, wanted)), strict=True):
                assert row == pytest.approx(alone, abs=1e-3)
    assert sum(map(len, read)) == len(kept) - 1
    weights, right = judging.calibrated(reader._backbone, reader, kept, settings)
    assert len(right) == len(kept) - 1
    assert set(weights) == {"en"}
    assert set(weights["en"]) == set(FEATURES)
