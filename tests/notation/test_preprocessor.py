"""What PlantUML's preprocessor makes of a text, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from flowdial.errors import NotationError
from flowdial.notation.preprocessor import Line, preprocess


def lines(text: str) -> list[Line]:
    return [Line(line, number) for number, line in enumerate(dedent(text).strip("\n").split("\n"), 1)]


def made(text: str, folder: Path | None = None) -> list[str]:
    """The lines that are not blank."""
    return [line.text for line in preprocess(lines(text), folder=folder) if line.text.strip()]


def refused(text: str, folder: Path | None = None) -> NotationError:
    with pytest.raises(NotationError) as caught:
        preprocess(lines(text), folder=folder)
    return caught.value


def value(expression: str, before: str = "") -> str:
    """What an expression is, written into an action."""
    return made(f"{before}\n!$result = {expression}\n:$result;")[-1][1:-1]


# ---- variables ----


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 3 - 2", "5"),
        ("7 / 2", "3"),
        ("-7/2", "-3"),
        ("5 -2", "3"),
        ("3 * -2 - -1", "-5"),
        ("2147483647 + 1", "-2147483648"),
        ('"a" + 1 + 2', "a12"),
        ('1 + 2 + "a"', "3a"),
        ('"it\'s"', "it's"),
        ("'say \"a\"'", 'say "a"'),
        ("unknown + 1", "unknown1"),
        ("two words + 1", "words1"),
        ("a + b c", "bc"),
        ('"a" "b"', "b"),
        ("1.5", ".5"),
        ("Hello, world.", "world."),
        ("a.b.c", "a.b.c"),
        ('%strlen("ab" "c")', "1"),
        ("10 < 9", "0"),
        ('"10" < "9"', "1"),
        ('1 == "1"', "1"),
        ("1 < 2 == 1", "1"),
        ("1 || 0 && 0", "1"),
        ('0 || ""', "0"),
        ("%true() && 0", "0"),
        ('%strlen("商品") + 1', "3"),
        ('%not(0) + %size("ab")', "3"),
    ],
)
def test_expressions_compute_as_in_plantuml(expression: str, result: str) -> None:
    assert value(expression) == result


def test_a_variable_needs_no_dollar_and_is_replaced_as_a_whole_word() -> None:
    assert made('!x = 7\n:x ax xa x1 1x x.x "x" $x;') == [':7 ax xa x1 1x 7.7 "7" $7;']


def test_a_name_right_after_a_line_break_mark_is_replaced() -> None:
    assert made("!t = 1\n:a\\nt;") == [":a\\n1;"]


def test_the_longest_name_counts() -> None:
    assert made("!$ab = 1\n!$abc = 2\n:$ab $abc $abcd x$ab;") == [":1 2 $abcd x1;"]


def test_the_mark_of_concatenation_disappears_beside_a_variable() -> None:
    assert made('!$a = "x"\n:p##$a##q ## r;') == [":pxq ## r;"]


def test_values_are_not_replaced_again() -> None:
    assert made('!$a = 1\n!$b = "v=$a %n()"\n:$b;') == [":v=$a %n();"]


def test_a_default_is_set_only_once() -> None:
    assert made("!$d ?= 1\n!$d ?= 2\n!global $e ?= 3\n:$d $e;") == [":1 3;"]


def test_a_variable_that_is_undefined_stays_as_written() -> None:
    assert made("!$v = 1\n!undef $v\n:$v;") == [":$v;"]


def test_chinese_names_and_texts_are_read() -> None:
    assert made('!$订单 = "退货"\n:$订单 申请;') == [":退货 申请;"]


# ---- JSON ----

DATA = """
!$o = { "name": "Ann", "age": 30,
  "pets": [ {"kind": "cat"}, {"kind": "dog"} ],

  "a-b": true, "none": null, "f": 1.50 }
"""


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$o.name", "Ann"),
        ("$o.pets[1].kind", "dog"),
        ("$o.pets[0]", '{"kind":"cat"}'),
        ('$o["name"]', "Ann"),
        ("$o[a-b]", "true"),
        ("$o.none|$o.f|$o.missing", "null|1.50|"),
        ("$o.name. And ($o.age)", "Ann. And (30)"),
    ],
)
def test_places_of_json_are_read_within_a_text(text: str, result: str) -> None:
    assert made(f"{DATA}\n:{text};") == [f":{result};"]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("$o.name + 1", "Ann1"),
        ("$o.age + 1", "301"),
        ("%intval($o.age) + 1", "31"),
        ("$o.age == 30", "1"),
        ("$o.pets[%size($o.pets) - 1].kind", "dog"),
        ("$o[name]", "Ann"),
        ("%get_json_keys($o.pets[0])", '["kind"]'),
        ('%json_key_exists($o, "zz")', "0"),
        ('%json_add($o.pets[0], "n", 1)', '{"kind":"cat","n":1}'),
        ('%json_set($o.pets[0], "kind", "cow")', '{"kind":"cow"}'),
        ("%json_merge($o.pets[0], %str2json('{\"n\": [1]}'))", '{"kind":"cat","n":[1]}'),
        ('%json_remove($o.pets[0], "kind")', "{}"),
        ("%str2json('{\"a\": [1, 2]}')", '{"a":[1,2]}'),
        ("%get_json_type($o.pets)", "array"),
        ("%get_json_type($o.age)", "number"),
    ],
)
def test_places_of_json_are_read_within_an_expression(expression: str, result: str) -> None:
    assert value(expression, DATA) == result


def test_an_index_may_be_a_variable() -> None:
    assert made("!$l = [4, 5]\n!$i = 1\n:$l[$i] $l[$i - 1];") == [":5 4;"]


def test_a_list_knows_its_places() -> None:
    error = refused("!$l = [1, 2]\n:$l[5];")
    assert error.line == 2
    assert "the list has no place 5" in str(error)
    assert "its places are 0 to 1" in str(error)


# ---- choices and loops ----


def test_the_first_part_that_holds_is_taken() -> None:
    text = """
    !$x = 3
    !if $x == 1
    :one;
    !elseif ($x == 3)
    :three;
    !elseif ($x == 3)
    :again;
    !else
    :other;
    !endif
    """
    assert made(text) == [":three;"]


def test_what_is_left_out_is_not_even_read() -> None:
    assert made("!if 0\n!$x = ((\n$unknown(\n!elseif 1\n:a;\n!elseif ((\n!endif") == [":a;"]


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("!ifdef A", True),
        ("!ifdef $v", True),
        ("!ifdef M", True),
        ("!ifdef $f", True),
        ("!ifdef Z", False),
        ("!ifndef Z", True),
        ("!ifdef A && !Z", True),
        ("!ifdef (Z || A) && $v", True),
        ("!ifndef A || Z", False),
        ('!if %variable_exists("$v")', True),
        ('!if %function_exists("$f")', True),
        ('!if "0"', True),
        ('!if ""', False),
        ("!if %not(1)", False),
    ],
)
def test_choices_ask_for_names_and_truth(asked: str, holds: bool) -> None:
    known = "!define A\n!$v = 1\n!define M(x) x\n!function $f() !return 1"
    assert made(f"{known}\n{asked}\n:yes;\n!else\n:no;\n!endif") == [":yes;" if holds else ":no;"]


def test_loops_count_and_nest() -> None:
    text = """
    !$i = 0
    !while $i < 2
    !foreach $x in ["a", "b"]
    :$i$x;
    !endfor
    !$i = $i + 1
    !endwhile
    """
    assert made(text) == [":0a;", ":0b;", ":1a;", ":1b;"]


def test_a_loop_goes_over_the_keys_of_an_object_and_over_nothing_else() -> None:
    assert made('!foreach $k in {"a": 1, "b": 2}\n:$k;\n!endfor\n!foreach $k in "text"\n:x;\n!endfor') == [":a;", ":b;"]


def test_a_loop_goes_over_the_pieces_of_a_text() -> None:
    assert made('!foreach $x in %splitstr("a,b", ",")\n:$x;\n!endfor\n:$x;') == [":a;", ":b;", ":b;"]


def test_an_if_may_stay_open_at_the_end_where_its_last_part_holds() -> None:
    assert made("!if 1\n:a;") == [":a;"]
    assert "`!if` is not closed" in str(refused("!if 0\n:a;"))


def test_a_loop_that_stays_open_goes_round_once() -> None:
    assert made("!$i = 0\n!while $i < 3\n!$i = $i + 1\n:$i;") == [":1;"]
    assert made("!foreach $x in [7, 8]\n:$x;\n!if 1\n:b;") == [":7;", ":b;"]
    assert "`!while` is not closed" in str(refused("!while 0\n:a;"))


def test_parts_that_others_include_stand_across_blocks() -> None:
    text = "!startsub A\n!procedure $p()\n:a;\n!endsub\n:b;\n!endprocedure\n$p()\n!if 0\n!endsub\n!endif"
    assert made(text) == [":a;", ":b;"]


def test_a_procedure_may_hold_another_one_that_is_not_called() -> None:
    text = "!procedure $a()\n!procedure $b()\n:b;\n!endprocedure\n:a;\n!endprocedure"
    assert made(text) == [":a;"]
    assert "`!procedure` is not closed" in str(refused(f"{text}\n$a()"))


# ---- macros ----


def test_a_macro_stands_for_its_text_of_the_time_of_its_definition() -> None:
    assert made("!$v = 1\n!define D $v  x \n!$v = 2\n:D;") == [":1  x;"]


def test_a_macro_with_parameters_is_read_when_it_is_called() -> None:
    assert made("!$v = 1\n!define D(a) $v a\n!$v = 2\n:D(q);") == [":2 q;"]


def test_parameters_are_replaced_as_words() -> None:
    assert made('!define M(a) a aa $a a_b "a" xa a1\n:M(Z);') == [':Z aa $Z a_b "Z" xa a1;']


def test_arguments_of_a_macro_are_taken_as_written() -> None:
    text = '!define M(a, b=7) a|b\n:M(x, f(y, z)) M("a,b", c) M( it\'s ) M(,q);'
    assert made(text) == [":x|f(y, z) a,b|c it's|7 |q;"]


def test_macros_call_macros() -> None:
    assert made("!define IN(a) <a>\n!define OUT(b) IN(b) IN(IN(c))\n:OUT(z) OUT;") == [":<z> <<c>> OUT;"]


def test_a_long_macro_writes_its_lines() -> None:
    text = """
    !definelong L(a, b="dd")
    :one a;
    :two b;
    !enddefinelong
    L(x)
    L(x, y)
    """
    assert made(text) == [":one x;", ":two dd;", ":one x;", ":two y;"]


def test_a_long_macro_of_one_line_may_stand_within_a_text() -> None:
    assert made("!definelong L(a)\none a\n!enddefinelong\n:pre L(x) post;") == [":pre one x post;"]


def test_a_concatenation_mark_joins_a_parameter() -> None:
    assert made("!define F(x) pre##x##post\n:F(zz);") == [":prezzpost;"]


# ---- procedures and functions ----


def test_a_procedure_writes_lines_with_its_arguments() -> None:
    text = """
    !procedure $ask($q, $yes="yes")
    if ($q) then ($yes)
    endif
    !endprocedure
    $ask("ok?")
      $ask($yes="ja", $q="gut?")
    """
    assert made(text) == ["if (ok?) then (yes)", "endif", "  if (gut?) then (ja)", "endif"]


def test_what_stands_around_a_call_goes_to_the_first_and_last_line() -> None:
    assert made("!procedure $p()\none\ntwo\n!endprocedure\n:a $p() b;") == [":a one", "two b;"]


def test_an_unquoted_procedure_takes_its_arguments_as_written() -> None:
    text = """
    !unquoted procedure $p($a, $b="y")
    :$a - $b;
    !end procedure
    $p(hello (big, wide) world)
    $p($b=3, "q")
    """
    assert made(text) == [":hello (big, wide) world - y;", ":q - 3;"]


def test_a_function_gives_a_value_and_its_plain_lines_are_dropped() -> None:
    text = """
    !function $double($x)
    :dropped;
    !return $x * 2
    !endfunction
    !function $inc($x) !return $x + 1
    :$double(4) x$inc(3)y;
    """
    assert made(text) == [":8 x4y;"]


def test_a_function_returns_out_of_loops_and_choices() -> None:
    text = """
    !function $find($l, $what)
    !$i = 0
    !foreach $x in $l
    !if $x == $what
    !return $i
    !endif
    !$i = $i + 1
    !endfor
    !return -1
    !endfunction
    !$list = ["a", "b"]
    :$find($list, "b") $find($list, "c");
    """
    assert made(text) == [":1 -1;"]


def test_functions_recurse() -> None:
    text = """
    !function $fact($n)
    !if $n < 2
    !return 1
    !endif
    !return $n * $fact($n - 1)
    !endfunction
    :$fact(5);
    """
    assert made(text) == [":120;"]


def test_calls_may_stand_ninety_deep_in_one_another() -> None:
    text = "!procedure $p($n)\n!if $n > 0\n$p($n - 1)\n!else\n:end;\n!endif\n!endprocedure\n$p(90)"
    assert made(text) == [":end;"]


def test_functions_of_one_name_differ_by_the_number_of_parameters() -> None:
    text = '!function $f($x) !return "one"\n!function $f($x, $y) !return "two"\n:$f(1) $f(1, 2);'
    assert made(text) == [":one two;"]


def test_a_call_sees_its_arguments_the_globals_and_its_own_locals() -> None:
    text = """
    !$g = 1
    !procedure $inner()
    :inner $g $l;
    !endprocedure
    !procedure $outer($a)
    !$g = 2
    !$l = 3
    !local $m = 4
    !global $n = 5
    !$a = $a + 1
    :outer $a $l $m;
    $inner()
    !endprocedure
    $outer(7)
    :$g $l $m $n $a;
    """
    assert made(text) == [":outer 8 3 4;", ":inner 2 $l;", ":2 $l $m 5 $a;"]


def test_procedures_are_called_by_their_name_in_a_text() -> None:
    text = """
    !procedure $p($x)
    :p $x;
    :q $x;
    !endprocedure
    %invoke_procedure("$p", "A")
    !function $f($x) !return "<" + $x + ">"
    :%call_user_func("$f", "q") %retrieve_procedure("$p", "B");
    """
    assert made(text) == [":p A;", ":q A;", ":<q> :p B;\\n:q B;;"]


# ---- built-in functions ----


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("%newline()", "\\n"),
        ("%n()", "\\n"),
        ('%strlen("abc")', "3"),
        ('%substr("abcdef", 2)', "cdef"),
        ('%substr("abcdef", 2, 2)', "cd"),
        ('%strpos("abc", "c")', "2"),
        ('%strpos("abc", "z")', "-1"),
        ('%upper("abc")%lower("ABC")', "ABCabc"),
        ("%chr(65)", "A"),
        ('%ord("A")', "65"),
        ("%dec2hex(255)", "ff"),
        ('%hex2dec("ff")', "255"),
        ('%intval("42")', "42"),
        ('%boolval("true")%boolval(0)', "10"),
        ("%mod(-7, 3)", "-1"),
        ("%xor(1, 1)%and(1, 1)%or(0, 0)", "010"),
        ('%eval("1 + 2 * 3")', "7"),
        ("%string(1 + 2)", "3"),
        ("[%filename()%dirpath()]", "[]"),
        ('%feature("theme")', "1"),
        ('%lighten("red", 20)', "#FF3333"),
        ('%darken("#FF0000", 20)', "#CC0000"),
        ('%lighten("SomeColor", 20)', "SomeColor"),
        ('%reverse_color("#FF0000")', "#00FFFF"),
        ('%is_dark("#000")%is_light("white")', "11"),
        ("%unknown(1)", "%unknown(1)"),
        ("100% of (x)", "100% of (x)"),
    ],
)
def test_built_in_functions_are_replaced_within_a_text(call: str, result: str) -> None:
    assert made(f":{call};") == [f":{result};"]


def test_variables_are_set_and_read_by_a_name_in_a_text() -> None:
    assert made('!$n = "$a"\n!if %set_variable_value($n, 5)\n!endif\n:%get_variable_value("$a");') == [":5;"]


@pytest.mark.parametrize(
    "call",
    ['%getenv("HOME")', "%random()", "%now()", "%date()", '%date("yyyy")', '%load_json("x")', '%file_exists("x")'],
)
def test_what_the_machine_or_chance_decides_is_refused(call: str) -> None:
    assert "is not carried out" in str(refused(f":a;\n:{call};"))


# ---- lines ----


def test_pragma_theme_and_option_are_left_alone() -> None:
    kept = ["!pragma useVerticalIf on", "!theme plain", "!option x"]
    assert made("\n".join([*kept, "!$a = 1", "!pragma x $a"])) == [*kept, "!pragma x $a"]


def test_log_dump_and_true_assertions_write_nothing() -> None:
    assert made('!log hello\n!dump_memory\n!assert 1 == 1 : "fine"\n:a;') == [":a;"]


def test_an_exclamation_in_a_text_is_no_directive() -> None:
    assert made("!$a = 1\nnote right\n!! $a\n!important $a\nend note") == [
        "note right",
        "!! 1",
        "!important 1",
        "end note",
    ]


def test_written_lines_have_the_number_of_the_line_that_called() -> None:
    text = "!procedure $p()\n:a;\n:b;\n!endprocedure\n:c;\n$p()\n!foreach $x in [1]\n:d;\n!endfor"
    assert [(line.text, line.number) for line in preprocess(lines(text))] == [
        (":c;", 5),
        (":a;", 6),
        (":b;", 6),
        (":d;", 8),
    ]


def test_annotations_go_to_the_first_line_that_a_call_writes() -> None:
    text = lines("!procedure $p()\n\n:a;\n:b;\n!endprocedure\n$p()\n!$x = 1\n:$x;")
    text[5] = Line(text[5].text, 6, {"say": "hello"})
    text[6] = Line(text[6].text, 7, {"say": "one"})
    assert [dict(line.annotations) for line in preprocess(text)] == [{}, {"say": "hello"}, {}, {"say": "one"}]


def test_lines_that_end_in_a_backslash_go_on_before_they_are_read() -> None:
    assert made("!define M(a) one \\\n   a\n:M(x);") == [":one x;"]


def test_a_block_without_directives_is_given_back_unread() -> None:
    code = """
import sys
from flowdial.notation.preprocessor import Line, preprocess
text = [Line(":a $b 100%;", 1), Line("!theme plain", 2)]
assert preprocess(text) == text
assert "flowdial.notation.preprocessor.interpreter" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- what is refused ----


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("!includ a.puml", 1, "there is no directive `!includ`", "`!include file.puml`"),
        ("!IF 1\n!endif", 1, "there is no directive `!IF`", "`!if $x == 1`"),
        ("!if 1\n!elif 2\n!endif", 2, "there is no directive `!elif`", "`!elseif $x == 1`"),
        ("!if 1\n!end if", 2, "`!end` closes nothing", "`!endif`"),
        (":a;\n!exit", 2, "no `!exit`", "take the lines after it out"),
        (":a;\n!endif", 2, "there is no `!if` for this `!endif`", "take it out"),
        (":a;\n!else", 2, "there is no `!if` for this `!else`", "take it out"),
        ("!while 1\n!endfor", 2, "`!endfor` stands where `!while` of line 1 is open", "close that one first"),
        ("!while 0", 1, "`!while` is not closed", "`!endwhile`"),
        (":a;\n!procedure $p()", 2, "`!procedure` is not closed", "`!endprocedure`"),
        ("!procedure $p\n!endprocedure", 1, "something is missing at the end", "`!procedure $name("),
        ("!$a =", 1, "something is missing at the end", '`!$name = "text"`'),
        ("!$a = two; words", 1, "`; words` is not understood here", "texts stand in quotes"),
        ("!$a = #red", 1, "`#red` is not understood here", "texts stand in quotes"),
        ("!$a = 商品", 1, "there is no variable `商品`", 'stands in quotes: `"商品"`'),
        ("!$a = -$b", 1, "`-$b` is not understood here", "write"),
        ("!$a = !1", 1, "`!1` is not understood here", "`%not(…)`"),
        ("!if %true() && !%false()\n!endif", 1, "`!%false()` is not understood here", "`%not(…)`"),
        (":%size([1, 2]);", 1, "`[1, 2]);` is not understood here", "`!$list = [1, 2]`"),
        (':%get_json_keys({"a": 1});', 1, '`{"a": 1});` is not understood here', '`!$data = {"a": 1}`'),
        ("!$a = [1, 2] + 3", 1, "`+ 3` is not understood here", "write"),
        ("!procedure $p($a=[1])\n!endprocedure", 1, "`[1])` is not understood here", "`!$list = [1, 2]`"),
        (":a;\n!startsub X\n:b;", 2, "`!startsub` is not closed", "`!endsub`"),
        (
            "!startsub X\n!startsub Y\n!endsub\n!endsub",
            2,
            "`!startsub` stands where that of line 1",
            "`!endsub` before",
        ),
        ("!startsub\n!endsub", 1, "something is missing at the end", "`!startsub NAME`"),
        ("!startsub A-B\n!endsub", 1, "`-B` is not understood here", "`!startsub NAME`"),
        (":a;\n!endsub", 2, "there is no `!startsub` for this `!endsub`", "take it out"),
        ("!if 0\n!startsub X\n!endif", 2, "`!startsub` is not closed", "`!endsub`"),
        ("!foreach $x in []\n:a;", 1, "`!foreach` is not closed", "`!endfor`"),
        ("!procedure $p()\n!function $f() !return 1\n!endprocedure", 1, "declared within `$p`", "before"),
        ('!$a = {"b": }', 1, "`}` is not understood here", "write"),
        ('!$a = {"b": 1', 1, "the JSON value is not closed", "every `{`"),
        ("!$a = 99999999999", 1, "too large a number", "2147483647"),
        ("!$a = 1 / 0", 1, "a division by zero", "`!if`"),
        ("!$a = %foo(3)", 1, "there is no built-in function `%foo`", "plantuml.com"),
        ("!$a = $foo(3)", 1, "there is no function `$foo`", "define it before"),
        (":a %strlen();", 1, "`%strlen` is called with 0 arguments", "it takes 1"),
        (':%substr("abc", -1);', 1, "there is no place -1 in a text", "from 0"),
        (":%intval(x);", 1, "`x` is no whole number", "digits"),
        ("!function $f($x) !return 1\n:$f();", 2, "`$f` is called with 0 arguments", "`$f($x)`"),
        ("!function $f()\n:a;\n!endfunction", 1, "this function has no `!return`", "`!procedure`"),
        ("!procedure $p()\n!return 1\n!endprocedure", 1, "a procedure has no `!return`", "`!function`"),
        ("!procedure $p()\n!endprocedure\n!$x = $p()", 3, "Is there a return directive in your function?", "procedure"),
        (":a;\n!return 1", 2, "`!return` stands outside of a function", "function"),
        ("!local $x = 1", 1, "`!local` stands outside of a procedure", "`!$x = …`"),
        ("!final function $f() !return 1\n!function $f() !return 2", 2, "already defined, and final", "another name"),
        ('!assert 1 == 2 : "no such case"', 1, "assertion failed: no such case", "demands"),
        ("!procedure $p()\n:a;\n!$x = ((\n!endprocedure\n$p()", 3, "something is missing", "write"),
        ('!$f = 1\n:b %strlen("a";', 2, "`;` is not understood here", "write"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_mend(text: str, line: int, message: str, hint: str) -> None:
    error = refused(text)
    assert error.line == line
    assert message in str(error)
    assert hint in error.hint
    assert "[preprocessor]" in str(error)


def test_the_caret_stands_under_what_is_not_understood() -> None:
    assert refused(":a;\n  !$a = two ;words").column == 13
    assert refused(':ab %strlen("a";').column == 16


# ---- limits ----

DOUBLING = "\n".join(f"!define A{n}(x) " + f"A{n - 1}(x)" * 10 for n in range(1, 12))


@pytest.mark.parametrize(
    "text",
    [
        "!while 1\n!endwhile",
        "!while 1\n:a;\n!endwhile",
        '!$x = "12345678"\n!while 1\n!$x = $x + $x\n!endwhile',
        "!procedure $p()\n$p()\n!endprocedure\n$p()",
        "!function $f($n) !return $f($n)\n:$f(1);",
        "!define A(x) A(x)\n:A(1);",
        f"!define A0(x) xxxxxxxxxxxxxxxxxxxx\n{DOUBLING}\n:A11(1);",
        '!$o = {"a": 1}\n!while 1\n!$o = %json_add(%json_add($o, "x", $o), "y", $o)\n!endwhile',
        '!$o = {"a": 1}\n!while 1\n!$o = %json_set($o, "x", $o)\n!endwhile',
        "!$x = " + "(" * 5000 + "1" + ")" * 5000,
        "!$x = " + "[" * 5000 + "]" * 5000,
        "!define F(x) x\n:" + "F(" * 3000 + "1" + ")" * 3000 + ";",
        "!procedure $e()\n!endprocedure\n!while 1\nxxxxxxxxxxxxxxxxxxxxxxxxxxxx$e()\n!endwhile",
        "!procedure $e()\n!endprocedure\n:a;\n!while 1\n$e()xxxxxxxxxxxxxxxxxxxxxxxxxxxx\n!endwhile",
    ],
    ids=lambda text: text[:24],
)
def test_bombs_end_with_a_limit(text: str) -> None:
    error = refused(text)
    assert "[macro-limit]" in str(error)
    assert "the preprocessor gives up" in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "!ifdef " + "!" * 5001 + "X\n:a;\n!endif",
        "!$x = " + "+".join(["1"] * 5000) + "\n:a;",
        "!if 1\n" * 3000 + ":a;\n" + "!endif\n" * 3000,
        "!if (" * 1 + "(" * 90 + "1" + ")" * 91 + "\n:a;\n!endif",
    ],
    ids=["signs", "sum", "ifs", "parentheses"],
)
def test_long_and_nested_texts_within_the_limits_are_read(text: str) -> None:
    assert made(text) == [":a;"]
