"""What is written in PFDial's formats is read back as the same moves."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from flowdial.dataset.decisions import decision_of, decision_of_tuple
from flowdial.dataset.dialogues import dialogues
from flowdial.dataset.examples import Source, asides, examples, sources
from flowdial.dataset.pfdial import Chart, read_pfdial
from flowdial.dataset.tuples import FORMATS, coded, five_tuples, state
from flowdial.dataset.write import Plan, write
from flowdial.errors import SourceError
from flowdial.flow import FINAL
from flowdial.session.marking import STAY

FLOWS = Path("flows/heldout")
SOURCES = sources([FLOWS])
STATES = sources([Path("flows/en/support_ticket.puml"), Path("flows/zh/order_lifecycle.puml")])


def _silent(*_told):
    return None


def _examples(source: Source):
    return examples(source, per_edge=1, draw=Random(1), asides=["x?"])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("source", [*SOURCES, STATES[1]], ids=lambda source: source.name)
def test_a_move_that_is_written_is_a_move_when_it_is_read(source, form):
    """In every format, each five-tuple names a move of its own chart, and its decision has the same right option."""
    found = _examples(source)
    tuples = [coded(each, source.flow, form) for each in five_tuples(0, source.text, found)]
    chart = Chart.read(tuples[0].flowchart)
    assert len(tuples) == len(found)
    assert len({each.id for each in tuples}) == len(tuples)
    for example, each in zip(found, tuples, strict=True):
        if example.move == STAY:
            assert each.next_state == each.current_state
        else:
            assert chart.is_move(each.current_state, each.next_state)
        wanted, read = decision_of(example), decision_of_tuple(each, chart)
        if wanted and example.move != STAY and read:
            right = {wanted.targets[at] for at in wanted.gold}
            assert right & {read.targets[at] for at in read.gold}


@pytest.mark.parametrize("source", [*SOURCES, *STATES], ids=lambda source: source.name)
def test_every_move_of_a_user_is_said(source):
    """The realiser leaves no way on without words, backward ones and skips included."""
    said = {(example.node, example.move) for example in _examples(source)}
    kinds = ("start", "action", "decision", "state", "composite", "choice")
    speaking = [n.id for n in source.flow.nodes.values() if n.kind in kinds]
    assert {(edge.source, edge.id) for node in speaking for edge in source.flow.out(node)} <= said


@pytest.mark.parametrize("form", [*FORMATS, "chat"])
def test_the_same_seed_gives_the_same_bytes(tmp_path, form):
    """Another seed gives others."""
    texts = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        told = write(SOURCES, tmp_path / name, Plan(form, ("zh", "en"), seed), paraphrase=None, report=_silent)
        texts.append(Path(told["file"]).read_bytes())
        assert (tmp_path / name / "README.md").exists()
    assert texts[0] == texts[1] != texts[2]


def test_random_flows_are_added(tmp_path):
    """Each language gets its share, and they are the same for a seed."""
    texts = []
    for name in ("a", "b"):
        plan = Plan("A", ("zh", "en"), 3, random=5)
        told = write(SOURCES[:2], tmp_path / name, plan, paraphrase=None, report=_silent)
        assert (told["flows"], told["flows_zh"] + told["flows_en"]) == (7, 7)
        texts.append(Path(told["file"]).read_bytes())
    assert texts[0] == texts[1]
    drawn = [each for each in read_pfdial(told["file"]) if "办理事项" in each.flowchart]
    assert len({each.flowchart for each in drawn}) == 3
    assert {chart.flow.lang for chart in map(Chart.read, {each.flowchart for each in drawn})} == {"zh"}


def test_a_data_set_is_read_as_pfdial_is(tmp_path):
    """The fields are PFDial's own."""
    told = write(SOURCES, tmp_path, Plan("C", ("en",)), paraphrase=None, report=_silent)
    found = read_pfdial(told["file"])
    assert len(found) == told["entries"] == told["turns"]
    assert list(json.loads(Path(told["file"]).read_text())[0]) == [
        "id", "flowchart", "current_state", "user_input", "next_state", "robot_output"
    ]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES[::5], ids=lambda source: source.name)
def test_a_dialogue_goes_from_the_start_to_an_end(source):
    """What is learnt is what the assistant says, and each state that it names is one of the chart."""
    messages = next(dialogues(source, _examples(source), Random(3)))
    assert messages[0].role == "system"
    assert all(message.learnt == (message.role == "assistant") for message in messages)
    chart = Chart.read(source.text)
    named = [m.content[1 : m.content.index("] ")] for m in messages if m.role == "assistant"]
    assert all(chart.candidates(name) for name in named)
    assert named[-1] == "<end>" or len(messages) > 40
    assert any(node.kind in FINAL for node in source.flow.nodes.values())


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_the_dialogues_take_every_move_of_a_user(source):
    """As often as the users' words occur, at least."""
    found = _examples(source)
    said = {m.content for walked in dialogues(source, found, Random(3)) for m in walked if m.role == "user"}
    moves = {each.move for each in found} - {STAY}
    assert {each.move for each in found if each.user in said} >= moves


def test_a_dialogue_through_a_fork_follows_the_branch_that_it_names():
    """What is said at a state is said where the assistant is."""
    forks = 0
    for seed in range(40):
        source = Source.random(f"random-{seed}", "en")
        forks += "fork again" in source.text
        found = _examples(source)
        spoken = {(state(source.flow, each.node), each.user) for each in found}
        known = {each.user for each in found}
        for walked in dialogues(source, found, Random(seed)):
            current = "<start>"
            for user, answer in zip(walked[1::2], walked[2::2], strict=True):
                assert user.content not in known or (current, user.content) in spoken
                current = answer.content[1 : answer.content.index("] ")]
    assert forks > 5


def test_a_language_without_flows_is_said(tmp_path):
    """Nothing is written then."""
    with pytest.raises(SourceError, match="none of the flows is in zh"):
        write(
            [s for s in SOURCES if s.flow.lang == "en"],
            tmp_path / "x",
            Plan("A", ("zh",)),
            paraphrase=None,
            report=_silent,
        )
    assert not (tmp_path / "x").exists()


def test_off_topic_words_are_those_of_the_language():
    """An English flow gets no Chinese ones."""
    assert all(text.isascii() or "’" in text or "é" in text for text in asides(SOURCES, "en"))
