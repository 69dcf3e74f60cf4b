"""The boundary between prompt and option, with tokenizers as models have them, trained here on a few sentences."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.constraint import after, compile_options

CORPUS = [
    "Question: Is the power light on?\nAnswer: yes\nIn the customer's words: sure, it is glowing\n\n",
    "Answer: no\nAnswer: not ok\nAnswer: yes please\nAnswer: it's done\n",
    "问题：包裹完好吗？\n答案：是\n答案：不是\n答案：质量问题\n客户的话：亮着呢\n",
    "aaa bbb aa b yes yesyes nono no. off-topic",
] * 20


class Tokenizer:
    def __init__(self, encode: Callable[[str], list[int]], decode: Callable[[list[int]], str]) -> None:
        self.encode, self.decode = encode, decode


@functools.cache
def byte_level() -> Tokenizer:
    """As Llama 3, Qwen and SmolLM have it."""
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=500, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(CORPUS, trainer)
    return Tokenizer(lambda text: made.encode(text, add_special_tokens=False).ids, made.decode)


@functools.cache
def sentence_piece(kind: str) -> Tokenizer:
    """As Llama 2 and Gemma have it: a space is written before the first word, unknown characters as bytes."""
    sentencepiece = pytest.importorskip("sentencepiece")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([line for text in CORPUS for line in text.splitlines() if line]),
        model_writer=model,
        model_type=kind,
        vocab_size=380,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        minloglevel=2,
        hard_vocab_limit=False,
    )
    made = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return Tokenizer(made.encode, made.decode)


TOKENIZERS = {
    "byte-level": byte_level,
    "sentencepiece bpe": lambda: sentence_piece("bpe"),
    "sentencepiece unigram": lambda: sentence_piece("unigram"),
}
tokenizers = pytest.mark.parametrize("kind", TOKENIZERS)
texts = st.text(st.sampled_from("yesno aA:.'不是的问题亮🙂é\n"), min_size=1, max_size=8).filter(str.strip)
PROMPTS = ["Answer:", "Answer: ", "答案：", "Answer: y", "x\n", "it's", "不"]
ODD = [
    "a",
    "ab",
    "abc",
    "",
    "a\nb",
    'say "no"',
    "it's",
    "🙂",
    "🙂🙂",
    "不",
    "不是",
    "\u200b",
    "  ",
    "Answer: yes",
    "é",
    "e\u0301",
]


@tokenizers
@settings(deadline=None, max_examples=60)
@given(prompt=st.sampled_from(PROMPTS), text=texts)
def test_the_prompts_tokens_and_the_options_read_as_the_text(kind: str, prompt: str, text: str) -> None:
    toy = TOKENIZERS[kind]()
    ids = [*toy.encode(prompt), *after(prompt, text, toy.encode)]
    assert toy.decode(ids) == toy.decode(toy.encode(prompt + text))


@tokenizers
@pytest.mark.parametrize(("prompt", "text"), [("Answer:", " yes\n"), ("答案：", "不是\n"), ("Answer:", " not ok\n")])
def test_where_nothing_merges_the_option_is_tokenised_as_the_model_saw_it(kind: str, prompt: str, text: str) -> None:
    toy = TOKENIZERS[kind]()
    whole = toy.encode(prompt + text)
    assert whole[: len(toy.encode(prompt))] == toy.encode(prompt), "nothing merges across this boundary"
    assert [*toy.encode(prompt), *after(prompt, text, toy.encode)] == whole


@tokenizers
@settings(deadline=None, max_examples=40)
@given(prompt=st.sampled_from(PROMPTS), options=st.lists(texts, min_size=1, max_size=6, unique=True))
def test_exactly_the_options_are_accepted(kind: str, prompt: str, options: list[str]) -> None:
    toy = TOKENIZERS[kind]()
    options = list({toy.decode(toy.encode(prompt + option)): option for option in options}.values())
    automaton = compile_options(options, toy.encode, prefix=prompt, end=[100_000])
    for option, path in zip(options, automaton.paths, strict=True):
        assert toy.decode([*toy.encode(prompt), *path[:-1]]) == toy.decode(toy.encode(prompt + option))


@tokenizers
@pytest.mark.parametrize("prompt", PROMPTS)
def test_odd_options_are_compiled_where_an_end_token_closes_them(kind: str, prompt: str) -> None:
    """Empty ones, beginnings of others, line breaks, quotes, emoji, and characters that only look alike."""
    toy = TOKENIZERS[kind]()
    automaton = compile_options(ODD, toy.encode, prefix=prompt, end=[100_000])
    assert sorted(automaton.accepts.values()) == list(range(len(ODD)))
    assert all(automaton.edges[state] or state in automaton.accepts for state in range(len(automaton.edges)))


def test_ten_thousand_options_are_compiled() -> None:
    toy = byte_level()
    options = [f"order {n} of the customer" for n in range(10_000)]
    automaton = compile_options(options, toy.encode, prefix="Answer: ", end=[100_000])
    assert len(automaton.accepts) == 10_000
