"""Statements of state diagrams: data, names, notes, and the signs that people write instead of arrows and braces."""

import contextlib
import time

import pytest

from flowdial.errors import NotationError
from flowdial.flow import Flow, loads
from flowdial.flow.puml import to_puml
from flowdial.flow.tables import tables
from flowdial.notation import format_text
from flowdial.notation.data import DEEPEST, fault

Place = tuple[str, int, int]


def block(body: str) -> str:
    return f"@startuml\n[*] --> A\n{body}\n@enduml\n"


def refusal(body: str) -> Place:
    """Code, line and column of what refuses a body that begins on line 3."""
    with pytest.raises(NotationError) as caught:
        loads(block(body))
    first = caught.value.diagnostics[0]
    assert first.hint
    assert first.source == block(body).split("\n")[first.line - 1]
    return first.code, first.line, first.column


def table(body: str) -> Flow:
    """A flow that is the same after it is written, and after it is laid out."""
    flow = loads(block(body))
    assert loads(to_puml(flow)).hash == flow.hash
    assert loads(format_text(block(body))).hash == flow.hash
    return flow


# ---- data ----
@pytest.mark.parametrize(
    "body",
    [
        'json J {\n"a": {"b": {"c": {"d": 1}}}\n}',
        'json J {\n"a": {\n"b": {\n"c": {\n"d": [1, {"e": 2}]\n}\n}\n}\n}',
        "json J {\n" + '"a": {\n' * 60 + '"b": 1' + "\n}" * 61,
        'json J {\n"a": "}", "b": "{"\n}',
        'json J {\n"a": "\\"}", "{": []\n}',
        'json J {"a": "}", "b": {"c": {"d": {}}}}',
        'json J ["}", {"a": 1}]',
        'json J "foo"',
        "json J true",
        "json J null",
        "json J -12",
        "json J []",
        "json J {\n}",
        "json J {\n[1, 2]\n}",
        'json J {\n"foo"\n}',
        'json J {\n{"a": 1}\n}',
        'json J {\n"a": "x\ny"\n}',
        'json J {\n"a": 1e5, "a": -0.5E-3\n}  ',
        'json J{\n\n"a":\n"\\u00e9"\n  }',
        'JSON J <<s>> [[http://x.y]] #red {\n"a": 1\n}',
        'json J [[http://x.y]] {"a": 1}',
        'json J #red/blue {"a": 1}',
        "json J [[1], [2]]",
        'json $J {\n"a": 1\n}',
        'state S {\njson J {\n"a": 1\n}\n}\nA --> S',
        "state S {\nstate J\n}\njson J 1",
        "[*] --> J\njson J 1\nstate J",
    ],
)
def test_data_are_read(body: str) -> None:
    assert [node.kind for node in table(body).nodes.values()].count("json") == 1


@pytest.mark.parametrize(
    ("head", "name", "label"),
    [
        ("J", "J", "J"),
        ('"The data" as J', "J", "The data"),
        ('J as "The data"', "J", "The data"),
        ("“The data” as J", "J", "The data"),
        ("J:K", "J:K", "J:K"),
        ("J-K", "J-K", "J-K"),
        ('"The data"', "The data", "The data"),
        ('"The {data}" #red', "The {data}", "The {data}"),
        ('"S.J"', "J", "J"),
        ("S.J", "J", "J"),
    ],
)
def test_data_have_a_name_and_a_label(head: str, name: str, label: str) -> None:
    flow = table(f'json {head} {{\n"a": 1\n}}')
    assert [(node.name, node.label) for node in flow.nodes.values() if node.kind == "json"] == [(name, label)]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("json J {\nbad json\n}", ("json", 4, 1)),
        ("json J {\na: 1\n}", ("json", 4, 1)),
        ('json J {\n"a": 1\n"b": 2\n}', ("json", 5, 1)),
        ('json J {\n"a": 01\n}', ("json", 4, 7)),
        ('json J {\n"a": NaN\n}', ("json", 4, 6)),
        ('json J {\n"a": "\\q"\n}', ("json", 4, 7)),
        ('json J {\n"a": "x\n}', ("json", 4, 8)),
        ('json J {\n"a": 1 }', ("json", 4, 8)),
        ('json J {\n"a": {\n"b": 1\n}}', ("json", 6, 2)),
        ('json J {\n"a": 1\n}, ', ("json", 5, 2)),
        ('json J {\n"a": 1\n} state B', ("json", 5, 3)),
        ('json J {\n"a": 1\nA --> B', ("json", 5, 1)),
        ('json J {\n"a": {\n"b": 1\n}\nA --> B', ("json", 6, 2)),
        ("json J {a: 1}", ("json", 3, 9)),
        ("json J [1] [2]", ("json", 3, 12)),
        ("json J TRUE", ("json", 3, 8)),
        ('json J {"a": 1\n}', ("json", 3, 8)),
        ("json J [\n1]", ("json", 3, 8)),
        ("json J 1.5", ("unknown-statement", 3, 1)),
        ('json "The data" [1]', ("unknown-statement", 3, 1)),
        ("json J #nocolour 1", ("color", 3, 1)),
        ('json "The data" as J #line:red {\n}', ("color", 3, 1)),
        ("json J #red;line:blue [1]", ("color", 3, 1)),
        ('state S {\njson J <<s>> #12 {\n"a": 1\n}\n}', ("color", 4, 1)),
        ("json J 1\njson J 2", ("json", 4, 1)),
        ('state J\njson J {\n"a": 1\n}', ("json", 4, 1)),
        ('state J\nstate S {\njson J {\n"a": 1\n}\n}', ("json", 5, 1)),
        ("json J 1\nJ : text", ("json", 4, 1)),
        ("json J. 1", ("state-name", 3, 6)),
    ],
)
def test_what_is_no_json_is_told_at_its_place(body: str, place: Place) -> None:
    assert refusal(body) == place


@pytest.mark.parametrize("data", ['{\n"a": 1,\n}', "[1, ]", '{"a": 1, }'])
def test_a_comma_behind_the_last_is_refused(data: str) -> None:
    assert refusal(f"json J {data}")[0] == "json"


def test_data_on_the_line_of_their_name_are_moved_below_it_by_recovery() -> None:
    assert loads(block('json J {"a": 1\n}'), recover=True).hash == loads(block('json J {\n"a": 1\n}')).hash


@pytest.mark.parametrize(
    ("text", "message"),
    [("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "500 levels"), ('{"a": }', "a value is missing"), ("[1,2}", "a `,`")],
)
def test_a_fault_says_what_is_wrong(text: str, message: str) -> None:
    found = fault(text)
    assert found is not None
    assert message in found.message


def test_data_as_deep_as_they_may_be_are_read() -> None:
    assert fault("[" * DEEPEST + "]" * DEEPEST) is None
    assert fault('{"a":\n' * DEEPEST + "1\n" + "}\n" * (DEEPEST - 1) + "}") is None


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000,
        "[" * 100_000,
        '{"a":' * 2_000 + "1" + "}" * 2_000,
        '{"a":\n' * 2_000 + "1" + "\n}" * 2_000,
        '"' + '\\"' * 50_000,
        '"' * 100_001,
        '"a": 1,\n' * 8_000,
        "{\n" * 8_000 + "}\n" * 8_000,
        "}\n" * 15_000,
        "json J {\n" * 5_000,
        '"a": ' + "9" * 100_000,
    ],
)
@pytest.mark.parametrize("form", ["json J {{{}}}", "json J {{\n{}\n}}", "state S {{\njson J {{\n{}\n}}\n}}"])
def test_hostile_data_are_judged_soon(form: str, text: str) -> None:
    begin = time.perf_counter()
    for recover in (False, True):
        with contextlib.suppress(NotationError):
            loads(block(form.format(text)), recover=recover)
    assert time.perf_counter() - begin < 10


# ---- names ----
@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("state A.", ("state-name", 3, 7)),
        ("state A..B", ("state-name", 3, 7)),
        ("state .", ("state-name", 3, 7)),
        ("state A.B. {\n}", ("state-name", 3, 7)),
        ('state "Long" as A.', ("state-name", 3, 17)),
        ('state "Wait..."', ("state-name", 3, 8)),
        ("  A. : text", ("state-name", 3, 3)),
        ("A. --> B", ("state-name", 3, 1)),
        ("A --> B.", ("state-name", 3, 7)),
        ("==A.== --> B", ("state-name", 3, 3)),
        ('note "x" as N.', ("state-name", 3, 13)),
        ("set separator _\nstate A__B", ("state-name", 4, 7)),
    ],
)
def test_a_name_with_an_empty_part_is_refused(body: str, place: Place) -> None:
    assert refusal(body) == place


@pytest.mark.parametrize(
    "body",
    [
        "state .B",
        "set separator none\nstate A..B\nA. --> A..B",
        "set separator ::\nstate A..B",
        'state "Wait..." as B',
        'note "and so on..." as N',
    ],
)
def test_points_are_part_of_a_name_where_they_divide_nothing(body: str) -> None:
    assert loads(block(body))


# ---- notes ----
@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("state B {\nnote right of B : x\n}", ("note", 4, 1)),
        ("state B {\nC --> D\nnote left of B #red\nx\nend note\n}", ("note", 5, 1)),
        ('state B {\nnote top of "B" : x\n}', ("note", 4, 1)),
        ("state B {\nstate C {\nnote left of C : x\n}\n}", ("note", 5, 1)),
        ("state B {\nstate C {\nstate B\n}\nnote left of B : x\n}", ("note", 7, 1)),
        ("state B {\nC --> D\n--\nE --> F\nnote left of B : x\n}", ("region", 7, 1)),
        ("state B {\nC --> D\n--\nE --> F\nnote left of C : x\n}", ("region", 7, 1)),
        ("state B {\nC --> D\n--\nstate E {\nstate F\n}\n}\nnote left of F : x", ("region", 10, 1)),
        ("note left of A\n{{\nx\n}};\nend note", ("unclosed-note", 3, 1)),
        ("note left of A\n{{json\n{{\n}}\nend note", ("unclosed-note", 3, 1)),
        ("note as N\n{{\nend note", ("unclosed-note", 3, 1)),
    ],
)
def test_a_note_that_plantuml_refuses_is_refused(body: str, place: Place) -> None:
    assert refusal(body) == place


@pytest.mark.parametrize(
    ("body", "owner"),
    [
        ("state B {\nstate C {\nnote left of B : x\n}\n}", "B"),
        ("state B {\nstate B\nnote left of B : x\n}", "B.B"),
        ("state B {\nnote left of .B : x\n}", "B"),
        ("state B {\nstate C\n}\nnote left of B : x", "B"),
        ("state B.C {\nnote left of B.C : x\n}", "B.C"),
        ("set separator none\nstate B {\nnote left of B : x\n}", "B"),
        ("state B {\nC --> D\n--\nE --> F\nnote left of E : x\n}", "B.[2].E"),
        ("state B {\nC --> D\n--\nstate E\nstate F {\nnote left of E : x\n}\n}", "B.[2].E"),
        ("note left of A\n}}\nx\nend note", "A"),
        ("note left of A\n{{ x }}\n{{salty\nend note", "A"),
    ],
)
def test_a_note_belongs_to_the_state_that_it_names(body: str, owner: str) -> None:
    assert [node.id for node in loads(block(body)).nodes.values() if node.note] == [owner]


def test_a_diagram_within_a_note_does_not_end_it() -> None:
    flow = loads(block("note left of A\n{{\nnote left\n{{json\nend note\n}}\n}}\nend note\nA --> B"))
    assert flow.nodes["A"].note == "{{\nnote left\n{{json\nend note\n}}\n}}"
    assert len(flow.edges) == 2


# ---- signs ----
#: the line as it is found, code and column, the line as it was meant
SIGNS = [
    ("A => B : go", "arrow-line", 3, "A --> B : go"),
    ("A ==> B", "arrow-line", 3, "A --> B"),
    ("A ~> B", "arrow-line", 3, "A --> B"),
    ("A → B", "arrow-line", 3, "A --> B"),
    ("A <= B", "arrow-line", 3, "A <-- B"),
    ("A ← B", "arrow-line", 3, "A <-- B"),
    ("A - > B", "arrow-line", 3, "A --> B"),
    ("A -- -> B", "arrow-line", 3, "A --> B"),
    ("A < - B", "arrow-line", 3, "A <-- B"),
    ("A —> B", "arrow-line", 3, "A --> B"),
    ("A -–> B", "arrow-line", 4, "A --> B"),
    ("A――>B:go", "arrow-line", 2, "A --> B:go"),
    ("A — B", "arrow-line", 3, "A --> B"),
    ("A —up-> B", "arrow-line", 3, "A -up-> B"),
    ("A <－ B", "full-width", 4, "A <-- B"),
    ("A ->> B", "arrow-head", 4, "A --> B"),
    ("A -left->> B", "arrow-head", 9, "A --> B"),
    ("A --|> B", "arrow-head", 5, "A --> B"),
    ("A <<-- B", "arrow-head", 3, "A <-- B"),
    ("A －> B", "full-width", 3, "A --> B"),
    ("A --＞ B", "full-width", 5, "A --> B"),
    ("A －－＞ B：go", "full-width", 3, "A --> B : go"),
    ("A ＜-- B", "full-width", 3, "A <-- B"),
    ("[*] －> B", "full-width", 5, "[*] --> B"),
    ("state B ｛\nstate C\n}", "full-width", 9, "state B {\nstate C\n}"),
    ('state "｛" as B ｛\n｝', "full-width", 16, 'state "｛" as B {\n}'),
    ("A <-> B : go", "double-arrow", 3, "A --> B : go\nA <-- B : go"),
    ("A <--> B", "double-arrow", 3, "A --> B\nB --> A"),
    ("A <=> B", "double-arrow", 3, "A --> B\nB --> A"),
    ("A ←→ B", "double-arrow", 3, "A --> B\nB --> A"),
]


@pytest.mark.parametrize(("line", "code", "column", "_"), SIGNS)
def test_a_foreign_sign_is_told_at_its_place(line: str, code: str, column: int, _: str) -> None:
    assert refusal(line) == (code, 3, column)


@pytest.mark.parametrize("line", ["A – as was said", "A － B － C", "A —"])
def test_a_dash_that_is_no_arrow_is_not_told_as_one(line: str) -> None:
    assert refusal(line) == ("unknown-statement", 3, 1)


def test_a_full_width_brace_closes_a_state() -> None:
    assert refusal("state B {\nstate C\n ｝") == ("full-width", 5, 2)
    assert loads(block("state B {\nstate C\n ｝"), recover=True).hash == loads(block("state B {\nstate C\n}")).hash


@pytest.mark.parametrize(("line", "_", "__", "meant"), SIGNS)
def test_a_foreign_sign_is_mended_by_recovery(line: str, _: str, __: int, meant: str) -> None:
    flow = loads(block(line), recover=True)
    assert flow.hash == loads(block(meant)).hash
    assert flow.warnings


@pytest.mark.parametrize(
    "body",
    [
        "A --> B : x => y －> z ｛",
        "A : —> －＞ ｛｝",
        'state "a => b ｛" as B',
        "note right of A : x ->> y ｝",
        "note right of A\nA => B\n｝\nend note",
        'json J "A －> B"',
    ],
)
def test_foreign_signs_in_texts_are_left_alone(body: str) -> None:
    flow = loads(block(body), recover=True)
    assert flow.warnings == ()
    assert flow.hash == loads(block(body)).hash


def test_a_text_behind_a_foreign_arrow_is_left_alone() -> None:
    flow = loads(block("A －> B : x －> y => z ｛"), recover=True)
    assert flow.edges[-1].label == "x －> y => z ｛"


# ---- maps ----
@pytest.mark.parametrize(
    ("head", "name", "label"),
    [
        ("M", "M", "M"),
        ('"The map" as M', "M", "The map"),
        ("M <<s>> [[http://x.y]] #red ##[bold]blue", "M", "M"),
        ("S.M", "M", "S.M"),
    ],
)
def test_a_map_is_data(head: str, name: str, label: str) -> None:
    flow = table(f"map {head} {{\na => b\n\n c=>\n}}\n{name} : a description that is none")
    found = [node for node in flow.nodes.values() if node.kind == "json"]
    assert [(node.name, node.label, node.text) for node in found] == [(name, label, "")]
    assert tables(flow)[found[0].line] == [("a", "b"), ("c", "")]


def test_a_row_of_a_map_leads_to_a_state() -> None:
    flow = table("state B\nmap M {\na *-> B\nb => c *---> B\n}\nM --> A")
    assert [(edge.source, edge.target) for edge in flow.edges if edge.source == "M"] == [
        ("M", "B"),
        ("M", "B"),
        ("M", "A"),
    ]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("map M {\na -> b\n}", ("map", 4, 1)),
        ("map M {\na => b\nc *->\n}", ("map", 5, 1)),
        ("map M {\na *-> A\n}", ("unknown-state", 4, 1)),
        ("state M\nmap M {\n}", ("json", 4, 1)),
        ('note "x" as M\nmap M {\n}', ("json", 4, 1)),
        ("map M { a => b }", ("inline-body", 3, 7)),
        ('map "Long" {\n}', ("state-alias", 3, 5)),
        ("map M #nocolour {\n}", ("color", 3, 1)),
    ],
)
def test_a_map_that_plantuml_refuses_is_refused(body: str, place: Place) -> None:
    assert refusal(body) == place


# ---- notes in braces, notes without a name, names of notes ----
@pytest.mark.parametrize(
    "head", ["note left of A {", "note right of A <<s>> $t #red;line:blue{", "state A\nnote left {"]
)
def test_a_note_may_stand_in_braces(head: str) -> None:
    assert table(f"{head}\nfoo\nend note\n}}").nodes["A"].note == "foo\nend note"


@pytest.mark.parametrize(
    ("body", "owner"),
    [
        ("state B\nstate C {\nnote right: x\n}", "B"),
        ("state B\nstate C {\nD --> E\nnote right: x\n}", "B"),
        ("state C {\nstate D\n}\nnote right: x", "C.D"),
        ("state B\nE : text\nnote right: x", "B"),
        ("state B\njson J 1\nnote right: x", "B"),
        ("state B\nnote left of A : y\nnote right: x", "A"),
    ],
)
def test_a_note_without_a_name_belongs_to_the_state_declared_or_noted_last(body: str, owner: str) -> None:
    found = [node.id for node in loads(block(body)).nodes.values() if "x" in node.note]
    assert found == [owner]


@pytest.mark.parametrize(
    "body", ["A --> B\nnote of link : x", 'note "x" as N\nnote left of N : y', "note as N\nend note"]
)
def test_a_note_that_belongs_to_no_state_is_read(body: str) -> None:
    assert not any(node.note for node in table(body).nodes.values())


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("D : text\nnote right: x", ("note", 4, 1)),
        ("state B\nstate C {\n--\nnote right: x\n}", ("region", 6, 1)),
        ('note "a" as N\nnote "b" as N', ("note", 4, 1)),
        ('state N\nnote "a" as N', ("note", 4, 1)),
        ('state S {\nstate X\n}\nnote "a" as S.X', ("note", 6, 1)),
        ('note "a" as N #red;line:blue', ("color", 3, 1)),
        ("note left of A #nocolour;line:blue : x", ("color", 3, 1)),
        ("note left of A #red;foo:blue : x", ("color", 3, 16)),
    ],
)
def test_a_note_that_has_no_place_or_name_of_its_own_is_refused(body: str, place: Place) -> None:
    assert refusal(body) == place


def test_notes_of_two_groups_may_have_one_name() -> None:
    assert loads(block('state S {\nstate N\nnote "a" as M\n}\nnote "b" as N\nnote "c" as M'))


# ---- looks and what decorates ----
@pytest.mark.parametrize("style", ["Bold", "#Red,Dashed", "HIDDEN,Thickness=2", "NoRank"])
def test_the_style_of_an_arrow_is_read_in_any_case(style: str) -> None:
    assert table(f"A -[{style}]-> B").edges[-1].target == "B"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("hide empty decription", ("decoration", 3, 1)),
        ("hide foo bar", ("decoration", 3, 1)),
        ("show foo bar", ("decoration", 3, 1)),
        ("allow_mixing", ("other-kind", 3, 1)),
        ("state B ##[foo]red", ("line-style", 3, 12)),
        ("state B ##[foo]red {\nstate C\n}", ("line-style", 3, 12)),
        ("state B #r", ("color", 3, 9)),
        ("state B #red;foo", ("color", 3, 9)),
        ("A --> B #nocolour", ("color", 3, 1)),
        ("state B [[]]", ("link", 3, 9)),
        ("url B is [[http://x.y]]", ("unknown-state", 3, 1)),
        ('state "长名字" 长', ("state-alias", 3, 13)),
        ('frame "Long" L {\nstate B\n}', ("state-alias", 3, 14)),
        ("frame F $t {\nstate B\n}", ("state-name", 3, 7)),
    ],
)
def test_looks_and_decorations_that_plantuml_refuses_are_refused(body: str, place: Place) -> None:
    assert refusal(body) == place


@pytest.mark.parametrize(
    "body",
    [
        "hide empty description",
        "hide class circle",
        "hide <<foo bar>> stereotype",
        "hide footbox",
        "footbox",
        "hide-class foo",
        "remove <<foo bar>>",
        "state B\nurl of B is [[x{t} l]]",
        "state B #line.dashed",
        "state B $a-b <<c>> <<d>>",
        "A --> B <<a>> <<b>>",
    ],
)
def test_looks_and_decorations_that_plantuml_reads_are_read(body: str) -> None:
    assert table(body)


# ---- laws ----
@pytest.mark.parametrize(
    "body",
    ["A <<choice>> --> B", "B <-- A <<choice>>", '"B:C" : text', 'state "B:C"', "state Bbegin", "title: x"],
)
def test_what_is_written_again_means_the_same(body: str) -> None:
    table(body)


@pytest.mark.parametrize("body", ["||", "||\n||", "title: x"])
def test_a_diagram_of_one_sign_or_word_stays_what_it_is(body: str) -> None:
    flow = loads(f"@startuml\n{body}\n@enduml\n")
    assert loads(to_puml(flow)).hash == flow.hash


def test_the_spaces_of_a_description_are_laid_out() -> None:
    assert format_text(block('A   :   x\n"B C"  :y\nA:')).split("\n")[2:5] == ["A : x", '"B C" : y', "A :"]
