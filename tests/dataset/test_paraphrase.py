"""Other words from a model."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from flowdial.dataset.decisions import Example, decision_of
from flowdial.dataset.examples import examples, sources
from flowdial.dataset.journal import Journal
from flowdial.dataset.paraphrase import by_model
from flowdial.dataset.write import Plan, write
from flowdial.decode.scripted import ScriptedModel
from flowdial.errors import ModelError

(SOURCE,) = sources([Path("flows/en/insurance_claim.puml")])


def _silent(*_told: object) -> None:
    pass


def _example() -> Example:
    """What is said at a question, for its first option."""
    found = examples(SOURCE, per_edge=1, draw=Random(0))
    return next(each for each in found if (at := decision_of(each)) and at.gold == {0})


def _names(example: Example) -> tuple[str, ...]:
    decision = decision_of(example)
    assert decision
    return decision.names


def test_words_of_the_same_meaning_are_kept():
    """The model finds its own sentence to mean the same option."""
    example = _example()
    model = ScriptedModel({f" {_names(example)[0]}": 9.0}, says=" that is how it stands\n")
    (other,) = by_model(model, Journal(None))(example)
    assert other.user == "that is how it stands"
    assert (other.node, other.move, other.robot) == (example.node, example.move, example.robot)


def test_words_of_another_meaning_are_dropped():
    """So are the user's own words."""
    example = _example()
    model = ScriptedModel({f" {_names(example)[1]}": 9.0}, says=" that is how it stands\n")
    assert by_model(model, Journal(None))(example) == []
    same = ScriptedModel({f" {_names(example)[0]}": 9.0}, says=f" {example.user}\n")
    assert by_model(same, Journal(None))(example) == []


def test_a_server_is_asked_once(tmp_path):
    """What it said before it failed is kept, and a second run asks for the rest and writes the same."""

    class Failing(ScriptedModel):
        left = 7

        def write(self, *given, **more):
            self.left -= 1
            if self.left < 0:
                raise ModelError("the server is gone")
            return super().write(*given, **more)

    def made(model: ScriptedModel) -> bytes:
        other = by_model(model, Journal(tmp_path / "paraphrases.jsonl"))
        told = write([SOURCE], tmp_path, Plan("A", ("en",)), paraphrase=other, report=_silent)
        return Path(told["file"]).read_bytes()

    with pytest.raises(ModelError, match="gone"):
        made(Failing(says=" in other words\n"))
    assert len((tmp_path / "paraphrases.jsonl").read_text("utf-8").splitlines()) == 7
    model = ScriptedModel(says=" in other words\n")
    first, asked = made(model), model.calls
    assert asked
    assert made(model) == first
    assert model.calls == asked
    plain = write([SOURCE], tmp_path / "plain", Plan("A", ("en",)), paraphrase=None, report=_silent)
    assert len(Path(plain["file"]).read_bytes()) < len(first)
