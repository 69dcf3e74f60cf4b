"""What is too much for a model: long texts, many options, odd names. A clear error or the right answer."""

from __future__ import annotations

import pytest

from flowdial.decode.causal import CausalModel
from flowdial.decode.scripted import ScriptedModel
from flowdial.engine import Engine
from flowdial.errors import ModelError, PromptTooLong
from flowdial.flow import loads
from flowdial.session import Session, legal
from tests.decode.models import tiny, wrap


class Bytes:
    """A token a byte."""

    eos_token_id = None

    def encode(self, text: str, **_: object) -> list[int]:
        return list(text.encode("utf-8", "replace"))

    def decode(self, ids: list[int], **_: object) -> str:
        return bytes(i for i in ids if i < 256).decode("utf-8", "replace")


class Short(ScriptedModel):
    """Reads no more than so many tokens behind the prefix."""

    reads = 60

    def score(self, prefix, endings, **options):
        if max(map(len, endings)) > self.reads:
            raise PromptTooLong("too long")
        return ScriptedModel.score(self, prefix, endings, **options)


def engine_on(body: str, model: ScriptedModel | CausalModel) -> Engine:
    return Engine(loads(f"@startuml\nstart\n{body}\nstop\n@enduml\n"), model=model, margin=0.0)


def switch(names: list[str]) -> str:
    cases = "".join(f"case ({name})\n:do {at};\n" for at, name in enumerate(names))
    return f"switch (Which one?)\n{cases}endswitch"


ASKED = switch(["left", "right"])


def state(session: Session) -> tuple[object, ...]:
    return (session.marking, list(session.trail), list(session.events))


@pytest.mark.parametrize(("text", "shortened"), [("left", False), ("left " + "please " * 50, False)])
def test_a_text_that_is_read_whole_is_not_said_to_be_shortened(text: str, shortened: bool) -> None:
    engine = engine_on(ASKED, ScriptedModel())
    turn = engine.turn(engine.session(), text)
    assert turn.shortened is turn.to_json()["shortened"] is shortened
    assert turn.label == "left"


def test_of_a_long_text_the_beginning_and_the_end_are_read_and_the_turn_says_so() -> None:
    engine = engine_on(ASKED, ScriptedModel())
    turn = engine.turn(engine.session(), "left, that is what I want, " + "well " * 500)
    assert turn.shortened
    assert turn.to_json()["shortened"] is True


def test_where_a_model_reads_less_it_is_given_less_of_the_text() -> None:
    model = Short()
    engine = engine_on(ASKED, model)
    turn = engine.turn(engine.session(), "left " + "well " * 60)
    assert turn.shortened
    assert turn.label == "left"


@pytest.mark.parametrize("length", [*range(58, 108, 7), 150, 300, 401, 2000])
def test_text_of_any_length_is_read_as_far_as_the_model_reads(length: int) -> None:
    engine = engine_on(ASKED, Short())
    turn = engine.turn(engine.session(), ("left " + "well " * 500)[:length])
    assert turn.label == "left"


def test_where_a_model_reads_next_to_nothing_the_error_is_told_and_the_session_is_unchanged() -> None:
    model = Short()
    model.reads = 3
    engine = engine_on(ASKED, model)
    session = engine.session()
    before = state(session)
    for text in ("left", "left " + "well " * 600):
        with pytest.raises(PromptTooLong):
            engine.turn(session, text)
    assert state(session) == before


def test_an_option_longer_than_the_context_is_a_clear_error() -> None:
    engine = engine_on(switch(["left", "right " * 200]), wrap(tiny("llama", reads=800), Bytes()))
    session = engine.session()
    before = state(session)
    with pytest.raises(PromptTooLong, match="and the model reads 800") as caught:
        engine.turn(session, "the left one")
    assert "shorten the option" in caught.value.hint
    assert state(session) == before


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_thousands_of_options_are_a_clear_error(count: int) -> None:
    model = wrap(tiny("llama", reads=4096), Bytes())
    engine = engine_on(switch([f"colour {at}" for at in range(count)]), model)
    session = engine.session()
    before = state(session)
    with pytest.raises(ModelError, match="a decision reads at most") as caught:
        engine.turn(session, "colour 7")
    assert "several steps" in caught.value.hint
    assert state(session) == before


ODD = {
    "beginnings of one another": ["a", "ab", "abc"],
    "quotes": ['say "yes"', "say 'yes'", "say `yes`"],
    "emoji": ["👍🏽", "👎", "👩‍👧"],
    "unpaired surrogates": ["\ud800", "a\udfff", "ok"],
    "line breaks": ["one\\nline", "one", "line"],
    "blank": [" ", "b"],
    "equal": ["same", "same"],
    "like staying": ["off-topic", "stay", "back"],
    "like the prompt": ["Answer: yes", "Question: no", "In the customer's words: hm"],
    "special tokens": ["<|im_end|>", "<|endoftext|>", "x"],
    "long": ["word " * 12 + "a", "word " * 12 + "b"],
}


@pytest.mark.parametrize("name", ODD)
def test_odd_options_are_decided_between(name: str) -> None:
    """A random model has no sense, yet gives each legal move its share; saying a name word for word wins."""
    engine = engine_on(switch(ODD[name]), wrap(tiny("llama", reads=4096), Bytes()))
    for text in (*ODD[name], "hm", "\ud800"):
        session = engine.session()
        allowed = tuple(move.id for move in legal(engine.flow, session.marking))
        turn = engine.turn(session, text)
        assert turn.legal == allowed
        assert turn.move in allowed
        if turn.model_called:
            assert sum(choice.probability or 0.0 for choice in turn.choices) == pytest.approx(1, abs=1e-4)
