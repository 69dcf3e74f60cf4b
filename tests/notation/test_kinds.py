"""Which kind of diagram a text is read as, and what is said of the kinds that FlowDial does not read."""

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads
from flowdial.notation import kinds, parse
from flowdial.notation.legacy import modern


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
        ("state A\nA --> B\nstop", [(4, "unknown-statement")]),
        ("[*] --> A\nstart\n:a;\n:b;\nstop", [(line, "unknown-statement") for line in (3, 4, 5, 6)]),
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
        ("", ("activity", "state")),
    ],
)
def test_the_kind_whose_marks_come_first_is_tried_first(text: str, expected: tuple[str, ...]) -> None:
    assert kinds.candidates(text) == expected


#: a line of the legacy syntax, where it begins to be legacy, and how it is written now
LEGACY = [
    ('(*) --> "Pick"', 1, ["start", ":Pick;"]),
    ('(*top) --> "Pick"', 1, ["start", ":Pick;"]),
    ('"Pick" --> (*)', 1, [":Pick;", "stop"]),
    ('"Pick" --> "Pack"', 1, [":Pick;", ":Pack;"]),
    ('"取货" --> "发货"', 1, [":取货;", ":发货;"]),
    ('--> "Pack"', 1, [":Pack;"]),
    ('-> "Pack"', 1, [":Pack;"]),
    ('-left-> "Pack" #red', 1, [":Pack;"]),
    ('  -->[yes] "Pack"', 3, ["-> yes;", ":Pack;"]),
    ('"Pick" -->[no] (*)', 1, [":Pick;", "-> no;", "stop"]),
    ("-->[done] (*)", 1, ["-> done;", "stop"]),
    ("--> (*)", 1, ["stop"]),
    ('"Pick" as p --> Pack', 1, [":Pick;", ":Pack;"]),
    ('Pick --> "Pack"', 1, [":Pick;", ":Pack;"]),
    ('(*) -down-> "Pick" as p', 1, ["start", ":Pick;"]),
    ('"Pick" -[#red]-> "Pack"', 1, [":Pick;", ":Pack;"]),
    ('"Pick" --> "Pack" <<input>>', 1, [":Pick;", ":Pack;"]),
    ('if "in stock?" then', 1, ["if (in stock?) then"]),
    ('IF "in stock?" THEN', 1, ["if (in stock?) then"]),
    ('\tif "in stock?"', 2, ["if (in stock?) then"]),
    ('--> if "in stock?" then', 1, ["if (in stock?) then"]),
    ('"Pick" --> ===B1===', 1, [":Pick;", "fork"]),
    ('===B1=== --> "Pack"', 1, ["end fork", ":Pack;"]),
]


@pytest.mark.parametrize(("line", "column", "written"), LEGACY)
def test_a_legacy_line_has_its_modern_form(line: str, column: int, written: list[str]) -> None:
    assert modern(line) == (column, tuple(written))


REFUSED = [case for case in LEGACY if not case[0].lstrip().startswith("-")]


@pytest.mark.parametrize(("line", "column", "written"), REFUSED)
def test_a_legacy_line_is_refused_with_its_modern_form(line: str, column: int, written: list[str]) -> None:
    """Behind a step, so that the text is an activity diagram whatever the line is."""
    error = refusal(f"start\n:a;\n{line}\nstop")
    assert codes(error) == [(4, "legacy-syntax")]
    assert error.column == column
    assert error.hint == "the modern form of this line is " + ", then ".join(f"`{each}`" for each in written)


@pytest.mark.parametrize("line", [case[0].strip() for case in LEGACY if case not in REFUSED])
def test_a_legacy_line_that_begins_with_a_dash_is_an_item_of_a_list_as_plantuml_reads_it(line: str) -> None:
    assert loads(f"@startuml\nstart\n:a;\n{line}\nstop\n@enduml").nodes["action2"].label == line[1:].strip()


@pytest.mark.parametrize("written", [lines for _, _, lines in LEGACY])
def test_the_modern_form_is_no_legacy_line_itself(written: list[str]) -> None:
    assert all(modern(line) is None for line in written)


@pytest.mark.parametrize(
    "line",
    [
        "start",
        ":a;",
        "-> yes;",
        '-> "yes";',
        "->",
        "-[#red]-> yes;",
        "[*] --> A",
        "A --> B",
        "A --> B : go",
        "else",
        "endif",
        "if (a) then (b)",
        'if ("a") then',
        '"A" : text',
        'state "A" as B',
    ],
)
def test_a_modern_line_is_not_taken_for_a_legacy_one(line: str) -> None:
    assert modern(line) is None


def test_every_line_of_a_legacy_diagram_is_told() -> None:
    error = refusal('(*) --> "Pick"\n"Pick" --> "Pack"\n"Pack" -->[sent] (*)')
    assert codes(error) == [(2, "legacy-syntax"), (3, "legacy-syntax"), (4, "legacy-syntax")]


def test_a_legacy_condition_makes_no_stray_of_its_else() -> None:
    body = '(*) --> "Pick"\nif "in stock?" then\n-->[yes] "Pack"\nelse\n-->[no] (*)\nendif'
    assert {told.code for told in refusal(body).diagnostics} == {"legacy-syntax"}


@pytest.mark.parametrize("text", ["hello world", '(*) --> "First"', "label", "()", "else (x)", "#red;line:blue:x;"])
def test_nonsense_is_refused_whichever_kind_is_tried(text: str) -> None:
    with pytest.raises(NotationError):
        parse(f"@startuml\n{text}\n@enduml")
