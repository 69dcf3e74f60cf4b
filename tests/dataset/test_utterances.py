"""What people said beside a flow."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from flowdial.dataset.decisions import offers
from flowdial.dataset.examples import Source, examples, sources
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
    (tmp_path / "a.puml").write_text(FLOW, encoding="utf-8")
    _write(tmp_path, "? Payed?\nyes | I did\n")
    with pytest.raises(SourceError, match="the flow has no step `Payed"):
        examples(Source.read(tmp_path / "a.puml"), per_edge=0, draw=Random(0))


def test_an_option_that_the_step_does_not_have_is_told(tmp_path):
    """With those that it has, so that no saying is lost for a slip."""
    (tmp_path / "a.puml").write_text(FLOW)
    _write(tmp_path, "? Paid?\nyess | I did\n")
    with pytest.raises(SourceError, match=r"a.said:2: `Paid\?` has no option `yess`") as told:
        examples(Source.read(tmp_path / "a.puml"), per_edge=0, draw=Random(0))
    assert "yes / no" in str(told.value.hint)


def test_sayings_are_read_in_the_encodings_of_diagrams(tmp_path):
    """As older Chinese editors write them, and with a mark at the beginning."""
    text = "? 付款了吗？\n是 | 付过了\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        file = tmp_path / f"{encoding}.said"
        file.write_bytes(text.encode(encoding))
        (saying,) = read_sayings(file)
        assert (saying.step, saying.move, saying.user) == ("付款了吗？", "是", "付过了")


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
    asked = [{_question(s, n) for s in found for n in s.flow.nodes.values()} - {None} for found in (train, heldout)]
    assert all(asked)
    assert not asked[0] & asked[1]


def _question(source, node):
    found = offers(source.flow, [node.id]) if node.kind == "decision" else ()
    return (node_text(node), *((option.name, option.target) for option in found)) if found else None
