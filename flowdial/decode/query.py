"""What a model is asked to score.  cached beginning + branches -> Query.  Knows token ids; knows no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowdial.errors import ModelError

Tokens = tuple[int, ...]
#: Among which tokens a probability is shared out: all of the vocabulary, or those with which a branch goes on.
Among = Literal["vocabulary", "siblings"]


@dataclass(frozen=True, slots=True)
class Query:
    """Branches, each of them `prefix`, then `stems[i]`, then `endings[i]`, of which the tokens are scored.

    Prefix and stems are constant, and their keys and values are kept between calls; the endings are new. With
    `among` = "siblings" a token competes with those with which another ending goes on at its place, behind the same
    stem: the distribution that masked decoding gives. A token without siblings is certain.

    Raises ModelError for no branches, an empty ending, or a branch with nothing before its ending.
    """

    prefix: Tokens
    stems: tuple[Tokens, ...]
    endings: tuple[Tokens, ...]
    among: Among = "vocabulary"

    def __post_init__(self) -> None:
        if not self.endings or len(self.stems) != len(self.endings) or not all(self.endings):
            raise ModelError("scoring needs branches that are not empty")
        if any(self.stems) != all(self.stems):
            raise ModelError("either all branches have a stem, or none")
        if not self.prefix and not all(self.stems):
            raise ModelError("scoring needs a prefix that is not empty")

    @property
    def longest(self) -> int:
        """Tokens of the longest branch."""
        return len(self.prefix) + max(len(s) + len(e) for s, e in zip(self.stems, self.endings, strict=True))

    @property
    def size(self) -> int:
        """Tokens of all branches, without the prefix."""
        return sum(len(s) + len(e) for s, e in zip(self.stems, self.endings, strict=True))
