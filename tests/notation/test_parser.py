"""Blocks, files and encodings: what comes before the grammar, and what the grammar must not swallow."""

from pathlib import Path

import pytest

from flowdial.errors import NotationError, SourceError
from flowdial.flow import loads
from flowdial.notation import format_text, parse, parse_all, read_source, render
from flowdial.notation.ast import Action, Decoration, Diagram, Group, If, Note, Repeat, Terminal


def body(text: str) -> tuple[object, ...]:
    return parse(f"@startuml\n{text}\n@enduml").body


def texts(text: str) -> list[str]:
    return [statement.text for statement in body(text) if isinstance(statement, Action)]


@pytest.mark.parametrize("text", ["@startuml\n:a;\n:b;", "@startuml\n:a;\n:b;\n\n", "@startuml\n:a;\n:b;\n@startuml"])
def test_a_diagram_without_its_end_is_refused(text: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse(text)
    (told,) = caught.value.diagnostics
    assert (told.code, told.line, told.source) == ("missing-enduml", 3, ":b;")
    assert "`@enduml`" in told.hint


def test_the_missing_end_is_told_beside_the_other_mistakes() -> None:
    with pytest.raises(NotationError) as caught:
        parse("@startuml\nnonsense\n:a;\nendif")
    assert [told.code for told in caught.value.diagnostics] == ["unknown-statement", "stray", "missing-enduml"]


def test_text_outside_of_the_blocks_is_not_read() -> None:
    assert texts("start") == []
    assert len(parse("# Readme\n```\n@startuml\n:a;\n@enduml\n```\n:not a step;\n").body) == 1


def test_a_diagram_knows_the_name_after_startuml() -> None:
    assert parse("@startuml refund v2\n:a;\n@enduml").title == "refund v2"
    assert parse('@startuml "refund v2"\n:a;\n@enduml').title == "refund v2"


def test_each_diagram_of_a_file_is_read_or_refused_by_itself() -> None:
    text = "@startuml\n:a;\n@enduml\n@startuml\nnonsense\n@enduml\n\n@startuml\n:c;\n@enduml\n"
    first, second, third = parse_all(text)
    assert isinstance(first, Diagram)
    assert isinstance(second, NotationError)
    assert second.line == 5
    assert isinstance(third, Diagram)
    assert parse(text, index=2).line(third.body[0].span) == 9


def test_an_index_beyond_the_last_diagram_is_refused() -> None:
    with pytest.raises(NotationError, match="there is no diagram 3: the text holds 1"):
        parse("@startuml\n:a;\n@enduml", index=2)


def test_a_text_without_any_block_gives_one_error() -> None:
    (error,) = parse_all("start\n:a;\n")
    assert isinstance(error, NotationError)


@pytest.mark.parametrize("word", ["start", "stop", "end", "detach", "break"])
def test_keywords_are_read_in_any_case_and_with_a_semicolon(word: str) -> None:
    for written in (word, word.upper(), f"  {word.title()};  "):
        statement = body(f":a;\n{written}")[-1]
        assert isinstance(statement, Terminal)
        assert statement.word == word


def test_kill_is_detach() -> None:
    statement = body(":a;\nkill")[-1]
    assert isinstance(statement, Terminal)
    assert statement.word == "detach"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (":a;", ["a"]),
        (":a;;", ["a;"]),
        (":a;  ", ["a"]),
        (":;", [""]),
        ("#red:a;", ["a"]),
        (":a; <<input>>", ["a"]),
        (":a;:b;", ["a;:b"]),
        (":a;\n:b;", ["a", "b"]),
        (":if (a) then;", ["if (a) then"]),
        (":stop\nstop;\nstop", ["stop\nstop"]),
        ("- a\n* b", ["a", "b"]),
    ],
)
def test_an_action_ends_at_a_semicolon_that_ends_its_line(written: str, expected: list[str]) -> None:
    assert texts(written) == expected


@pytest.mark.parametrize(
    ("written", "test", "label"),
    [
        ("if (a) then (b)", "a", "b"),
        ("if(a)then(b)", "a", "b"),
        ("IF (a) THEN", "a", ""),
        ("if (a)", "a", ""),
        ("if (a) is (b) then", "a", "b"),
        ("if (a) equals (b)", "a", "b"),
        ("if (f(x) > g(y)) then (b (c))", "f(x) > g(y)", "b (c)"),
        ("if (a;\nb) then (c)", "a;\nb", "c"),
        ("if () then ()", "", ""),
        ("#red:if (a) then (b)", "a", "b"),
        ("if (商品（含配件）？) then (是)", "商品（含配件）？", "是"),
    ],
)
def test_a_condition_is_what_stands_in_its_parentheses(written: str, test: str, label: str) -> None:
    (statement,) = body(f"{written}\n:x;\nendif")
    assert isinstance(statement, If)
    assert (statement.branches[0].test, statement.branches[0].label) == (test, label)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("repeat while (a) is (b) not (c)", ("a", "b", "c")),
        ("repeat while (a) not (c)", ("a", "", "c")),
        ("repeat while", ("", "", "")),
        ("repeatwhile (a) equals (b);", ("a", "b", "")),
    ],
)
def test_the_last_line_of_a_repeat_may_lack_each_of_its_parts(written: str, expected: tuple[str, str, str]) -> None:
    (statement,) = body(f"repeat\n:x;\n{written}")
    assert isinstance(statement, Repeat)
    assert (statement.test, statement.label, statement.exit_label) == expected


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('partition "two words" {', "two words"),
        ("partition two words {", "two words"),
        ("partition #pink name {", "name"),
        ('package "p" #red {', "p"),
        ("card c <<x>> {", "c"),
        ("group of steps", "of steps"),
        ('group a "b" c', 'a "b" c'),
    ],
)
def test_a_frame_has_its_name_and_keeps_it_when_rendered(written: str, name: str) -> None:
    closing = "}" if written.endswith("{") else "end group"
    text = f"@startuml\n{written}\n:x;\n{closing}\n@enduml"
    for diagram in (parse(text), parse(render(parse(text)))):
        (statement,) = diagram.body
        assert isinstance(statement, Group)
        assert statement.name == name


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("note right: a: b;", "a: b;"),
        ("note left : 'quoted'", "'quoted'"),
        ("floating note right #red: x", "x"),
        ("note right\n  one\n  stop\nend note", "one\n  stop"),
        ("note\n:x;\nendnote", ":x;"),
        ("note right: end note", "end note"),
    ],
)
def test_a_note_keeps_its_text_when_rendered(written: str, text: str) -> None:
    source = f"@startuml\n:a;\n{written}\n@enduml"
    for diagram in (parse(source), parse(render(parse(source)))):
        _, note = diagram.body
        assert isinstance(note, Note)
        assert note.text == text


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        ("repeat\n:a;\n", "repeat while (more?)\n"),
        ("if (a) then\n:b;\n", "elseif (c) then\n:d;\nendif\n"),
        ("fork\n:a;\n", "end fork\n"),
        ("", ":a;\n"),
    ],
)
def test_an_annotation_inside_a_block_is_rendered_again(before: str, statement: str) -> None:
    text = f'@startuml\n{before}\' flowdial: say="now"\n{statement}@enduml'
    rendered = render(parse(text))
    assert rendered.count('\' flowdial: say="now"') == 1
    assert loads(rendered).hash == loads(text).hash


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read(end: str) -> None:
    assert texts(f":a{end}b;{end}:c;") == ["a\nb", "c"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_is_read_in_the_encodings_people_save(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "flow.puml"
    file.write_bytes("@startuml\n:查询订单；核对;\n@enduml\n".encode(encoding))
    assert read_source(file) == "@startuml\n:查询订单；核对;\n@enduml\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\x89PNG\r\n\x1a\n\x00\x00", "this is a binary file"), (b"caf\xe9;\n", "neither UTF-8 nor GB18030")],
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "flow.puml"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=message) as caught:
        read_source(file)
    assert caught.value.hint


def test_the_line_after_a_title_is_a_statement() -> None:
    title, action = body("title Tea for two\n:boil;")
    assert isinstance(title, Decoration)
    assert title.text == "Tea for two"
    assert isinstance(action, Action)


@pytest.mark.parametrize("block", ["header\ntop\nend header", "legend right\nx\nend legend", "title\nx\nend title"])
def test_a_one_line_title_does_not_swallow_the_process_up_to_a_later_block(block: str) -> None:
    assert texts(f"title Tea\nstart\n:boil;\n{block}\n:pour;") == ["boil", "pour"]


@pytest.mark.parametrize("line", ["title Process {v1}", "caption a {b}", "header {page}", "footer a {b} c"])
def test_a_title_may_hold_braces(line: str) -> None:
    assert texts(f"{line}\n:a;") == ["a"]


def test_a_skinparam_block_that_is_never_closed_is_refused() -> None:
    with pytest.raises(NotationError):
        body("skinparam activity {\n:a;")


@pytest.mark.parametrize(
    "statement",
    [
        "- ",
        "-",
        "label a.b",
        "label 路",
        "note left #red <<x>>: hi",
        "note left <<x>> <<y>>\nhi\nend note",
        "note left <<x>> #red\nhi\nend note",
        "while (a)\n:b;\nendwhile ( )",
        "while (a)\n:b;\nendwhile;",
        "while (a)\n:b;\nendwhile (c);",
        "while (a)\n:b;\nwhile end",
        "while (a)\n:b;\nwhileend (c)",
        "split\n:b;\nsplit end",
        "fork\n:b;\nforkend {and}",
        "fork\n:b;\nend fork {a}b}",
        "group x\n:b;\ngroupend",
        "#red:repeat :c;\n:b;\nrepeat while (d)",
        "repeat <<c>>\n:b;\nrepeat while (d)",
        "if <<c>> (d) then (e)\n:b;\nendif",
        "[[http://c.d]]if (d) is (e) then\n:b;\nendif",
        "note left $c $d <<e>> : f",
        "noteleft: c",
        "noteright #red\nc\nendnote",
        'partition "c" as d {\n:b;\n}',
        "link #red;",
        "kill c\n:d;",
        "())",
        "(();",
        "-[#red;dashed,bold]-> c;",
        "-[dotted,#red]->",
    ],
)
def test_a_statement_that_plantuml_reads(statement: str) -> None:
    assert body(f":a;\n{statement}\n:b;")


@pytest.mark.parametrize(
    "statement",
    [
        "label a b",
        "goto a-b",
        "note left <<x>> #red: hi",
        "note left #red <<x>>\nhi\nend note",
        "while (a)\n:b;\nendwhile ()",
        "repeat\n:b;\nrepeat while not (c)",
        "-[norank]-> c;",
        "-[single]-> c;",
        "-[thickness=2]-> c;",
        "-[plain,#red]-> c;",
        "#ff00:c;",
        "#12345:c;",
        "( )",
        "partition\n:c;\n}",
        "package\n:c;\n}",
        "rectangle\n:c;\n}",
        "card\n:c;\n}",
        'partition"c" {\n:c;\n}',
        "fork\n:c;\nend fork {}",
        "link #nocolour",
        "floatingnote left: c",
        "detach c",
    ],
)
def test_a_statement_that_plantuml_refuses(statement: str) -> None:
    with pytest.raises(NotationError):
        body(f":a;\n{statement}\n:b;")


@pytest.mark.parametrize("text", ["[foo]-> b;", "[]-> b;", "[#red, dashed]-> b;", "-> b;"])
def test_a_minus_before_what_is_no_arrow_begins_a_list_item(text: str) -> None:
    assert texts(f":a;\n-{text}") == ["a", text]


def test_a_partition_is_named_by_all_that_stands_behind_it() -> None:
    (group,) = body('partition "a" as b {\n:c;\n}')
    assert isinstance(group, Group)
    assert group.name == '"a" as b'


def test_code_within_an_action_or_a_note_may_hold_what_ends_them() -> None:
    first, note, second = body(":a\n{{\nstart\n:x;\n}}\nb;\nnote right\n{{\nend note\n}}\nhi\nend note\n:c;")
    assert (first.text, second.text) == ("a\n{{\nstart\n:x;\n}}\nb", "c")
    assert note.text == "{{\nend note\n}}\nhi"


@pytest.mark.parametrize("text", [":{{\nstart\n:b;\n}};", ":a {{\n:b;\n}}\n;"])
def test_code_stands_on_lines_of_its_own(text: str) -> None:
    with pytest.raises(NotationError):
        body(text)


@pytest.mark.parametrize("note", ["note left #red;line:blue : hi", "note left #red;line:blue\nhi\nend note"])
def test_the_colours_of_a_note_may_be_several(note: str) -> None:
    read = body(f":a;\n{note}")[1]
    assert (read.text, read.color) == ("hi", "#red;line:blue")
    laid = format_text(f"@startuml\n:a;\n{note}\n@enduml\n")
    assert "#red;line:blue" in laid
