"""Turn a missing package into a sentence.  import -> MissingExtra.  Knows the names of the extras only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from flowdial.errors import MissingExtra


@contextlib.contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Around imports only: a module that is missing becomes MissingExtra."""
    try:
        yield
    except ImportError as error:
        message = f"this needs the Python package `{error.name or error}`, which is not installed"
        raise MissingExtra(message, hint=f"pip install 'flowdial[{extra}]'") from error
