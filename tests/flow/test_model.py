"""The Flow as a value: what equals what, how it is asked, and its networkx view."""

from pathlib import Path

import networkx as nx
import pytest

from flowdial.errors import FlowError, NotationError
from flowdial.flow import Flow, load, loads
from flowdial.flow.load import load_all
from flowdial.flow.text import language, plain

CHARTS = Path(__file__).parents[1] / "charts"


def chart(name: str) -> Flow:
    return load(CHARTS / f"{name}.puml")


def flow(*lines: str) -> Flow:
    return loads("\n".join(["@startuml", *lines, "@enduml"]))


BASE = ("start", "if (Paid?) then (yes)", ":Ship;", "else (no)", ":Wait;", "endif", "stop")


def test_find_gives_all_nodes_of_a_repeated_label() -> None:
    repeated = chart("repeated_labels")
    assert repeated.find("Ask") == ("action1", "action2", "action4")
    assert repeated.find("Known?") == ("decision1", "decision2")
    assert repeated.find("unknown") == ()


def test_find_collapses_white_space() -> None:
    assert chart("crlf").find(" line one line\ttwo") == ("action1",)


@pytest.mark.parametrize(
    "lines",
    [
        tuple("  " + line for line in BASE),
        ("' a comment", *BASE, "", ""),
        ("title Another title", "skinparam x y", *BASE),
        tuple(line.replace("if (Paid?)", "IF(Paid?)") for line in BASE),
        ('partition "frame" {', *BASE, "}"),
    ],
    ids=["indented", "commented", "decorated", "other-case", "framed"],
)
def test_the_hash_ignores_lines_and_formatting(lines: tuple[str, ...]) -> None:
    assert flow(*lines) == flow(*BASE)
    assert hash(flow(*lines)) == hash(flow(*BASE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (":Ship;", ":Ship it;"),
        ("Paid?", "Paid up?"),
        ("(yes)", "(sure)"),
        ("(no)", ""),
        ("stop", "end"),
        ("start", "|lane|\nstart"),
        (":Wait;", ":Wait;\nnote right: long"),
        (":Wait;", '\' flowdial: say="Please wait"\n:Wait;'),
        ("start", "' flowdial: lang=zh\nstart"),
    ],
)
def test_the_hash_knows_every_word_that_is_said_or_asked(old: str, new: str) -> None:
    changed = flow(*"\n".join(BASE).replace(old, new).split("\n"))
    assert changed != flow(*BASE)


def test_a_flow_equals_nothing_but_flows() -> None:
    assert flow(*BASE) != "flow"
    assert len({flow(*BASE), flow(*BASE)}) == 1


@pytest.mark.parametrize("name", ["nested_ifs", "loops_in_fork", "parallel_edges", "chinese", "connectors"])
def test_the_graph_has_the_same_nodes_and_edges(name: str) -> None:
    parsed = chart(name)
    graph = parsed.graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert set(graph) == set(parsed.nodes)
    edges = {(source, target, key, data["label"]) for source, target, key, data in graph.edges(keys=True, data=True)}
    assert edges == {(edge.source, edge.target, edge.id, edge.label) for edge in parsed.edges}
    for node in parsed.nodes.values():
        assert graph.nodes[node.id]["label"] == node.label
        assert graph.nodes[node.id]["kind"] == node.kind


def test_the_graph_is_frozen() -> None:
    graph = flow(*BASE).graph
    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        graph.add_edge("start1", "stop1")
    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        graph.remove_node("start1")


def test_parallel_edges_are_kept_apart() -> None:
    parsed = chart("parallel_edges")
    out = parsed.out("decision1")
    assert [(edge.target, edge.label) for edge in out] == [("action1", "yes"), ("action1", "no")]
    assert parsed.graph.number_of_edges("decision1", "action1") == 2


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("if_empty_yes", ["yes", "no"]),
        ("switch", ["A", "B", "C"]),
        ("nested_ifs", ["y", "n"]),
        ("if_is", ["green", "red"]),
    ],
)
def test_the_ways_out_of_a_choice_stand_in_reading_order(name: str, labels: list[str]) -> None:
    assert [edge.label for edge in chart(name).out("decision1")] == labels


def test_an_empty_last_branch_comes_last_even_where_the_first_one_stops() -> None:
    parsed = flow("start", "if (a) then (yes)", "else (no)", "stop", "endif", ":go;", "stop")
    assert [(edge.label, edge.target) for edge in parsed.out("decision1")] == [("yes", "action1"), ("no", "stop1")]


def test_edges_are_numbered_in_their_order() -> None:
    parsed = chart("nested_ifs")
    assert [edge.id for edge in parsed.edges] == [f"e{number}" for number in range(1, len(parsed.edges) + 1)]


def test_ids_count_each_kind_in_reading_order() -> None:
    assert list(chart("nested_ifs").nodes) == [
        *("start1", "decision1", "decision2", "action1", "action2", "decision3", "stop1", "action3", "stop2")
    ]


def test_a_node_that_does_not_exist_has_no_edges_to_give() -> None:
    with pytest.raises(KeyError):
        flow(*BASE).out("action99")


def test_a_flow_begins_at_its_first_start() -> None:
    assert chart("several_starts").start == "start1"


def test_a_flow_without_a_start_says_so() -> None:
    with pytest.raises(FlowError, match="no start node") as caught:
        _ = chart("no_start").start
    assert "start" in caught.value.hint


TWO = "@startuml\n:a;\n@enduml\n@startuml\n:b;\n@enduml\n"


def test_one_of_several_diagrams_is_chosen_by_its_number() -> None:
    assert [loads(TWO, diagram=number).nodes["action1"].label for number in (1, 2)] == ["a", "b"]


@pytest.mark.parametrize(("number", "message"), [(None, "holds 2 diagrams"), (3, "no diagram 3"), (0, "no diagram 0")])
def test_a_text_with_several_diagrams_wants_a_number(number: int | None, message: str) -> None:
    with pytest.raises(NotationError, match=message) as caught:
        loads(TWO, diagram=number)
    assert "2" in caught.value.hint


def test_an_error_names_the_file_in_which_it_is(tmp_path: Path) -> None:
    file = tmp_path / "two.puml"
    file.write_text(TWO + "@startuml\nnonsense\n@enduml\n", encoding="utf-8")
    with pytest.raises(NotationError) as several:
        load(file)
    assert str(several.value).startswith(f"{file}: the file holds 3 diagrams")
    with pytest.raises(NotationError) as syntax:
        load(file, diagram=3)
    assert str(syntax.value).startswith(f"{file}:8:1: error[unknown-statement]")


def test_all_diagrams_of_a_file_come_in_order_with_the_refused_ones(tmp_path: Path) -> None:
    file = tmp_path / "three.puml"
    file.write_text(TWO.replace("@startuml\n:b;", "@startuml\nnonsense\n@enduml\n@startuml\n:b;"), encoding="utf-8")
    kinds = [type(found).__name__ for found in load_all(file)]
    assert kinds == ["Flow", "NotationError", "Flow"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and //slanted//", "bold and slanted"),
        ("one\\ntwo\n three", "one two three"),
        ("<color:red>stop</color> <b>now</b>", "stop now"),
        ("[[http://x.example the page]]", "the page"),
        ("[[http://x.example]]", "http://x.example"),
        ("a < b && c > d", "a < b && c > d"),
        ("__是否__完好?", "是否完好?"),
        ("", ""),
    ],
)
def test_plain_text_has_no_markup(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("查询订单",), "zh"),
        (("Order 查询",), "zh"),
        (("a long English sentence 查",), "en"),
        (("123",), "en"),
        ((), "en"),
    ],
)
def test_a_fifth_of_chinese_letters_makes_a_chinese_text(texts: tuple[str, ...], expected: str) -> None:
    assert language(*texts) == expected
