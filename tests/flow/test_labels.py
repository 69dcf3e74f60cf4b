"""Labels as they are drawn: their lines stay apart, their markup goes, and every sign is drawn as itself."""

import shutil
from xml.etree import ElementTree

import pytest

from flowdial.flow import Flow, loads
from flowdial.flow.export import to_dot, to_mermaid
from flowdial.flow.graphml import to_graphml
from flowdial.flow.labels import drawn
from flowdial.flow.picture import draw
from flowdial.flow.scxml import to_scxml

graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def diagram(body: str) -> Flow:
    return loads(f"@startuml\n{body}\n@enduml")


def texts(flow: Flow) -> list[str]:
    """What the picture shows, without the ids of its parts."""
    root = ElementTree.fromstring(draw(flow, "svg"))
    return ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one", ["one"]),
        ("one\n\n two \\nthree", ["one", "two", "three"]),
        ("<b>bold</b> **too** [[http://x.y there]]", ["bold too there"]),
        ("<b>", ["<b>"]),
        ("</b>", ["</b>"]),
        ("<img>", ["<img>"]),
        ("press <b>bold</b> <i>", ["press bold <i>"]),
        ("<x> <b>y", ["<x> y"]),
        ("<color:red>stop", ["stop"]),
        ("<&check> done", ["done"]),
        ("<img:door.png>", []),
        ("a\x00b\x1bc\ufffe", ["a?b?c?"]),
        ("", []),
    ],
)
def test_the_lines_of_a_label(text: str, lines: list[str]) -> None:
    assert drawn(text) == lines


@graphviz
@pytest.mark.parametrize("value", ["<b>", "<x>", "&lt;", "&amp; <y>", "a|b {c}", "\\N"])
def test_a_label_is_drawn_as_it_is_written(value: str) -> None:
    written = value.replace("\\", "\\\\")
    flow = diagram(f'[*] --> A\njson J {{\n"{written}": "{written}"\n}}\nA --> B : {value}\nA : {value}')
    assert [text.strip() for text in texts(flow)].count(value) == 4
    assert [text.strip() for text in texts(diagram(f"start\n:{value};\n->{value};\n:last;"))].count(value) == 2


@pytest.mark.parametrize(("value", "shown"), [("<b>", "#60;b#62;"), ("<x>", "#60;x#62;"), ("&lt;", "#38;lt#59;")])
def test_mermaid_shows_a_value_as_it_is_written(value: str, shown: str) -> None:
    assert f"J : a = {shown}\n" in to_mermaid(diagram(f'[*] --> A\njson J {{"a": "{value}"}}'))


@graphviz
def test_the_lines_of_a_step_stay_apart() -> None:
    flow = diagram("start\n:pick\n the <b>parcel</b>;\nif (a\\nb) then (c\\nd)\nendif")
    assert {"pick", "the parcel", "a", "b", "c", "d"} <= set(texts(flow))
    assert r'label="pick\nthe parcel"' in to_dot(flow)
    assert 'action1["pick<br/>the parcel"]' in to_mermaid(flow)
    assert 'decision1{{"a<br/>b"}}' in to_mermaid(flow)
    assert '|"c<br/>d"|' in to_mermaid(flow)


@graphviz
def test_the_lines_of_a_title_stay_apart() -> None:
    for body in ("start\n:a;", "[*] --> A"):
        assert {"one", "two"} <= set(texts(diagram(f"title\none\ntwo\nend title\n{body}")))


def test_mermaid_labels_are_quoted() -> None:
    """`end` is a word of Mermaid's language, and an empty label is none."""
    mermaid = to_mermaid(diagram("start\n:<&check>;\nfork\n:a;\nend\nfork again\n:b;\nstop\nend fork"))
    for line in ('end1((("end")))', 'stop1((("stop")))', 'fork1["fork"]', 'action1[" "]', 'start1((" "))'):
        assert f"    {line}\n" in mermaid


CONTROLS = "a\x01b\x0ec\ufffed"


@graphviz
@pytest.mark.parametrize(
    "body",
    [
        f"title {CONTROLS}\nstart\nif ({CONTROLS}) then ({CONTROLS})\n:{CONTROLS};\nendif",
        f'title {CONTROLS}\n[*] --> A : {CONTROLS}\nA : {CONTROLS}\nstate "{CONTROLS}"\nstate "{CONTROLS}" as B {{\n}}',
    ],
)
def test_control_characters_are_replaced_in_every_format(body: str) -> None:
    flow = diagram(body)
    written = [draw(flow, "svg").decode(), to_graphml(flow), to_mermaid(flow), to_dot(flow)]
    written += [to_scxml(flow)] if flow.kind == "state" else []
    for text in written:
        assert not set(text) & set(CONTROLS) - set("abcd")
    for text in [*written[:2], *written[4:]]:
        assert ElementTree.fromstring(text.encode()) is not None
    assert texts(flow).count("a?b?c?d") > 2
