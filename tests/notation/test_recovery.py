"""With `recover` the mistakes that people really make give the flow that was meant, and a warning each.

The right text stands beside each wrong one: both must give the same flow.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowdial.errors import NotationError
from flowdial.flow import load, loads
from flowdial.notation import parse, parse_all, read_source, render
from flowdial.notation.ast import Diagram

ROOT = Path(__file__).parents[2]
RIGHT = sorted(
    [*ROOT.glob("tests/charts/*.puml"), *ROOT.glob("tests/charts/state/*.puml"), *ROOT.glob("flows/**/*.puml")]
)

Warned = list[tuple[int, int, str]]


def block(body: str) -> str:
    return f"@startuml\n{body}\n@enduml\n"


def warned(text: str) -> Warned:
    """Line, column and code of what recovery mended."""
    return [(told.line, told.column, told.code) for told in loads(text, recover=True).warnings]


#: what is wrong, the text as it is found, the text as it was meant, the warnings; bodies begin on line 2
MENDED: list[tuple[str, str, str, Warned]] = [
    (
        "a full-width semicolon",
        "start\n:查询订单；\n:发货;\nstop",
        "start\n:查询订单;\n:发货;\nstop",
        [(3, 6, "full-width")],
    ),
    (
        "a full-width colon",
        "start\n：查询订单;\nstop",
        "start\n:查询订单;\nstop",
        [(3, 1, "full-width")],
    ),
    (
        "a step in full-width signs",
        "start\n：查询订单；\nstop",
        "start\n:查询订单;\nstop",
        [(3, 6, "full-width")],
    ),
    (
        "full-width parentheses around a label",
        "start\nif (完好) then （是）\n:退款;\nelse （否）\n:拒绝;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nelse (否)\n:拒绝;\nendif\nstop",
        [(3, 14, "full-width"), (5, 6, "full-width")],
    ),
    (
        "no parentheses behind `is`",
        "start\nrepeat\n:通知;\nrepeat while (收到) is 否\nstop",
        "start\nrepeat\n:通知;\nrepeat while (收到) is (否)\nstop",
        [(5, 22, "label-parentheses")],
    ),
    (
        "no parentheses behind `then` and `else`",
        "start\nif (完好) then 是\n:退款;\nelse 否\n:拒绝;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nelse (否)\n:拒绝;\nendif\nstop",
        [(3, 14, "label-parentheses"), (5, 6, "label-parentheses")],
    ),
    (
        "no parentheses behind `case`",
        "start\nswitch (类型)\ncase 退款\n:退款;\ncase 换货\n:换货;\nendswitch\nstop",
        "start\nswitch (类型)\ncase (退款)\n:退款;\ncase (换货)\n:换货;\nendswitch\nstop",
        [(4, 6, "label-parentheses"), (6, 6, "label-parentheses")],
    ),
    (
        "no parentheses behind `endwhile`",
        "start\nwhile (排队) is (是)\n:等待;\nendwhile 否\nstop",
        "start\nwhile (排队) is (是)\n:等待;\nendwhile (否)\nstop",
        [(5, 10, "label-parentheses")],
    ),
    (
        "`then` behind a label without parentheses",
        "start\nif (完好) is 是 then\n:退款;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nendif\nstop",
        [(3, 12, "label-parentheses")],
    ),
    (
        "a full-width colon behind `then`",
        "start\nif (完好) then：是\n:退款;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nendif\nstop",
        [(3, 14, "label-parentheses")],
    ),
    (
        "a full-width semicolon behind a label",
        "start\nif (完好) then 是；\n:退款;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nendif\nstop",
        [(3, 14, "label-parentheses")],
    ),
    (
        "half of the parentheses",
        "start\nif (完好) then 是)\n:退款;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nendif\nstop",
        [(3, 14, "label-parentheses")],
    ),
    (
        "`equals` without parentheses",
        "start\nif (完好) equals 是 then\n:退款;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nendif\nstop",
        [(3, 16, "label-parentheses")],
    ),
    (
        "`则` for `then`",
        "start\nif (完好) 则 (是)\n:退款;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nendif\nstop",
        [(3, 9, "foreign-keyword")],
    ),
    (
        "a colon behind `else`",
        "start\nif (完好) then (是)\n:退款;\nelse：否\n:拒绝;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nelse (否)\n:拒绝;\nendif\nstop",
        [(5, 6, "label-parentheses")],
    ),
    (
        "a label of an arrow without its semicolon",
        "start\n->退款\n:核对;\nstop",
        "start\n->退款;\n:核对;\nstop",
        [(3, 5, "missing-semicolon")],
    ),
    (
        "a coloured action with full-width signs",
        "start\n#pink：核对；\nstop",
        "start\n#pink:核对;\nstop",
        [(3, 9, "full-width")],
    ),
    (
        "an action behind `repeat` with full-width signs",
        "start\nrepeat：拨号；\nrepeat while (占线)\nstop",
        "start\nrepeat :拨号;\nrepeat while (占线)\nstop",
        [(3, 10, "full-width")],
    ),
    (
        "a note with a full-width colon",
        "start\n:核对;\nnote left：先查询\nstop",
        "start\n:核对;\nnote left: 先查询\nstop",
        [(4, 10, "full-width")],
    ),
    (
        "a frame with full-width braces",
        "start\npartition 核对｛\n:查询;\n｝\nstop",
        "start\npartition 核对 {\n:查询;\n}\nstop",
        [(3, 13, "full-width"), (5, 1, "full-width")],
    ),
    (
        "a backslash at the end of the last line",
        "start\n:核对;\nstop\\",
        "start\n:核对;\nstop",
        [(4, 5, "line-join")],
    ),
    (
        "a condition without parentheses",
        "start\nif 完好 then (是)\n:退款;\nelse (否)\n:拒绝;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nelse (否)\n:拒绝;\nendif\nstop",
        [(3, 4, "condition-parentheses")],
    ),
    (
        "a condition without `then`",
        "start\nif (完好) (是)\n:退款;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nendif\nstop",
        [(3, 9, "missing-then")],
    ),
    (
        "a condition that is never closed",
        "start\nif (完好\n:退款;\nelse\n:拒绝;\nendif\nstop",
        "start\nif (完好)\n:退款;\nelse\n:拒绝;\nendif\nstop",
        [(3, 4, "unclosed-condition")],
    ),
    (
        "a label that is never closed",
        "start\nif (完好) then (是\n:退款;\nelse\n:拒绝;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nelse\n:拒绝;\nendif\nstop",
        [(3, 14, "unclosed-condition")],
    ),
    (
        "`elif`",
        "start\nif (a) then (yes)\n:x;\nelif (b) then (yes)\n:y;\nendif\nstop",
        "start\nif (a) then (yes)\n:x;\nelseif (b) then (yes)\n:y;\nendif\nstop",
        [(5, 1, "elsif")],
    ),
    (
        "two semicolons",
        "start\n:pick;;\n:pack;\nstop",
        "start\n:pick;\n:pack;\nstop",
        [(3, 6, "double-semicolon")],
    ),
    (
        "three semicolons and spaces",
        "start\n  :pick; ;;  \nstop",
        "start\n  :pick;\nstop",
        [(3, 8, "double-semicolon")],
    ),
    (
        "an action behind `repeat` without its semicolon",
        "start\nrepeat:拨号\n:等待;\nrepeat while (占线) is (是)\nstop",
        "start\nrepeat :拨号;\n:等待;\nrepeat while (占线) is (是)\nstop",
        [(3, 7, "repeat-action")],
    ),
    (
        "`repeat:` and nothing",
        "start\nrepeat:\n:等待;\nrepeat while (占线) is (是)\nstop",
        "start\nrepeat\n:等待;\nrepeat while (占线) is (是)\nstop",
        [(3, 7, "repeat-action")],
    ),
    (
        "an action on the line of `repeat while`",
        "start\nrepeat\n:dial;\nrepeat while (busy?) is (yes) :talk;\nstop",
        "start\nrepeat\n:dial;\nrepeat while (busy?) is (yes)\n:talk;\nstop",
        [(5, 31, "trailing-text")],
    ),
    ("a stray `endif`", "start\n:a;\nendif\nstop", "start\n:a;\nstop", [(4, 1, "stray")]),
    (
        "a stray `repeat while`",
        "start\n:a;\nrepeat while (b) is (c)\nstop",
        "start\n:a;\nstop",
        [(4, 1, "stray")],
    ),
    ("a stray `end fork`", "start\n:a;\nend fork\nstop", "start\n:a;\nstop", [(4, 1, "stray")]),
    (
        "crossed blocks",
        "start\nfork\nwhile (more?)\n:pick;\nend fork\nendwhile\nstop",
        "start\nfork\nwhile (more?)\n:pick;\nendwhile\nend fork\nstop",
        [(6, 1, "stray")],
    ),
    (
        "a fork that is closed within its `if`",
        "start\nif (a?) then (yes)\nfork\n:b;\nfork again\n:c;\nendif\nstop",
        "start\nif (a?) then (yes)\nfork\n:b;\nfork again\n:c;\nend fork\nendif\nstop",
        [(8, 1, "stray")],
    ),
    (
        "an action without its colon",
        "start\n发货;\nstop",
        "start\n:发货;\nstop",
        [(3, 1, "missing-colon")],
    ),
    (
        "an action without its semicolon",
        "start\n:发货\nstop",
        "start\n:发货;\nstop",
        [(3, 4, "missing-semicolon")],
    ),
    (
        "an action without its semicolon before others that have it",
        "start\n:发货\nif (完好) then (是)\n:退款;\nendif\n:寄回\n:结束;\nstop",
        "start\n:发货;\nif (完好) then (是)\n:退款;\nendif\n:寄回;\n:结束;\nstop",
        [(3, 4, "missing-semicolon"), (7, 4, "missing-semicolon")],
    ),
    (
        "a condition and its label without parentheses",
        "start\nif 完好 then 是\n:退款;\nelse 否\n:拒绝;\nendif\nstop",
        "start\nif (完好) then (是)\n:退款;\nelse (否)\n:拒绝;\nendif\nstop",
        [(3, 4, "condition-parentheses"), (5, 6, "label-parentheses")],
    ),
    (
        "a comment behind a step in the manner of a programming language",
        "start\n:pick; // first\nstop",
        "start\n:pick;\nstop",
        [(3, 8, "trailing-comment")],
    ),
    (
        "a partition that is closed twice",
        "start\npartition A {\n:a;\n}\nend partition\nstop",
        "start\npartition A {\n:a;\n}\nstop",
        [(6, 1, "stray")],
    ),
    (
        "a comment behind a step",
        "start\n:pick; ' first\nstop",
        "start\n:pick;\nstop",
        [(3, 8, "trailing-comment")],
    ),
    (
        "a switch of another language",
        "start\nswitch (desk?)\ncase (A):\n:a;\ndefault\n:b;\nend switch\nstop",
        "start\nswitch (desk?)\ncase (A)\n:a;\ncase (default)\n:b;\nendswitch\nstop",
        [(4, 9, "trailing-colon"), (6, 1, "switch-default"), (8, 5, "end-switch")],
    ),
    (
        "a brace on a line of its own",
        'start\npartition "depot"\n{\n:pick;\n}\nstop',
        'start\npartition "depot" {\n:pick;\n}\nstop',
        [(4, 1, "brace")],
    ),
    (
        "`end partition`",
        'start\npartition "depot" {\n:pick;\nend partition\nstop',
        'start\npartition "depot" {\n:pick;\n}\nstop',
        [(5, 5, "end-partition")],
    ),
    ("a lane left open", "|depot\nstart\nstop", "|depot|\nstart\nstop", [(2, 1, "swimlane")]),
    (
        "a full-width colon before an event",
        "[*] --> 草稿\n草稿 --> 已发送：发送\n草稿：未发送",
        "[*] --> 草稿\n草稿 --> 已发送: 发送\n草稿: 未发送",
        [(3, 11, "full-width"), (4, 3, "full-width")],
    ),
    (
        "a transition that ends in a semicolon",
        "[*] --> Draft;\nstate Sent;\nDraft --> Sent;",
        "[*] --> Draft\nstate Sent\nDraft --> Sent",
        [(2, 14, "trailing-semicolon"), (3, 11, "trailing-semicolon"), (4, 15, "trailing-semicolon")],
    ),
    (
        "a comment behind a transition",
        "[*] --> Draft ' first",
        "[*] --> Draft",
        [(2, 15, "trailing-comment")],
    ),
    ("a colon without an event", "[*] --> A\nA --> B :", "[*] --> A\nA --> B", [(3, 9, "empty-label")]),
    ("an arrow without a head", "[*] --> A\nA -- B : go", "[*] --> A\nA --> B : go", [(3, 3, "arrow-head")]),
    ("an arrow of dots", "[*] --> A\nA ..> B : go", "[*] --> A\nA -[dotted]-> B : go", [(3, 3, "arrow-line")]),
    ("a crossed arrow", "[*] --> A\nA -->x B : go", "[*] --> A\nA --> B : go", [(3, 5, "arrow-head")]),
    ("a stray brace", "[*] --> A\n}\nA --> B", "[*] --> A\nA --> B", [(3, 1, "stray")]),
    (
        "a brace at the end of a line",
        "state Order {\nstate Packed }\n[*] --> Order",
        "state Order {\nstate Packed\n}\n[*] --> Order",
        [(3, 14, "inline-body")],
    ),
]

#: PlantUML reads these, only otherwise than they were meant.
READ_ANYWAY = {
    "a full-width semicolon",
    "two semicolons",
    "three semicolons and spaces",
    "half of the parentheses",
    "`则` for `then`",
    "a label of an arrow without its semicolon",
}


@pytest.mark.parametrize(("bad", "good"), [pytest.param(*case[1:3], id=case[0]) for case in MENDED])
def test_a_mended_text_gives_the_flow_that_was_meant(bad: str, good: str) -> None:
    assert loads(block(bad), recover=True).hash == loads(block(good)).hash


@pytest.mark.parametrize(("bad", "warnings"), [pytest.param(case[1], case[3], id=case[0]) for case in MENDED])
def test_every_mend_is_told_with_its_place(bad: str, warnings: Warned) -> None:
    assert warned(block(bad)) == warnings


@pytest.mark.parametrize("bad", [pytest.param(case[1], id=case[0]) for case in MENDED if case[0] not in READ_ANYWAY])
def test_a_text_that_would_be_mended_is_refused_without_recovery(bad: str) -> None:
    with pytest.raises(NotationError):
        loads(block(bad))


@pytest.mark.parametrize("good", [pytest.param(case[2], id=case[0]) for case in MENDED])
def test_the_right_text_is_left_alone(good: str) -> None:
    assert not loads(block(good)).warnings
    assert loads(block(good), recover=True) == loads(block(good))
    assert not loads(block(good), recover=True).warnings


def test_a_warning_has_the_line_as_it_is_written_and_says_what_is_wrong() -> None:
    (warning,) = loads(block("start\n:查询订单；\nstop"), recover=True).warnings
    assert warning.severity == "warning"
    assert warning.source == ":查询订单；"
    assert warning.hint == "read as `:查询订单;`"
    assert warning.render("f.puml").startswith(
        "f.puml:3:6: warning[full-width]: a full-width `；` does not end an action"
    )


def test_warnings_stand_in_reading_order() -> None:
    text = block("start\n发货;\n:a；\nendif\n:b;;\nif c then\n:d;\nendif\nstop")
    assert [line for line, _, _ in warned(text)] == [3, 4, 5, 6, 7]


def test_strict_reads_two_semicolons_as_plantuml_does() -> None:
    assert loads(block(":pick;;")).nodes["action1"].label == "pick;"


def test_strict_reads_a_full_width_semicolon_as_plantuml_does() -> None:
    assert loads(block(":查询；\n:发货;")).nodes["action1"].label == "查询；\n:发货"


@pytest.mark.parametrize(
    ("end", "places"),
    [
        ("endif\n@enduml\n", []),
        ("endif\n", [(7, 1, "missing-enduml")]),
        ("endif", [(7, 1, "missing-enduml")]),
        ("@enduml\n", [(3, 1, "left-open")]),
        ("", [(3, 1, "left-open"), (6, 1, "missing-enduml")]),
    ],
)
def test_a_diagram_whose_end_is_missing_means_the_same(end: str, places: Warned) -> None:
    """PlantUML closes the blocks that are open at `@enduml`; recovery tells it."""
    text = "@startuml\nstart\nif (a?) then (yes)\n:x;\nelse (no)\n:y;\n"
    whole = loads(text + "endif\n@enduml\n")
    if end.endswith("@enduml\n"):
        assert loads(text + end) == whole
        assert not loads(text + end).warnings
    assert loads(text + end, recover=True) == whole
    assert warned(text + end) == places


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("start\nrepeat\n:a;", ["repeat"]),
        ("start\nfork\n:a;\nfork again\nif (b) then\n:c;", ["fork", "if"]),
        ("start\nsplit\n:a;", ["split"]),
        ("start\nswitch (a)\ncase (b)\nwhile (c)\n:d;", ["switch", "while"]),
        ("start\nif (a) then\nif (b) then\n:c;\nendif", ["if"]),
        ("start\npartition Depot {\n:a;", ["group"]),
        ("[*] --> A\nstate A {\nstate B {\n[*] --> C", ["state", "state"]),
    ],
)
def test_every_block_that_is_left_open_is_told(text: str, words: list[str]) -> None:
    warnings = loads(block(text), recover=True).warnings
    assert [told.message for told in warnings] == [f"the `{word}` is not closed" for word in words]
    assert all(told.hint.startswith("read as if `") for told in warnings)


@pytest.mark.parametrize(
    ("bad", "good", "place"),
    [
        (":a;\n:b;", "start\n:a;\n:b;", (2, 1)),
        ("title T\n\n  :a;\nstop", "title T\nstart\n:a;\nstop", (4, 3)),
        ("|depot|\n:a;\n|shop|\n:b;", "|depot|\nstart\n:a;\n|shop|\n:b;", (3, 1)),
        ("if (a?) then (yes)\n:b;\nendif\nstop", "start\nif (a?) then (yes)\n:b;\nendif\nstop", (2, 1)),
        ("repeat\n:b;\nrepeat while (a?)\nstop", "start\nrepeat\n:b;\nrepeat while (a?)\nstop", (2, 1)),
        ("fork\n:a;\nfork again\n:b;\nend fork", "start\nfork\n:a;\nfork again\n:b;\nend fork", (2, 1)),
    ],
)
def test_a_diagram_without_a_start_begins_at_its_first_step(bad: str, good: str, place: tuple[int, int]) -> None:
    """PlantUML draws it without a start; a dialogue needs one."""
    flow = loads(block(bad), recover=True)
    assert flow.hash == loads(block(good)).hash
    assert warned(block(bad)) == [(*place, "missing-start")]
    assert not loads(block(bad)).warnings
    assert all(node.kind != "start" for node in loads(block(bad)).nodes.values())


@pytest.mark.parametrize(
    "body", [":a;\nstart\n:b;", "if (a?) then\nstart\n:b;\nendif", "[*] --> A", "A --> B\nstate A"]
)
def test_no_start_is_added_where_there_is_one_or_where_states_are_drawn(body: str) -> None:
    assert warned(block(body)) == []
    assert loads(block(body), recover=True) == loads(block(body))


def test_a_text_without_startuml_is_read_as_one_diagram() -> None:
    text = "start\n:pick;\nstop\n"
    assert loads(text, recover=True).hash == loads(block(text)).hash
    assert warned(text) == [(1, 1, "no-diagram")]
    assert loads("[*] --> A\n", recover=True).hash == loads(block("[*] --> A")).hash
    with pytest.raises(NotationError, match="there is no `@startuml` line"):
        loads(text)


@pytest.mark.parametrize("text", ["", "\n\n", "' nothing\n"])
def test_an_empty_text_is_refused_at_its_first_line(text: str) -> None:
    with pytest.raises(NotationError) as caught:
        loads(text, recover=True)
    (told,) = caught.value.diagnostics
    assert (told.line, told.column) == (1, 1)
    assert told.source == text.split("\n", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("ending", "stereotype"),
    [("|", "procedure"), ("<", "input"), (">", "output"), ("/", "save"), ("]", "task"), ("}", "continuous")],
)
def test_the_older_endings_of_an_action_are_read_as_they_were_meant(ending: str, stereotype: str) -> None:
    flow = loads(block(f"start\n:订单{ending}\n:b;\nstop"), recover=True)
    assert flow.hash == loads(block(f"start\n:订单; <<{stereotype}>>\n:b;\nstop")).hash
    assert [(told.code, told.line) for told in flow.warnings] == [("older-ending", 3)]


def test_a_table_in_an_action_is_no_older_ending() -> None:
    text = block("start\n:价目\n|a|b|\n|c|d|;\nstop")
    assert loads(text, recover=True).hash == loads(text).hash
    table = block("start\n:|a|b|\n|c|d|;\nstop")
    assert loads(table, recover=True).hash == loads(table).hash


def test_an_older_ending_before_more_text_is_text() -> None:
    text = block("start\n:a |\nb;\nstop")
    assert loads(text, recover=True).hash == loads(text).hash


def test_an_annotation_stays_with_its_step_behind_a_mend_that_adds_lines() -> None:
    flow = loads(block('start\nif (a) then (b) :x;\nendif\n\' flowdial: say="now"\n:y;\nstop'), recover=True)
    assert [node.label for node in flow.nodes.values() if node.say] == ["y"]


UNCLOSED_NOTES = [
    ("start\n:a;\nnote right\nsaid\n:b;\nstop", "start\n:a;\nnote right\nsaid\nend note\n:b;\nstop", 4),
    ("[*] --> A\nnote right of A\nsaid\nA --> B", "[*] --> A\nnote right of A\nsaid\nend note\nA --> B", 3),
]


@pytest.mark.parametrize(("bad", "good", "line"), UNCLOSED_NOTES)
def test_a_note_that_is_never_closed_ends_before_the_next_statement(bad: str, good: str, line: int) -> None:
    assert loads(block(bad), recover=True).hash == loads(block(good)).hash
    assert warned(block(bad)) == [(line, 1, "unclosed-note")]


#: full-width parentheses as they are found, and what stands in their place
PARENTHESES = [
    ("switch （a）\ncase （b）\n:x;\nendswitch", "switch (a)\ncase (b)\n:x;\nendswitch"),
    ("while （a）\n:x;\nendwhile （no）", "while (a)\n:x;\nendwhile (no)"),
    (
        "if (a) then (b)\n:x;\nelseif （c） then （d）\n:y;\nendif",
        "if (a) then (b)\n:x;\nelseif (c) then (d)\n:y;\nendif",
    ),
]
#: the same, where the sign that closes is not mended: up to the next `)` of the text all is condition
HALF_MENDED = [
    ("if （a） then (b)\n:x;\nendif", "if (a) then (b)\n:x;\nendif"),
    ("if （a）\n:x (y);\nendif", "if (a)\n:x (y);\nendif"),
    ("if (a)\n:x;\nelse （b）\n:y (z);\nendif", "if (a)\n:x;\nelse (b)\n:y (z);\nendif"),
    ("while （a） is （b）\n:x;\nendwhile", "while (a) is (b)\n:x;\nendwhile"),
    ("repeat\n:x;\nrepeat while （a） is （b）", "repeat\n:x;\nrepeat while (a) is (b)"),
    ("repeat\n:x;\nrepeat while （a） is (b)", "repeat\n:x;\nrepeat while (a) is (b)"),
]


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        *PARENTHESES,
        *HALF_MENDED,
    ],
)
def test_full_width_parentheses_are_mended_in_pairs(bad: str, good: str) -> None:
    flow = loads(block(f"start\n{bad}\nstop"), recover=True)
    assert flow.hash == loads(block(f"start\n{good}\nstop")).hash
    assert {told.code for told in flow.warnings} == {"full-width"}


@pytest.mark.parametrize("written", ["if (完好？） then (是)", "if (完好？） then（是)"])
def test_a_condition_closed_by_a_full_width_parenthesis_is_mended(written: str) -> None:
    """Strictly, this is the condition `完好？） then (是`, which nobody means."""
    flow = loads(block(f"start\n{written}\n:x;\nendif\nstop"), recover=True)
    assert flow.hash == loads(block("start\nif (完好？) then (是)\n:x;\nendif\nstop")).hash
    assert [told.code for told in flow.warnings][:1] == ["full-width"]


def test_a_branch_on_one_line_is_mended() -> None:
    flow = loads(block("start\nif (paid?) then (yes) :ship; endif\nstop"), recover=True)
    assert flow.hash == loads(block("start\nif (paid?) then (yes)\n:ship;\nendif\nstop")).hash


@pytest.mark.parametrize(
    "line", ["nonsense", "goto", '(*) --> "A"', "-[#nocolour]-> x;", "|late|", "stop\ndetach", "activate a b"]
)
def test_what_nobody_can_mend_is_refused_by_recovery_too(line: str) -> None:
    with pytest.raises(NotationError):
        loads(block(f"start\n:a;\n{line}\n:b;"), recover=True)


@pytest.mark.parametrize("file", RIGHT, ids=[str(file.relative_to(ROOT)) for file in RIGHT])
def test_recovery_changes_nothing_in_a_right_chart(file: Path) -> None:
    """Only a missing start is added and an open block told.

    `full_width_semicolon` is read by PlantUML otherwise than it is meant.
    """
    strict, mended = load(file), load(file, recover=True)
    codes = [told.code for told in mended.warnings]
    codes = [code for code in codes if not (file.stem.endswith("left_open") and code == "left-open")]
    if file.stem == "full_width_semicolon":
        assert codes == ["full-width", "missing-start"]
    elif strict.kind == "activity" and not any(node.kind == "start" for node in strict.nodes.values()):
        assert codes == ["missing-start"]
        assert {*strict.nodes} == {*mended.nodes} - {mended.start}
        assert len(mended.edges) == len(strict.edges) + 1
    else:
        assert codes == []
        assert mended.hash == strict.hash


texts = st.text("ab 查询?？，；（）：<>&#'\"[]|*-/=!", max_size=8)
safe = texts.filter(lambda text: not text.rstrip().endswith(("；", ";")) and not text.lstrip().startswith("："))


def _inside(bodies: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    return st.one_of(
        st.builds(lambda test, yes, no: [f"if ({test}) then (y)", *yes, "else", *no, "endif"], safe, bodies, bodies),
        st.builds(lambda test, body: [f"while ({test}) is (y)", *body, "endwhile (n)"], safe, bodies),
        st.builds(lambda test, body: ["repeat", *body, f"repeat while ({test})"], safe, bodies),
        st.builds(lambda one, two: ["fork", *one, "fork again", *two, "end fork"], bodies, bodies),
    )


activities = st.recursive(st.lists(safe.map(":x{}x;".format), max_size=3), _inside, max_leaves=8).map(
    lambda lines: block("\n".join(["start", *lines, "stop"]))
)
names = st.sampled_from(["A", "B", "订单", "X.y", "已发货"])
states = st.lists(
    st.one_of(
        st.builds("{} --> {}".format, names, names),
        st.builds("{} --> {} : x{}x".format, names, names, safe),
        st.builds("state S{} {{\n[*] --> T\n}}".format, st.integers(0, 3)),
        names.map("state {}".format),
    ),
    max_size=8,
).map(lambda lines: block("\n".join(["set separator none", "[*] --> A", *lines])))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(activities | states)
def test_recovery_changes_nothing_in_a_right_diagram(text: str) -> None:
    strict, mended = parse(text), parse(text, recover=True)
    assert mended.warnings == ()
    assert mended.body == strict.body


@pytest.mark.parametrize(("bad", "good"), [pytest.param(*case[1:3], id=case[0]) for case in MENDED])
def test_a_mended_diagram_is_rendered_right(bad: str, good: str) -> None:
    """What recovery reads can be written out, and then needs no mending."""
    written = render(parse(block(bad), recover=True))
    assert loads(written).hash == loads(block(good)).hash


def test_each_diagram_of_a_file_is_mended_by_itself() -> None:
    text = block("start\n发货;\nstop") + block("nonsense\n:a;") + block(":b;")
    first, second, third = parse_all(text, recover=True)
    assert isinstance(first, Diagram)
    assert [told.line for told in first.warnings] == [3]
    assert isinstance(second, NotationError)
    assert isinstance(third, Diagram)


def test_a_file_is_mended_where_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "order.puml"
    file.write_text(block("start\n:发货；\nstop"), encoding="utf-8")
    assert load(file, recover=True).hash == loads(block("start\n:发货;\nstop")).hash
    with pytest.raises(NotationError):
        load(file)
    assert read_source(file) == block("start\n:发货；\nstop")


@pytest.mark.parametrize(
    "body",
    [
        "start\n:a;\nnote right\n：订单；\n:b;;\nend note\nstop",
        "start\n:a;\nlegend\n：订单；\n:b;;\nend legend\nstop",
        "[*] --> A\nnote right of A\n：订单；\n:b;;\nend note",
    ],
)
def test_the_text_of_a_note_is_not_mended(body: str) -> None:
    flow = loads(block(body), recover=True)
    assert flow.warnings == ()
    assert flow.hash == loads(block(body)).hash


def test_full_width_signs_within_a_step_of_several_lines_are_text() -> None:
    body = "start\n:请核对\n：订单；\n地址;\nstop"
    assert loads(block(body), recover=True).hash == loads(block(body)).hash


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (
            "if (a) then yes\n:x;\nelse no\n:y;\nendif\nwhile (b)\n:z;\nendwhile",
            "if (a) then (yes)\n:x;\nelse (no)\n:y;\nendif\nwhile (b)\n:z;\nendwhile",
        ),
        (
            "if (a) is 否\n:x;\nendif\nif (b) then (c)\n:y;\nendif",
            "if (a) is (否)\n:x;\nendif\nif (b) then (c)\n:y;\nendif",
        ),
        ("repeat\n:x;\nrepeat while (v) is 是 not 否", "repeat\n:x;\nrepeat while (v) is (是) not (否)"),
        (":c；；\n:d;", ":c;\n:d;"),
        (":步骤；<<input>>\n:d;", ":步骤; <<input>>\n:d;"),
        ("while (a)\n:x;\nbackward：y；\nendwhile", "while (a)\n:x;\nbackward:y;\nendwhile"),
        (":a;\n-> 是；\n:b;", ":a;\n-> 是;\n:b;"),
        (":a;\nend;;", ":a;\nend"),
    ],
)
def test_what_swallows_the_lines_below_is_mended(bad: str, good: str) -> None:
    flow = loads(block(f"start\n{bad}"), recover=True)
    assert flow.hash == loads(block(f"start\n{good}")).hash
    assert flow.warnings


def test_what_is_read_as_written_is_not_refused_for_a_mend() -> None:
    """Without its backslash the last line is no statement; as it stands it is a line of style."""
    text = block("[*] --> A\nhide \\")
    assert loads(text, recover=True).hash == loads(text).hash
    assert warned(text) == []


def test_what_could_not_be_mended_is_told_alone() -> None:
    with pytest.raises(NotationError) as caught:
        loads(block("start\nif (a) then yes\n:b;\nendif\nnonsense\nstop"), recover=True)
    assert [told.code for told in caught.value.diagnostics] == ["unknown-statement"]


def test_a_text_without_its_first_line_may_have_its_last() -> None:
    assert loads("start\n:a;\nstop\n@enduml", recover=True).hash == loads(block("start\n:a;\nstop")).hash


def test_a_block_that_is_not_closed_ends_where_the_next_begins() -> None:
    found = list(parse_all("@startuml\n:a;\n@startuml\n:b;\n@enduml\n", recover=True))
    assert [type(each).__name__ for each in found] == ["Diagram", "Diagram"]


#: the table of docs/notation.md, as it is found and as it is read
NOTATION = [
    ("start\n:a\n:b\n:c;\nstop", "start\n:a;\n:b;\n:c;\nstop"),
    ("start\n:a;\nstop ;", "start\n:a;\nstop"),
    (
        "start\nif (a) then (b):\n:x;\nelse:\n:y;\nendif\nlabel x:",
        "start\nif (a) then (b)\n:x;\nelse\n:y;\nendif\nlabel x",
    ),
    (
        "start\nif (a) then\n:x;\nelse then (no)\n:y;\nendif\nwhile (q) do\n:l;\nend for",
        "start\nif (a) then\n:x;\nelse (no)\n:y;\nendif\nwhile (q)\n:l;\nendwhile",
    ),
    ("start --> :step;", "start\n:step;"),
    (
        "start\nswitch (a)\ncase (b)\n:x;\nelse\n:z;\nend switch\nfork\n:l;\nend parallel",
        "start\nswitch (a)\ncase (b)\n:x;\ncase (else)\n:z;\nendswitch\nfork\n:l;\nend fork",
    ),
    ("start\n# x\n// y\n%% z\n:a;\nstop ' x", "start\n:a;\nstop"),
    ("start\n:a;\nnote right of a : t", "start\n:a;\nnote right : t"),
    (
        "[*] --> A\nA => B\nA → B\nA —> B\nA －> B\nA - > B\nA ->> B\nA -- B",
        "[*] --> A\nA --> B\nA --> B\nA --> B\nA --> B\nA --> B\nA --> B\nA --> B",
    ),
    ("[*] --> A\nA <-> B", "[*] --> A\nA --> B\nA <-- B"),
    ("【*】 --> A\n[A] --> (B)\nB --> (*)\n[start] --> B", "[*] --> A\nA --> B\nB --> [*]\n[*] --> B"),
    (
        "[*] --> A\nA --> B：go\nA -->|go| B\nA --go--> B\nA --> B [go]",
        "[*] --> A\nA --> B : go\nA --> B : go\nA --> B : go\nA --> B : [go]",
    ),
    (
        "[*] --> A;\nstate A {\nx --> y\n};\nA --> B :\nstate A --> B",
        "[*] --> A\nstate A {\nx --> y\n}\nA --> B\nA --> B",
    ),
    (
        "[*] --> A\nstate A\n{\nx --> y\n====\nz --> w\n}\nstate B ｛\nq --> r\n｝\nstate C { n --> m }",
        "[*] --> A\nstate A {\nx --> y\n--\nz --> w\n}\nstate B {\nq --> r\n}\nstate C {\nn --> m\n}",
    ),
    (
        '[*] --> A\nstate A as Long name\nstate B "Long n"\nstate “C c” as “C”\nstate D <choice>',
        '[*] --> A\nstate A as "Long name"\nstate B as "Long n"\nstate "C c" as C\nstate D <<choice>>',
    ),
    (
        "[*] --> A\nnote right A : x\nnote over A\ny\nend note",
        "[*] --> A\nnote right of A : x\nnote right of A\ny\nend note",
    ),
    ("stateDiagram-v2\ndirection LR\n[*] --> A", "left to right direction\n[*] --> A"),
]


@pytest.mark.parametrize(("bad", "good"), NOTATION)
def test_recovery_reads_what_the_notation_says(bad: str, good: str) -> None:
    flow = loads(block(bad), recover=True)
    assert flow.hash == loads(block(good)).hash
    assert flow.warnings
