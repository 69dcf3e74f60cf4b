"""Show progress on a terminal.  messages + fractions -> a rich bar on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from flowdial.decode.store import Progress


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """A bar on standard error while the block runs; nothing stays of it afterwards."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(message: str, fraction: float | None) -> None:
            total = None if fraction is None else 1.0
            bar.update(task, description=message, total=total, completed=fraction or 0.0)

        yield report
