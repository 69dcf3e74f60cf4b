"""The legacy activity syntax: its lines in the modern form, and the lines that it does not have."""

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads
from flowdial.notation import parse
from flowdial.notation.legacy import modern, refused_line


def refusal(body: str) -> NotationError:
    with pytest.raises(NotationError) as caught:
        parse(f"@startuml\n{body}\n@enduml\n")
    return caught.value


def codes(error: NotationError) -> list[tuple[int, str]]:
    return [(told.line, told.code) for told in error.diagnostics]


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


@pytest.mark.parametrize(
    "text",
    [
        '(*) --> "Pick"\n"Pick" -right-> "Pack"\n--> (*)',
        'if "in stock?" then\n-->[yes] "Pack"\nelse\n-->[no] (*)\nendif',
        '(*) --> if "in stock?" then\n--> [yes] "Pack"\nelse if "soon?" then\n--> "Wait"\nendif',
        'partition Depot {\n(*) --> "Pick" <<input>> #red\nnote right: by hand\n}',
        '(*) --> "Pick\nwith care" as p\np --> === B1 ===\n=== B1 === ..> (*)',
        "(*) --> Pick\n--> Pack the box in Depot\nend partition",
        "(*) -[#red,dashed]-> Pick\ntitle Depot\nhide empty description",
        "",
    ],
)
def test_the_legacy_syntax_has_all_these_lines(text: str) -> None:
    assert refused_line(text) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("(*) --> Pick\n== B1 ==", 2),
        ("(*) --> Pick\nelse\n--> Pack", 2),
        ("(*) --> Pick\nPack", 2),
        ("(*) --> Pick\n\n-->", 3),
        ("(*) --> Pick\nPick -->[done]", 2),
        ("(*) --> Pick\nPick <- Pack", 2),
        ("(*) --> Pick\nPick -xx-> Pack", 2),
        ("(*) --> Pick\nstart", 2),
        ("(*) --> Pick\nnote left of Pick : hi", 2),
        ('(*) --> Pick\nif "a" then yes\nendif', 2),
    ],
)
def test_the_legacy_syntax_has_no_such_line(text: str, line: int) -> None:
    assert refused_line(text) == line


def test_a_line_that_is_wrong_in_the_legacy_syntax_too_is_told_first() -> None:
    error = refusal('(*) --> "Pick"\n"Pick" --> "Pack"\nbreak:\n"Pack" --> (*)')
    assert codes(error) == [
        (4, "legacy-mistake"),
        (2, "legacy-syntax"),
        (3, "legacy-syntax"),
        (5, "legacy-syntax"),
    ]


def test_modern_lines_among_legacy_ones_are_no_mistakes_of_the_legacy_syntax() -> None:
    assert codes(refusal('start\n:a;\n"Pick" --> "Pack"\nstop')) == [(4, "legacy-syntax")]
