"""What a language model must be able to do.  token ids in, log-probabilities and text out.

Knows strings and tokens; knows no flows. Adapters: `transformers` in process, a scripted one for tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from flowdial.decode.query import Among

#: What a decision scores: the user's words behind each name, the name behind the words, or a verdict behind both.
LAYOUTS = ("channel", "naming", "verdict")


class LanguageModel(Protocol):
    """A causal language model behind the few calls that the engine needs."""

    @property
    def name(self) -> str:
        """What the model is called in certificates, adapter included."""
        ...

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`, without special tokens added."""
        ...

    @property
    def layout(self) -> str:
        """How decisions are put to it, one of `LAYOUTS`."""
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

    def generate(
        self, prefix: Sequence[int], prompt: Sequence[int], *, max_tokens: int, stop: Sequence[str]
    ) -> Iterator[str]:
        """Pieces of text that continue `prefix` + `prompt`, greedily, until a stop string or the limit.

        The stop string is not given. `prefix` is cached between calls.
        """
        ...
