"""Show progress on a terminal.  messages + fractions -> a rich bar on standard error."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowdial.decode.store import Progress

if TYPE_CHECKING:
    from rich.console import Console

#: Seconds between two lines where there is no terminal.
_EVERY = 60.0


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """A bar on standard error while the block runs; nothing stays of it afterwards.

    In a file or a pipe, a line once a minute.
    """
    from rich.console import Console

    console = Console(stderr=True)
    with _bar(console) if console.is_terminal else contextlib.nullcontext(_lines(console)) as report:
        yield report


@contextlib.contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(message: str, fraction: float | None) -> None:
            total = None if fraction is None else 1.0
            bar.update(task, description=message, total=total, completed=fraction or 0.0)

        yield report


def _lines(console: Console) -> Progress:
    told = time.monotonic()

    def report(message: str, fraction: float | None) -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            share = "" if fraction is None else f"{fraction:.0%} "
            console.print(f"{share}{message}", markup=False, highlight=False)

    return report
