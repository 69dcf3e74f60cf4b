"""The names of legal moves are what a person would say, and never the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.flow import Flow, load, loads
from flowdial.session import Option, begin, legal, options

FLOWS = sorted((Path(__file__).parents[2] / "flows").glob("*/*.puml"))


def flow_of(body: str) -> Flow:
    return loads(f"@startuml\n{body}\n@enduml\n")


def offered(body: str) -> tuple[Option, ...]:
    flow = flow_of(body)
    return options(flow, legal(flow, begin(flow)))


@pytest.mark.parametrize(
    ("then", "otherwise", "names"),
    [
        ("then (yes)", "else (no)", ["yes", "no"]),
        ("then (yes)", "else", ["yes", "no"]),
        ("then (no)", "else", ["no", "yes"]),
        ("then (Yes)", "else", ["Yes", "no"]),
        ("then", "else (no)", ["yes", "no"]),
        ("then (blue)", "else", ["blue", "otherwise"]),
        ("then", "else", ["yes", "no"]),
        ("then (<b>yes</b>)", "else", ["yes", "no"]),
    ],
)
def test_an_english_way_out_without_a_label_gets_the_name_its_sibling_implies(
    then: str, otherwise: str, names: list[str]
) -> None:
    found = offered(f"start\nif (Ready?) {then}\n:go;\n{otherwise}\n:wait;\nendif\nstop")
    assert [option.name for option in found] == names


@pytest.mark.parametrize("entry", ["on its way", "-[#red]->on its way"])
def test_the_way_to_an_elseif_has_the_name_that_is_drawn_at_it(entry: str) -> None:
    found = offered(
        f"start\nif (Where?) then (in the shop)\n:fetch;\n({entry}) elseif (Late?) then (yes)\n:call;\nendif\nstop"
    )
    assert [option.name for option in found] == ["in the shop", "on its way"]


@pytest.mark.parametrize(
    ("then", "otherwise", "names"),
    [
        ("then (是)", "else", ["是", "否"]),
        ("then (否)", "else", ["否", "是"]),
        ("then (有)", "else", ["有", "没有"]),
        ("then (通过)", "else", ["通过", "不通过"]),
        ("then (蓝色)", "else", ["蓝色", "其他情况"]),
        ("then", "else", ["是", "否"]),
    ],
)
def test_a_chinese_way_out_without_a_label_gets_the_name_its_sibling_implies(
    then: str, otherwise: str, names: list[str]
) -> None:
    found = offered(f"start\nif (准备好了吗？) {then}\n:开始办理;\n{otherwise}\n:请稍等;\nendif\nstop")
    assert [option.name for option in found] == names


def test_an_if_without_else_offers_the_way_past_it() -> None:
    found = offered("start\nif (Ready?) then (yes)\n:go;\nendif\n:next;\nstop")
    assert [(option.name, option.target) for option in found] == [("yes", "go"), ("no", "next")]


def test_equal_labels_are_told_apart_by_the_step_behind_them() -> None:
    found = offered("start\nswitch (Which?)\ncase (other)\n:a;\ncase (other)\n:b;\nendswitch\nstop")
    assert [option.name for option in found] == ["other (a)", "other (b)"]


def test_equal_labels_before_equal_steps_are_told_apart_all_the_same() -> None:
    found = offered("start\nswitch (Which?)\ncase (x)\n:a;\ncase (x)\n:a;\ncase (x)\n:a;\nendswitch\nstop")
    assert len({option.name for option in found}) == 3


def test_the_branches_of_a_fork_are_named_after_what_gets_done() -> None:
    found = offered("start\nfork\n:pack;\nfork again\n:pay;\nend fork\nstop")
    assert [option.name for option in found] == ["done: pack", "done: pay"]
    assert [option.question for option in found] == ["", ""]


def test_the_branches_of_a_chinese_fork_are_named_in_chinese() -> None:
    found = offered("start\nfork\n:打包;\nfork again\n:付款;\nend fork\nstop")
    assert [option.name for option in found] == ["已完成：打包", "已完成：付款"]


def test_a_decision_in_a_fork_stands_beside_the_other_branch() -> None:
    found = offered("start\nfork\nif (Paid?) then (yes)\nendif\nfork again\n:pack;\nend fork\nstop")
    assert [(option.name, option.question) for option in found] == [
        ("yes", "Paid?"),
        ("no", "Paid?"),
        ("done: pack", ""),
    ]


def test_an_option_of_one_move_has_a_name_too() -> None:
    (found,) = offered("start\n:pay;\nstop")
    assert (found.name, found.question, found.target) == ("done: pay", "", "")


def test_staying_is_not_an_option_that_is_offered() -> None:
    assert len(offered("start\nif (Ready?) then (yes)\n:go;\nendif\nstop")) == 2


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["a", "b", "a (x)", "a (y)", "", "a (x) [e3]"]), min_size=2, max_size=6), st.data())
def test_names_are_unique_whatever_is_drawn(cases: list[str], data: st.DataObject) -> None:
    steps = [data.draw(st.sampled_from([":x;", ":y;", ""])) for _ in cases]
    body = "\n".join(f"case ({case})\n{action}" for case, action in zip(cases, steps, strict=True))
    names = [option.name for option in offered(f"start\nswitch (q?)\n{body}\nendswitch\nstop")]
    assert len(set(names)) == len(names) == len(cases)
    assert all(names)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_every_decision_of_a_shipped_flow_has_unique_names(path: Path) -> None:
    flow = load(path)
    for node in flow.nodes:
        names = [option.name for option in options(flow, legal(flow, (node,)))]
        assert len(set(names)) == len(names)
        assert all(names)
