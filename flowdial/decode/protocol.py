"""What a language model must be able to do.  texts or token ids in, log-probabilities and text out.

Knows strings and tokens; knows no flows. A model in this process scores tokens (`Scorer`: transformers, or a scripted
one for tests); a model behind a server chooses among strings (`Chooser`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from flowdial.decode.query import Among

#: What a decision scores: the user's words behind each name, the name behind the words, or a verdict behind both.
LAYOUTS = ("channel", "naming", "verdict")


@dataclass(frozen=True, slots=True)
class Skill:
    """What a model was trained for: how decisions are put to it, one of `LAYOUTS`; by language and
    feature how its scores are weighed against what the words alone say (what is missing: as `flowdial.decode.decider`
    has it for a model that was not trained); and whether it writes replies.
    """

    layout: str = LAYOUTS[0]
    weights: Mapping[str, Mapping[str, float]] | None = None
    replies: bool = False


#: Of a model as it comes.
UNTRAINED = Skill()


class Writer(Protocol):
    """What every model can do."""

    @property
    def name(self) -> str:
        """What the model is called in certificates, adapter included."""
        ...

    @property
    def skill(self) -> Skill:
        """What it was trained for."""
        ...

    def write(self, prefix: str, prompt: str, *, max_tokens: int, stop: Sequence[str]) -> Iterator[str]:
        """Pieces of text that continue `prefix` + `prompt`, greedily, until a stop string or the limit.

        The stop string is not given. `prefix` is constant, and what was computed of it is kept where that is possible.
        Raises ModelError.
        """
        ...


@runtime_checkable
class Scorer(Writer, Protocol):
    """A causal language model that tells the probability of any token."""

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`, without special tokens added."""
        ...

    def score(
        self,
        prefix: Sequence[int],
        endings: Sequence[Sequence[int]],
        *,
        stems: Sequence[Sequence[int]] | None = None,
        among: Among = "vocabulary",
    ) -> list[list[float]]:
        """Log-probabilities (natural) of every token of every ending, given `prefix`, its stem and the ending so far.

        One forward pass over the new tokens; prefix and stems are kept between calls. `among` says which tokens
        compete, see `Query`. Raises ModelError.
        """
        ...


@runtime_checkable
class Chooser(Writer, Protocol):
    """A model that chooses one of some strings."""

    def choose(self, prompt: str, options: Sequence[str]) -> list[float]:
        """Log-probabilities (natural) of the options as they continue `prompt`; no other text can be chosen.

        Where the server tells no probabilities, the option that it chose has nearly all. Raises ModelError.
        """
        ...


LanguageModel = Scorer | Chooser
