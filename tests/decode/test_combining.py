"""Threads that ask at the same time are served together, each with its own answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.decode.combining import Cancellation, Combiner
from flowdial.errors import BusyError, CancelledTurn


class Desk:
    """Doubles what it is asked, while `gate` is open, and notes its batches."""

    def __init__(self, **options: int) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.second = threading.Event()
        self.stepped = threading.Event()
        self.batches: list[list[int]] = []
        self.wrong: Callable[[int], bool] = lambda _query: False
        self.combiner: Combiner[int, int] = Combiner(
            self.run, threading.Lock(), waiting=options.get("waiting", 99), batch=options.get("batch", 99)
        )

    def run(self, queries: Sequence[int]) -> list[int]:
        self.batches.append(list(queries))
        assert self.gate.wait(5)
        if self.stepped.is_set() and len(self.batches) == 2:
            assert self.second.wait(5)
        if any(self.wrong(query) for query in queries):
            raise ValueError("a wrong query")
        return [2 * query for query in queries]

    def held(self, pool: ThreadPoolExecutor, queries: Sequence[int]) -> list:
        """Ask all while the desk is held; the first one is being served, the others wait in order."""
        self.gate.clear()
        asked = []
        for at, query in enumerate(queries):
            asked.append(pool.submit(self.combiner.ask, query))
            self.until(lambda at=at: len(self.batches) == 1 and len(self.combiner) == at)
        return asked

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 5
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.001)


def test_what_waits_while_a_batch_runs_is_served_in_one() -> None:
    desk = Desk()
    with ThreadPoolExecutor(8) as pool:
        asked = desk.held(pool, [1, 2, 3, 4, 5])
        desk.gate.set()
        assert [one.result(5) for one in asked] == [2, 4, 6, 8, 10]
    assert desk.batches == [[1], [2, 3, 4, 5]]


def test_the_oldest_are_served_first_where_a_batch_holds_fewer() -> None:
    desk = Desk(batch=2)
    with ThreadPoolExecutor(8) as pool:
        asked = desk.held(pool, [1, 2, 3, 4, 5, 6])
        desk.gate.set()
        assert [one.result(5) for one in asked] == [2, 4, 6, 8, 10, 12]
    assert desk.batches == [[1], [2, 3], [4, 5], [6]]


def test_one_after_the_other_each_is_served_at_once() -> None:
    desk = Desk()
    assert [desk.combiner.ask(query) for query in (1, 2, 3)] == [2, 4, 6]
    assert desk.batches == [[1], [2], [3]]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 99), min_size=1, max_size=40), st.integers(1, 9), st.integers(1, 8))
def test_everyone_gets_his_own_answer(queries: list[int], batch: int, threads: int) -> None:
    desk = Desk(batch=batch)
    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(desk.combiner.ask, queries)) == [2 * query for query in queries]
    assert sorted(query for served in desk.batches for query in served) == sorted(queries)
    assert max(map(len, desk.batches)) <= batch
    assert len(desk.combiner) == 0


def test_a_full_queue_is_busy_and_recovers() -> None:
    desk = Desk(waiting=2)
    with ThreadPoolExecutor(8) as pool:
        asked = desk.held(pool, [1, 2, 3])
        with pytest.raises(BusyError, match="busy: 2 decisions wait"):
            desk.combiner.ask(4)
        desk.gate.set()
        assert [one.result(5) for one in asked] == [2, 4, 6]
    assert desk.combiner.ask(4) == 8


def test_a_wrong_query_spoils_no_other() -> None:
    desk = Desk()
    desk.wrong = lambda query: query == 3
    with ThreadPoolExecutor(8) as pool:
        asked = desk.held(pool, [1, 2, 3, 4])
        desk.gate.set()
        assert [asked[at].result(5) for at in (0, 1, 3)] == [2, 4, 8]
        with pytest.raises(ValueError, match="wrong"):
            asked[2].result(5)
    assert desk.batches == [[1], [2, 3, 4], [2], [3], [4]]


def test_a_cancelled_request_frees_its_place_and_is_not_computed() -> None:
    desk = Desk(waiting=2)
    cancellation = Cancellation()

    def ask(query: int) -> int:
        with cancellation.covers():
            return desk.combiner.ask(query)

    with ThreadPoolExecutor(8) as pool:
        first = desk.held(pool, [1, 2])
        cancelled = pool.submit(ask, 3)
        desk.until(lambda: len(desk.combiner) == 2)
        cancellation.cancel()
        assert len(desk.combiner) == 1
        other = pool.submit(desk.combiner.ask, 4)
        desk.until(lambda: len(desk.combiner) == 2)
        desk.gate.set()
        with pytest.raises(CancelledTurn):
            cancelled.result(5)
        assert [one.result(5) for one in (*first, other)] == [2, 4, 8]
    assert desk.batches == [[1], [2, 4]]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_is_cancelled_while_it_is_computed_gets_no_answer(at: int) -> None:
    """Whether it leads or is served with others, and these get theirs."""
    desk = Desk()
    cancellation = Cancellation()

    def ask(query: int) -> int:
        if query != at:
            return desk.combiner.ask(query)
        with cancellation.covers():
            return desk.combiner.ask(query)

    desk.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(ask, 0)
        desk.until(lambda: desk.batches == [[0]])
        others = [pool.submit(ask, query) for query in (1, 2)]
        desk.until(lambda: len(desk.combiner) == 2)
        if at == 0:
            cancellation.cancel()
        else:
            desk.stepped.set()
        desk.gate.set()
        if at:
            desk.until(lambda: len(desk.batches) == 2)
            cancellation.cancel()
            desk.second.set()
        found = [one.exception(5) or one.result() for one in (first, *others)]
    assert isinstance(found[at], CancelledTurn)
    assert [value for query, value in enumerate(found) if query != at] == [2 * q for q in range(3) if q != at]


def test_what_is_asked_after_a_cancellation_is_refused() -> None:
    desk, cancellation = Desk(), Cancellation()
    cancellation.cancel()
    with cancellation.covers(), pytest.raises(CancelledTurn):
        desk.combiner.ask(1)
    assert desk.batches == []
    assert desk.combiner.ask(2) == 4


def test_a_thread_that_is_interrupted_leaves_the_others_to_the_next() -> None:
    desk = Desk()
    held = desk.run

    def interrupted(queries: Sequence[int]) -> list[int]:
        if len(queries) > 1:
            desk.combiner._run = held
            raise KeyboardInterrupt
        return held(queries)

    desk.combiner._run = interrupted
    with ThreadPoolExecutor(8) as pool:
        asked = desk.held(pool, [1, 2, 3])
        desk.gate.set()
        found = [one.exception(5) or one.result() for one in asked]
    assert found[0] == 2
    assert sorted(map(str, found[1:])) in (["", "6"], ["", "4"])
    assert len(desk.combiner) == 0
