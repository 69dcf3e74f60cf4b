"""Walks through a flow are written as chat messages and read back."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from flowdial.dataset.dialogues import Message, dialogues, read_dialogues, to_json
from flowdial.dataset.examples import Source, examples
from flowdial.dataset.realise import english
from flowdial.dataset.write import Plan, write
from flowdial.errors import SourceError

_FORM = "@startuml\n' flowdial: lang=en\nstart\nif (Leave a name?) then (yes)\n:Note the name;\nendif\nstop\n@enduml\n"
_LOOP = "@startuml\n' flowdial: lang=en\nstart\nrepeat\n:Try again;\nrepeat while (Broken?) is (yes)\nstop\n@enduml\n"


def _source(tmp_path: Path, chart: str, said: str) -> Source:
    (tmp_path / "flow.puml").write_text(chart, "utf-8")
    (tmp_path / "flow.said").write_text(said, "utf-8")
    return Source.read(tmp_path / "flow.puml")


def test_a_turn_without_an_answer_that_ends_the_process_is_read_back(tmp_path):
    """The state stands alone then."""
    walked = [Message("system", _FORM), Message("user", "no name"), Message("assistant", "[<end>] ", learnt=True)]
    (tmp_path / "chat.jsonl").write_text(json.dumps(to_json(0, 0, "en", walked)) + "\n", "utf-8")
    (turn,) = read_dialogues(tmp_path / "chat.jsonl")
    assert (turn.user_input, turn.next_state, turn.robot_output) == ("no name", "<end>", "")


def test_nobody_goes_back_where_a_move_leads_there_too(tmp_path):
    """Words could not tell the two apart."""
    source = _source(tmp_path, _LOOP, "? Broken?\nyes | it is still broken\nno | it runs\n! Try again\n> | done\n")
    said = examples(source, per_edge=0, draw=Random(0))
    walks = [walk for seed in range(40) for walk in dialogues(source, said, Random(seed))]
    assert len(walks) > 100
    assert not {message.content for walk in walks for message in walk} & set(english.backs())


def test_a_readme_of_somebody_else_is_not_replaced_by_a_card(tmp_path):
    """That of a data set is."""
    source = _source(tmp_path, _FORM, "")
    out = tmp_path / "out"
    for _ in range(2):
        write([source], out, Plan("A", ("en",)), paraphrase=None, report=lambda *_: None)
    (out / "README.md").write_text("# My project\n", "utf-8")
    with pytest.raises(SourceError, match=r"README.md is not the card of a data set"):
        write([source], out, Plan("A", ("en",)), paraphrase=None, report=lambda *_: None)
    assert (out / "README.md").read_text("utf-8") == "# My project\n"
