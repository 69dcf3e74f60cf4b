"""One run tells every mistake of a diagram: in reading order, at most one a line, and none that is not there."""

import time

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads
from flowdial.notation import parse_all
from flowdial.notation.preprocessor.limits import MAX_MISTAKES

Told = list[tuple[int, str]]


def told(body: str) -> Told:
    """Line and code of everything that is told of a diagram; its body begins on line 2."""
    with pytest.raises(NotationError) as caught:
        loads(f"@startuml\n{body}\n@enduml\n")
    return [(mistake.line, mistake.code) for mistake in caught.value.diagnostics]


FILES: dict[str, tuple[str, Told]] = {
    "two steps of an order": (
        "start\n发货;\n:a;\nendif\nstop",
        [(3, "missing-colon"), (5, "stray")],
    ),
    "two ways of a condition": (
        "start\nwhile more letters is (yes)\n:read;\nendwhile\nif (paid?) (是)\n:ship;\nendif\nstop",
        [(3, "condition-parentheses"), (6, "missing-then")],
    ),
    "labels without parentheses": (
        "start\nif (完好?) then 是\n:退款;\nelse 否\n:拒绝;\nendif\nrepeat\n:通知;\nrepeat while (收到?) is 否\nstop",
        [(3, "label-parentheses"), (5, "label-parentheses"), (10, "label-parentheses")],
    ),
    "full-width signs": (
        "start\nif （完好?） then （是）\n:退款;\nelse （否）\n：拒绝;\nendif\nstop",
        [(3, "full-width"), (5, "full-width"), (6, "full-width")],
    ),
    "a switch of another language": (
        "start\nswitch which desk\ncase A\n:a;\ncase (B):\n:b;\ndefault\n:c;\nend switch\nstop",
        [
            (3, "condition-parentheses"),
            (4, "label-parentheses"),
            (6, "trailing-colon"),
            (8, "switch-default"),
            (10, "end-switch"),
        ],
    ),
    "words that are no keywords": (
        "start\nif (a?) then (yes)\n:x;\nelif (b?) then (yes)\n:y;\nelsif (c?) then (yes)\n:z;\nendif\nnonsense\nstop",
        [(5, "elsif"), (7, "elsif"), (10, "unknown-statement")],
    ),
    "strays of four blocks": (
        "start\nendwhile\n:a;\nend fork\n:b;\nelse\n:c;\nrepeat while (d?)\nstop",
        [(3, "stray"), (5, "stray"), (7, "stray"), (9, "stray")],
    ),
    "comments and texts behind statements": (
        "start\n:pick; ' first\nif (a?) then (yes) :pack; endif\nstop ' last",
        [(3, "trailing-comment"), (4, "trailing-text"), (5, "trailing-comment")],
    ),
    "braces and partitions": (
        "partition depot\n{\n:pick;\nend partition\npackage shop {\n:sell;\nend package",
        [(3, "brace"), (5, "end-partition"), (8, "end-partition")],
    ),
    "a lane, a colour, an open lane": (
        "start\n:pick;\n|depot|\n-[#nocolour]-> on;\n|shop\nstop",
        [(4, "late-swimlane"), (5, "color"), (6, "swimlane")],
    ),
    "an open note and a stray": (
        "start\n:a;\nnote right\n  nobody ends this\n:b;\nendif\nstop",
        [(4, "unclosed-note"), (7, "stray")],
    ),
    "a repeat and its action": (
        "start\nrepeat :dial\n:wait;\nrepeat while (busy?) is yes\ngoto\nstop",
        [(3, "repeat-action"), (5, "label-parentheses"), (6, "unknown-statement")],
    ),
    "legacy lines": (
        '(*) --> "Init"\n"Init" --> "Run"\n"Run" --> (*)',
        [(2, "legacy-syntax"), (3, "legacy-syntax"), (4, "legacy-syntax")],
    ),
    "transitions of an order": (
        "[*] --> Draft;\nDraft --> Sent ' by post\nSent --> Paid：付款\nPaid --> [*] :",
        [(2, "trailing-semicolon"), (3, "trailing-comment"), (4, "full-width"), (5, "empty-label")],
    ),
    "names of states": (
        '[*] --> Draft\nDraft --> "In the post"\nin-transit --> Draft\nstate Old as Very old\nclass Order',
        [(3, "quoted-state"), (4, "state-name"), (5, "state-alias"), (6, "other-kind")],
    ),
    "arrows of other diagrams": (
        "[*] --> A\nA <--> B\nA ..> B\nA -- B\nA -->x B",
        [(3, "double-arrow"), (4, "arrow-line"), (5, "arrow-head"), (6, "arrow-head")],
    ),
    "a mistake in a composite state": (
        "state Order {\n[*] --> Packed : \nPacked --> Sent;\n}\n}\nOrder --> [*]",
        [(3, "empty-label"), (4, "trailing-semicolon"), (6, "stray")],
    ),
    "colours of states": (
        "state Red #nocolour\nstate Blue #blue\nstate Green #nocolour2 {\nstate Dark #nocolour3\n}\n[*] --> Red",
        [(2, "color"), (4, "color"), (5, "color")],
    ),
    "an open note of a state": (
        "[*] --> A\nnote right of A\nnobody ends this\nA --> B;\n}",
        [(3, "unclosed-note"), (5, "trailing-semicolon"), (6, "stray")],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_one_run_tells_all_mistakes_in_reading_order(name: str) -> None:
    body, expected = FILES[name]
    assert told(body) == expected


OPENERS = [
    ("if a then", ":x;\nelse\n:y;\nendif", "condition-parentheses"),
    ("if a then (yes)", ":x;\nelseif (b) then\n:y;\nelse\n:z;\nendif", "condition-parentheses"),
    ("if (a) (yes)", ":x;\nelse\n:y;\nendif", "missing-then"),
    ("if （a） then (yes)", ":x;\nelse\n:y;\nendif", "full-width"),
    ("if (a", ":x;\nelse\n:y;\nendif", "unclosed-condition"),
    ("if (a) then (yes", ":x;\nelse\n:y;\nendif", "unclosed-condition"),
    ("if (a) then yes", ":x;\nelse\n:y;\nendif", "label-parentheses"),
    ("while a is (yes)", ":x;\nbackward :y;\nendwhile (no)", "condition-parentheses"),
    ("while (a) is yes", ":x;\nendwhile", "label-parentheses"),
    ("switch a", "case (b)\n:x;\ncase (c)\n:y;\nendswitch", "condition-parentheses"),
    ("switch （a）", "case (b)\n:x;\nendswitch", "full-width"),
    ("repeat :a", ":x;\nrepeat while (more)", "repeat-action"),
    ("repeat:", ":x;\nbackward :y;\nrepeat while (more)", "repeat-action"),
    ("fork ' two", ":x;\nfork again\n:y;\nend fork", "trailing-comment"),
    ("split :a;", ":x;\nsplit again\n:y;\nend split", "trailing-text"),
]


@pytest.mark.parametrize(("opener", "rest", "code"), OPENERS, ids=[opener[0] for opener in OPENERS])
def test_an_opener_that_is_written_wrong_makes_no_stray_of_what_belongs_to_it(
    opener: str, rest: str, code: str
) -> None:
    assert told(f"start\n{opener}\n{rest}\nstop") == [(3, code)]


STATE_OPENERS = [
    ("state Order\n{", "Packed --> Sent\n}", (3, "brace")),
    ("state Order { [*] --> Packed", "Packed --> Sent\n}", (2, "inline-body")),
    ("state Order as One order {", "Packed --> Sent\n}", (2, "state-alias")),
    ("state one-order {", "Packed --> Sent\n}", (2, "state-name")),
]


@pytest.mark.parametrize(("opener", "rest", "mistake"), STATE_OPENERS)
def test_a_state_that_is_opened_wrong_makes_no_stray_of_its_brace(
    opener: str, rest: str, mistake: tuple[int, str]
) -> None:
    assert told(f"{opener}\n{rest}\n[*] --> A") == [mistake]


def test_a_case_without_a_label_makes_no_mistake_of_its_step() -> None:
    assert told("switch (a)\ncase\n:b;\nendswitch\nstop") == [(3, "label-parentheses")]


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("if a then yes", ":x;\nendif"),
        ("if （a） then （是）", ":x;\nendif"),
        ("elif （a） then 是", ":x;"),
        ("while （a） is 是", ":x;\nendwhile"),
        ("：x；", ""),
    ],
)
def test_a_line_with_several_mistakes_is_told_once(line: str, rest: str) -> None:
    mistakes = told(f"start\nif (q) then\n:o;\n{line}\n{rest}\nendif\nstop")
    assert [at for at, _ in mistakes] == [5]


def test_a_crossed_block_is_told_once() -> None:
    """The inner block is closed for the author, and its own end below is no second mistake."""
    assert told("fork\nwhile (a)\n:b;\nend fork\nendwhile\nstop") == [(5, "stray")]
    assert told("if (a) then\nfork\n:b;\nendif\nend fork\nstop") == [(5, "stray")]


def test_two_crossed_blocks_are_told_once_each() -> None:
    crossed = "fork\nwhile (a)\n:b;\nend fork\nendwhile"
    assert told(f"{crossed}\n{crossed}\nstop") == [(5, "stray"), (10, "stray")]


def test_the_lines_told_are_those_of_the_file() -> None:
    """Comments and joined lines above a mistake are counted."""
    body = "' one\n/'\nthree\n'/\nstart\n发货;\n:a \\\nb;\nendif\nstop"
    assert told(body) == [(7, "missing-colon"), (10, "stray")]


def test_the_error_speaks_of_its_first_mistake_and_renders_all() -> None:
    with pytest.raises(NotationError) as caught:
        loads("@startuml\nstart\n发货;\nendif\nstop\n@enduml")
    error = caught.value
    assert (error.line, error.column) == (3, 1)
    assert error.message == "error[missing-colon]: an action begins with a colon"
    assert error.rendered.count("  hint: ") == len(error.diagnostics) == 2
    assert str(error) == error.rendered


def test_each_diagram_of_a_text_tells_its_own_mistakes() -> None:
    text = "@startuml\nstart\n发货;\n@enduml\n@startuml\n:a;\n@enduml\n@startuml\nendif\n:b;\nend fork\n@enduml\n"
    found = list(parse_all(text))
    lines = [[each.line for each in error.diagnostics] for error in found if isinstance(error, NotationError)]
    assert lines == [[3], [9, 11]]


@pytest.mark.parametrize(("kind", "line"), [("activity", "endif"), ("state", "A --> B;")])
@pytest.mark.parametrize("count", [MAX_MISTAKES - 1, MAX_MISTAKES, MAX_MISTAKES + 30])
def test_no_more_than_fifty_mistakes_are_told(kind: str, line: str, count: int) -> None:
    first = "start" if kind == "activity" else "[*] --> A"
    mistakes = told("\n".join([first, *[line] * count]))
    assert [at for at, _ in mistakes] == list(range(3, 3 + min(count, MAX_MISTAKES)))


@pytest.mark.parametrize("line", ["endif", "if a then", "：b;", "nonsense", "else no", ":c", "case d"])
def test_a_long_text_with_many_mistakes_ends_soon(line: str) -> None:
    """Each mistake costs another reading of the text; the total is bounded."""
    body = "\n".join(["start", *[":a step of the process;\n" * 20 + line] * 200, "stop"])
    begin = time.perf_counter()
    assert told(body)
    assert time.perf_counter() - begin < 10


def test_a_long_state_diagram_with_many_mistakes_ends_soon() -> None:
    body = "\n".join(["[*] --> A", *["A --> B : go\n" * 20 + "A --> B;"] * 200])
    begin = time.perf_counter()
    assert told(body)
    assert time.perf_counter() - begin < 10
