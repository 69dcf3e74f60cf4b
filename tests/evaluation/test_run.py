"""Files become cases, methods judge them, and what was judged is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from flowdial.dataset.examples import examples, sources
from flowdial.dataset.journal import Journal
from flowdial.dataset.tuples import coded, five_tuples
from flowdial.decode.scripted import ScriptedModel
from flowdial.errors import PromptTooLong, SourceError
from flowdial.evaluation import run
from flowdial.evaluation.cases import flow_cases, pfdial_cases
from flowdial.evaluation.methods import by_model, by_overlap, by_writing, guided, plainly, writing
from flowdial.evaluation.run import Judge, evaluate, spread

FLOWS = sources([Path("flows/heldout/en")])[:3]
LOOP = """@startuml
start
repeat
:try;
repeat while (worked?) is (no) not (yes)
fork
:a;
fork again
:b;
end fork
stop
@enduml
"""


def quiet(*_told):
    return None


def tuples(source):
    return list(five_tuples(0, source.text, examples(source, per_edge=1, draw=Random(0))))


@pytest.mark.parametrize("source", FLOWS, ids=lambda source: source.name)
def test_the_gold_of_a_five_tuple_is_a_legal_move(source):
    """Sequential and decision cases are told apart by the state's node."""
    moving = [each for each in tuples(source) if each.next_state != each.current_state]
    cases = list(pfdial_cases(moving, "semantic"))
    assert all(case.gold for case in cases)
    assert {case.kind for case in cases} == {"sequential", "decision"}
    assert all(len(case.names) > 1 for case in cases if case.kind == "decision")


@pytest.mark.parametrize("form", ["B", "C"])
@pytest.mark.parametrize("source", FLOWS, ids=lambda source: source.name)
def test_a_case_is_the_same_in_every_format(source, form):
    """Codes are not what is asked."""
    plain = list(pfdial_cases(tuples(source), "semantic"))
    other = list(pfdial_cases([coded(each, source.flow, form) for each in tuples(source)], "semantic"))
    drawn = {"flowchart": "", "current": "", "codes": {}}
    assert [replace(case, **drawn) for case in other] == [replace(case, **drawn) for case in plain]
    assert {case.current for case in other} != {case.current for case in plain}


def _moves(edges, state):
    from flowdial.dataset.pfdial import FiveTuple

    (case,) = pfdial_cases([FiveTuple("1_0_0", LOOP, state, "x", "a", "")], edges)
    return set(zip(case.names, case.targets, strict=True)), case


def test_the_data_sets_convention_has_no_way_back_and_forks_in_turn():
    """The semantic one has both."""
    moves, case = _moves("semantic", "worked?")
    assert {target for _, target in moves} >= {"try"}
    assert case.backward
    moves, case = _moves("pfdial", "worked?")
    assert "try" not in {target for _, target in moves}
    assert not case.backward
    assert {target for _, target in _moves("pfdial", "a")[0]} == {"b"}


def test_what_was_judged_is_not_judged_again(tmp_path):
    """Also where the file ends in the middle of a line."""
    cases = list(flow_cases(FLOWS[:1]))
    model = ScriptedModel(likes={"yes": 1.0})
    judge = Judge("model", by_model(model), guided(model))
    file = tmp_path / "judged.jsonl"
    first = list(judge.results(cases, Journal(file), quiet))
    calls = model.calls
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]) + lines[-1][:20], "utf-8")
    again = list(judge.results(cases, Journal(file), quiet))
    assert calls > 5
    assert model.calls - calls <= 1
    assert [r.judged for r in first] == [r.judged for r in again]


def test_what_other_code_judged_is_judged_anew(tmp_path, monkeypatch):
    cases, journal = list(flow_cases(FLOWS[:1])), Journal(tmp_path / "judged.jsonl")
    model = ScriptedModel(likes={"yes": 1.0})
    judge = Judge("model", by_model(model), guided(model))
    list(judge.results(cases, journal, quiet))
    calls = model.calls
    monkeypatch.setattr(run, "code_hash", lambda *_: "other")
    list(judge.results(cases, journal, quiet))
    assert model.calls == 2 * calls > 0


def test_lines_of_a_journal_that_say_nothing_are_passed_over(tmp_path):
    """Also where a character was cut in two."""
    file = tmp_path / "judged.jsonl"
    file.write_bytes('12\n[[1], 2]\n{"a": 1}\n["known", 1]\n["\u8fd9'.encode()[:-1])
    assert Journal(file).once("known", lambda: 2) == 1


def test_a_model_without_the_constraint_writes_where_it_likes(tmp_path):
    """It is asked at every turn; a state that is not to be reached is no move, and its own state is staying."""
    case = next(case for case in flow_cases(FLOWS) if len(case.names) == 2 and all(case.targets))
    far = next(text for text in case.others if text not in (*case.targets, case.current))
    for says, judged in (
        (case.targets[1], [0.0, 1.0, 0.0]),
        (case.current, [0.0, 0.0, 1.0]),
        (far, None),
        ("something else", None),
        ("", None),
    ):
        model = ScriptedModel(says=says)
        judge = Judge("w", by_writing(model), writing(model), constrained=False)
        (found,) = judge.results([case], Journal(None), quiet)
        assert found.judged == (None if judged is None else tuple(judged))
        assert found.chosen == (1 if says == case.targets[1] else None)
        assert found.called
    only = next(case for case in flow_cases(FLOWS) if len(case.names) == 1)
    assert next(judge.results([only], Journal(None), quiet)).called


def test_a_state_that_stays_is_right_to_stay():
    """Where no move leads back to the state itself."""
    from flowdial.dataset.pfdial import FiveTuple

    (case,) = pfdial_cases([FiveTuple("1_0_0", LOOP, "a", "x", "a", "")], "semantic")
    assert case.stays
    assert not case.gold


def test_a_chart_that_cannot_be_read_is_a_wrong_answer():
    """The others are judged all the same."""
    good = tuples(FLOWS[0])[:3]
    bad = replace(good[0], id="9_0_0", flowchart="no chart at all")
    cases = list(pfdial_cases([*good, bad], "semantic"))
    assert [bool(case.unread) for case in cases] == [False, False, False, True]
    told = evaluate(cases, Judge("overlap", by_overlap, plainly), {}, replies=0, journal=Journal(None), report=quiet)
    assert told["n"] == 4
    assert told["exact_match"] <= 0.75
    assert told["gold_legal"] == 0.75


def test_options_that_are_too_long_for_the_model_are_a_wrong_answer():
    """An evaluation goes on."""
    model = ScriptedModel()
    model.score = lambda *_given, **_more: (_ for _ in ()).throw(PromptTooLong("too long"))
    case = next(case for case in flow_cases(FLOWS[:1]) if len(case.names) > 1)
    assert by_model(model)(case) is None


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path):
    """What is found out after it is kept as well."""
    file = tmp_path / "judged.jsonl"
    file.write_text('["a", 1]\n["b", ')
    assert [Journal(file).once(key, lambda: 2) for key in "abc"] == [1, 2, 2]
    again = Journal(file)
    assert [again.once(key, lambda: 3) for key in "abc"] == [1, 2, 2]
    again.forget()
    assert not file.exists()


def test_a_journal_that_may_fail_keeps_nothing_where_nothing_can_be_written(tmp_path):
    """The evaluation matters more."""
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "judged.jsonl", may_fail=True)
    assert [journal.once("a", lambda: 1), journal.once("a", lambda: 2)] == [1, 1]


def test_a_journal_that_cannot_be_written_is_told(tmp_path):
    """With what to do."""
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "judged.jsonl")
    with pytest.raises(SourceError, match="cannot be written"):
        list(Judge("overlap", by_overlap, plainly).results(list(flow_cases(FLOWS[:1])), journal, quiet))


def test_a_report_has_every_figure_and_the_baselines(tmp_path):
    """It can be printed as JSON."""
    cases = list(flow_cases(FLOWS))
    model = ScriptedModel()
    judge = Judge("model", by_model(model), guided(model))
    others = {
        "overlap": (Judge("overlap", by_overlap, plainly), None),
        "unconstrained": (Judge("w", by_writing(model), writing(model), constrained=False), 5),
    }
    told = evaluate(cases, judge, others, replies=10, journal=Journal(None), report=quiet)
    assert json.loads(json.dumps(told)) == told
    assert {
        "n", "exact_match", "exact_match_sequential", "exact_match_decision", "gold_legal", "chosen_legal", "ece",
        "reply_chrf", "ms_per_decision", "baselines",
    } <= set(told)  # fmt: skip
    assert told["chosen_legal"] == 1.0
    assert told["exact_match_sequential"] == 1.0
    assert told["baselines"]["unconstrained"]["n"] == 5
    assert told["baselines"]["unconstrained"]["exact_match_decision"] in (None, 0.0)
    assert told["replies"] == 10
    assert {"n", "exact_match", "reply_chrf"} <= set(told["baselines"]["overlap"])
    assert told["baselines"]["overlap"]["reply_chrf"] == told["baselines"]["overlap"]["plain_chrf"]


def test_who_says_an_option_gets_it():
    """The baseline without a model does what it can."""
    for case in flow_cases(FLOWS):
        for at, name in enumerate(case.names):
            judged = by_overlap(replace(case, user=name))
            assert judged.index(max(judged)) == at, (case.question, name)


def test_some_cases_are_evenly_taken():
    """The first is among them, all where there are fewer."""
    assert spread(list(range(10)), 5) == [0, 2, 4, 6, 8]
    assert spread([1, 2], 5) == [1, 2]
    assert spread([1, 2], None) == [1, 2]
