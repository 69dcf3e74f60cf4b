"""Run work that calls work.  Task -> its result.  Knows nothing of what the work is.

A task is a generator that yields the tasks it needs and is sent their results, so that the depth of calls
costs no stack.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")
Task = Generator[Any, Any, T]


def run(task: Task[T]) -> T:
    """Carry a task out; an exception goes up through the tasks that wait, as through calls."""
    stack: list[Task[Any]] = [task]
    value: Any = None
    error: Exception | None = None
    while True:
        try:
            needed = stack[-1].throw(error) if error is not None else stack[-1].send(value)
        except StopIteration as stop:
            value, error = stop.value, None
            stack.pop()
            if not stack:
                result: T = value
                return result
        except Exception as raised:
            stack.pop()
            if not stack:
                raise
            error = raised
        else:
            stack.append(needed)
            value, error = None, None
