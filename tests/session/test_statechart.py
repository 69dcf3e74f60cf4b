"""State diagrams move by UML's rules: regions, history, completion, bars."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.errors import FlowError, IllegalMove, NotationError
from flowdial.flow import Flow, loads
from flowdial.session import STAY, active, begin, is_done, legal, options, step


def flow_of(body: str) -> Flow:
    return loads(f"@startuml\n{body}\n@enduml")


def walk(flow: Flow, *events: str) -> list[tuple[str, ...]]:
    """Take the transition with each of these labels (or to this state, where it has none)."""
    marking = begin(flow)
    seen = [active(flow, marking)]
    for event in events:
        move = next(m for m in legal(flow, marking) if m.id != STAY and event in (m.label, m.target))
        marking = step(flow, marking, move.id)
        seen.append(active(flow, marking))
    return seen


PLAYER = """
[*] --> Off
Off --> On : press
On --> Off : press long
state On {
  [*] --> Playing
  Playing --> Paused : pause
  Paused --> Playing : play
}
On --> Broken : drop
Broken --> On[H] : repair
"""


def test_a_dialogue_begins_at_the_initial_state() -> None:
    assert walk(flow_of("[*] --> A\nA --> B : go")) == [("A",)]


def test_entering_a_composite_state_enters_its_initial_state() -> None:
    assert walk(flow_of(PLAYER), "press") == [("Off",), ("On.Playing",)]


def test_the_events_of_the_states_around_are_offered_after_the_own_ones() -> None:
    flow = flow_of(PLAYER)
    marking = step(flow, begin(flow), legal(flow, begin(flow))[0].id)
    assert [m.label for m in legal(flow, marking)] == ["pause", "press long", "drop", ""]
    assert legal(flow, marking)[-1].id == STAY


def test_leaving_a_composite_state_leaves_what_is_in_it() -> None:
    assert walk(flow_of(PLAYER), "press", "pause", "press long")[-1] == ("Off",)


def test_history_enters_the_state_that_was_active_last() -> None:
    assert walk(flow_of(PLAYER), "press", "pause", "drop", "repair")[-1] == ("On.Paused",)
    assert walk(flow_of(PLAYER), "press", "drop", "repair")[-1] == ("On.Playing",)


def test_history_of_a_state_that_was_never_left_is_its_beginning() -> None:
    flow = flow_of("[*] --> X\nX --> A[H] : in\nstate A {\n[*] --> B\nB --> C : on\n}")
    assert walk(flow, "in")[-1] == ("A.B",)


DEEP = """
[*] --> A
state A {
  [*] --> B
  state B {
    [*] --> C
    C --> D : on
  }
}
A --> X : out
X --> A[H%s] : in
"""


def test_shallow_history_begins_the_inner_state_anew() -> None:
    assert walk(flow_of(DEEP % ""), "on", "out", "in")[-1] == ("A.B.C",)


def test_deep_history_enters_the_innermost_state() -> None:
    assert walk(flow_of(DEEP % "*"), "on", "out", "in")[-1] == ("A.B.D",)


REGIONS = """
[*] --> Run
state Run {
  [*] --> A
  A --> B : a
  B --> [*]
  --
  [*] --> C
  C --> D : c
  D --> [*]
}
Run --> Done
Run --> Failed : fault
Done --> [*]
"""


def test_regions_run_beside_each_other() -> None:
    flow = flow_of(REGIONS)
    assert walk(flow, "c")[-1] == ("Run.A", "Run.[2].D")
    assert [m.label for m in legal(flow, begin(flow))] == ["a", "c", "fault", ""]


def test_a_composite_state_goes_on_once_all_its_regions_have_ended() -> None:
    seen = walk(flow_of(REGIONS), "a", "Run.[*]end", "c", "Run.[2].[*]end")
    assert seen[-2:] == [("Run.[*]end", "Run.[2].D"), ("Done",)]


def test_a_transition_out_of_a_composite_state_ends_all_its_regions() -> None:
    assert walk(flow_of(REGIONS), "a", "fault")[-1] == ("Failed",)


def test_a_transition_without_an_event_waits_until_the_inside_has_ended() -> None:
    flow = flow_of(REGIONS)
    assert "Done" not in [m.target for m in legal(flow, begin(flow))]


def test_a_transition_into_a_region_enters_the_others_too() -> None:
    flow = flow_of("[*] --> X\nX --> B : in\nstate S {\nstate B\n[*] --> A\nA --> B\n--\n[*] --> C\n}")
    assert walk(flow, "in")[-1] == ("S.B", "S.[2].C")


def test_a_fork_begins_paths_and_a_join_waits_for_them() -> None:
    flow = flow_of(
        "state f <<fork>>\nstate j <<join>>\n[*] --> f\nf --> A\nf --> B\nA --> j : a\nB --> j : b\nj --> C\nC --> [*]"
    )
    assert walk(flow, "b", "a") == [("A", "B"), ("A", "j"), ("C",)]


def test_a_bar_joins_and_forks() -> None:
    flow = flow_of(
        "[*] --> A\nA --> ==X== : go\n==X== --> B\n==X== --> C\nB --> ==Y== : b\nC --> ==Y== : c\n==Y== --> D"
    )
    assert walk(flow, "go", "b", "c") == [
        ("A",),
        ("B", "C"),
        ("==Y==", "C") if "==Y==" in flow.nodes else ("Y", "C"),
        ("D",),
    ]


def test_a_choice_with_several_ways_is_a_question() -> None:
    flow = flow_of("state c <<choice>>\n[*] --> A\nA --> c : check\nc --> B : [ok]\nc --> D : [else]")
    assert walk(flow, "check", "[else]") == [("A",), ("c",), ("D",)]


def test_a_choice_with_one_way_is_passed() -> None:
    assert walk(flow_of("state c <<choice>>\n[*] --> c\nc --> B"))[-1] == ("B",)


def test_entry_points_and_pins_are_passed() -> None:
    flow = flow_of("[*] --> X\nX --> e : in\nstate A {\nstate e <<entryPoint>>\ne --> B\n}")
    assert walk(flow, "in")[-1] == ("A.B",)


def test_several_ways_from_the_initial_state_are_a_choice() -> None:
    flow = flow_of("[*] --> A : cold\n[*] --> B : warm")
    assert [m.label for m in legal(flow, begin(flow))] == ["cold", "warm", ""]
    assert walk(flow, "warm")[-1] == ("B",)


def test_a_transition_to_itself_begins_a_composite_state_anew() -> None:
    flow = flow_of("[*] --> A\nstate A {\n[*] --> B\nB --> C : on\n}\nA --> A : again")
    assert walk(flow, "on", "again")[-1] == ("A.B",)


def test_a_transition_from_inside_to_the_state_around_begins_it_anew() -> None:
    flow = flow_of("[*] --> A\nstate A {\n[*] --> B\nB --> C : on\nC --> A : restart\n}")
    assert walk(flow, "on", "restart")[-1] == ("A.B",)


def test_the_dialogue_is_over_at_the_outermost_end() -> None:
    flow = flow_of("[*] --> A\nA --> [*] : quit")
    marking = step(flow, begin(flow), legal(flow, begin(flow))[0].id)
    assert is_done(flow, marking)


def test_a_composite_state_without_an_initial_state_is_rested_in() -> None:
    assert walk(flow_of("[*] --> A\nstate A {\nB --> C\n}\nA --> D : on"), "on") == [("A",), ("D",)]


def test_an_unlabelled_way_is_named_by_where_it_leads() -> None:
    flow = flow_of('state "The shop" as S\n[*] --> A\nA --> S\nA --> [*]')
    assert [option.name for option in options(flow, legal(flow, begin(flow)))] == ["The shop", "done: A"]


def test_a_state_is_said_with_its_description() -> None:
    flow = flow_of("[*] --> A\nA : waits for money\nA --> B : x\nA --> C : y")
    assert options(flow, legal(flow, begin(flow)))[0].question == "A: waits for money"


def test_a_diagram_without_an_initial_state_says_what_to_write() -> None:
    with pytest.raises(FlowError, match="no start") as caught:
        begin(flow_of("state A\nA --> B"))
    assert "[*] -->" in caught.value.hint


def test_a_loop_of_points_ends_with_an_error() -> None:
    flow = flow_of("state c <<choice>>\nstate d <<choice>>\n[*] --> c\nc --> d\nd --> c")
    with pytest.raises(FlowError, match="goes round"):
        begin(flow)


def test_a_move_that_is_not_legal_changes_nothing() -> None:
    flow = flow_of(PLAYER)
    with pytest.raises(IllegalMove):
        step(flow, begin(flow), "e99")


# ---- laws ----
NAMES = ["A", "B", "C", "D", "[*]", "[H]", "A[H*]", "==X=="]


@st.composite
def charts(draw: st.DrawFn, depth: int = 2) -> list[str]:
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["go", "go", "go", "composite", "stereotype", "region"] if depth else ["go"]))
        if kind == "composite":
            lines += [f"state {draw(st.sampled_from('ABCDE'))} {{", *draw(charts(depth - 1)), "}"]
        elif kind == "region":
            lines.append("--")
        elif kind == "stereotype":
            shape = draw(st.sampled_from(["choice", "fork", "join", "entryPoint"]))
            lines.append(f"state {draw(st.sampled_from('ABCDE'))} <<{shape}>>")
        else:
            source, target = (
                draw(st.sampled_from([n for n in NAMES if n != "[*]"] + ["[*]"])),
                draw(st.sampled_from(NAMES)),
            )
            lines.append(f"{source} --> {target}" + draw(st.sampled_from(["", " : e", " : f", " : g"])))
    return lines


@settings(max_examples=200, deadline=None)
@given(charts(), st.integers(0, 10**6))
def test_a_walk_on_any_chart_takes_edges_only(lines: list[str], seed: int) -> None:
    try:
        flow = flow_of("\n".join(["[*] --> A", *lines]))
        marking = begin(flow)
    except (NotationError, FlowError):
        return
    chance = random.Random(seed)
    for _ in range(12):
        moves = legal(flow, marking)
        assert is_done(flow, marking) == (not moves)
        assert all(node in flow.nodes for node in active(flow, marking))
        if not moves:
            return
        move = chance.choice(moves)
        try:
            after = step(flow, marking, move.id)
        except FlowError:  # points only: there is no state to rest in
            return
        assert step(flow, marking, move.id) == after
        assert (move.id == STAY) == (after == marking) or move.id != STAY
        marking = after
        assert active(flow, marking)
