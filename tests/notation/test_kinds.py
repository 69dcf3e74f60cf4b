"""Which kind of diagram a text is read as, and what is said of the kinds that FlowDial does not read."""

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads
from flowdial.notation import kinds, parse


def refusal(body: str) -> NotationError:
    with pytest.raises(NotationError) as caught:
        parse(f"@startuml\n{body}\n@enduml\n")
    return caught.value


def codes(error: NotationError) -> list[tuple[int, str]]:
    return [(told.line, told.code) for told in error.diagnostics]


@pytest.mark.parametrize(
    "body",
    [
        "start\nstop",
        ":pick;",
        "- pick\n- pack",
        "stop",
        "if (a?) then\nendif",
        "while (a?)\nendwhile",
        "fork\n:a;\nend fork",
        "switch (a?)\ncase (b)\nendswitch",
        "partition depot {\n}",
        "|depot|\n:pick;",
        "-> first;\n:pick;",
        "(A)",
        "title Pick and pack",
        ":state A;\n:[*] --> A;",
        ":A\n[*] --> B;",
        ":class A;",
        ":a;\nnote right\n[*] --> A\nstate B\nend note",
        "legend\n[*] --> A\nend legend\n:a;",
        "' [*] --> A\n:a;",
    ],
)
def test_a_text_with_steps_is_an_activity_diagram(body: str) -> None:
    assert parse(f"@startuml\n{body}\n@enduml").kind == "activity"
    assert loads(f"@startuml\n{body}\n@enduml").kind == "activity"


@pytest.mark.parametrize(
    "body",
    [
        "[*] --> A",
        "[*]->A",
        "[*] x--> A",
        "A --> [*]",
        "[*] <-- A",
        "A --> [*] : stop",
        "state A",
        'state "start" as A',
        "state “甲” as A",
        "A --> B\nstate A",
        "A --> B\n--\nstate C",
        "A : waits",
        "frame X {\n}",
        "STATE A",
        "skinparam state {\n  FontSize 12\n}\n[*] --> A",
        "[*] --> if",
        "[*] --> start\nstart --> stop : end",
        "[*] --> A\nnote right of A\nstart\n:pick;\nstop\nend note",
        "note as N\n:pick;\nend note\n[*] --> A",
        "state A\nlegend\nstart\nend legend",
    ],
)
def test_a_text_with_states_is_a_state_diagram(body: str) -> None:
    assert parse(f"@startuml\n{body}\n@enduml").kind == "state"
    assert loads(f"@startuml\n{body}\n@enduml").kind == "state"


@pytest.mark.parametrize("body", ["A --> B\nA : waits", "A : waits\nA --> B", "Off -> On\nOff : dark\nOn : bright"])
def test_arrows_and_descriptions_alone_make_a_state_diagram(body: str) -> None:
    assert parse(f"@startuml\n{body}\n@enduml").kind == "state"


OTHERS = [
    ("sequence", "Alice -> Bob: hello\nBob --> Alice: hi"),
    ("sequence", "participant Shop\nShop -> Bank"),
    ("sequence", "actor Customer"),
    ("sequence", "autonumber\nA -> B"),
    ("sequence", "A ->> B : ask"),
    ("sequence", "A <- B : ask"),
    ("sequence", "title Hello\nA -> B\nloop twice\nB -> A\nend"),
    ("class", "class Order {\n  +total\n}"),
    ("class", "abstract class Order"),
    ("class", "interface Paying"),
    ("class", "enum Colour {\n  RED\n}"),
    ("class", "Order <|-- Refund"),
    ("class", "Order *-- Line"),
    ("class", "Order o-- Line"),
    ("component", "component Printer"),
    ("component", "[Printer] --> [Paper]"),
    ("use case", "usecase Order"),
    ("use case", "(order) --> (pay)"),
    ("object", "object order"),
    ("object", "map prices {\n a => 1\n}"),
    ("entity", "entity order {\n  *id\n}"),
    ("Mermaid", "flowchart LR\nWeigh --> Label"),
    ("Mermaid", "graph TD\n  A[Weigh] --> B{heavy?}"),
    ("Mermaid", "sequenceDiagram\nAlice ->> Bob: hello"),
]


@pytest.mark.parametrize(("kind", "body"), OTHERS)
def test_a_diagram_of_another_kind_is_named(kind: str, body: str) -> None:
    error = refusal(body)
    article = "an" if kind[0] in "aeio" else "a"
    expected = f"this is {article} {kind} diagram; FlowDial reads activity and state diagrams"
    assert error.message == f"error[diagram-kind]: {expected}"
    assert (error.line, error.column) == (2, 1)
    assert len(error.diagnostics) == 1
    assert "`:action;`" in error.hint
    assert "`[*] --> A`" in error.hint


def test_an_actor_in_colons_makes_a_use_case_diagram() -> None:
    assert "this is a use case diagram" in refusal(":customer: --> (order)").message


@pytest.mark.parametrize(("kind", "body"), OTHERS)
def test_a_diagram_of_another_kind_is_refused_by_recovery_too(kind: str, body: str) -> None:
    with pytest.raises(NotationError, match=f"{kind} diagram"):
        parse(f"@startuml\n{body}\n@enduml", recover=True)


def test_the_kind_is_told_at_the_first_line_that_says_something() -> None:
    error = refusal("\n' a comment\n\nAlice -> Bob: hello")
    assert (error.line, error.diagnostics[0].source) == (5, "Alice -> Bob: hello")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("start\n[*] --> A\n:a;\nstop", [(3, "unknown-statement")]),
        ("[*] --> A\n:a;\nA --> B", [(3, "unknown-statement")]),
        ("start\n:a;\nstate A\nstop", [(4, "unknown-statement")]),
        ("state A\nA --> B\nstop", [(4, "foreign-keyword")]),
        (
            "[*] --> A\nstart\n:a;\n:b;\nstop",
            [(3, "foreign-keyword"), (4, "unknown-statement"), (5, "unknown-statement"), (6, "foreign-keyword")],
        ),
        ("start\n:a;\n:b;\n[*] --> A\nstate B", [(5, "unknown-statement"), (6, "unknown-statement")]),
    ],
)
def test_a_text_with_steps_and_states_is_told_in_the_kind_that_gets_furthest(
    body: str, expected: list[tuple[int, str]]
) -> None:
    assert codes(refusal(body)) == expected


def test_a_text_that_looks_like_both_is_read_as_the_one_that_it_is() -> None:
    assert parse("@startuml\nstart\n:list\n[*] --> A\nstate B;\nstop\n@enduml").kind == "activity"
    assert parse("@startuml\n[*] --> A\nnote right of A\n:pick;\nstart\nend note\n@enduml").kind == "state"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":a;", ("activity",)),
        ("state A", ("state",)),
        (":a;\nstate A", ("activity", "state")),
        ("state A\n:a;", ("state", "activity")),
        ("nonsense", ("activity", "state")),
        ("【*】 --> 待取件", ("state",)),
        ("initial state A", ("state",)),
        ("待取件 —> 已取件", ("state", "activity")),
        ("Ringing => Answered", ("state", "activity")),
        ("(*) --> Pick\nPick --> Pack", ("activity", "state")),
        ("", ("activity", "state")),
    ],
)
def test_the_kind_whose_marks_come_first_is_tried_first(text: str, expected: tuple[str, ...]) -> None:
    assert kinds.candidates(text) == expected


@pytest.mark.parametrize("kind", ["mindmap", "gantt", "json", "salt", "wbs", "ditaa"])
def test_a_block_of_another_kind_is_named(kind: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse(f"a text\n  @start{kind}\n* a\n@end{kind}\n")
    assert codes(caught.value) == [(2, "diagram-kind")]
    assert caught.value.column == 3
    assert f"`{kind}`" in caught.value.message


@pytest.mark.parametrize("text", ["hello world", '(*) --> "First"', "label", "()", "else (x)", "#red;line:blue:x;"])
def test_nonsense_is_refused_whichever_kind_is_tried(text: str) -> None:
    with pytest.raises(NotationError):
        parse(f"@startuml\n{text}\n@enduml")
