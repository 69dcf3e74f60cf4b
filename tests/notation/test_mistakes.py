"""Each chart of tests/charts/malformed is refused with this code, at this place."""

import re
import unicodedata
from pathlib import Path

import pytest

from flowdial.errors import NotationError
from flowdial.notation import activity_mistakes, parse, read_source

MALFORMED = Path(__file__).parents[1] / "charts" / "malformed"

#: chart, code, line, column, what stands at the column
PLACES = [
    ("annotation", "annotation", 3, 21, 'shout="x"'),
    ("brace", "brace", 3, 1, "{"),
    ("case-colon", "case-colon", 3, 10, ":"),
    ("condition-parentheses", "condition-parentheses", 3, 7, "more letters"),
    ("diagram-kind-class", "diagram-kind", 2, 1, "class Order"),
    ("diagram-kind-sequence", "diagram-kind", 2, 1, "Alice ->"),
    ("elif", "elsif", 4, 1, "elif"),
    ("end-partition", "end-partition", 4, 5, "partition"),
    ("elsif", "elsif", 4, 3, "elsif"),
    ("empty", "empty", 1, 1, "@startuml"),
    ("end-switch", "end-switch", 5, 5, "switch"),
    ("full-width-action", "full-width", 3, 6, "；"),
    ("full-width-close", "full-width", 3, 10, "） then"),
    ("full-width-colon", "full-width", 3, 1, "：查询"),
    ("full-width-condition", "full-width", 3, 4, "（商品"),
    ("full-width-label", "full-width", 3, 17, "（是"),
    ("label-parentheses-else", "label-parentheses", 4, 6, "否"),
    ("label-parentheses-is", "label-parentheses", 4, 24, "否"),
    ("legacy-syntax", "legacy-syntax", 2, 1, "(*)"),
    ("missing-colon", "missing-colon", 3, 1, "发货"),
    ("missing-then", "missing-then", 3, 14, "(是)"),
    ("no-diagram", "no-diagram", 1, 1, "start"),
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
]


def refusal(text: str) -> NotationError:
    with pytest.raises(NotationError) as caught:
        parse(text)
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


def test_every_mistake_has_a_malformed_chart() -> None:
    others = {"stray", "diagram-kind", "unknown-statement", "empty", "no-diagram", "annotation"}
    others |= {"legacy-syntax", "include", "preprocessor"}
    assert {shape.code for shape in activity_mistakes._SHAPES} | others == {place[1] for place in PLACES}


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
