"""A cursor accepts exactly the compiled strings, offers no dead end, and needs no model where one token is left."""

from __future__ import annotations

import itertools
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowdial.constraint import Cursor, TokenAutomaton, after, compile_options
from flowdial.constraint.automaton import Encode, from_paths

MERGES = ("ye", "yes", "no", "th", "the", " th", " the", "s\n", "o\n", "e\n", ": ", ":y", "不是", "是的", "er", "her")


class Toy:
    """Byte-pair encoding: bytes, and `merges` joined in their order wherever both halves stand side by side."""

    def __init__(self, merges: tuple[str, ...] = MERGES) -> None:
        self.vocabulary = [bytes([i]) for i in range(256)]
        for merge in merges:
            raw = merge.encode()
            for end in range(2, len(raw) + 1):
                if raw[:end] not in self.vocabulary:
                    self.vocabulary.append(raw[:end])
        self.ids = {token: i for i, token in enumerate(self.vocabulary)}

    def encode(self, text: str) -> list[int]:
        parts = [bytes([b]) for b in text.encode()]
        while pairs := [p for p in itertools.pairwise(parts) if p[0] + p[1] in self.ids]:
            best = min(pairs, key=lambda pair: self.ids[pair[0] + pair[1]])
            at = next(i for i, pair in enumerate(itertools.pairwise(parts)) if pair == best)
            parts[at : at + 2] = [best[0] + best[1]]
        return [self.ids[part] for part in parts]

    def decode(self, ids: list[int] | tuple[int, ...]) -> str:
        return b"".join(self.vocabulary[i] for i in ids).decode()


class Characters:
    """One token a character, as the scripted model has it."""

    def encode(self, text: str) -> list[int]:
        return [ord(char) for char in text]

    def decode(self, ids: list[int] | tuple[int, ...]) -> str:
        return "".join(map(chr, ids))


TOKENIZERS = [Toy(), Toy(()), Characters()]
TOKENIZER_IDS = ["merges", "bytes", "characters"]
tokenizers = pytest.mark.parametrize("toy", TOKENIZERS, ids=TOKENIZER_IDS)

words = st.text(st.sampled_from("yesnotherYN:  是不的否a"), min_size=1, max_size=8)
option_lists = st.lists(words, min_size=1, max_size=7, unique=True)
prefixes = st.sampled_from(["", "Answer:", "Answer: ", "t", "ye", "x不", "s"])


def strings(automaton: TokenAutomaton) -> dict[tuple[int, ...], int]:
    """Every walk from the beginning to an accepting state, and its option; asserts that no walk dies."""
    found: dict[tuple[int, ...], int] = {}
    todo: list[tuple[tuple[int, ...], Cursor]] = [((), automaton.cursor())]
    while todo:
        path, cursor = todo.pop()
        assert bool(cursor.allowed) != (cursor.option is not None)
        if cursor.option is not None:
            found[path] = cursor.option
        todo += [((*path, token), cursor.advance(token)) for token in cursor.allowed]
    return found


@tokenizers
@settings(deadline=None, max_examples=80)
@given(options=option_lists, prefix=prefixes)
def test_a_cursor_accepts_exactly_the_compiled_strings(toy: Toy, options: list[str], prefix: str) -> None:
    accepted = strings(compile_options(options, toy.encode, prefix=prefix))
    assert {toy.decode(path): option for path, option in accepted.items()} == {
        option + "\n": index for index, option in enumerate(options)
    }
    assert len(accepted) == len(options)


@tokenizers
@settings(deadline=None, max_examples=80)
@given(options=option_lists, prefix=prefixes, noise=st.lists(st.integers(0, 300), max_size=6))
def test_a_token_that_is_not_offered_is_refused(toy: Toy, options: list[str], prefix: str, noise: list[int]) -> None:
    cursor = compile_options(options, toy.encode, prefix=prefix).cursor()
    for token in noise:
        if token in cursor.allowed:
            cursor = cursor.advance(token)
        else:
            with pytest.raises(ValueError, match="not allowed"):
                cursor.advance(token)


@tokenizers
@settings(deadline=None, max_examples=80)
@given(options=option_lists, prefix=prefixes, data=st.data())
def test_a_forced_run_is_what_every_walk_takes(toy: Toy, options: list[str], prefix: str, data: st.DataObject) -> None:
    cursor = compile_options(options, toy.encode, prefix=prefix).cursor()
    while cursor.option is None:
        run = cursor.forced
        for token in run:
            assert cursor.allowed == (token,)
            cursor = cursor.advance(token)
        assert len(cursor.allowed) != 1
        if cursor.allowed:
            cursor = cursor.advance(data.draw(st.sampled_from(cursor.allowed)))
    assert cursor.forced == ()


@tokenizers
@settings(deadline=None, max_examples=80)
@given(options=option_lists, prefix=prefixes, order=st.randoms(use_true_random=False))
def test_the_order_of_options_changes_their_numbers_only(toy: Toy, options: list[str], prefix: str, order) -> None:
    shuffled = sorted(options)
    order.shuffle(shuffled)
    one = strings(compile_options(options, toy.encode, prefix=prefix))
    other = strings(compile_options(shuffled, toy.encode, prefix=prefix))
    assert {path: options[i] for path, i in one.items()} == {path: shuffled[i] for path, i in other.items()}


@settings(deadline=None, max_examples=80)
@given(
    merges=st.lists(st.text(st.sampled_from("ab\n :"), min_size=2, max_size=4), max_size=8),
    options=st.lists(st.text(st.sampled_from("ab: "), min_size=1, max_size=6), min_size=1, max_size=6, unique=True),
    prefix=st.text(st.sampled_from("ab :"), max_size=4),
)
def test_whatever_the_tokenizer_merges_the_strings_stay_the_same(
    merges: list[str], options: list[str], prefix: str
) -> None:
    toy = Toy(tuple(merges))
    accepted = strings(compile_options(options, toy.encode, prefix=prefix))
    assert sorted(toy.decode(path) for path in accepted) == sorted(option + "\n" for option in options)


@tokenizers
@pytest.mark.parametrize(
    "options",
    [["a", "ab", "abc"], ["yes", "yes, please", "y"], ["是", "是的", "不是"], ["no", "not", "no "], [" ", "  "]],
)
def test_an_option_may_be_the_beginning_of_another(toy: Toy, options: list[str]) -> None:
    accepted = strings(compile_options(options, toy.encode))
    assert {toy.decode(path)[:-1]: i for path, i in accepted.items()} == {o: i for i, o in enumerate(options)}


@tokenizers
@given(prefix=prefixes, text=words)
def test_the_text_behind_a_prefix_reads_as_itself(toy: Toy, prefix: str, text: str) -> None:
    assert toy.decode(after(prefix, text, toy.encode)) == text


def test_a_merge_across_the_boundary_leaves_the_prompt_as_it_is() -> None:
    toy = Toy((":y",))
    assert toy.encode("a:yes") != toy.encode("a:") + toy.encode("yes")
    assert list(after("a:", "yes", toy.encode)) == toy.encode("yes")


def test_text_is_tokenised_as_it_continues_where_that_is_possible() -> None:
    """A tokenizer that marks the beginning of a text gives other tokens in the middle of it."""

    def encode(text: str) -> list[int]:
        return [1000 + ord(char) if i == 0 else ord(char) for i, char in enumerate(text)]

    assert after("a", "b", encode) == (ord("b"),)
    assert after("", "b", encode) == (1000 + ord("b"),)


@tokenizers
def test_a_single_option_is_forced_from_its_first_token(toy: Toy) -> None:
    automaton = compile_options(["yes"], toy.encode)
    assert automaton.cursor().forced == automaton.paths[0]
    assert toy.decode(automaton.cursor().forced) == "yes\n"


def test_two_options_are_forced_once_they_part() -> None:
    cursor = compile_options(["green", "grey"], Characters().encode).cursor()
    assert "".join(map(chr, cursor.forced)) == "gre"
    cursor = cursor.advance(ord("g")).advance(ord("r")).advance(ord("e"))
    assert (cursor.forced, [chr(t) for t in cursor.allowed]) == ((), ["e", "y"])
    assert "".join(map(chr, cursor.advance(ord("y")).forced)) == "\n"


def test_a_cursor_is_a_value_that_moving_leaves_in_place() -> None:
    cursor = compile_options(["a", "b"], Characters().encode).cursor()
    assert cursor.advance(ord("a")) == cursor.advance(ord("a"))
    assert cursor.state == 0


@tokenizers
@pytest.mark.parametrize("options", [[], ["a", "a"], ["", ""], ["x", "y", "x"]])
def test_no_options_or_equal_ones_are_refused(toy: Toy, options: list[str]) -> None:
    with pytest.raises(ValueError, match="distinct and at least one"):
        compile_options(options, toy.encode)


@pytest.mark.parametrize("paths", [[()], [(1,), ()], [(1, 2), (1,)], [(1,), (1, 2)], [(1, 2), (1, 2)]])
def test_paths_that_are_empty_or_begin_one_another_are_refused(paths: list[tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="option"):
        from_paths(paths)


def test_options_that_a_tokenizer_cannot_tell_apart_are_refused() -> None:
    folded: Encode = lambda text: [ord(char) for char in text.lower()]  # noqa: E731
    with pytest.raises(ValueError, match="option 1"):
        compile_options(["Yes", "yes"], folded)


@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=5).map(tuple), min_size=1, max_size=6, unique=True))
def test_an_automaton_over_token_sequences_accepts_exactly_them(paths: list[tuple[int, ...]]) -> None:
    assume(not any(a != b and b[: len(a)] == a for a in paths for b in paths))
    automaton = from_paths(paths)
    assert strings(automaton) == {path: index for index, path in enumerate(paths)}
    assert automaton.paths == tuple(paths)


def test_letters_of_every_kind_are_tokens_like_others() -> None:
    options = [*string.printable.replace("\n", ""), "\x00", "é", "e\u0301", "😀", "\u200d"]
    assert len(strings(compile_options(options, Characters().encode))) == len(options)


def test_an_automaton_cannot_be_changed() -> None:
    """It is shared by sessions."""
    automaton = from_paths([(1, 2), (3,)])
    with pytest.raises(TypeError):
        automaton.edges[0][1] = 7  # type: ignore[index]
    with pytest.raises(TypeError):
        automaton.accepts[0] = 1  # type: ignore[index]
