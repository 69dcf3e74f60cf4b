"""What a reader is to the benchmark: it can be timed on one diagram after another, and says what it found in each."""

from __future__ import annotations

import gc
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Graph = dict[str, Any]
"""`kind`, `nodes` and `edges`, as in an expected.jsonl."""


class Missing(Exception):
    """The reader is not on this machine; the text says how to get it."""


@dataclass(frozen=True)
class Diagram:
    path: Path
    kind: str
    text: str
    want: Graph


@dataclass(frozen=True)
class Found:
    """What a reader made of one diagram.

    `graph` where it gives one; else `parts`, the texts of the actions or the edges between simple names; neither for
    a reader that only accepts and refuses.
    """

    kind: str
    graph: Graph | None = None
    parts: frozenset[Any] | None = None


class Reader(ABC):
    name: str
    right: str
    """What its shares compare."""
    does: str = "text to graph"
    kinds: Sequence[str] = ("activity", "state")
    warm: int = 2
    """Rounds before the first that counts."""

    @abstractmethod
    def open(self, diagrams: Sequence[Diagram]) -> str:
        """Get ready to read these; the version. Raises Missing."""

    @abstractmethod
    def seconds(self) -> list[float]:
        """Read every diagram once; the seconds for each."""

    @abstractmethod
    def found(self) -> list[Found | None]:
        """What it finds in each; None where it refuses."""

    def close(self) -> None:  # noqa: B027 (nothing to do for most)
        """End what `open` began."""


class InProcess(Reader):
    """A reader written in Python: `read` is timed, `judge` says what it returned."""

    _diagrams: Sequence[Diagram] = ()

    def open(self, diagrams: Sequence[Diagram]) -> str:
        self._diagrams = diagrams
        return self.version()

    @abstractmethod
    def version(self) -> str:
        """Import it; its version. Raises Missing."""

    @abstractmethod
    def read(self, text: str) -> Any:
        """Read one diagram; raises what it likes where it refuses."""

    @abstractmethod
    def judge(self, result: Any) -> Found | None: ...

    def forget(self) -> None:
        """Drop what it remembers of texts, so that a round does not profit from the one before."""

    def seconds(self) -> list[float]:
        taken: list[float] = []
        self.forget()
        gc.collect()
        for diagram in self._diagrams:
            begun = time.perf_counter()
            self._safely(diagram.text)
            taken.append(time.perf_counter() - begun)
        return taken

    def found(self) -> list[Found | None]:
        results = [self._safely(diagram.text) for diagram in self._diagrams]
        return [None if result is None else self.judge(result) for result in results]

    def _safely(self, text: str) -> Any:
        """What was read; a reader that raises, ours too, has refused the diagram and is counted so."""
        try:
            return self.read(text)
        except Exception:
            return None
