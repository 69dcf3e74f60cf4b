"""What is trained is what is decoded."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.decode.backbone import Backbone
from flowdial.decode.query import Query
from flowdial.training.passes import decision_loss, item_scores, losses
from flowdial.training.rows import Row, decision_sample, joined, packed, text_task
from tests.decode.models import FAMILIES, tiny, wrap

LENGTH = 96
_tokens = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(tuple)
_branches = st.lists(_tokens, min_size=2, max_size=4, unique=True).filter(
    lambda found: not any(a != b and b[: len(a)] == a for a, b in itertools.permutations(found, 2))
)


def _row(*tasks):
    (row,) = packed(tasks, LENGTH)
    return row


def _task(sample):
    (task,) = joined([sample], LENGTH)
    return task


@pytest.mark.parametrize("family", FAMILIES)
@given(prefix=_tokens, stems=_branches, ending=_tokens, endings=_branches, line=_tokens)
@settings(max_examples=8, deadline=None)
def test_a_row_scores_each_task_as_decoding_does(family, prefix, stems, ending, endings, line):
    """Tasks of a row do not see one another, and their scores are those of the model behind the protocol."""
    model = wrap(tiny(family))
    queries = [
        Query(prefix, tuple(stems), (ending,) * len(stems), "vocabulary"),
        Query(prefix, ((),) * len(endings), tuple(endings), "siblings"),
    ]
    tasks = [_task(decision_sample(query, frozenset({0}), denied=False)) for query in queries]
    found = item_scores(Backbone(tiny(family)), _row(*tasks, text_task(prefix, line)), LENGTH)
    wanted = [[sum(branch) for branch in scores] for scores in model.score_all(queries)]
    wanted.append([sum(model.score(prefix, [line])[0])])
    for got, want in zip(found, wanted, strict=True):
        assert got.tolist() == pytest.approx(want, abs=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
@given(prefix=_tokens, stems=_branches, endings=st.lists(_tokens, min_size=2, max_size=4))
@settings(max_examples=8, deadline=None)
def test_decisions_that_begin_alike_score_together_as_each_alone(family, prefix, stems, endings):
    """What several people say to one question is read in one tree, or in several where a row is too short for it."""
    queries = [Query(prefix, tuple(stems), (ending,) * len(stems), "vocabulary") for ending in endings]
    samples = [decision_sample(query, frozenset({at % 2}), denied=False) for at, query in enumerate(queries)]
    backbone = Backbone(tiny(family))
    alone = [item_scores(backbone, _row(_task(sample)), LENGTH)[0].tolist() for sample in samples]
    for length in (LENGTH, 30):
        together = [item for task in joined(samples, length) for item in item_scores(backbone, _row(task), LENGTH)]
        for found, want in zip(together, alone, strict=True):
            assert found.tolist() == pytest.approx(want, abs=1e-3)
    assert [item.gold for task in joined(samples, 30) for item in task.items] == [each.item.gold for each in samples]
    (whole,) = joined(samples, LENGTH)
    assert len(whole.tree.tokens) < sum(len(_task(sample).tree.tokens) for sample in samples)


def test_a_verdict_is_scored_by_its_odds_and_staying_is_even():
    """Behind each stem the model says how much likelier the one ending is than the other."""
    query = Query((1, 2), ((3,), (4,), (3,), (4,)), ((5, 6), (5, 6), (5, 7), (5, 7)), "siblings")
    sample = decision_sample(query, frozenset(), denied=True)
    (scores,) = item_scores(Backbone(tiny("llama")), _row(_task(sample)), LENGTH)
    (sums,) = [[sum(branch) for branch in found] for found in wrap(tiny("llama")).score_all([query])]
    assert scores.tolist() == pytest.approx([sums[0] - sums[2], sums[1] - sums[3], 0.0], abs=1e-4)
    assert float(decision_loss(sample.item, scores)) == pytest.approx(-float(scores.log_softmax(0)[-1]))


def test_all_that_is_right_counts():
    """Where two options lead to the right step, their shares are added."""
    query = Query((1,), ((2,), (3,), (4,)), ((5,), (5,), (5,)), "vocabulary")
    scores = torch.tensor([0.0, 0.0, 0.0])
    item = decision_sample(query, frozenset({0, 2}), denied=False).item
    assert float(decision_loss(item, scores)) == pytest.approx(0.4055, abs=1e-3)


def test_the_loss_has_gradients_everywhere_and_none_is_infinite():
    """What fills a row up does no harm."""
    model = tiny("llama")
    query = Query((1,), ((2,), (3,)), ((5, 6), (5, 6)), "vocabulary")
    row = _row(_task(decision_sample(query, frozenset({1}), denied=False)), text_task((1, 2), (3, 4)))
    found = losses(Backbone(model), row, LENGTH)
    (found.decisions + found.tokens).backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    assert (found.decided, found.written) == (1, 2)
    assert gradients
    assert all(bool(torch.isfinite(g).all()) for g in gradients)
    model.zero_grad()


def test_rows_are_filled_where_there_is_room():
    """No task is split; the fullest row that has room takes it."""
    tasks = [text_task((1,), (2,) * size) for size in (40, 50, 60, 30, 6)]
    rows = list(packed(tasks, LENGTH))
    assert [[begin for _, begin in row.tasks] for row in rows] == [[0, 40, 90], [0, 60]]
    assert all(isinstance(row, Row) and len(row.forest(LENGTH).tokens) == LENGTH for row in rows)
