"""How `format_text` spells the statements: keywords in one way, the text in them as it is written."""

from pathlib import Path

import pytest

from flowdial.flow import loads
from flowdial.notation import format_text, read_source

CHARTS = sorted((Path(__file__).parents[1] / "charts").glob("*.puml"))
STATE_CHARTS = sorted((Path(__file__).parents[1] / "charts" / "state").glob("*.puml"))


def laid_out(body: str) -> str:
    """The body, laid out; it means the same and stays when it is laid out again."""
    text = f"@startuml\n{body}\n@enduml\n"
    laid = format_text(text)
    assert loads(laid).hash == loads(text).hash
    assert format_text(laid) == laid
    return laid.removeprefix("@startuml\n").removesuffix("\n@enduml\n")


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("LABEL  Here\nGOTO   Here", "label Here\ngoto Here"),
        ("SWIMLANE  Front  Desk", "swimlane Front  Desk"),
        ("|Front  Desk|", "|Front  Desk|"),
        (":a;\n->Go  On;\n:b;", ":a;\n-> Go  On;\n:b;"),
        ("REPEAT:Ask  Me; <<task>>\nREPEAT WHILE", "repeat :Ask  Me; <<task>>\nrepeat while"),
        ("repeat   :a;\nrepeatwhile(b)", "repeat :a;\nrepeat while (b)"),
        (
            "REPEAT\n:a;\nRepeat While(More ?)IS(Yes)NOT(No)->Go  On",
            "repeat\n  :a;\nrepeat while (More ?) is (Yes) not (No) -> Go  On",
        ),
        ("repeat\nBACKWARD  :Go  Back;\nrepeat while", "repeat\n  backward :Go  Back;\nrepeat while"),
        ("while (a)\n(In)Backward:b; (Out)\nendwhile", "while (a)\n  (In) backward :b; (Out)\nendwhile"),
        ('PARTITION "Two  Words"{\n}', 'partition "Two  Words" {\n}'),
        ('Partition  "X"{\n}', 'partition "X" {\n}'),
        ("CARD  #Red  Front{\n}", "card #Red  Front {\n}"),
        ("GROUP Some  Work\nEND GROUP", "group Some  Work\nend group"),
        ("GROUP x {\nEndGroup", "group x {\nend group"),
        ("FORK\n:a;\nEND MERGE{or}", "fork\n  :a;\nend merge {or}"),
        ("fork\n:a;\nENDFORK", "fork\n  :a;\nend fork"),
        (":a;\nNOTE RIGHT:See  Page 2", ":a;\nnote right: See  Page 2"),
        (":a;\nFLOATING NOTE LEFT  #Red :See", ":a;\nfloating note left #Red: See"),
        ("IF (A\n  B)IS(C)\n:a;\nENDIF", "if (A\n  B) is (C) then\n  :a;\nendif"),
        ("(A);", "(A)"),
        ("while (a)\n:b;\nWHILE  END", "while (a)\n  :b;\nendwhile"),
        ("while (a)\n:b;\nwhileend(No)", "while (a)\n  :b;\nendwhile (No)"),
        ("while (a)\n:b;\nendwhile (No);", "while (a)\n  :b;\nendwhile (No)"),
        ("split\n:a;\nSplit End", "split\n  :a;\nend split"),
        ("fork\n:a;\nForkEnd{And}", "fork\n  :a;\nend fork {And}"),
        ("group x\n:a;\nGroupEnd", "group x\n  :a;\nend group"),
        ("#Red:REPEAT:a;\nrepeat while", "#Red:repeat :a;\nrepeat while"),
        ("Repeat<<Input>>\n:a;\nrepeat while", "repeat <<Input>>\n  :a;\nrepeat while"),
        ("[[http://a.b]]If<<X>>(a) then\n:b;\nendif", "[[http://a.b]]if <<X>> (a) then\n  :b;\nendif"),
        (":a;\nNoteLeft $Tag:See", ":a;\nnote left $Tag: See"),
        (":a;\nLINK  #Red;", ":a;\nlink #Red"),
        (":a;\nKILL this", ":a;\ndetach"),
    ],
)
def test_the_keywords_of_an_activity_diagram_have_one_spelling(written: str, spelled: str) -> None:
    assert laid_out(f"|Lane|\nstart\n{written}") == f"|Lane|\nstart\n{spelled}"


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("STATE  Home", "state Home"),
        ("State Home:Sweet  Home", "state Home : Sweet  Home"),
        ('STATE "Long  As  Name"  AS  Home <<X>>', 'state "Long  As  Name" as Home <<X>>'),
        ('state Home AS "Long  Name"', 'state Home as "Long  Name"'),
        ("STATE Home{\n}", "state Home {\n}"),
        ("State Home Begin\nSTATE In\nEND STATE", "state Home begin\n  state In\nend state"),
        ("state Home {\nEndState", "state Home {\nend state"),
        ("Home -LEFT-> Away", "Home -left-> Away"),
        ("Home -[#Red]RIGHT-> Away", "Home -[#Red]right-> Away"),
        ("state In {\nHome --> [h]\n}\nAway --> In[h*]", "state In {\n  Home --> [H]\n}\nAway --> In[H*]"),
        ("state In {\n[h] <-UP- Home\n}", "state In {\n  [H] <-up- Home\n}"),
        ("Home : As  IT  Is", "Home : As  IT  Is"),
        ("state A\nNote Right Of A :See  Page 2", "state A\nnote right of A : See  Page 2"),
        ("state A\nnote left of A : a state X  AS  Y", "state A\nnote left of A : a state X  AS  Y"),
        ("A --> B\nNOTE ON LINK #Red:Why  Not", "A --> B\nnote on link #Red: Why  Not"),
        ('NOTE "As  It AS" AS N', 'note "As  It AS" as N'),
        ('JSON "Two  Words" AS Data {"A": 1}', 'json "Two  Words" as Data {"A": 1}'),
        ("Hide Empty Description", "hide empty description"),
        ("HIDE  Home", "hide Home"),
        ("Set Separator ::", "set separator ::"),
        ("Left to right  Direction", "left to right direction"),
    ],
)
def test_the_keywords_of_a_state_diagram_have_one_spelling(written: str, spelled: str) -> None:
    assert laid_out(f"[*] --> Home\n{written}") == f"[*] --> Home\n{spelled}"


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Title  Two  Words", "title Two  Words"),
        ("CAPTION All  Of It", "caption All  Of It"),
        ("Left  Header Page  One", "left header Page  One"),
        ("LEGEND Right", "legend Right"),
        ("SKINPARAM  BackgroundColor  White", "skinparam BackgroundColor  White"),
        ("Scale 1.5", "scale 1.5"),
        ("HIDE Members", "hide members"),
        ("!pragma  X  y", "!pragma  X  y"),
    ],
)
@pytest.mark.parametrize("step", [":a;", "[*] --> A"], ids=["activity", "state"])
def test_what_decorates_has_one_spelling_too(written: str, spelled: str, step: str) -> None:
    assert laid_out(f"{written}\n{step}") == f"{spelled}\n{step}"


INNER = "   Free   TEXT\n\n\n  Note Left  \n ENDIF"


@pytest.mark.parametrize(
    ("opening", "closing", "spelled", "closed"),
    [
        ("NOTE RIGHT  ", "END NOTE", "note right", "end note"),
        ("Floating Note Left  #Red", "  endnote", "floating note left #Red", "end note"),
        ("TITLE", "END TITLE", "title", "end title"),
        ("Legend  Right", "EndLegend", "legend right", "end legend"),
        ("Center Footer", "\tEnd Footer", "center footer", "end footer"),
        (":Some  ", "  End note;", ":Some  ", "  End note;"),
        (
            "repeat\nBACKWARD  :Some",
            " End note;\nrepeat while",
            "repeat\n    backward :Some",
            " End note;\n  repeat while",
        ),
    ],
)
def test_the_text_of_a_statement_stays(opening: str, closing: str, spelled: str, closed: str) -> None:
    laid = laid_out(f"if (a) then (b)\n:c;\n{opening}\n{INNER}\n{closing}\nendif")
    inner = "" if closed[0] == " " else "  "
    assert laid == f"if (a) then (b)\n  :c;\n  {spelled}\n{INNER}\n{inner}{closed}\nendif"


@pytest.mark.parametrize(
    ("opening", "inner", "spelled"),
    [
        ("SKINPARAM State{", "   BackgroundColor   Red\n }", "skinparam State{"),
        ("JSON  Data {", '  "State" :   1,\n "End Note": 2\n }', "json Data {"),
        ("Note As N", "  A    AS  B\n' END NOTE\n  x\nend note", "note as N"),
        ("Note Right Of A", "  A    AS  B\nend note", "note right of A"),
    ],
)
def test_the_text_of_a_statement_stays_in_a_state_diagram(opening: str, inner: str, spelled: str) -> None:
    assert laid_out(f"[*] --> A\n{opening}\n{inner}") == f"[*] --> A\n{spelled}\n{inner}"


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ('!$x = "a"\nIF ($x)THEN(b)\nENDIF', '!$x = "a"\nIF ($x)THEN(b)\nendif'),
        ("!define IF(x) if (x) then (yes)\nIF(q)\nENDIF", "!define IF(x) if (x) then (yes)\nIF(q)\nendif"),
        ("!procedure $p()\n:a\n\n\n  b;\n!endprocedure\nSTART", "!procedure $p()\n:a\n\n\n  b;\n!endprocedure\nstart"),
        ("start\n- a\\ \n:b;", "start\n- a\\ \n:b;"),
        ("/' one\n'/ two\n\n\n  STOP '/\nSTART", "/' one\n'/ two\n\n\n  STOP '/\nstart"),
        ("START /' begin '/", "START /' begin '/"),
        ("NOTE \\\nRIGHT: x", "NOTE \\\nRIGHT: x"),
    ],
)
def test_lines_that_are_not_read_just_as_written_keep_their_spelling(written: str, spelled: str) -> None:
    assert laid_out(f"{written}\n:z;") == f"{spelled}\n:z;"


def test_a_byte_order_mark_stays() -> None:
    assert format_text("\ufeff@startuml\nSTART\n@enduml\n") == "\ufeff@startuml\nstart\n@enduml\n"


@pytest.mark.parametrize("chart", [*CHARTS, *STATE_CHARTS], ids=lambda chart: chart.stem)
def test_a_chart_in_an_indented_fence_means_the_same(chart: Path) -> None:
    lines = read_source(chart).split("\n")
    text = "\n".join(["- item", "  ```plantuml", *("  " + line if line else "" for line in lines), "  ```", ""])
    laid = format_text(text)
    assert loads(laid).hash == loads(text).hash
    assert format_text(laid) == laid
