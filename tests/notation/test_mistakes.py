"""Each chart of tests/charts/malformed is refused with this code, at this place."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads
from flowdial.notation import activity_mistakes, read_source, state_mistakes
from flowdial.notation.mistakes import Shape

MALFORMED = Path(__file__).parents[1] / "charts" / "malformed"
STATE_SHAPES = (*state_mistakes._FOREIGN, *state_mistakes._SHAPES)

#: chart, code, line, column, what stands at the column
PLACES = [
    ("annotation", "annotation", 3, 21, 'shout="x"'),
    ("brace", "brace", 3, 1, "{"),
    ("case-colon", "trailing-colon", 3, 10, ":"),
    ("condition-parentheses", "condition-parentheses", 3, 7, "more letters"),
    ("branch-braces", "branch-braces", 3, 12, "{"),
    ("comment-sign", "comment-sign", 3, 1, "//"),
    ("empty-label", "empty-label", 5, 10, "()"),
    ("arrow-style", "arrow-style", 4, 3, "norank"),
    ("join-text", "join-text", 7, 10, "{}"),
    ("partition-name", "group-name", 3, 1, "partition"),
    ("partition-space", "group-name", 3, 1, "partition"),
    ("repeat-test", "repeat-test", 5, 14, "not (busy?)"),
    ("spaced-semicolon", "spaced-semicolon", 4, 5, " ;"),
    ("foreign-keyword", "foreign-keyword", 5, 1, "until"),
    ("diagram-kind-class", "diagram-kind", 2, 1, "class Order"),
    ("diagram-kind-sequence", "diagram-kind", 2, 1, "Alice ->"),
    ("double-semicolon", "double-semicolon", 4, 4, ";;"),
    ("elif", "elsif", 4, 1, "elif"),
    ("end-partition", "end-partition", 4, 5, "partition"),
    ("elsif", "elsif", 4, 3, "elsif"),
    ("empty", "empty", 1, 1, "@startuml"),
    ("end-switch", "end-switch", 5, 5, "switch"),
    ("full-width-action", "full-width", 3, 6, "；"),
    ("full-width-close", "full-width", 3, 10, "） then"),
    ("full-width-colon", "full-width", 3, 1, "：查询"),
    ("full-width-brace", "full-width", 5, 1, "｝"),
    ("full-width-note", "full-width", 4, 10, "：先核对"),
    ("missing-enduml", "missing-enduml", 4, 1, "stop"),
    ("full-width-condition", "full-width", 3, 4, "（商品"),
    ("full-width-label", "full-width", 3, 17, "（是"),
    ("label-parentheses-else", "label-parentheses", 4, 6, "否"),
    ("label-parentheses-is", "label-parentheses", 4, 24, "否"),
    ("legacy-mistake", "legacy-mistake", 4, 3, "then"),
    ("legacy-syntax", "legacy-syntax", 2, 1, "(*)"),
    ("missing-colon", "missing-colon", 3, 1, "发货"),
    ("missing-then", "missing-then", 3, 14, "(是)"),
    ("no-diagram", "no-diagram", 1, 1, "start"),
    ("group-name", "group-name", 3, 1, "group"),
    ("include", "include", 2, 1, "!include"),
    ("preprocessor", "preprocessor", 2, 1, "!includ "),
    ("repeat-action", "repeat-action", 3, 8, ":dial"),
    ("stray-backward", "stray", 3, 1, "backward"),
    ("stray-crossed", "stray", 5, 3, "end fork"),
    ("stray-endif", "stray", 4, 1, "endif"),
    ("stray-second-else", "stray", 6, 1, "else (no)"),
    ("swimlane", "swimlane", 2, 1, "|仓库"),
    ("switch-default", "switch-default", 5, 1, "default"),
    ("trailing-comment", "trailing-comment", 3, 8, "' 第一步"),
    ("trailing-text", "trailing-text", 3, 19, ":退款"),
    ("trailing-word", "trailing-text", 5, 6, "join"),
    ("unclosed-action", "unclosed-action", 3, 1, ":请选择"),
    ("unclosed-condition", "unclosed-condition", 3, 6, "(商品"),
    ("unclosed-label", "unclosed-condition", 3, 17, "(是"),
    ("unclosed-note", "unclosed-note", 4, 1, "note right"),
    ("unknown-goto", "unknown-statement", 4, 1, "goto"),
    ("unknown-statement", "unknown-statement", 3, 3, "查询订单"),
    ("colour", "color", 3, 1, "-[#nocolour"),
    ("detach-after-stop", "detach", 5, 3, "detach"),
    ("detach-first", "detach", 2, 1, "detach"),
    ("late-swimlane", "late-swimlane", 4, 1, "|warehouse|"),
    ("arrow-between", "arrow-between", 3, 20, "--> :print t"),
    ("diagram-kind-mermaid", "diagram-kind", 2, 1, "flowchart TD"),
    ("diagram-kind-start", "diagram-kind", 1, 1, "@startmindma"),
    ("else-colon", "trailing-colon", 4, 5, ":"),
    ("extra-word-else", "extra-word", 5, 6, "then (否)"),
    ("extra-word-while", "extra-word", 3, 15, "do"),
    ("foreign-end-for", "foreign-end", 5, 5, "for"),
    ("foreign-end-parallel", "foreign-end", 7, 5, "parallel"),
    ("foreign-end-try", "foreign-end", 5, 5, "try"),
    ("foreign-keyword-chinese", "foreign-keyword", 2, 1, "开始"),
    ("fork-colon", "trailing-colon", 3, 5, ":"),
    ("full-width-nested", "full-width", 3, 22, "）"),
    ("label-parentheses-case", "label-parentheses", 3, 1, "case"),
    ("macro-limit", "macro-limit", 3, 1, "$again()"),
    ("misspelt", "misspelt", 5, 1, "esle (no)"),
    ("note-place", "note-place", 4, 12, "of weigh : i"),
    ("repeat-colon", "repeat-action", 3, 7, ":"),
    ("stray-end-note", "stray", 4, 1, "end note"),
    ("stray-swallowed", "stray", 6, 1, "endif"),
    ("trailing-comment-fork", "trailing-comment", 3, 6, "' 同时"),
    ("transition", "transition", 4, 1, "weigh --> la"),
    ("color-place", "color-place", 3, 20, "#orange"),
    ("label-colon", "trailing-colon", 3, 12, ":"),
    ("repeat-until", "repeat-until", 5, 8, "until (有人应?)"),
    ("switch-else", "switch-default", 6, 1, "else"),
    ("state-alias", "state-alias", 3, 16, "First"),
    ("state-arrow-cross", "arrow-head", 3, 9, ">x Lost"),
    ("state-arrow-style", "arrow-style", 3, 9, "wide"),
    ("state-missing-source", "missing-source", 3, 1, "-->"),
    ("state-quoted-composite", "state-alias", 3, 7, '"发货仓库"'),
    ("state-name-declared", "state-name", 3, 7, "in-transit"),
    ("state-arrow-dots", "arrow-line", 3, 7, "..> Lost"),
    ("state-arrow-no-head", "arrow-head", 3, 7, "-- Sent"),
    ("state-brace", "brace", 3, 1, "{"),
    ("state-chained-arrow", "chained-arrow", 3, 16, "--> Paid"),
    ("state-colour", "color", 3, 1, "state Draft"),
    ("state-colour-composite", "color", 2, 1, "state Order"),
    ("state-double-arrow", "double-arrow", 3, 7, "<-->"),
    ("state-empty-label", "empty-label", 3, 16, ":"),
    ("state-full-width", "full-width", 3, 11, "：发送"),
    ("state-inline-body", "inline-body", 2, 13, "{ [*]"),
    ("state-inline-close", "inline-body", 4, 16, "}"),
    ("state-missing-colon", "missing-colon", 3, 16, "by post"),
    ("state-name-source", "state-name", 3, 1, "in-transit"),
    ("state-note-first", "note", 3, 1, "note right"),
    ("state-note-unknown", "note", 3, 1, "note right of Drafts"),
    ("state-other-kind", "other-kind", 3, 1, "component"),
    ("state-quoted-state", "quoted-state", 3, 11, '"In the post"'),
    ("state-region", "region", 6, 3, "FanOff -->"),
    ("state-state-name", "state-name", 3, 11, "in-transit"),
    ("state-stray", "stray", 3, 1, "}"),
    ("state-stray-end", "stray", 4, 1, "end state"),
    ("state-trailing-comment", "trailing-comment", 3, 16, "' by post"),
    ("state-trailing-semicolon", "trailing-semicolon", 3, 15, ";"),
    ("state-unclosed-note", "unclosed-note", 3, 1, "note right"),
    ("state-unclosed-quote", "unclosed-quote", 3, 7, '"Waiting'),
    ("state-unknown-owner", "unknown-state", 3, 1, "Lift -->"),
    ("state-unknown-statement", "unknown-statement", 3, 3, "goto"),
    ("state-alias-name", "state-alias", 3, 24, "on-line"),
    ("state-alias-quoted", "state-alias", 3, 24, '"Line"'),
    ("state-arrow-blank-back", "arrow-line", 3, 10, "< -- Ringing"),
    ("state-arrow-blank", "arrow-line", 3, 9, "- > Answered"),
    ("state-arrow-long-dash", "arrow-line", 3, 5, "—> 已取件"),
    ("state-arrow-sign-back", "arrow-line", 3, 10, "⇐ Ringing"),
    ("state-arrow-sign", "arrow-line", 3, 9, "=> Answered"),
    ("state-arrow-two-heads-back", "arrow-head", 3, 10, "<|-- Ringing"),
    ("state-arrow-two-heads", "arrow-head", 3, 10, ">> Answered"),
    ("state-brackets", "state-brackets", 3, 1, "[Ringing] --"),
    ("state-comment-dashes", "comment-sign", 3, 1, "-- nobody is"),
    ("state-comment-sign", "comment-sign", 2, 1, "# a call"),
    ("state-event-direction", "event-place", 3, 10, "lift-> Answe"),
    ("state-event-place", "event-place", 3, 12, "|lift| Answe"),
    ("state-event-within", "event-place", 3, 11, "lift--> Answ"),
    ("state-extra-word", "extra-word", 3, 1, "state Ringin"),
    ("state-foreign-keyword", "foreign-keyword", 3, 1, "choice Busy"),
    ("state-full-width-arrow-back", "full-width", 3, 5, "＜-- 待取件"),
    ("state-full-width-arrow-head", "full-width", 3, 7, "＞ 已取件 : 扫码"),
    ("state-full-width-arrow-line", "full-width", 3, 5, "－－> 已取件"),
    ("state-full-width-brace", "full-width", 3, 11, "｛"),
    ("state-full-width-closing-brace", "full-width", 5, 1, "｝"),
    ("state-full-width-point", "full-width", 2, 1, "【*】 --> 待取件"),
    ("state-json-array", "json", 3, 12, "[12,"),
    ("state-json-brace", "json", 3, 11, '{ "from": 12'),
    ("state-json-colour", "color", 3, 1, "json Call #r"),
    ("state-json-name", "json", 4, 1, "json Call {"),
    ("state-json", "json", 4, 11, "unknown"),
    ("state-mermaid-direction-down", "mermaid", 2, 1, "direction TB"),
    ("state-mermaid-direction", "mermaid", 2, 1, "direction LR"),
    ("state-mermaid", "mermaid", 2, 1, "stateDiagram"),
    ("state-missing-colon-guard", "missing-colon", 3, 18, "[nobody is t"),
    ("state-misspelt", "misspelt", 3, 1, "satte Answer"),
    ("state-name-of-words", "state-name", 3, 1, "On Hold -->"),
    ("state-note-place", "note-place", 3, 1, "note over Ri"),
    ("state-point", "point", 3, 13, "(*)"),
    ("state-region-sign", "region-sign", 4, 3, "===="),
    ("state-several-states", "several-states", 3, 1, "Ringing, Dia"),
    ("state-stereotype", "stereotype", 3, 12, "<choice>"),
    ("state-stray-end-note", "stray", 3, 1, "end note"),
    ("state-map-inline", "inline-body", 3, 7, "{ a =>"),
    ("state-allow-mixing", "other-kind", 3, 1, "allow_mixing"),
    ("state-line-style", "line-style", 3, 12, "foo]red"),
    ("state-link", "link", 3, 9, "[[]]"),
    ("state-color-looks", "color", 3, 9, "#red;foo"),
    ("state-alias-as", "state-alias", 3, 25, "B"),
    ("state-map-alias", "state-alias", 3, 5, '"The long'),
    ("state-alias-missing", "state-alias", 3, 12, '"Nobody is t'),
    ("state-arrow-star", "arrow-head", 3, 9, "*-- Answered"),
    ("state-missing-target", "missing-target", 3, 9, "-->"),
    ("state-quotes", "quotes", 3, 7, "「无人接听」 as Lo"),
]


def refusal(text: str) -> NotationError:
    """What refuses a text: the grammar, the checks, or the names that a state diagram uses."""
    with pytest.raises(NotationError) as caught:
        loads(text)
    return caught.value


def code(error: NotationError) -> str:
    found = re.match(r"error\[([\w-]+)\]: ", error.message)
    assert found, error.message
    return found[1]


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def caret_cell(error: NotationError) -> int:
    """Cells before the caret, counted from where the source line begins."""
    caret = next(line for line in error.rendered.split("\n") if line.endswith("^"))
    return len(caret.partition("| ")[2]) - 1


@pytest.mark.parametrize(("name", "expected", "line", "column", "at"), PLACES, ids=[place[0] for place in PLACES])
def test_a_mistake_is_named_at_its_place_with_a_mend(name: str, expected: str, line: int, column: int, at: str) -> None:
    text = read_source(MALFORMED / f"{name}.puml")
    error = refusal(text)
    assert (code(error), error.line, error.column) == (expected, line, column)
    source = text.split("\n")[line - 1]
    assert source[column - 1 :].startswith(at)
    assert caret_cell(error) == cells(source[: column - 1])
    assert error.hint
    first = error.diagnostics[0].render()
    assert first.startswith(f"<text>:{line}:{column}: {error.message}\n  {line} | {source}\n")
    assert first.endswith(f"\n  hint: {error.hint}")
    assert error.rendered.startswith(first)


def test_every_malformed_chart_has_its_place() -> None:
    assert {file.stem for file in MALFORMED.glob("*.puml")} == {place[0] for place in PLACES}


def codes(*, state: bool) -> set[str]:
    """The codes that the charts of a kind show."""
    return {place[1] for place in PLACES if place[0].startswith("state-") == state}


def test_every_mistake_has_a_malformed_chart() -> None:
    others = {"stray", "diagram-kind", "unknown-statement", "foreign-keyword", "misspelt", "empty", "no-diagram"}
    others |= {"legacy-syntax", "legacy-mistake", "include", "preprocessor", "macro-limit", "annotation"}
    others |= {"color", "late-swimlane", "detach", "missing-enduml"}
    assert {shape.code for shape in activity_mistakes._SHAPES} | others == codes(state=False)


def test_every_mistake_of_state_diagrams_has_a_malformed_chart() -> None:
    others = {"stray", "unknown-statement", "foreign-keyword", "misspelt", "color", "note", "region", "unknown-state"}
    assert {shape.code for shape in STATE_SHAPES} | others == codes(state=True)


@pytest.mark.parametrize(
    ("shapes", "state"), [(activity_mistakes._SHAPES, False), (STATE_SHAPES, True)], ids=["activity", "state"]
)
def test_every_shape_of_a_mistake_is_reached_by_its_chart(shapes: Sequence[Shape], state: bool) -> None:
    """No shape stands behind another that takes all its lines."""
    reached = set()
    for name, _, line, *_ in PLACES:
        if name.startswith("state-") == state:
            source = read_source(MALFORMED / f"{name}.puml").split("\n")[line - 1]
            reached |= {next((at for at, shape in enumerate(shapes) if shape.mistake(source)), -1)}
    assert reached >= set(range(len(shapes)))


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("if (a?) (是)", "write `if (…) then (是)`"),
        ("else if (a?) (是)", "write `if (…) then (是)`"),
        ("elif (a?) then", "write `elseif (…) then (…)`"),
    ],
)
def test_a_hint_shows_the_line_as_it_should_be(line: str, hint: str) -> None:
    assert refusal(f"@startuml\nif (q) then\n:a;\n{line}\n:x;\nendif\n@enduml").hint == hint


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("fork\n:a;\n}\nend fork", "`}` closes no `{`"),
        ("repeat\n:a;\nendwhile", "`endwhile` closes no `while`"),
        (":a;\nelse (no)", "`else` belongs to no open `if`"),
        (":a;\nelseif (b) then (c)", "`elseif` belongs to no open `if`"),
        (":a;\nelse if (b) then", "`else if` belongs to no open `if`"),
        (":a;\nrepeat while (b) is (c) not (d)", "`repeat while` closes no `repeat`"),
        ("case (a)", "`case` belongs to no open `switch`"),
        ("split\n:a;\nfork again", "`fork again` belongs to no open `fork`"),
        ("split again", "`split again` belongs to no open `split`"),
        ("END MERGE;", "`end merge` closes no `fork`"),
        ("endsplit", "`endsplit` closes no `split`"),
        (":a;\nendgroup", "`endgroup` closes no `group`"),
        ("endswitch", "`endswitch` closes no `switch`"),
    ],
)
def test_a_stray_word_says_which_block_it_lacks(body: str, message: str) -> None:
    error = refusal(f"@startuml\n{body}\n@enduml")
    assert error.message == f"error[stray]: {message}"


def test_a_stray_word_in_another_block_says_what_to_close_first() -> None:
    error = refusal("@startuml\nfork\n  if (a?) then\n    :b;\n  end fork\n@enduml")
    assert error.hint == "close the open block with `endif` first"


def test_full_width_signs_inside_a_text_are_not_blamed() -> None:
    error = refusal("@startuml\nif (a) then\n:x;\nelsif (商品（二）：好；) then (是)\n@enduml")
    assert code(error) == "elsif"


@pytest.mark.parametrize("line", ["else" + " (a)" * 600 + "!", "if " + "(" * 2000, "repeat while" + " (is" * 500])
def test_a_long_hostile_line_is_explained_at_once(line: str) -> None:
    """The patterns do not backtrack without bound: with nested repetition this would not end."""
    assert refusal(f"@startuml\nstart\n{line}\n@enduml").hint


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("查询" * 200 + " nonsense", 1),
        ("if (" + "查" * 300 + ") then (是) :x; endif", 316),
        ("\t\tnonsense", 3),
    ],
)
def test_the_caret_stays_under_its_character_where_a_long_line_is_cut(source: str, column: int) -> None:
    error = refusal(f"@startuml\nstart\n{source}\n@enduml")
    assert error.column == column
    _, shown, caret, _ = error.diagnostics[0].render().split("\n")
    gutter = len("  3 | ")
    assert len(shown) <= gutter + 160
    before = len(caret) - 1 - gutter
    cut = shown[gutter:]
    at = next(i for i in range(len(cut)) if cells(cut[:i]) == before)
    assert cut[at] == source[column - 1]


def test_an_unknown_line_of_another_line_keeps_its_number_after_comments_and_joins() -> None:
    text = "@startuml\n' one\n/'\ntwo\n'/\n:a \\\n b;\n\nnonsense\n@enduml"
    assert refusal(text).line == 9


@pytest.mark.parametrize(
    ("line", "expected", "column"),
    [
        ("甲 --> 乙：审核通过", "full-width", 8),
        ("甲：等待客户", "full-width", 2),
        ("state 甲：等待客户", "full-width", 8),
        ("A --> B : ", "empty-label", 9),
        ("A -up-> B;", "trailing-semicolon", 10),
        ("state A;", "trailing-semicolon", 8),
        ("state A ' first", "trailing-comment", 9),
        ('"A b" --> B', "quoted-state", 1),
        ('A -->"B c"', "quoted-state", 6),
        ("A <-> B", "double-arrow", 3),
        ("A -->x B", "arrow-head", 5),
        ("[*]-- A", "arrow-head", 4),
        ("A .> B", "arrow-line", 3),
        ("A -> B -> C", "chained-arrow", 8),
        ("A --> B and on", "missing-colon", 9),
        ("state A {}", "inline-body", 9),
        ("state A { [*] --> B }", "inline-body", 9),
        ("state A }", "inline-body", 9),
        ('state "甲', "unclosed-quote", 7),
        ("state a as b", "state-alias", 12),
        ("A --> (B)", "state-brackets", 7),
        ("A --> B!", "state-name", 7),
        ("A --> B,C", "several-states", 7),
        ("A --> B[H", "state-name", 7),
        ("class A", "other-kind", 1),
        ("END STATE", "stray", 1),
        ("  }", "stray", 3),
        (":step;", "unknown-statement", 1),
        ("state “甲", "unclosed-quote", 7),
        ("A --> B }", "inline-body", 9),
        ("A -[foo]-> B", "arrow-style", 5),
        ("--> B", "missing-source", 1),
    ],
)
def test_a_line_of_a_state_diagram_is_blamed_at_its_place(line: str, expected: str, column: int) -> None:
    error = refusal(f"@startuml\n[*] --> A\n{line}\n@enduml")
    assert (code(error), error.line, error.column) == (expected, 3, column)


@pytest.mark.parametrize("line", ["state a-b", "state a b", "state A, B", "note right A : x", "note of A : x", "title"])
def test_a_word_that_begins_statements_is_not_said_to_begin_none(line: str) -> None:
    error = refusal(f"@startuml\n[*] --> A\n{line}\n@enduml")
    assert "begins no statement" not in error.message


@pytest.mark.parametrize(
    "line",
    [
        *("A" * 3000 + " -", "A --> " * 700, "state " + '"' * 2001, "[" * 4000, "note " * 900, "A --" + " go" * 800),
        *("state" + " \t" * 990 + "!", "-" * 2000 + "!", "A --> (" + "a " * 900, "state A" + " <" * 900, "A, " * 800),
    ],
)
def test_a_long_hostile_line_of_a_state_diagram_is_explained_at_once(line: str) -> None:
    assert refusal(f"@startuml\n[*] --> A\n{line}\n@enduml").hint


@pytest.mark.parametrize(
    "body",
    [
        "state A {\nnote right : x\n}\n[*] --> B",
        "state A {\nX --> Y\n}\nnote right : x\n[*] --> B",
    ],
)
def test_a_composite_state_is_no_state_that_stands_before_a_note(body: str) -> None:
    assert code(refusal(f"@startuml\n{body}\n@enduml")) == "note"


def test_a_note_on_a_link_stands_behind_a_transition() -> None:
    assert refusal("@startuml\nstate A\nnote on link : x\n[*] --> B\n@enduml").line == 3


#: What PlantUML refuses and FlowDial reads.
READ = {
    "a composite state in quotes without an alias": 'state "Depot two" {\n}\n[*] --> B',
    "a note of no such colour": "state A\nnote left of A #nocolour : x\n[*] --> B",
    "a line of no such colour": "state A ##[dashed]nocolour\n[*] --> B",
    "a name that ends in a separator": "A. --> B\n[*] --> B",
    "a partition of no such colour": "partition #nocolour x {\n:a;\n}",
    "a connector of no such colour": "start\n#nocolour:(A)",
    "a label of a case over two lines": "switch (a)\ncase (b\n c)\n:d;\nendswitch",
}


@pytest.mark.parametrize("name", READ)
def test_what_plantuml_refuses_is_refused(name: str) -> None:
    assert refusal(f"@startuml\n{READ[name]}\n@enduml").hint


@pytest.mark.parametrize(
    "body",
    [
        "if (a) then\n:b;\nelseif\n:c;\nendif",
        "if (a) then\n:b;\nendif (c)",
    ],
)
def test_a_word_of_the_innermost_block_that_is_written_wrong_is_not_said_to_stand_after_an_else(body: str) -> None:
    message = refusal(f"@startuml\n{body}\n@enduml").message
    assert "stands after the `else`" not in message


def test_a_label_of_several_lines_behind_endwhile_is_told_as_never_closed() -> None:
    error = refusal("@startuml\nwhile (a)\n:b;\nendwhile (c\n d)\n@enduml")
    assert (code(error), error.line, error.column) == ("unclosed-condition", 4, 10)
