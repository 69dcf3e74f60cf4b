"""State diagrams as W3C SCXML 1.0; its laws are in test_state_laws.py."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from flowdial.errors import FlowError
from flowdial.flow import Flow, load, loads
from flowdial.flow.scxml import OWN, SCXML, Label, split, to_scxml
from flowdial.flow.xml import name

CHARTS = Path(__file__).parents[1] / "charts"


def diagram(text: str) -> Flow:
    return loads(f"@startuml\n{text}\n@enduml")


def parsed(flow: Flow) -> ElementTree.Element:
    return ElementTree.fromstring(to_scxml(flow).encode())


def tag(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(f"{{{SCXML}}}")


def own(element: ElementTree.Element, attribute: str) -> str | None:
    return element.get(f"{{{OWN}}}{attribute}")


def of(flow: Flow, node: str) -> ElementTree.Element:
    return next(element for element in parsed(flow).iter() if own(element, "node") == node)


def transitions(flow: Flow, node: str) -> list[dict[str, str]]:
    """The transitions of a state, without attributes of our own."""
    return [
        {key: value for key, value in found.items() if "}" not in key}
        for found in of(flow, node).findall(f"{{{SCXML}}}transition")
    ]


# ---- states ----
def test_an_activity_diagram_is_refused_with_a_hint() -> None:
    with pytest.raises(FlowError, match="activity diagram") as caught:
        to_scxml(load(CHARTS / "one_action.puml"))
    assert "mermaid" in caught.value.hint


def test_a_composite_state_has_its_start_as_initial() -> None:
    flow = diagram("[*] --> A\nstate A {\n[*] --> x : ready\nx --> [*]\n}")
    inner = list(of(flow, "A"))
    assert [tag(child) for child in inner] == ["initial", "state", "final"]
    assert inner[0][0].get("target") == "A.x"
    assert own(inner[0][0], "label") == "ready"


def test_the_start_of_the_document_is_a_state_for_scxml_has_no_initial_element() -> None:
    root = parsed(diagram("[*] --> A"))
    assert root.get("initial") == "start"
    assert [child.get("id") for child in root] == ["start", "A"]


def test_regions_are_states_of_a_parallel() -> None:
    flow = diagram("[*] --> A\nstate A {\n[*] --> x\n--\n[*] --> y\n}")
    found = of(flow, "A")
    assert tag(found) == "parallel"
    assert [(tag(child), child.get("id"), own(child, "node")) for child in found] == [
        ("state", "A.region1", None),
        ("state", "A.region2", "A.[2]"),
    ]


def test_a_history_has_its_type_and_leads_first_to_where_its_group_begins() -> None:
    flow = diagram("state A {\nstate w\n[*] --> x\n}\nB --> A[H]\nB --> A[H*]\n[*] --> B")
    shallow, deep = of(flow, "A.[H]"), of(flow, "A.[H*]")
    assert (shallow.get("type"), deep.get("type")) == ("shallow", "deep")
    assert [child.get("target") for child in (shallow[0], deep[0])] == ["A.x", "A.x"]


def test_a_history_of_the_whole_diagram_is_a_plain_state() -> None:
    found = of(diagram("[*] --> A\nA --> [H]"), "[H]")
    assert (tag(found), own(found, "kind")) == ("state", "history")


def test_names_descriptions_and_the_title_are_kept() -> None:
    flow = diagram('title 退款\nstate "the first one" as A : what it does\n[*] --> A')
    found = of(flow, "A")
    assert (own(found, "label"), own(found, "text")) == ("the first one", "what it does")
    assert own(parsed(flow), "title") == "退款"


def test_signs_that_xml_cannot_hold_are_question_marks() -> None:
    flow = diagram("[*] --> A\nA --> B : a\x01b & <c>\n")
    assert own(of(flow, "A")[0], "label") == "a?b & <c>"


# ---- transitions ----
@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("", Label()),
        ("go", Label("go")),
        ("go [x > 1] / beep()", Label("go", "x > 1", "beep()")),
        ("e1[guard]/action", Label("e1", "guard", "action")),
        ("[a[0] == 1]", Label("", "a[0] == 1")),
        ("/ beep [loud]", Label("", "", "beep [loud]")),
        ("go [g1] / x [y]", Label("go", "g1", "x [y]")),
        ("[Position handler]: checked", Label("[Position handler]: checked")),
        ("go\n[yes]", Label("go", "yes")),
    ],
)
def test_labels_are_split(label: str, expected: Label) -> None:
    assert split(label) == expected


def test_event_and_condition_are_attributes_and_the_effect_is_our_own() -> None:
    flow = diagram("[*] --> A\nA --> B : go [x > 1] / beep()")
    assert transitions(flow, "A") == [{"event": "go", "cond": "x > 1", "target": "B"}]
    assert own(of(flow, "A")[0], "effect") == "beep()"
    assert own(of(flow, "A")[0], "label") is None


def test_an_event_of_several_words_is_one_token_and_keeps_its_label() -> None:
    flow = diagram("[*] --> A\nA --> B : fix delivered\nA --> C : fix_delivered\nA --> B : 订单 提交")
    assert [found["event"] for found in transitions(flow, "A")] == ["fix_delivered", "fix_delivered_2", "订单_提交"]
    assert own(of(flow, "A")[0], "label") == "fix delivered"


def test_a_composite_state_without_an_event_is_left_when_it_is_done() -> None:
    flow = diagram("[*] --> A\nstate A {\n[*] --> x\n}\nA --> B\nB --> C")
    assert transitions(flow, "A") == [{"event": "done.state.A", "target": "B"}]
    assert transitions(flow, "B") == [{"target": "C"}]


def test_a_choice_waits_for_no_event_and_tries_else_last() -> None:
    flow = diagram("state c <<choice>>\n[*] --> c\nc --> A : [else]\nc --> B : [x > 1]\nc --> C : no")
    expected = [{"cond": "x > 1", "target": "B"}, {"cond": "no", "target": "C"}, {"target": "A"}]
    assert transitions(flow, "c") == expected


def test_a_fork_into_regions_is_one_transition() -> None:
    flow = diagram("state f <<fork>>\n[*] --> f\nstate A {\nstate x\n--\nstate y {\nstate z\n}\n}\nf --> A.x\nf --> z")
    assert transitions(flow, "f") == [{"target": "A.x A.region2.y.z"}]
    assert own(of(flow, "f")[0], "edge") == "e2 e3"


def test_a_fork_without_regions_says_what_an_engine_makes_of_it() -> None:
    flow = diagram("state f <<fork>>\n[*] --> f\nf --> A\nf --> B")
    assert transitions(flow, "f") == [{"target": "A"}, {"target": "B"}]
    assert "an engine takes" in (own(of(flow, "f"), "caution") or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("A.x", "A.x"), ("2 nd", "_2_nd"), ("a:b", "a_b"), ("..", "_"), ("签收：快递", "签收_快递"), ("²", "_")],
)
def test_names_are_those_of_xml(text: str, expected: str) -> None:
    assert name(text) == expected
    assert name(name(text)) == name(text)


def test_a_diagram_may_nest_deeper_than_the_stack_of_python() -> None:
    deep = 1200
    flow = diagram("".join(f"state S{i} {{\n" for i in range(deep)) + "}\n" * deep + "[*] --> S0")
    assert to_scxml(flow).count("<state ") == deep + 1
