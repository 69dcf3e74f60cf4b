"""A session is its events: replaying them gives it back, and a refused one leaves no trace."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.errors import IllegalMove, SessionError
from flowdial.flow import loads
from flowdial.session import STAY, Event, Session, is_done, legal

FLOW = loads(
    "@startuml\nstart\n:a;\nif (ok?) then (yes)\nfork\n:b;\nfork again\n:c;\nend fork\nelse (no)\n:d;\nendif\n"
    "repeat\n:e;\nrepeat while (again?) is (yes) not (no)\nstop\n@enduml"
)


def state(session: Session) -> tuple[object, ...]:
    return (session.marking, copy.copy(session.trail), copy.copy(session.events))


def test_a_session_begins_at_the_first_step_without_events() -> None:
    session = Session(FLOW)
    assert (session.marking, session.events, len(session.trail)) == (("action1",), [], 1)


def test_sessions_have_ids_of_their_own() -> None:
    assert len({Session(FLOW).id for _ in range(50)}) == 50


def test_sessions_do_not_share_their_events() -> None:
    one, other = Session(FLOW), Session(FLOW)
    one.append(Event("", "e2", ""))
    assert (other.events, other.marking) == ([], ("action1",))


def test_back_returns_to_the_marking_before() -> None:
    session = Session(FLOW)
    session.append(Event("done", "e2", ""))
    session.append(Event("", "back", ""))
    assert session.marking == ("action1",)
    assert [event.move for event in session.events] == ["e2", "back"]


def test_back_steps_over_turns_that_moved_nothing() -> None:
    session = Session(FLOW)
    for move in ("e2", STAY, STAY, "back"):
        session.append(Event("", move, ""))
    assert session.marking == ("action1",)


def test_back_at_the_beginning_is_refused_and_leaves_no_trace() -> None:
    session = Session(FLOW)
    with pytest.raises(SessionError, match="nothing to go back to"):
        session.append(Event("", "back", ""))
    assert session.events == []


def test_back_is_possible_after_the_end() -> None:
    session = Session(FLOW)
    while not is_done(FLOW, session.marking):
        session.append(
            Event("", legal(FLOW, session.marking)[-2 if len(legal(FLOW, session.marking)) > 1 else 0].id, "")
        )
    session.append(Event("", "back", ""))
    assert not is_done(FLOW, session.marking)


@pytest.mark.parametrize("move", ["", "e1", "e99", "stay", "Back", "start", "e2\n"])
def test_an_illegal_move_leaves_the_session_unchanged(move: str) -> None:
    session = Session(FLOW)
    before = state(session)
    with pytest.raises(IllegalMove):
        session.append(Event("hm", move, "?"))
    assert state(session) == before


def test_a_log_that_does_not_fit_its_flow_is_refused() -> None:
    with pytest.raises(IllegalMove):
        Session(FLOW, events=[Event("", "e2", ""), Event("", "e2", "")])


def test_the_trail_is_never_taken_from_outside() -> None:
    assert Session(FLOW, trail=[("stop1",)]).marking == ("action1",)


def test_recent_gives_the_last_turns_oldest_first() -> None:
    session = Session(FLOW)
    for text in "abc":
        session.append(Event(text, "back" if text == "b" else "e2", ""))
    assert [event.user for event in session.recent(2)] == ["b", "c"]
    assert list(session.recent(0)) == []
    assert len(session.recent(99)) == 3


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 9), max_size=40))
def test_replaying_any_log_gives_the_same_session(choices: list[int]) -> None:
    session = Session(FLOW)
    for choice in choices:
        moves = [*(move.id for move in legal(FLOW, session.marking)), *(["back"] if len(session.trail) > 1 else [])]
        session.append(Event(str(choice), moves[choice % len(moves)], ""))
    again = Session(FLOW, events=list(session.events))
    assert state(again) == state(session)
    for length in range(len(session.events)):
        Session(FLOW, events=session.events[:length])
