"""One run tells the mistakes of directives and statements, and none that only follows from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads
from flowdial.notation.preprocessor.limits import MAX_MISTAKES

Told = list[tuple[int, str]]


def refusal(body: str, *, recover: bool = False, folder: Path | None = None) -> NotationError:
    """What is told of a diagram; its body begins on line 2."""
    with pytest.raises(NotationError) as caught:
        loads(f"@startuml\n{body}\n@enduml\n", recover=recover, folder=folder)
    return caught.value


def told(body: str, *, recover: bool = False) -> Told:
    return [(mistake.line, mistake.code) for mistake in refusal(body, recover=recover).diagnostics]


FILES: dict[str, tuple[str, Told]] = {
    "directives of all sorts": (
        "!endif\n!$x = %foo(1)\n!assert 1 == 2\n!includ a\n!includeurl http://a/b\n"
        "!local $y = 1\n!return\n!log x\n!undef",
        [
            (2, "preprocessor"),
            (3, "preprocessor"),
            (4, "preprocessor"),
            (5, "preprocessor"),
            (6, "include"),
            (7, "preprocessor"),
            (8, "preprocessor"),
            (10, "preprocessor"),
        ],
    ),
    "directives and statements": (
        "!endif\n!$x = %foo(1)\nstart\n发货;\n:a $x;\nnonsense\nendif\n"
        "!include none\nif a then (yes)\n:b;\nendif\nstop",
        [
            (2, "preprocessor"),
            (3, "preprocessor"),
            (5, "missing-colon"),
            (7, "unknown-statement"),
            (8, "stray"),
            (9, "include"),
            (10, "condition-parentheses"),
        ],
    ),
    "calls in lines": (
        "start\n:a %strlen();\n:b %intval(x);\nif (%chr(0)) then (yes)\n:c;\nelse\n:d;\nendif\n:%now();\nendif",
        [(3, "preprocessor"), (4, "preprocessor"), (5, "preprocessor"), (10, "preprocessor"), (11, "stray")],
    ),
    "bodies that are called": (
        "!procedure $p($a)\n:$a;\n!$x = ((\n!endprocedure\n!function $f()\n!return ))\n!endfunction\n"
        "start\n$p(1)\n$p(2)\n:$f();\n发货;",
        [(4, "preprocessor"), (7, "preprocessor"), (13, "missing-colon")],
    ),
    "loops and choices": (
        "!foreach $x in ((\n:$x;\n!endfor\n!while ((\n!endwhile\n"
        "!if ((\n:a;\n!elseif ))\n:b;\n!endif\n!ifdef\n:c;\n!endif\n发货;",
        [(2, "preprocessor"), (5, "preprocessor"), (7, "preprocessor"), (12, "preprocessor"), (15, "missing-colon")],
    ),
    "states": (
        "!$x = ((\n[*] --> A\nA --> B;\n!endwhile\nB --> [*] :",
        [(2, "preprocessor"), (4, "trailing-semicolon"), (5, "preprocessor"), (6, "empty-label")],
    ),
    "annotations": (
        '\' flowdial: tone="x"\n!$x = ((\nstart\n\' flowdial: shout="x"\n:a;\nendif',
        [(2, "annotation"), (3, "preprocessor"), (5, "annotation"), (7, "stray")],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_one_run_tells_the_mistakes_of_directives_and_statements_in_reading_order(name: str) -> None:
    body, expected = FILES[name]
    assert told(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "!$x = two; words\n!$y = $x + 1\n!$z = %intval($y)\n!assert $z > 1\n!$x\n:$x $y $z;",
        "!$l = [1, 2\n:%size($l) $l[1];\n!foreach $x in $l\n:$x;\n!endfor",
        '!$o = {\n"a": [1, 2]\nstart\n!assert $o.a[1] == 2\n:$o.a;',
        "!$p = ((\n!include $p/a.puml\n:a;",
        "!include none\n$step(1)\nSTEP(a);\nSTEP",
        "!include none\n!$x = $f(2)\n!assert $x > $y\n!if %not(%variable_exists($z))\n:a;\n!endif",
        "!include none\nif (a) then (yes)\n$opens()\nendwhile\nendif",
        "!include none\n!include $dir/a.puml",
        "!include none\nAlice -> Bob: hello",
        "!include none",
        "!if $f()\n[*] --> A\n!else\n[*] --> B\n!endif",
        "!if $f()\n!$x = 1\n!endif\n!assert $x == 2",
        "!ifdef ((\n!elseif 1\n!else\n!endif",
        "!$n = ((\n!procedure $p($n)\n!if $n > 0\n$p($n - 1)\n!endif\n!endprocedure\n$p($n)",
        "!$i = ((\n!while $i < 3\n:a;\n!endwhile",
        "!elseif 1\n:a;\n!else\n:b;\n!endif",
        "!IF 1\n:a;\n!else\n:b;\n!endif",
        "!startsubb X\n:a;\n!endsub\n!includesub X",
        "!while 1\n:a;\n!endfor",
        "!while 1\n:a;\n!endif\n:b;\n!endwhile",
        "!if 1\n!while 0\n:a;\n!endif\n!endwhile",
        "!if 1\n:a;\n!end if\n:b;",
        "!if 1\n:a;\n!end\n:b;",
        "!procedure $p($a\nif ($a) then\n!endprocedure\n$p(1)\n:b;\nendif",
        "!procedure $p($a)\n!local $b = 1\n:a;\n$p(1)\n:b;\nendif",
        "!function $f($a)\n!return 1\n:$f(2);",
        "!procedure $p($a)\n:a;\n!endprocedur\n$p(1)\n:b;",
        "!procedure $p()\n:a;\n!endprocedur\n!procedure $q()\n:b;\n!endprocedure\n$p()\n$q()",
        "!function $f($a)\n!$b = $a\n!endfunction\n!$x = $f(1)\n:$f(2);",
        "!function $f(\n!return 1\n!endfunction\n:$f();",
        "!define F(a,(b) x\n:F(1);\nF",
        "!definelong\nif (a) then\n!enddefinelong\nendif",
        "!procedure $p()\nif (a) then\n!endprocedure\n$p(1)\n:b;\nendif",
        "start\nif (%strlen() > 2) then (yes)\n:a;\nelse\n:b;\nendif",
        "!$b = ((\nif ($b) then ($b)\n:a;\nelse ($b)\n:b;\nendif",
        "!procedure $p()\n(a) nonsense\n!endprocedure\n$p()\n!$x = ((",
        "!include none\njoin\nbegin it\nstrat",
    ],
)
def test_what_follows_from_a_mistake_is_not_told(body: str) -> None:
    assert len(told(body)) == 1


def test_what_is_wrong_above_a_refused_include_is_told_whatever_it_is() -> None:
    assert told("nonsense\nendif\n!include none\nmore") == [(2, "unknown-statement"), (3, "stray"), (4, "include")]


def test_a_statement_that_a_call_writes_is_not_told_beside_a_wrong_directive() -> None:
    call = "!procedure $p()\n发货;\n!endprocedure\n$p()"
    assert told(call) == [(5, "missing-colon")]
    assert told(f"{call}\n!endif") == [(6, "preprocessor")]


def test_a_wrong_line_of_a_loop_or_a_procedure_is_told_once() -> None:
    assert told("!foreach $x in [1, 2, 3]\n!$y = ((\n!endfor") == [(3, "preprocessor")]
    assert told("!startsub X\n!$y = ((\n!endif\n!endsub\n!includesub X") == [(3, "preprocessor"), (4, "preprocessor")]


def test_every_wrong_line_of_an_included_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "parts.puml").write_text("!$x = ((\n:a;\n!endif\n!include none\n", encoding="utf-8")
    error = refusal("start\n!include parts.puml\n!endwhile\n:b", folder=tmp_path)
    assert [(mistake.line, mistake.source) for mistake in error.diagnostics] == [
        (3, "!endif"),
        (3, "!$x = (("),
        (3, "!include none"),
        (4, "!endwhile"),
        (5, ":b"),
    ]
    assert all(("in `parts.puml`: " in mistake.message) == (mistake.line == 3) for mistake in error.diagnostics)


@pytest.mark.parametrize("body", ["!endif\n" * 80, "!$x = ((\n" * 80, "!endif\n发货;\n" * 80, "!elif 1\nendif\n" * 80])
def test_no_more_than_fifty_are_told(body: str) -> None:
    lines = [line for line, _ in told(body)]
    assert len(lines) == MAX_MISTAKES
    assert lines == sorted(lines)


def test_a_limit_ends_the_run_and_is_told_where_nothing_else_is_wrong() -> None:
    endless = "!while 1\n:a;\n!endwhile\n发货;\n!include none"
    assert [code for _, code in told(endless)] == ["macro-limit"]
    assert told(f"!$x = ((\n{endless}") == [(2, "preprocessor")]


def test_recovery_mends_statements_and_no_directives() -> None:
    body = "!$x = ((\nstart\n发货;\ngoto\nstop"
    assert told(body, recover=True) == [(2, "preprocessor"), (5, "unknown-statement")]
    assert told("!endif\nstart\n发货;\nstop", recover=True) == [(2, "preprocessor")]


def test_a_mistake_in_what_is_left_out_is_none() -> None:
    loads("@startuml\n!if 0\n!$x = ((\n:%strlen();\n!include none\n!endif\nstart\nstop\n@enduml")
