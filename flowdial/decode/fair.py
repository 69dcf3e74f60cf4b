"""A lock that is given in the order in which it is asked for.  Knows threads only.

Python's own may be taken again by the thread that gave it back while others wait: a reply that is written token by
token would keep decisions from the model.
"""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """`with lock:`, first come, first served; not to be taken twice by one thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._tickets: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._tickets.append(ticket)
        try:
            ticket.acquire()
        except BaseException:
            self._give_up(ticket)
            raise

    def __exit__(self, *_error: object) -> None:
        with self._guard:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._tickets:
            self._tickets.popleft().release()
        else:
            self._held = False

    def _give_up(self, ticket: threading.Lock) -> None:
        """An interrupted thread leaves the row; a lock that it was given meanwhile goes to the next one."""
        with self._guard:
            if ticket in self._tickets:
                self._tickets.remove(ticket)
            else:
                self._pass_on()
