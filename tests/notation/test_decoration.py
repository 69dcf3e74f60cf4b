"""What only decorates is read, or refused, as PlantUML does; in diagrams of both kinds."""

from collections.abc import Callable

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads
from flowdial.notation import format_text, parse
from flowdial.notation.ast import Decoration
from flowdial.notation.decoration_mistakes import _DECORATIONS

#: A sprite that PlantUML's own manual packs.
PACKED = "NOtH3W0W208HxFz_kMAhj7lHWpa1XC716sz0Pq4MVPEWfBHIuxP3L6kbTcizR8tAhzaqFvXwvFfPEqm0"


def activity(text: str) -> str:
    return f"@startuml\nstart\n:a;\n{text}\n:b;\nstop\n@enduml\n"


def state(text: str) -> str:
    return f"@startuml\nstate A\n{text}\nA --> B\n@enduml\n"


KINDS = pytest.mark.parametrize("within", [activity, state])

READ = [
    *(
        "title a",
        'title ""',
        "mainframe a",
        "right footer a",
        "rightfooter a",
        "caption\na\nend caption",
        "leftheader\na\nendheader",
        "title\n\nend title",
    ),
    *("legend top left\na\nend legend", "legend top", "header\na\nEnd Header"),
    *("scale 1.5", "scale .5", "scale 2 / 3", "scale 200*300", "scale 200x300", "scale 200 width"),
    *("scale max 300 height", "scale max 300*200", "page 2x3", "page 2 3", "page 22", "page 22 x 3", "minwidth 100"),
    *("rotate", "skin rose", "set separator ::", "set namespaceSeparator none", "hide footbox", "hidefootbox"),
    *("hide empty description", "hide members", "hide public, private methods", 'show "A b" empty fields'),
    *("hide <<a>> circle", "skinparam a b", "skinparamlocked a b", "skinparam a<<b c>>d e f"),
    *("skinparam {\na b\n}", "skinparam a {\nb c\n\nd {\ne f\ng {\nh i\n}\n}\n}", "skinparam a {\nb c }"),
    *("skinparam a {\n}", "skinparam a {\n<<b>> c\n}", "!pragma a", "!pragma a b c", "!assume transparent dark"),
    *(
        "!option handwritten true",
        "!theme plain",
        "<style>\n</style>",
        "<style>\na {\n</style>",
        "<style>\n}\n</style>",
    ),
    *("<STYLE>\na, b {\nc d;e: f g\n}\n</STYLE>", "<style>\na *\n{\n:depth(2) { b 1,2 }\n}\n</style>"),
    *(
        "<style>\n// a {\n/* { */\n@media (b) {\n.c d {\ne\nf\n}\n}\n--g: h\n</style>",
        '<style>\na { b "c {" }\n</style>',
    ),
    *("sprite $a {\n00\nFF\n}", "sprite a-b.c[2x2/16]{\n00\nfF\n}", "sprite $a [2x2/8] {\n0I\nO8\n}"),
    *(f"sprite $a [15x15/8z] {PACKED}", f"sprite $a [15x15/8z] {{\n{PACKED[:40]}\n{PACKED[40:]}\n}}"),
    *("sprite a <svg></svg>", "sprite a <svg>\n<g/>\n</svg>"),
]


@KINDS
@pytest.mark.parametrize("text", READ)
def test_what_decorates_is_read_and_stays_when_it_is_laid_out(text: str, within: Callable[[str], str]) -> None:
    diagram = parse(within(text))
    assert any(isinstance(statement, Decoration) for statement in diagram.body)
    laid = format_text(within(text))
    kept = [(s.keyword, s.text) for s in diagram.body if isinstance(s, Decoration)]
    assert [(s.keyword, s.text) for s in parse(laid).body if isinstance(s, Decoration)] == kept
    assert format_text(laid) == laid


REFUSED = [
    *(
        "title !",
        'title "',
        "caption !",
        "footer «»",
        "mainframe !",
        'mainframe ""',
        "mainframe",
        "title",
        "right header",
    ),
    *("title\nend title", "caption\nend caption", "legend\nendlegend", "header\nend header", "footer\nendfooter"),
    *(
        "left legend\na\nend legend",
        "left title a",
        "scale a",
        "scale -1",
        "scale max 3",
        "scale 2 a",
        "page 2",
        "page 2x",
    ),
    *("minwidth a", "minwidth 2 3", "rotate 90", "skin", "skin a b", "set separator", "set separator a b"),
    *("skinparam a", "skinparam a-b c", "skinparam a {\nb\n}", "skinparam a {\nb: c\n}", "skinparam a {\nb c"),
    *(
        "skinparam a b {\nc d\n}",
        "skinparamlocked a {\nb c\n}",
        "skinparam a b{c",
        "!pragma",
        "!pragma 1 b",
        "!pragma a-b c",
    ),
    *(
        "!assume transparent",
        "!assume a",
        "!option",
        "!theme",
        "<style>\na }\n</style>",
        "<style>\na {\nb\n}\n</style>",
    ),
    *(
        "<style>\n{\n}\n</style>",
        "<style>\na {\nb: c:\n}\n</style>",
        "<style>\na b {\nc d\n}\n</style>",
        "<style>\na {",
    ),
    *(
        "<style>\na,\nb {\nc d\n}\n</style>",
        "<style>\na {\nb ;\n}\n</style>",
        "<style>\na {\nb c\n} </style>",
        "sprite",
    ),
    *("sprite $a [15x15/8z] foo", f"sprite $a [15x15/8z] {PACKED[:70]}", "sprite $a [2x2/7] {\n00\n}", "sprite $a foo"),
    *(
        "sprite $a [2x2/16z] a",
        "sprite $a [2x2/16z] {\nfoo\n}",
        "sprite $a {\n}",
        "sprite $a {\nxyz\n}",
        "sprite $a <svg>",
    ),
]


@KINDS
@pytest.mark.parametrize("text", REFUSED)
def test_what_does_not_decorate_is_refused_at_its_line(text: str, within: Callable[[str], str]) -> None:
    with pytest.raises(NotationError) as caught:
        loads(within(text))
    first = caught.value.diagnostics[0]
    assert first.line == (4 if within is activity else 3)
    assert first.message
    assert first.hint


@pytest.mark.parametrize(
    ("line", "column", "message", "hint"),
    [
        ("left legend", 1, "only a header and a footer have a side", "`legend right`"),
        ("title", 1, "the `title` holds no line of text", "`end title`"),
        ("caption !", 9, "`!` is no text", "`title How to pay`"),
        ("mainframe", 1, "the frame has no name", "`mainframe name`"),
        ("skinparam size", 1, "no value", "`skinparam name value`"),
        ("skinparam size {", 1, "not all `name value`", "`skinparam name {`"),
        ("skinparam a-b c", 1, "not how a skin parameter is written", "letters, digits and points"),
        ("scale big", 1, "no scale", "`scale 1.5`"),
        ("page 2", 1, "no numbers of pages", "`page 2x3`"),
        ("minwidth big", 1, "no width", "`minwidth 100`"),
        ("rotate 90", 1, "`rotate` stands alone", "`rotate`"),
        ("skin a b", 1, "no name of a skin", "`skin rose`"),
        ("set size 2", 1, "only a separator is set", "`set separator ::`"),
        ("hide ships and all", 1, "nothing of this name", "`hide footbox`"),
        ("<style>", 1, "style sheet is not well formed", "`</style>`"),
        ("sprite $a foo", 1, "picture of the sprite", "`sprite $name {`"),
        ("link #nocolour", 6, "`#nocolour` is not a colour", "`#LightBlue`"),
        ("!pragma", 1, "the pragma has no name", "`!pragma name value`"),
        ("!assume night", 1, "nothing else is assumed", "`!assume transparent dark`"),
        ("!theme", 1, "`!theme` names nothing", "`!theme plain`"),
    ],
)
def test_each_mistake_has_its_own_words(line: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(NotationError) as caught:
        loads(activity(line))
    first = caught.value.diagnostics[0]
    assert (first.code, first.line, first.column) == ("decoration", 4, column)
    assert message in first.message
    assert hint in first.hint


def test_every_wording_is_tested() -> None:
    (tested,) = (mark.args[1] for mark in test_each_mistake_has_its_own_words.pytestmark)
    found = {next(known.message for known in _DECORATIONS if known.pattern.match(line)) for line, *_ in tested}
    assert found == {known.message for known in _DECORATIONS}


@KINDS
def test_the_end_of_an_empty_text_is_no_second_mistake(within: Callable[[str], str]) -> None:
    with pytest.raises(NotationError) as caught:
        loads(within("title\nend title"))
    assert len(caught.value.diagnostics) == 1


@pytest.mark.parametrize("text", ["legend right left", "legend left top", "header left"])
def test_what_is_no_place_is_a_text_of_one_line(text: str) -> None:
    word = text.split(maxsplit=1)[0]
    with pytest.raises(NotationError) as caught:
        loads(activity(f"{text}\na\nend {word}"))
    assert caught.value.diagnostics[0].line == 5


@pytest.mark.parametrize(
    ("written", "keyword", "text", "spelled"),
    [
        ("TITLE:Some  Text", "title", "Some  Text", "title Some  Text"),
        ("Title : : a", "title", ": a", "title: : a"),
        ("caption: a", "caption", "a", "caption a"),
        ("mainframe:a", "mainframe", "a", "mainframe a"),
        ("RightFooter : a", "footer", "a", "right footer a"),
        ("header:a", "header", "a", "header a"),
        ("LEGEND: top", "legend", "top", "legend: top"),
    ],
)
def test_a_colon_may_stand_before_a_text(written: str, keyword: str, text: str, spelled: str) -> None:
    """In a state diagram `title: a` describes the state `title`."""
    for source in (written, spelled):
        (found,) = (one for one in parse(activity(source)).body if isinstance(one, Decoration))
        assert (found.keyword, found.text) == (keyword, text)
        assert format_text(activity(source)) == activity(spelled)


@KINDS
@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("RightFooter a", "right footer a"),
        ("Caption\nSome\nEndCaption", "caption\nSome\nend caption"),
        ("SkinParamLocked  A b", "skinparamlocked A b"),
    ],
)
def test_what_decorates_has_one_spelling(written: str, spelled: str, within: Callable[[str], str]) -> None:
    assert format_text(within(written)) == within(spelled)
