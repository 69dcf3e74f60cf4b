"""What is written for other programs: JSON, DOT, Mermaid, and pictures where Graphviz is installed."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

from flowdial.errors import PictureError
from flowdial.flow import Flow, load, loads, picture
from flowdial.flow.dot import wrap
from flowdial.flow.export import to_dot, to_json, to_mermaid
from flowdial.flow.graphml import to_graphml
from flowdial.flow.picture import draw
from flowdial.flow.puml import to_puml

CHARTS = Path(__file__).parents[1] / "charts"
ALL = sorted(file.stem for file in CHARTS.glob("*.puml"))
graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def chart(name: str) -> Flow:
    return load(CHARTS / f"{name}.puml")


def action(text: str) -> Flow:
    return loads(f"@startuml\nstart\n:{text};\nstop\n@enduml")


def test_json_holds_the_whole_flow() -> None:
    flow = chart("swimlanes")
    found = to_json(flow, "lanes.puml")
    assert list(found) == ["file", "kind", "title", "hash", "nodes", "edges"]
    assert (found["file"], found["kind"], found["hash"]) == ("lanes.puml", "activity", flow.hash)
    assert found["nodes"][2] == {"id": "action2", "kind": "action", "label": "pack", "line": 6, "lane": "The shop"}
    assert found["edges"][0] == {"id": "e1", "source": "start1", "target": "action1", "label": ""}


def test_json_has_notes_and_words_only_where_there_are_some() -> None:
    nodes = {node["label"]: node for node in to_json(chart("annotations"))["nodes"]}
    assert nodes["询问订单号"]["say"] == '请告诉我 "订单号"'
    assert "say" not in nodes["查询"]
    assert "note" not in nodes["查询"]


def test_what_stands_before_an_elseif_is_drawn_and_is_no_label() -> None:
    """As in PlantUML, which draws it and leaves the label of that way empty."""
    flow = loads("@startuml\nstart\nif (a?) then (b)\n:c;\n(d) elseif (e?) then (f)\n:g;\nendif\nstop\n@enduml")
    edges = to_json(flow)["edges"]
    assert [edge["label"] for edge in edges if edge["source"] == "decision1"] == ["b", ""]
    assert [edge["entry"] for edge in edges if "entry" in edge] == ["d"]
    assert '"decision1" -> "decision2" [label="d"]' in to_dot(flow)
    assert 'decision1 -->|"d"| decision2' in to_mermaid(flow)
    assert "(d) elseif (e?) then (f)" in to_puml(flow)
    assert loads(to_puml(flow)) == flow


@pytest.mark.parametrize("name", ALL)
def test_every_chart_is_json_and_names_its_nodes_in_dot_and_mermaid(name: str) -> None:
    flow = chart(name)
    assert json.loads(json.dumps(to_json(flow)))["hash"] == flow.hash
    dot, mermaid = to_dot(flow), to_mermaid(flow)
    for node in flow.nodes:
        assert f'\n  "{node}" [' in dot
        assert re.search(rf"\n    {node}\W", mermaid)
    assert dot.count(" -> ") == mermaid.count(" --> ") + mermaid.count(" -->|") == len(flow.edges)


NASTY = 'say "hi" & <b>bold</b> [x] {y} (z) | #1; C#; 查询 %s'


def test_mermaid_escapes_what_would_end_a_label_or_be_html() -> None:
    line = next(line for line in to_mermaid(action(NASTY)).split("\n") if line.strip().startswith("action1"))
    text = line.strip().removeprefix('action1["').removesuffix('"]')
    assert '"' not in text
    assert not re.search(r"[<>]|&|#(?!quot;|amp;|lt;|gt;|35;)", text)
    assert text == "say #quot;hi#quot; #amp; bold [x] {y} (z) | #35;1; C#35;; 查询 %s"


def test_mermaid_escapes_the_labels_of_edges() -> None:
    flow = loads('@startuml\nstart\nif (a) then ("b" | c)\n:x;\nendif\nstop\n@enduml')
    assert 'decision1 -->|"#quot;b#quot; | c"| action1' in to_mermaid(flow)


def test_mermaid_draws_decisions_as_hexagons() -> None:
    assert 'decision1{{"商品（含配件）完好?"}}' in to_mermaid(chart("chinese"))


def test_dot_escapes_quotes_and_backslashes() -> None:
    assert r'label="say \"hi\" C:\\data"' in to_dot(action(r'say "hi" C:\data'))


def test_dot_marks_the_active_nodes() -> None:
    marked = [line for line in to_dot(chart("while_plain"), active={"action1"}).split("\n") if "penwidth" in line]
    assert len(marked) == 1
    assert '"action1"' in marked[0]


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("客户申请退货请核对", 8, ["客户申请", "退货请核", "对"]),
        ("", 8, []),
    ],
)
def test_labels_are_broken_by_cells(text: str, cells: int, expected: list[str]) -> None:
    assert wrap(text, cells) == expected


@graphviz
@pytest.mark.parametrize("text", [NASTY, "back\\slash \\", '"', "<b", "a -> b; }", "\x01 control"])
def test_graphviz_reads_every_label(text: str) -> None:
    read = subprocess.run(["dot", "-Tplain"], input=to_dot(action(text)).encode(), capture_output=True, check=False)
    assert read.returncode == 0, read.stderr
    assert b"action1" in read.stdout


@graphviz
def test_a_png_is_a_png() -> None:
    assert draw(chart("while_plain"), "png").startswith(b"\x89PNG\r\n\x1a\n")


@graphviz
def test_an_svg_is_xml_that_holds_the_chinese_text() -> None:
    svg = draw(chart("chinese"), "svg")
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    text = "".join(root.itertext())
    for words in ("退货流程", "同意退货", "是", "否"):
        assert words in text


def test_without_graphviz_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PictureError, match="Graphviz is not installed") as caught:
        draw(chart("while_plain"))
    assert "graphviz" in caught.value.hint


def test_a_chinese_png_without_a_chinese_font_is_refused_rather_than_drawn_as_boxes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture, "_chinese_family", lambda: None)
    with pytest.raises(PictureError, match="Chinese") as caught:
        draw(chart("chinese"), "png")
    assert "svg" in caught.value.hint


@pytest.mark.parametrize("name", ["swimlanes", "annotations", "parallel_edges"])
def test_graphml_is_read_back_by_networkx(name: str) -> None:
    flow = chart(name)
    read = nx.parse_graphml(to_graphml(flow), force_multigraph=True)
    assert (read.graph["kind"], read.graph["hash"]) == ("activity", flow.hash)
    assert {key: node["label"] for key, node in read.nodes(data=True) if "label" in node} == {
        node.id: node.label for node in flow.nodes.values() if node.label
    }
    edges = {key: (source, target) for source, target, key in read.edges(keys=True)}
    assert edges == {edge.id: (edge.source, edge.target) for edge in flow.edges}
