"""Keep what takes long to find out.  key -> value, once; a file of JSON lines.  Knows nothing of what it keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowdial.errors import SourceError


class Journal:
    """What was found out already, in a file of JSON lines; without a file nothing is kept.

    What was cut off by a kill is found out anew. Raises SourceError where the file cannot be read or written, unless it
    `may_fail`: then nothing more is kept.
    """

    def __init__(self, path: Path | None, *, may_fail: bool = False) -> None:
        self._path, self._may_fail = path, may_fail
        self._known: dict[str, Any] = {}
        self._torn = False
        if path and path.exists():
            try:
                kept = path.read_bytes()
            except OSError as error:
                if may_fail:
                    self._path = None
                    return
                message = f"{path}: cannot be read: {error.strerror}"
                raise SourceError(message, hint="name a file, there or not") from error
            self._torn = not kept.endswith(b"\n") and bool(kept)
            for line in kept.split(b"\n"):
                try:
                    key, value = json.loads(line)
                    self._known[key] = value
                except (ValueError, TypeError):
                    continue

    def __len__(self) -> int:
        return len(self._known)

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """The value kept for a key, or a new one."""
        if key not in self._known:
            self._known[key] = make()
            self._append(key)
        return self._known[key]

    def forget(self) -> None:
        """Remove the file."""
        if self._path:
            self._path.unlink(missing_ok=True)

    def _append(self, key: str) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n" * self._torn + json.dumps([key, self._known[key]], ensure_ascii=False) + "\n")
                self._torn = False
        except OSError as error:
            if self._may_fail:
                self._path = None
                return
            message = f"{self._path}: cannot be written: {error.strerror}"
            raise SourceError(message, hint="make room and run again; what was found out so far is kept") from error
