"""Serve together what is asked at the same time.  queries of many threads -> batches -> answers.

Who came first leads: it serves all that wait, the oldest first, in one batch, wakes them, and hands the lead to the
oldest that came meanwhile. Nobody who has an answer waits for a lock. No thread of its own, nothing is put off to fill
a batch, and the queue is bounded. Knows nothing of models.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from flowdial.errors import BusyError, CancelledTurn

Query = TypeVar("Query")
Answer = TypeVar("Answer")


class Cancellation:
    """Lets go of all that is asked within `with cancellation.covers():`; `cancel` may be called by any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._asked: list[Callable[[], None]] = []
        self.cancelled = False

    def check(self) -> None:
        """Raises CancelledTurn where it was cancelled."""
        if self.cancelled:
            raise CancelledTurn("the turn was cancelled")

    def cancel(self) -> None:
        """Take back what waits; what is asked later is refused."""
        with self._guard:
            self.cancelled = True
            asked, self._asked = self._asked, []
        for let_go in asked:
            let_go()

    def watch(self, let_go: Callable[[], None]) -> None:
        """Call `let_go` on `cancel`. Raises CancelledTurn where that has been."""
        with self._guard:
            self.check()
            self._asked.append(let_go)

    @contextlib.contextmanager
    def covers(self) -> Iterator[None]:
        """What this thread, or a task that begins here, asks the model."""
        token = _cancellation.set(self)
        try:
            yield
        finally:
            _cancellation.reset(token)


_cancellation: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


def check() -> None:
    """Raises CancelledTurn where what this thread does was cancelled."""
    if cancellation := _cancellation.get():
        cancellation.check()


class _Place(Generic[Query, Answer]):
    """One query in the queue. `answer` stands once `done` is true and `error` is None.

    `turn` is set once it is done, and for the one that leads.
    """

    def __init__(self, query: Query) -> None:
        self.query = query
        self.done = False
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self.turn = threading.Event()

    def settle(self, answer: Answer | None = None, error: Exception | None = None) -> None:
        """Under the guard; what is done stays as it is, so that who cancelled gets no answer."""
        if not self.done:
            self.answer, self.error, self.done = answer, error, True
            self.turn.set()


class Combiner(Generic[Query, Answer]):
    """`run` answers a batch in its order, and is called under `lock`; at most `waiting` queries stand in the queue.

    A batch holds up to `batch` queries. Where a batch fails each of its queries is run alone, so that one cannot spoil
    the others.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Query]], Sequence[Answer]],
        lock: contextlib.AbstractContextManager[Any],
        *,
        waiting: int,
        batch: int,
    ) -> None:
        self.lock = lock
        self._run = run
        self._limit = waiting
        self._batch = batch
        self._guard = threading.Lock()
        self._queue: deque[_Place[Query, Answer]] = deque()
        self._leader: _Place[Query, Answer] | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._queue)

    def ask(self, query: Query) -> Answer:
        """The answer to a query. Raises BusyError where the queue is full, and what `run` raises for this query."""
        place: _Place[Query, Answer] = _Place(query)
        if cancellation := _cancellation.get():
            cancellation.watch(lambda: self._cancel(place))
        try:
            self._enter(place)
            while not place.done:
                place.turn.wait()
                if not place.done:
                    with self.lock:
                        self._serve()
        finally:
            self._leave(place)
        if place.error is not None:
            raise place.error
        return place.answer  # type: ignore[return-value]

    def _enter(self, place: _Place[Query, Answer]) -> None:
        with self._guard:
            if len(self._queue) >= self._limit:
                message = f"the model is busy: {self._limit} decisions wait already"
                raise BusyError(message, hint="try again in a moment")
            self._queue.append(place)
            if self._leader is None:
                self._lead(place)

    def _lead(self, place: _Place[Query, Answer] | None) -> None:
        self._leader = place
        if place:
            place.turn.set()

    def _leave(self, place: _Place[Query, Answer]) -> None:
        with self._guard:
            place.done = True
            self._dropped(place)
            if self._leader is place:
                self._lead(self._queue[0] if self._queue else None)

    def _dropped(self, place: _Place[Query, Answer]) -> None:
        with contextlib.suppress(ValueError):
            self._queue.remove(place)

    def _cancel(self, place: _Place[Query, Answer]) -> None:
        with self._guard:
            self._dropped(place)
            place.settle(error=CancelledTurn("the turn was cancelled"))

    def _serve(self) -> None:
        """Answer the oldest; if this thread is interrupted, they wait on for the next leader."""
        with self._guard:
            places = [self._queue.popleft() for _ in range(min(self._batch, len(self._queue)))]
        try:
            self._answer(places)
        finally:
            with self._guard:
                self._queue.extendleft(reversed([place for place in places if not place.done]))

    def _answer(self, places: Sequence[_Place[Query, Answer]]) -> None:
        places = [place for place in places if not place.done]
        if not places:
            return
        try:
            answers = self._run([place.query for place in places])
        except Exception as error:
            if len(places) == 1:
                self._settle(places, [None], error)
            else:
                for place in places:
                    self._answer([place])
            return
        self._settle(places, answers)

    def _settle(
        self,
        places: Sequence[_Place[Query, Answer]],
        answers: Sequence[Answer | None],
        error: Exception | None = None,
    ) -> None:
        with self._guard:
            for place, answer in zip(places, answers, strict=True):
                place.settle(answer, error)
