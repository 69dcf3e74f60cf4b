"""What may be chosen of a training.  Knows nothing but numbers and names."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowdial.training.trainer import Pace

#: Of a new adapter.
RANK = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen. `rank` is that of the adapter (0: 16, or that of the one which is trained further), `words`
    how many Chinese words may become tokens of their own, `epochs` may be a fraction, `length` is the tokens of a row,
    `together` how many sayings to one question are learnt in one tree, `samples` how many turns an epoch takes (None
    for all), `per_edge` the realised sentences of an edge and epoch, `replies` the share of turns whose answer is
    learnt as well, `text_weight` how much that counts, `keep` the share of an adapter that is trained further in the
    average with what came out.
    """

    rank: int = 0
    words: int = 0
    epochs: float = 1.15
    length: int = 1024
    together: int = 8
    samples: int | None = None
    per_edge: int = 1
    replies: float = 0.15
    text_weight: float = 0.25
    validation: float = 0.03
    layout: str = "verdict"
    keep: float = 0.0
    pace: Pace = field(default_factory=Pace)
