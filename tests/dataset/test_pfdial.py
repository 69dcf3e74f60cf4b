"""PFDial's names for states, and its charts as people wrote them."""

import json
from pathlib import Path

import pytest

from flowdial.dataset import Chart, FiveTuple, read_pfdial
from flowdial.dataset.pfdial import share_of_moves
from flowdial.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "pfdial"
CHART = """@startuml 7
start
:登记
并拍照;
repeat:
:复查;
repeat while (合格?) is (否) not (是)
if (付款?) then (是)
:登记;
else (否)
stop
endif
stop
@enduml"""


def test_a_state_is_named_by_the_first_line_of_its_label() -> None:
    chart = Chart.read(CHART)
    assert chart.candidates("登记") == ("action1", "action3")
    assert chart.candidates("登记 并拍照") == ("action1",)


def test_start_and_end_have_the_names_of_the_data_set() -> None:
    chart = Chart.read(CHART)
    assert chart.candidates("<start>") == chart.candidates("7") == ("start1",)
    assert chart.candidates("<end>") == chart.candidates("end") == ("stop1", "stop2")


@pytest.mark.parametrize(
    ("current", "following", "expected"),
    [
        ("<start>", "登记", True),
        ("登记", "复查", True),
        ("复查", "合格?", True),
        ("合格?", "复查", True),
        ("合格?", "付款?", True),
        ("登记", "<end>", True),
        ("复查", "付款?", False),
        ("无此", "复查", False),
    ],
)
def test_a_move_is_an_edge_between_named_states(current: str, following: str, expected: bool) -> None:
    assert Chart.read(CHART).is_move(current, following) is expected


def test_codes_stand_for_names_in_formats_b_and_c() -> None:
    coded = '@startuml\nstart\n:S1;\n:寄出;\nstop\n@enduml\n\n字典：\n{"登记": "S1", "寄出": "S2"}'
    assert Chart.read(coded).is_move("S1", "S2")
    assert Chart.read("@startuml\nstart\n:S1: 登记;\n:寄出;\nstop\n@enduml").is_move("S1: 登记", "S2: 寄出")


def test_a_file_is_read_with_the_fields_of_the_data_set(tmp_path: Path) -> None:
    row = dict(zip(FiveTuple.__slots__, ["1_2_3", CHART, "<start>", "你好", "登记", "请登记"], strict=True))
    file = tmp_path / "data.json"
    file.write_text(json.dumps([row], ensure_ascii=False), encoding="utf-8")
    (found,) = read_pfdial(file)
    assert (found.id, found.user_input, found.next_state) == ("1_2_3", "你好", "登记")


_ROW = '{"id": "1_0_0", "flowchart": "x", "current_state": "a", "user_input": "b", "next_state": "c"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "data.json:1:1: this is not JSON"),
        ("[\n {", "data.json:2:3: this is not JSON"),
        ('{"a": 1}', "not a list of five-tuples"),
        ("[]", "the data set is empty"),
        ("[1]", "data.json:1: entry 1 is not an object"),
        (f'[{_ROW}, "robot_output": "d"}},\n{_ROW}}}]', "data.json:2: entry 2 lacks the field `robot_output`"),
        (f'\n\n[\n{_ROW}, "robot_output": [1]}}]', "data.json:4: the field `robot_output` of entry 1 is not a text"),
    ],
)
def test_another_file_is_refused_with_the_place_and_the_field(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "data.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read_pfdial(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_pfdial(tmp_path / "none.json")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the reference data are not beside the checkout")
@pytest.mark.parametrize("format_", ["A", "B", "C"])
def test_every_public_chart_is_read_and_its_moves_are_edges(format_: str) -> None:
    tuples = read_pfdial(SHARED / f"test_id_format{format_}.json")
    charts, moves, _ = share_of_moves(tuples)
    assert charts == 81
    assert moves / len(tuples) >= 0.98


def test_a_name_with_braces_has_its_code() -> None:
    """The dictionary begins at the first brace behind the chart."""
    chart = '@startuml\n:S1;\nif (C1) then (yes)\nendif\n@enduml\n\n{"fill in {amount}": "S1", "Is it enough?": "C1"}'
    labels = {node.label for node in Chart.read(chart).flow.nodes.values()}
    assert {"fill in {amount}", "Is it enough?"} <= labels
