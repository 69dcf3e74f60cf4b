"""Whatever a model wants to write, `generate` writes one of the options."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial import Session, constrain, loads
from flowdial.constraint import from_paths
from flowdial.decode import reference
from flowdial.errors import SessionError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
from flowdial.decode.processor import OptionsLogitsProcessor, options_processor  # noqa: E402
from tests.decode.models import tiny  # noqa: E402

END = 299


pytestmark = pytest.mark.usefixtures("one_core")


@functools.cache
def byte_tokenizer() -> Any:
    """A token a byte, as transformers wraps it."""
    import tokenizers

    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {char: i for i, char in enumerate(alphabet)} | {"<end>": END}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.add_special_tokens(["<end>"])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>", pad_token="<end>")


def written(options: list[str], prompt: str = "Answer:", **how: Any) -> list[str]:
    tokenizer = byte_tokenizer()
    processor = options_processor(options, tokenizer, prompt)
    ids = tokenizer([prompt], return_tensors="pt")
    out = tiny("llama").generate(
        **ids, logits_processor=[processor], max_new_tokens=200, eos_token_id=END, pad_token_id=END, **how
    )
    rows = out[:, processor.prompt_length :].tolist()
    assert [options[processor.option(row)] for row in rows] == [
        tokenizer.decode(r, skip_special_tokens=True) for r in rows
    ]
    return [options[processor.option(row)] for row in rows]


MODES: dict[str, dict[str, Any]] = {
    "greedy": {"do_sample": False},
    "sampled": {"do_sample": True, "num_return_sequences": 4, "temperature": 3.0},
    "beams": {"do_sample": False, "num_beams": 3, "num_return_sequences": 2},
}


texts = st.text(max_size=6).filter(lambda text: text == text.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("mode", MODES)
@settings(deadline=None, max_examples=15)
@given(
    st.lists(
        st.text(max_size=6).filter(lambda t: t == t.encode("utf-8", "replace").decode()),
        min_size=3,
        max_size=6,
        unique=True,
    )
)
def test_every_row_is_an_option(mode: str, options: list[str]) -> None:
    torch.manual_seed(0)
    assert set(written(options, **MODES[mode])) <= set(options)


ODD = ["a", "ab", "abc", "", "a\nb", 'say "no"', "it's", "🙂", "不", "不是", "Answer: yes", "<end>", "{}"]


@pytest.mark.parametrize("mode", MODES)
def test_options_that_begin_one_another_are_told_apart(mode: str) -> None:
    torch.manual_seed(0)
    assert set(written(ODD, **MODES[mode])) <= set(ODD)


def test_greedy_generation_is_masked_decoding() -> None:
    tokenizer = byte_tokenizer()
    for prompt in ("Answer:", "Which? ", "答"):
        processor = options_processor(ODD, tokenizer, prompt)
        expected = reference.greedy(tiny("llama"), tokenizer(prompt)["input_ids"], processor.automaton)
        assert written(ODD, prompt, do_sample=False) == [ODD[expected]]


def test_rows_of_a_batch_do_not_mix() -> None:
    processor = OptionsLogitsProcessor(from_paths([(1, 2, END), (1, 3, END), (4, END)]), prompt_length=1, end=END)
    rows = torch.tensor([[7, 1], [7, 4], [7, 1]])
    masked = processor(rows, torch.zeros(3, 300))
    assert [row.isfinite().nonzero().flatten().tolist() for row in masked] == [[2, 3], [END], [2, 3]]
    single = processor(rows[1:2], torch.zeros(1, 300))
    assert torch.equal(single[0], masked[1])


def test_a_row_that_left_the_options_is_an_error() -> None:
    processor = OptionsLogitsProcessor(from_paths([(1, 2)]), prompt_length=0, end=END)
    with pytest.raises(ValueError, match="not allowed"):
        processor(torch.tensor([[5]]), torch.zeros(1, 300))
    with pytest.raises(ValueError, match="no option is complete"):
        processor.option([1])


@pytest.mark.parametrize("options", [[], ["a", "a"], ["\ud800", "?"]])
def test_options_that_cannot_be_told_apart_are_refused(options: list[str]) -> None:
    with pytest.raises(ValueError, match="option"):
        options_processor(options, byte_tokenizer(), "Answer:")


FLOW = "@startuml\nstart\nif (Paid?) then (yes)\n:Ship;\nelse (no)\n:Remind;\nendif\nstop\n@enduml\n"


def test_a_flow_constrains_anyones_generate() -> None:
    flow, tokenizer = loads(FLOW), byte_tokenizer()
    constraint = constrain(flow, tokenizer, "Paid?")
    assert constraint.names == ("yes", "no")
    ids = tokenizer(["Paid?"], return_tensors="pt")
    out = tiny("llama").generate(
        **ids,
        logits_processor=constraint.processors,
        max_new_tokens=9,
        do_sample=False,
        eos_token_id=END,
        pad_token_id=END,
    )
    move = constraint.move(out[0])
    assert move in constraint.moves
    assert tokenizer.decode(out[0], skip_special_tokens=True) == f"Paid? {move.label}"


def test_a_dialogue_that_is_over_constrains_nothing() -> None:
    flow = loads("@startuml\nstart\nstop\n@enduml\n")
    session = Session(flow)
    with pytest.raises(SessionError, match="over"):
        constrain(flow, byte_tokenizer(), "x", session=session)
