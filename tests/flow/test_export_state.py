"""State diagrams written for other programs: DOT with clusters, Mermaid with blocks, and pictures of both."""

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flowdial.flow import Flow, load, loads
from flowdial.flow.dot import lines_of
from flowdial.flow.export import to_dot, to_mermaid
from flowdial.flow.picture import draw
from flowdial.flow.tables import rows

CHARTS = Path(__file__).parents[1] / "charts" / "state"
graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def chart(name: str) -> Flow:
    return load(CHARTS / f"{name}.puml")


def diagram(text: str) -> Flow:
    return loads(f"@startuml\n{text}\n@enduml")


def line_with(text: str, start: str) -> str:
    return next(line.strip() for line in text.split("\n") if line.strip().startswith(start))


PLAYER = """[*] --> Player
state Player {
  [*] --> Stopped
  Stopped --> Playing : play
  Playing --> Stopped : stop
  state Playing {
    [*] --> Normal
    --
    [*] --> Quiet
    Quiet --> Loud : volume
  }
}
Player --> Player : reset
Player --> Off : power
Off --> Player[H] : power"""


# ---- DOT ----
def test_regions_are_clusters_within_their_state() -> None:
    dot = to_dot(diagram(PLAYER))
    outer = dot.index('subgraph "cluster_Player.Playing"')
    last, first = dot.index('subgraph "cluster-Player.Playing.[2]"'), dot.index('subgraph "cluster-Player.Playing"')
    assert outer < last < first, "Graphviz draws the cluster that is written last on the left"
    assert dot.count("dashed") == 2


def test_an_edge_at_a_composite_state_ends_at_its_border() -> None:
    dot = to_dot(diagram(PLAYER))
    assert '"[*]" -> "Player.[*]" [label="" lhead="cluster_Player"]' in dot
    assert 'label=" power " ltail="cluster_Player"]' in line_with(dot, '"Player.Playing.[2].Loud" -> "Off"')


def test_an_edge_leaves_a_group_at_the_leaf_farthest_down() -> None:
    dot = to_dot(diagram("state A {\nx --> y\nstate early\n}\nA --> B"))
    assert '"A.y" -> "B"' in dot


def test_a_loop_of_a_composite_state_goes_by_its_label_outside() -> None:
    dot = to_dot(diagram("state A {\nx --> y\n}\nA --> A : again"))
    assert line_with(dot, '"-> e2" [').endswith('label=" again "]')
    assert dot.index('"-> e2"') < dot.index('subgraph "cluster_A"')
    assert '"A.y" -> "-> e2":w [dir=none ltail="cluster_A"]' in dot
    assert '"-> e2":e -> "A.y" [lhead="cluster_A"]' in dot


def test_an_edge_from_within_to_the_border_goes_by_a_point_outside() -> None:
    dot = to_dot(diagram("state A {\nstate B {\nx --> A\n}\n}"))
    assert dot.index('"-> e1" [shape=point') < dot.index('subgraph "cluster_A"')
    assert '"-> e1" -> "A.B.x" [lhead="cluster_A" constraint=false]' in dot


def test_an_edge_back_to_a_group_does_not_push_it_down() -> None:
    dot = to_dot(diagram("[*] --> A\nstate A {\nx --> y\n}\nA --> B : on\nB --> A : back"))
    assert line_with(dot, '"B" -> "A.y"') == '"B" -> "A.y" [label=" back " lhead="cluster_A" constraint=false]'


def test_points_and_bars_have_their_shapes() -> None:
    dot = to_dot(chart("stereotypes"))
    assert "shape=circle" in line_with(dot, '"begin" [')
    assert "shape=doublecircle" in line_with(dot, '"done" [')
    assert "shape=diamond" in line_with(dot, '"stock" [')
    assert "shape=box style=filled" in line_with(dot, '"split" [')
    assert line_with(dot, '"last" [').endswith('label="H"]')
    assert line_with(dot, '"deep" [').endswith('label="H*"]')


def test_a_description_stands_below_a_line() -> None:
    dot = to_dot(diagram("state Busy : entry / start {timer}\nBusy : a | b\n[*] --> Busy"))
    assert r'shape=Mrecord style=filled fillcolor="#eaf2fb" label="{Busy|entry / start \{timer\}\la \| b\l}"' in dot


def test_the_description_of_a_composite_state_stands_below_its_name() -> None:
    assert r'label="A\nwhat it is for"' in to_dot(diagram("state A {\nstate x\n}\nA : what it is for"))


def test_json_is_a_table() -> None:
    flow = diagram('[*] --> A\njson Box {\n"size": [1, 2],\n"of": {"what": "tea|milk"}\n}')
    table = r'label="{Box|{{size.1\l|size.2\l|of.what\l}|{1\l|2\l|tea\|milk\l}}}"'
    assert table in to_dot(flow)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": null, "b": {}}', [("a", "null"), ("b", "{}")]),
        ("[]", [("", "[]")]),
        ("{a\n b}", [("", "{a"), ("", "b}")]),
    ],
)
def test_rows_of_a_table(text: str, expected: list[tuple[str, str]]) -> None:
    assert rows(text) == expected


def test_active_states_and_composite_states_are_marked() -> None:
    dot = to_dot(diagram(PLAYER), active={"Player", "Player.Stopped"})
    lines = dot.split("\n")
    cluster, state = (number for number, line in enumerate(lines) if "penwidth=3" in line)
    assert lines[cluster - 1].strip() == 'subgraph "cluster_Player" {'
    assert lines[state].strip().startswith('"Player.Stopped" [')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo", ["one", "two"]),
        ("降落服务(takeoff=false)之后再继续下一步处理", ["降落服务(takeoff=false)之后", "再继续下一步处理"]),
        ("客户提交申请客服核对订单与发，然后", ["客户提交申请客服核对订单与", "发，然后"]),
        ("", []),
    ],
)
def test_lines_are_folded_by_cells_and_words_stay_whole(text: str, expected: list[str]) -> None:
    assert lines_of(text) == expected


@graphviz
@pytest.mark.parametrize(
    "text", [PLAYER, '[*] --> A\njson B {\n"x": "\\\\"\n}', "[*] --> 退款\n退款 : 说明 {a|b} <c> \\\\"]
)
def test_graphviz_draws_without_a_warning(text: str) -> None:
    read = subprocess.run(["dot", "-Tplain"], input=to_dot(diagram(text)).encode(), capture_output=True, check=False)
    assert (read.returncode, read.stderr) == (0, b"")


@graphviz
@pytest.mark.parametrize(
    ("text", "left", "right"),
    [(PLAYER, "Player.Playing.Normal", "Player.Playing.[2].Quiet"), ("[*] --> A\n--\n[*] --> B", "A", "[2].B")],
    ids=["of a state", "of the whole diagram"],
)
def test_graphviz_draws_the_regions_in_reading_order(text: str, left: str, right: str) -> None:
    dot = to_dot(diagram(text)).encode()
    read = subprocess.run(["dot", "-Tplain"], input=dot, capture_output=True, check=True).stdout.decode()
    places = {name.strip('"'): float(x) for name, x in re.findall(r'^node ("[^"]*"|\S+) (\S+)', read, re.MULTILINE)}
    assert places[left] < places[right]


@graphviz
def test_a_picture_holds_the_names_descriptions_and_events() -> None:
    flow = diagram("[*] --> 处理中\nstate 处理中 {\n[*] --> 验货\n}\n验货 : 三天内\n处理中 --> 处理中 : 催办")
    text = "".join(ElementTree.fromstring(draw(flow, "svg")).itertext())
    for words in ("处理中", "验货", "三天内", "催办"):
        assert words in text


# ---- Mermaid ----
def test_mermaid_blocks_name_only_what_stands_in_them() -> None:
    assert to_mermaid(diagram(PLAYER)) == (
        "stateDiagram-v2\n"
        "    %% Mermaid has no history states: H and H* are drawn as plain states\n"
        "    [*] --> Player\n"
        '    state "Player" as Player {\n'
        "        [*] --> Player_Stopped\n"
        '        state "Playing" as Player_Playing {\n'
        "            [*] --> Player_Playing_Normal\n"
        '                state "Normal" as Player_Playing_Normal\n'
        "            --\n"
        "            [*] --> Player_Playing_2_Quiet\n"
        '                state "Quiet" as Player_Playing_2_Quiet\n'
        '                state "Loud" as Player_Playing_2_Loud\n'
        "        }\n"
        '        state "Stopped" as Player_Stopped\n'
        '        state "H" as Player_H\n'
        "    }\n"
        '    state "Off" as Off\n'
        "    Player_Stopped --> Player_Playing : play\n"
        "    Player_Playing --> Player_Stopped : stop\n"
        "    Player_Playing_2_Quiet --> Player_Playing_2_Loud : volume\n"
        "    Player --> Player : reset\n"
        "    Player --> Off : power\n"
        "    Off --> Player_H : power\n"
    ).replace("            [*]", "                [*]")


def test_mermaid_regions_of_the_whole_diagram_stand_in_a_state() -> None:
    mermaid = to_mermaid(chart("regions_of_the_whole_diagram"))
    assert "%% Mermaid has regions in a state only" in mermaid
    assert '    state " " as whole {\n        [*]'.replace("        [*]", "            [*]") in mermaid
    assert "\n        --\n" in mermaid


def test_mermaid_has_choices_and_bars() -> None:
    mermaid = to_mermaid(chart("stereotypes"))
    for line in ("state stock <<choice>>", "state split <<fork>>", "state both <<join>>", "both --> [*]"):
        assert f"    {line}\n" in mermaid


def test_mermaid_ids_are_ascii_unlike_its_words_and_unique() -> None:
    mermaid = to_mermaid(diagram("state 订单\nstate 退款\nState --> End : x\nstate 2nd\n订单 --> 退款\n[*] --> 订单"))
    named = re.findall(r'state "(.*)" as (\w+)', mermaid)
    assert named == [("订单", "s"), ("退款", "s_2"), ("2nd", "s_2nd"), ("State", "s_State"), ("End", "s_End")]


def test_mermaid_escapes_what_would_end_a_label() -> None:
    mermaid = to_mermaid(diagram('[*] --> A\nA --> A : say "x": a; b #1 <c> {d}'))
    assert line_with(mermaid, "A -->") == "A --> A : say #34;x#34;#58; a#59; b #35;1 #60;c#62; #123;d#125;"


def test_a_start_that_leads_out_of_its_group_is_a_plain_state_in_mermaid() -> None:
    mermaid = to_mermaid(diagram("state B\nstate A {\nstate x\n[*] --> B\n}"))
    assert 'state "●" as A' in mermaid
    assert "[*]" not in mermaid
