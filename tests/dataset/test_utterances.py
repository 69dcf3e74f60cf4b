"""What people said beside a flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdial.dataset.examples import Source, sources
from flowdial.dataset.utterances import Saying, read_sayings
from flowdial.errors import SourceError
from flowdial.session.options import node_text

FLOW = "@startuml\n' flowdial: lang=en\nstart\n:A;\nif (Paid?) then (yes)\n:B;\nelse (no)\n:C;\nendif\nstop\n@enduml\n"


def _write(folder: Path, text: str) -> Path:
    file = folder / "a.said"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_gives_its_sayings_with_their_lines(tmp_path):
    """Comments and empty lines are not read; an answer may be left out."""
    file = _write(tmp_path, "# note\n? Paid?\nyes | I did | Good.\n\n~ | hm\n! A\n> | done | Paid?\n")
    assert read_sayings(file) == (
        Saying("Paid?", "yes", "I did", "Good.", 3),
        Saying("Paid?", "~", "hm", "", 5),
        Saying("A", ">", "done", "Paid?", 7),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yes | I did\n", "a.said:1: no step is named above"),
        ("? Paid?\nyes\n", "a.said:2: this is not a saying: `yes`"),
        ("? Paid?\nyes | a | b | c\n", "a.said:2: this is not a saying"),
        ("? Paid?\n | a\n", "a.said:2: this is not a saying"),
    ],
)
def test_a_wrong_line_is_told(tmp_path, text, said):
    """With its place."""
    with pytest.raises(SourceError, match=said.replace("|", r"\|").replace("?", r"\?")):
        read_sayings(_write(tmp_path, text))


def test_a_step_that_the_flow_does_not_have_is_told(tmp_path):
    """A renamed question shows."""
    from random import Random

    from flowdial.dataset.examples import examples

    (tmp_path / "a.puml").write_text(FLOW, encoding="utf-8")
    _write(tmp_path, "? Payed?\nyes | I did\n")
    with pytest.raises(SourceError, match="the flow has no step `Payed"):
        examples(Source.read(tmp_path / "a.puml"), per_edge=0, draw=Random(0))


def test_a_folder_without_flows_is_told(tmp_path):
    """So is an empty data set."""
    with pytest.raises(SourceError, match="no flows in"):
        sources([tmp_path])


@pytest.mark.parametrize("folder", ["flows/train", "flows/heldout"])
def test_every_option_of_the_shipped_flows_has_sayings(folder):
    """Three of each, and something off the topic at each question."""
    for source in sources([Path(folder)]):
        questions = {node_text(n) for n in source.flow.nodes.values() if n.kind == "decision"}
        for question in questions:
            moves = [saying.move for saying in source.sayings if saying.step == question]
            assert "~" in moves, (source.name, question)
            assert all(moves.count(move) >= 3 for move in set(moves) - {"~"}), (source.name, question)
            assert len(set(moves)) >= 3, (source.name, question)


def test_no_flow_of_the_training_is_held_out():
    """Neither a question with the same options nor a whole diagram is in both."""
    train, heldout = (sources([Path(folder)]) for folder in ("flows/train", "flows/heldout"))
    assert not {source.flow.hash for source in train} & {source.flow.hash for source in heldout}
    assert not {source.name for source in train} & {source.name for source in heldout}
