"""The lock is given in the order in which it is asked for, and to one thread at a time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from flowdial.decode.fair import FairLock


def test_who_comes_back_waits_behind_those_who_wait() -> None:
    """A thread that takes the lock again at once lets every other one in before."""
    lock, order = FairLock(), []

    def wait(name: int) -> None:
        with lock:
            order.append(name)

    with ThreadPoolExecutor(8) as pool:
        with lock:
            for name in range(4):
                pool.submit(wait, name)
                while len(lock._tickets) <= name:
                    time.sleep(0.001)
        with lock:
            order.append(-1)
    assert order == [0, 1, 2, 3, -1]


def test_one_thread_at_a_time_holds_it() -> None:
    lock, inside = FairLock(), 0

    def work(_: int) -> int:
        nonlocal inside
        with lock:
            inside += 1
            found = inside
            time.sleep(0.0005)
            inside -= 1
        return found

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(100))) == {1}


def test_a_thread_that_is_interrupted_while_it_waits_leaves_the_row() -> None:
    """Before it was given the lock, or in the moment of it."""
    lock = FairLock()
    lock.__enter__()
    early, late = threading.Lock(), threading.Lock()
    lock._tickets.extend((early, late))
    early.acquire()
    late.acquire()
    lock._give_up(early)
    assert list(lock._tickets) == [late]
    lock.__exit__()
    lock._give_up(late)
    with lock:
        pass
    assert not lock._held
