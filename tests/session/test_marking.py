"""Where a dialogue stands: sequences, decisions, loops, forks, and what a walk may never do."""

from __future__ import annotations

import random
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowdial.errors import FlowError, IllegalMove
from flowdial.flow import FINAL, SILENT, Flow, load, loads
from flowdial.session import STAY, Event, Session, begin, is_done, legal, step

FLOWS = [f for f in sorted((Path(__file__).parents[2] / "flows").glob("*/*.puml")) if load(f).kind == "activity"]


def flow_of(body: str) -> Flow:
    return loads(f"@startuml\n{body}\n@enduml\n")


def names(flow: Flow, marking: tuple[str, ...]) -> list[str]:
    """Labels where there are some, kinds where not."""
    return [flow.nodes[node].label or flow.nodes[node].kind for node in marking]


def walk(flow: Flow, *choices: str) -> list[list[str]]:
    """Follow `choices`, each the label of a node to leave, or `node>edge label`; what was active after each."""
    marking = begin(flow)
    seen = [names(flow, marking)]
    for choice in choices:
        node, _, label = choice.partition(">")
        move = next(
            m
            for m in legal(flow, marking)
            if m.id != STAY and flow.nodes[m.source].label == node and (not label or m.label == label)
        )
        marking = step(flow, marking, move.id)
        seen.append(names(flow, marking))
    return seen


# ---- sequences and decisions ----
def test_a_sequence_has_one_move_a_step() -> None:
    flow = flow_of("start\n:a;\n:b;\nstop")
    assert walk(flow, "a", "b") == [["a"], ["b"], ["stop"]]
    assert [len(legal(flow, (node,))) for node in ("action1", "action2", "stop1")] == [1, 1, 0]


def test_a_decision_offers_its_branches_in_reading_order_and_staying_last() -> None:
    flow = flow_of("start\nif (ok?) then (yes)\n:a;\nelse (no)\n:b;\nendif\nstop")
    moves = legal(flow, begin(flow))
    assert [move.label for move in moves] == ["yes", "no", ""]
    assert moves[-1].id == STAY
    assert walk(flow, "ok?>no", "b") == [["ok?"], ["b"], ["stop"]]


def test_staying_changes_nothing() -> None:
    flow = flow_of("start\nif (ok?) then (yes)\n:a;\nendif\nstop")
    assert step(flow, begin(flow), STAY) == begin(flow)


def test_staying_is_not_a_move_where_there_is_no_choice() -> None:
    flow = flow_of("start\n:a;\nstop")
    with pytest.raises(IllegalMove, match="stay"):
        step(flow, begin(flow), STAY)


def test_a_switch_offers_every_case() -> None:
    flow = flow_of("start\nswitch (which?)\ncase (x)\n:a;\ncase (y)\n:b;\ncase (z)\n:c;\nendswitch\nstop")
    assert [move.label for move in legal(flow, begin(flow))] == ["x", "y", "z", ""]


def test_steps_of_equal_label_are_different_places() -> None:
    flow = flow_of("start\n:a;\n:a;\n:a;\nstop")
    marking, seen = begin(flow), []
    while not is_done(flow, marking):
        seen.append(marking)
        marking = step(flow, marking, legal(flow, marking)[0].id)
    assert seen == [("action1",), ("action2",), ("action3",)]


# ---- loops ----
def test_a_while_loop_goes_round_until_it_is_left() -> None:
    flow = flow_of("start\nwhile (more?) is (yes)\n:a;\nendwhile (no)\n:b;\nstop")
    assert walk(flow, "more?>yes", "a", "more?>yes", "a", "more?>no") == [
        ["more?"], ["a"], ["more?"], ["a"], ["more?"], ["b"]
    ]  # fmt: skip


def test_a_repeat_loop_goes_back_over_its_backward_step() -> None:
    flow = flow_of("start\nrepeat\n:a;\nbackward :mend;\nrepeat while (again?) is (yes) not (no)\nstop")
    assert walk(flow, "a", "again?>yes", "mend", "a", "again?>no")[-3:] == [["a"], ["again?"], ["stop"]]


def test_goto_leads_back_to_its_label() -> None:
    flow = flow_of("start\nlabel L\n:a;\nif (ok?) then (no)\ngoto L\nelse (yes)\nendif\nstop")
    assert walk(flow, "a", "ok?>no", "a", "ok?>yes") == [["a"], ["ok?"], ["a"], ["ok?"], ["stop"]]


def test_break_leaves_the_innermost_loop() -> None:
    flow = flow_of("start\nrepeat\n:a;\nif (enough?) then (yes)\nbreak\nendif\n:b;\nrepeat while (again?)\n:c;\nstop")
    assert walk(flow, "a", "enough?>yes")[-1] == ["c"]


@pytest.mark.parametrize("before", ["", ":a;\n"])
def test_a_loop_without_a_step_is_an_error_and_no_hang(before: str) -> None:
    flow = flow_of(f"start\n{before}label L\ngoto L")
    with pytest.raises(FlowError, match="goes round without a step"):
        step(flow, begin(flow), legal(flow, begin(flow))[0].id)


# ---- forks ----
FORK = "start\nfork\n:a;\nfork again\n:b;\nend fork\n:c;\nstop"


@pytest.mark.parametrize("words", [("fork", "fork again", "end fork"), ("split", "split again", "end split")])
def test_a_fork_starts_all_branches_and_the_join_waits(words: tuple[str, str, str]) -> None:
    first, again, end = words
    flow = flow_of(f"start\n{first}\n:a;\n{again}\n:b;\n{end}\n:c;\nstop")
    assert walk(flow, "b", "a", "c") == [["a", "b"], ["a", "join"], ["c"], ["stop"]]


@pytest.mark.parametrize("order", ["xyz", "xzy", "yxz", "yzx", "zxy", "zyx"])
def test_three_branches_join_in_any_order(order: str) -> None:
    flow = flow_of("start\nfork\n:x;\nfork again\n:y;\nfork again\n:z;\nend fork\n:end;\nstop")
    markings = walk(flow, *order)
    assert markings[0] == ["x", "y", "z"]
    assert all("end" not in marking for marking in markings[:-1])
    assert markings[-1] == ["end"]


def test_in_a_fork_the_moves_of_all_branches_are_legal_and_staying() -> None:
    flow = flow_of(FORK)
    assert [move.source for move in legal(flow, begin(flow))] == ["action1", "action2", ""]


def test_a_waiting_join_leaves_one_move() -> None:
    flow = flow_of(FORK)
    marking = step(flow, begin(flow), legal(flow, begin(flow))[0].id)
    assert [move.source for move in legal(flow, marking)] == ["action2"]


def test_nested_forks_join_from_the_inside() -> None:
    flow = flow_of("start\nfork\nfork\n:a;\nfork again\n:b;\nend fork\n:c;\nfork again\n:d;\nend fork\n:e;\nstop")
    assert walk(flow, "a", "b", "d", "c") == [
        ["a", "b", "d"], ["join", "b", "d"], ["c", "d"], ["c", "join"], ["e"]
    ]  # fmt: skip


def test_a_fork_in_a_loop_starts_afresh_each_round() -> None:
    flow = flow_of("start\nrepeat\nfork\n:a;\nfork again\n:b;\nend fork\nrepeat while (again?) is (yes) not (no)\nstop")
    once = walk(flow, "a", "b", "again?>yes", "b", "a", "again?>no")
    assert once == [["a", "b"], ["join", "b"], ["again?"], ["a", "b"], ["a", "join"], ["again?"], ["stop"]]


def test_a_branch_may_hold_a_loop() -> None:
    flow = flow_of(
        "start\nfork\nrepeat\n:a;\nrepeat while (again?) is (yes) not (no)\nfork again\n:b;\nend fork\n:c;\nstop"
    )
    assert walk(flow, "b", "a", "again?>yes", "a", "again?>no")[-3:] == [["a", "join"], ["again?", "join"], ["c"]]


def test_stop_in_a_branch_ends_the_process() -> None:
    flow = flow_of("start\nfork\n:a;\nstop\nfork again\n:b;\nend fork\n:c;\nstop")
    assert walk(flow, "a") == [["a", "b"], ["stop"]]


@pytest.mark.parametrize("word", ["end", "detach"])
def test_end_and_detach_end_one_path_only(word: str) -> None:
    flow = flow_of(f"start\nfork\n:a;\n{word}\nfork again\n:b;\nend fork\n:c;\nstop")
    assert walk(flow, "a", "b") == [["a", "b"], ["b"], ["c"]]
    assert walk(flow, "b", "a") == [["a", "b"], ["a", "join"], ["c"]]


def test_when_every_branch_ends_the_dialogue_is_over() -> None:
    flow = flow_of("start\nfork\n:a;\nend\nfork again\n:b;\ndetach\nend fork")
    assert walk(flow, "a", "b") == [["a", "b"], ["b"], ["detach"]]


def test_branches_without_a_step_are_passed() -> None:
    flow = flow_of("start\nfork\nfork again\nend fork\n:a;\nstop")
    assert walk(flow) == [["a"]]


def test_a_break_out_of_a_nested_fork_does_not_lock_the_joins() -> None:
    """The outer join stands behind the break: the inner one must not wait for it."""
    flow = flow_of(
        "start\nfork\nrepeat\nfork\n:a;\nbreak\nfork again\n:b;\nend fork\n"
        "repeat while (again?) is (yes) not (no)\n:c;\nfork again\n:d;\nend fork\n:e;\nstop"
    )
    assert "again?" in walk(flow, "d", "b", "a", "c")[-1]


def test_a_detached_connector_goes_on_at_its_namesake() -> None:
    flow = flow_of("start\nif (q?) then (far)\n(A)\ndetach\nelse (near)\n:b;\nendif\n:c;\nstop\n(A)\n:d;\nstop")
    assert walk(flow, "q?>far") == [["q?"], ["d"]]


def test_a_connector_without_a_namesake_is_passed() -> None:
    flow = flow_of("start\nfork\n:a;\n(A)\ndetach\nfork again\n:b;\nend fork\n:c;\nstop")
    assert walk(flow, "a", "b")[-1] == ["c"]


def test_two_paths_at_one_step_give_its_move_once() -> None:
    flow = flow_of("start\nlabel L\n:z;\nfork\n:a;\ngoto L\nfork again\n:b;\ngoto L\nend fork")
    marking = begin(flow)
    for source in ("action1", "action2", "action3"):
        marking = step(flow, marking, next(m.id for m in legal(flow, marking) if m.source == source))
    assert marking == ("action1", "action1")
    assert [move.source for move in legal(flow, marking)] == ["action1"]
    assert len(step(flow, marking, legal(flow, marking)[0].id)) == 3


# ---- what is refused ----
@pytest.mark.parametrize("move", ["", "e99", "action1", "back", "start1", "E1", " e2", "\x00"])
def test_anything_but_a_legal_move_is_refused_with_those_that_are(move: str) -> None:
    flow = flow_of("start\nif (ok?) then (yes)\n:a;\nelse (no)\n:b;\nendif\nstop")
    with pytest.raises(IllegalMove, match="legal moves: e2, e4, stay"):
        step(flow, begin(flow), move)


def test_an_edge_of_another_place_is_refused() -> None:
    flow = flow_of("start\n:a;\n:b;\nstop")
    with pytest.raises(IllegalMove):
        step(flow, begin(flow), flow.out("action2")[0].id)


def test_after_the_end_nothing_is_legal() -> None:
    flow = flow_of("start\n:a;\nstop")
    assert is_done(flow, ("stop1",))
    with pytest.raises(IllegalMove, match="the dialogue is over"):
        step(flow, ("stop1",), "e1")


def test_a_flow_without_a_start_is_refused() -> None:
    with pytest.raises(FlowError, match="no start"):
        begin(flow_of(":a;\nstop"))


def test_a_flow_with_nothing_behind_its_start_is_refused() -> None:
    with pytest.raises(FlowError, match="nothing follows"):
        begin(flow_of("start"))


# ---- laws ----
@st.composite
def bodies(draw: st.DrawFn, depth: int = 3, loop: bool = False) -> list[str]:
    """Lines of a random body; `loop` where `break` has a loop to leave."""
    lines: list[str] = []
    for _ in range(draw(st.integers(0 if depth < 3 else 1, 3))):
        kinds = ["action", "label"] + (["if", "switch", "while", "repeat", "fork", "split"] if depth else [])
        lines += draw(_STATEMENTS[draw(st.sampled_from(kinds))](depth - 1, loop))
    last = draw(st.sampled_from([""] * 8 + ["stop", "end", ":d;\ndetach"] + (["break"] if loop else [])))
    return [*lines, last] if last and depth < 3 else lines


@st.composite
def actions(draw: st.DrawFn, depth: int, loop: bool) -> list[str]:
    return [f":{draw(st.sampled_from(['a', 'b', '付款', 'send it']))};"]


@st.composite
def labels(draw: st.DrawFn, depth: int, loop: bool) -> list[str]:
    return [f"label L{draw(st.integers(0, 10**9))}"]


@st.composite
def ifs(draw: st.DrawFn, depth: int, loop: bool) -> list[str]:
    then = draw(st.sampled_from(["then (yes)", "then (是)", "then"]))
    otherwise = draw(st.sampled_from([["else (no)"], ["else"], []]))
    body = draw(bodies(depth, loop)) if otherwise else []
    return [f"if (q?) {then}", *draw(bodies(depth, loop)), *otherwise, *body, "endif"]


@st.composite
def switches(draw: st.DrawFn, depth: int, loop: bool) -> list[str]:
    cases = [line for n in range(draw(st.integers(1, 3))) for line in (f"case (c{n})", *draw(bodies(depth, loop)))]
    return ["switch (which?)", *cases, "endswitch"]


@st.composite
def whiles(draw: st.DrawFn, depth: int, loop: bool) -> list[str]:
    return ["while (more?) is (yes)", *draw(bodies(depth, True)), "endwhile (no)"]


@st.composite
def repeats(draw: st.DrawFn, depth: int, loop: bool) -> list[str]:
    back = draw(st.sampled_from([[], ["backward :mend;"]]))
    return ["repeat", *draw(bodies(depth, True)), *back, "repeat while (again?) is (yes) not (no)"]


def parallels(word: str):
    @st.composite
    def parallel(draw: st.DrawFn, depth: int, loop: bool) -> list[str]:
        rest = [line for _ in range(draw(st.integers(1, 2))) for line in (f"{word} again", *draw(bodies(depth, loop)))]
        return [word, *draw(bodies(depth, loop)), *rest, f"end {word}"]

    return parallel


_STATEMENTS = {
    "action": actions, "label": labels, "if": ifs, "switch": switches, "while": whiles, "repeat": repeats,
    "fork": parallels("fork"), "split": parallels("split"),
}  # fmt: skip


def check_step(flow: Flow, before: tuple[str, ...], after: tuple[str, ...], source: str, target: str) -> None:
    """What is new in the marking was there before, or lies behind the edge (or a join) through silent nodes."""
    assert set(after) <= set(flow.nodes)
    silent = nx.DiGraph((e.source, e.target) for e in flow.edges if flow.nodes[e.source].kind in SILENT)
    roots = {target, *(node for node in before if flow.nodes[node].kind == "join")}
    behind = roots.union(*(nx.descendants(silent, root) for root in roots if root in silent))
    assert set(after) <= behind | set(before)


def random_walk(flow: Flow, seed: int, steps: int) -> Session:
    """A walk that checks every law on its way; what it gave."""
    chance, session = random.Random(seed), Session(flow)
    for _ in range(steps):
        moves = legal(flow, session.marking)
        assert len({move.id for move in moves}) == len(moves)
        if not moves:
            final = [node for node in session.marking if flow.nodes[node].kind in FINAL or not flow.out(node)]
            assert final == list(session.marking), "stuck"
            break
        move, before = chance.choice(moves), session.marking
        session.append(Event("", move.id, ""))
        if move.id == STAY:
            assert session.marking == before
        else:
            assert flow.graph.has_edge(move.source, move.target, key=move.id)
            assert move.source in before
            check_step(flow, before, session.marking, move.source, move.target)
        resting = [n for n in session.marking if flow.nodes[n].kind in SILENT]
        assert all(flow.nodes[n].kind == "join" for n in resting if flow.out(n))
    assert Session(flow, events=list(session.events)).trail == session.trail
    return session


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(body=bodies(), seed=st.integers(0, 2**32))
def test_a_walk_on_any_flow_takes_edges_only_and_never_gets_stuck(body: list[str], seed: int) -> None:
    flow = flow_of("\n".join(["start", ":first;", *body, "stop"]))
    random_walk(flow, seed, 40)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_a_walk_on_a_shipped_flow_takes_edges_only_and_never_gets_stuck(path: Path) -> None:
    flow = load(path)
    for seed in range(12):
        random_walk(flow, seed, 60)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_every_step_of_a_shipped_flow_can_be_reached(path: Path) -> None:
    flow = load(path)
    seen: set[tuple[str, ...]] = set()
    todo = [begin(flow)]
    while todo:
        marking = todo.pop()
        if marking not in seen:
            seen.add(marking)
            todo += [step(flow, marking, move.id) for move in legal(flow, marking) if move.id != STAY]
    reached = {node for marking in seen for node in marking}
    assert {n.id for n in flow.nodes.values() if n.kind in ("action", "decision")} <= reached
    assert any(is_done(flow, marking) for marking in seen)
