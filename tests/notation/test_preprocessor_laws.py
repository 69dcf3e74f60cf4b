"""Laws of the preprocessor: any text gives lines or a NotationError; without directives it gives itself."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.errors import NotationError
from flowdial.notation.preprocessor import Line, preprocess

WORDS = [
    "!if ", "!elseif ", "!else", "!endif", "!while ", "!endwhile", "!foreach ", "!endfor", "!procedure ", "!function ",
    "!endprocedure", "!endfunction", "!end function", "!return ", "!define ", "!definelong ", "!enddefinelong",
    "!undef ", "!ifdef ", "!ifndef ", "!include ", "!includesub ", "!startsub X", "!endsub", "!assert ", "!log ",
    "!$x = ", "!x = ", "!local $x = ", "!global $y ?= ", "!unquoted procedure ", "!final function ", "!", "!foo ",
    "$p(", "$p", "$x", "x", "F(", "F", "%n()", "%strlen(", "%splitstr(", "%eval(", "%str2json(", "%call_user_func(",
    "%invoke_procedure(", "%retrieve_procedure(", "%json_add(", "%size(", "%chr(", "%substr(", "%intval(", "%mod(",
    "%get_variable_value(", "%set_variable_value(", "(", ")", "[", "]", "{", "}", ",", ":", ".", ".a", "[0]", "=",
    "==", "!=", "<", ">=", "+", "-", "*", "/", "&&", "||", '"', "'", '"a"', "'b'", '{"a": [1, {"b": null}]}', "[1,2]",
    "0", "1", "42", "99999999999", " in ", " ", "\n", "\n", "\n", "##", "\\n", "\\", "a", "商品", "😀", "$", "%", "\t",
]  # fmt: skip
fragments = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)
headed = st.tuples(
    st.sampled_from(["!define F(a,b=1) a $x b\n", "!$x = {'a'\n", '!$x = {"a": [1, 2]}\n', ""]), fragments
)
bodies = st.tuples(st.just("!procedure $p($x, $y=2)\n"), fragments, st.just("\n!endprocedure\n$p(1)\n"), fragments)
texts = st.one_of(fragments, headed.map("".join), bodies.map("".join), st.text(max_size=80).map("!$x = ".__add__))


def lines(text: str) -> list[Line]:
    return [Line(line, number) for number, line in enumerate(text.split("\n"), 1)]


@given(texts)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_lines_or_a_notation_error(text: str) -> None:
    with contextlib.suppress(NotationError):
        for line in preprocess(lines(text)):
            assert "\n" not in line.text
            assert 1 <= line.number <= text.count("\n") + 1


@given(st.text(alphabet=st.characters(exclude_characters="!%")))
def test_a_text_without_directives_and_calls_gives_itself(text: str) -> None:
    assert preprocess(lines(text)) == lines(text)


@given(texts)
@settings(max_examples=50, deadline=None)
def test_the_same_text_gives_the_same_lines(text: str) -> None:
    def once() -> object:
        try:
            return preprocess(lines(text))
        except NotationError as error:
            return str(error)

    assert once() == once()


@given(texts)
@settings(max_examples=100, deadline=None)
def test_mistakes_are_told_in_reading_order_one_a_line(text: str) -> None:
    try:
        preprocess(lines(text))
    except NotationError as error:
        told = [mistake.line for mistake in error.diagnostics]
        assert told == sorted(told)
        assert len(told) <= 50
        assert len(set(told)) == len(told)


names = st.from_regex(r"\$[a-z]{1,8}", fullmatch=True)
plain = st.text(alphabet=st.characters(exclude_characters='"\\#$%!', exclude_categories=["C", "Z"]), max_size=30)


@given(names, plain)
def test_a_variable_stands_for_its_text(name: str, text: str) -> None:
    assert [line.text for line in preprocess(lines(f'!{name} = "{text}"\n:<{name}>;'))] == [f":<{text}>;"]


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(-(2**31) + 1, 2**31 - 1), st.sampled_from(["+", "-", "*"]))
def test_numbers_compute_in_32_bits(left: int, right: int, operator: str) -> None:
    whole = {"+": left + right, "-": left - right, "*": left * right}[operator]
    wrapped = (whole + 2**31) % 2**32 - 2**31
    made = preprocess(lines(f"!$a = {left}\n!$b = {right}\n!$c = $a {operator} $b\n:$c;"))
    assert [line.text for line in made] == [f":{wrapped};"]
