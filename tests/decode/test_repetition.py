"""A text that goes round is stopped; one that only has a rhythm is not."""

from __future__ import annotations

import pytest

from flowdial.decode.repetition import until_it_repeats


def given(text: str, size: int = 1) -> str:
    return "".join(until_it_repeats(text[at : at + size] for at in range(0, len(text), size)))


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("passage", ["I am sorry. ", "好的，谢谢。", "abcd", "x", "ha", "no "])
def test_a_loop_is_left(passage: str, size: int) -> None:
    text = given("Well: " + passage * 200, size)
    assert text.startswith("Well: " + passage)
    assert len(text) < 6 + 8 * len(passage) + 2 * size + 8


@pytest.mark.parametrize(
    "text",
    ["", "...", "Ha ha ha!", "very, very good", "好好好", "1000000", "- a\n- b\n- c", "Is it on? Is it off? It is on."],
)
def test_other_texts_are_given_whole(text: str) -> None:
    assert given(text) == text


def test_the_pieces_before_the_loop_come_at_once() -> None:
    pieces = until_it_repeats(iter(["one", " two", " two", " two", " two", " two"]))
    assert [next(pieces), next(pieces)] == ["one", " two"]
    assert list(pieces) == [" two", " two"]
