"""Keep what takes long to find out.  key -> value, once; a file of JSON lines.  Knows nothing of what it keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowdial.errors import SourceError


class Journal:
    """What was found out already, in a file of JSON lines; without a file nothing is kept.

    A line that was cut off by a kill is written anew. Raises SourceError where the file cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, Any] = {}
        if path and path.exists():
            for line in path.read_bytes().splitlines():
                try:
                    key, value = json.loads(line)
                    self._known[key] = value
                except (ValueError, TypeError):
                    continue

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """The value kept for a key, or a new one."""
        if key not in self._known:
            self._known[key] = make()
            self._append(key)
        return self._known[key]

    def _append(self, key: str) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, self._known[key]], ensure_ascii=False) + "\n")
        except OSError as error:
            message = f"{self._path}: cannot be written: {error.strerror}"
            raise SourceError(message, hint="make room and run again; what was found out so far is kept") from error
