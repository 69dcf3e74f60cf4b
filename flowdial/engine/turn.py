"""What a turn gave.  A value; knows how to become JSON and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One legal move as it stood at the decision; `probability` is None where no decision was needed."""

    move: str
    name: str
    to: str
    probability: float | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: where the dialogue stood (`before`), the move, where it stands now (`after`), and the reply.

    `move` is the id of the edge taken, `stay`, or `back`; `start` for the opening turn. `legal` are the ids
    of the moves that were legal, `choices` the same with names and probabilities. `model_called` says whether
    a model took part, `shortened` that it read only the beginning and the end of the user's text, `ms` is the time to
    the end of the reply in milliseconds.
    """

    reply: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    move: str
    label: str
    probability: float
    legal: tuple[str, ...]
    choices: tuple[Choice, ...]
    model_called: bool
    ms: float
    done: bool
    shortened: bool = False

    def to_json(self) -> dict[str, Any]:
        """The object of the line protocol."""
        return {
            "reply": self.reply,
            "from": list(self.before),
            "to": list(self.after),
            "move": self.move,
            "label": self.label,
            "probability": round(self.probability, 6),
            "legal": list(self.legal),
            "choices": [
                {"move": c.move, "name": c.name, "to": c.to, "probability": c.probability} for c in self.choices
            ],
            "model_called": self.model_called,
            "shortened": self.shortened,
            "ms": round(self.ms, 1),
            "done": self.done,
        }
