"""What a server tells of tokens becomes the distribution of masked decoding; grammars hold exactly the options."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowdial.decode.remote_grammar import gbnf, regex
from flowdial.decode.remote_kinds import begins_another
from flowdial.decode.remote_scores import Prompt, Token, echoed, likeliest, nearly, siblings, walk

names = st.lists(st.text("ab红 ", min_size=1, max_size=4).map("{}\n".format), min_size=1, max_size=5, unique=True)
texts = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4, unique=True)
NASTY = ['"', "\\", '\\"', '" | "x', "a|b", "(x)*", "[^a]", "^$.", "{2}", "\n", "\r\t", "\x00a", "\x01f", "🙂𝕏", "\\n"]


def logprob(before: str, char: str) -> float:
    """A model over characters, any numbers that depend on all that stands before."""
    return -0.1 - (zlib.crc32(f"{before}|{char}".encode()) % 997) / 100


def masked(options: Sequence[str], before: str = "") -> list[float]:
    """Masked decoding, character by character, as it is defined."""
    if len(options) == 1:
        return [0.0]
    chars = {option[0] for option in options}
    total = math.log(math.fsum(math.exp(logprob(before, char)) for char in chars))
    found = []
    for option in options:
        alike = [other[1:] for other in options if other[0] == option[0]]
        deeper = masked(alike, before + option[0])[alike.index(option[1:])]
        found.append(logprob(before, option[0]) - total + deeper)
    return found


@given(names)
def test_scored_prompts_give_the_distribution_of_masked_decoding(options: list[str]) -> None:
    paths = [[("prompt", -3.0), *((c, logprob(o[:i], c)) for i, c in enumerate(o))] for o in options]
    assert siblings(paths) == pytest.approx(masked(options))


def shower(alphabet: Sequence[str], counts: list[int]):
    def ask(prompt: Prompt, options: Sequence[bytes]) -> list[Token]:
        counts.append(len(options))
        return [Token(char.encode(), logprob(str(prompt[0]), char)) for char in alphabet]

    return ask


@given(names)
def test_shown_tokens_give_the_same_and_are_asked_for_only_where_options_part(options: list[str]) -> None:
    counts: list[int] = []
    found = walk(shower("ab红 \n", counts), ("",), [option.encode() for option in options])
    assert found == pytest.approx(masked(options))
    assert len(counts) < len(options) * 4 + 1
    assert all(count > 1 for count in counts)


@given(names, st.permutations(range(5)))
def test_the_order_of_options_changes_nothing(options: list[str], order: list[int]) -> None:
    order = [i for i in order if i < len(options)]
    ask = shower("ab红 \n", [])
    encoded = [option.encode() for option in options]
    straight, turned = walk(ask, ("",), encoded), walk(ask, ("",), [encoded[i] for i in order])
    assert straight
    assert turned
    assert turned == pytest.approx([straight[i] for i in order])


@given(names, st.integers(1, 4))
def test_probabilities_sum_to_one_also_where_few_tokens_are_shown(options: list[str], few: int) -> None:
    found = walk(shower("ab红 \n"[:few], []), ("",), [option.encode() for option in options])
    assume(found is not None)
    assert math.fsum(map(math.exp, found or ())) == pytest.approx(1)


def test_the_longest_token_that_fits_is_how_an_option_goes_on() -> None:
    shown = [Token(b" ", -0.5), Token(b" y", -2.0), Token(b" yes", -1.0), Token(b" no", -2.0), Token(b" other", -0.9)]
    found = walk(lambda _prompt, _options: shown, ("",), [b" yes\n", b" no\n"])
    assert found == pytest.approx([-math.log1p(math.exp(-1)), -1 - math.log1p(math.exp(-1))])


def test_an_option_that_is_not_shown_gets_the_most_that_is_left() -> None:
    shown = [Token(b" yes", math.log(0.6)), Token(b" maybe", math.log(0.3))]
    found = walk(lambda _prompt, _options: shown, ("",), [b" yes\n", b" no\n"])
    assert [math.exp(value) for value in found or ()] == pytest.approx([0.6 / 0.7, 0.1 / 0.7])


def test_what_a_server_masks_is_not_shown() -> None:
    shown = [Token(b" yes", math.log(0.7)), Token(b" no", math.log(0.3)), Token(b" yes\n", -9999.0)]
    found = walk(lambda _prompt, _options: shown, ("",), [b" yes\n", b" no\n"])
    assert [math.exp(value) for value in found or ()] == pytest.approx([0.7, 0.3])


def test_where_only_parts_of_characters_are_shown_nothing_is_told() -> None:
    shown = [Token(None, -0.1), Token("是".encode(), -3.0)]
    assert walk(lambda _prompt, _options: shown, ("",), ["是\n".encode(), "否\n".encode()]) is None
    assert walk(lambda _prompt, _options: [Token(b"x", -0.1)], ("",), [b"yes", b"no"]) is None


def test_a_choice_alone_has_nearly_all() -> None:
    assert math.fsum(map(math.exp, nearly(1, 4))) == pytest.approx(1)
    assert math.exp(nearly(1, 4)[1]) == pytest.approx(0.98)
    assert nearly(0, 1) == [0.0]


def test_every_notation_of_tokens_is_read() -> None:
    openai = {"logprobs": {"top_logprobs": [{" yes": -0.5, "": -2.0, "bytes:\\xe6": -3.0, "\ufffd": -4.0}]}}
    assert likeliest(openai) == [Token(b" yes", -0.5), *(Token(None, value) for value in (-2.0, -3.0, -4.0))]
    llama = {"logprobs": {"content": [{"top_logprobs": [{"id": 7, "token": "", "bytes": [230], "logprob": -1.0}]}]}}
    assert likeliest(llama) == [Token(b"\xe6", -1.0, 7)]
    for nothing in ({}, {"logprobs": None}, {"logprobs": {"top_logprobs": None}}, {"logprobs": {"top_logprobs": []}}):
        assert likeliest(nothing) == []
        assert echoed(nothing, 1) == []


# Grammars


@given(texts)
@settings(max_examples=200)
def test_a_regular_expression_holds_the_options_and_nothing_else(options: list[str]) -> None:
    pattern = regex(options)
    assert all(re.fullmatch(pattern, option) for option in options)
    for other in (*NASTY, "", options[0] + "x", options[0][1:]):
        assert bool(re.fullmatch(pattern, other)) == (other in options)


def read_gbnf(grammar: str) -> list[str]:
    """The strings of a grammar that is one rule of literals, as grammars/README.md of llama.cpp defines them."""
    assert "\n" not in grammar
    literal = r'"((?:[^"\\]|\\["\\nrt]|\\u[0-9a-f]{4})*)"'
    assert re.fullmatch(rf"root ::= {literal}(?: \| {literal})*", grammar)
    return [re.sub(r"\\(u....|.)", unescaped, found[1]) for found in re.finditer(literal, grammar[9:])]


def unescaped(found: re.Match[str]) -> str:
    if found[1][0] == "u":
        return chr(int(found[1][1:], 16))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(found[1], found[1])


@given(texts)
@settings(max_examples=200)
def test_a_gbnf_grammar_holds_the_options_and_nothing_else(options: list[str]) -> None:
    assert read_gbnf(gbnf(options)) == options
    assert read_gbnf(gbnf(NASTY)) == NASTY


@given(texts)
def test_options_that_begin_one_another_are_found(options: list[str]) -> None:
    slow = any(a is not b and b.startswith(a) for a in options for b in options)
    assert begins_another(options) == slow
