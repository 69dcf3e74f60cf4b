"""A scripted model for tests of other parts.  fixed tables -> scores and text.  Never a user's default.

It encodes characters as their code points, so that nothing has to be loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flowdial.decode.protocol import UNTRAINED, Skill
from flowdial.decode.query import Among


@dataclass(eq=False)
class ScriptedModel:
    """`likes` maps a piece of a branch's text to the log-probability added to the last token of that branch.

    `says` is what every generation gives; `calls` counts what was asked of the model.
    """

    likes: Mapping[str, float] = field(default_factory=dict)
    says: str = ""
    name: str = "scripted"
    calls: int = 0
    skill: Skill = UNTRAINED

    def encode(self, text: str) -> list[int]:
        """Code points."""
        return [ord(char) for char in text]

    def score(
        self,
        prefix: Sequence[int],
        endings: Sequence[Sequence[int]],
        *,
        stems: Sequence[Sequence[int]] | None = None,
        among: Among = "vocabulary",
    ) -> list[list[float]]:
        """-1 a token, and what `likes` adds."""
        self.calls += 1
        return [self._branch(s, ending) for s, ending in zip(stems or [()] * len(endings), endings, strict=True)]

    def _branch(self, stem: Sequence[int], ending: Sequence[int]) -> list[float]:
        text = "".join(map(chr, [*stem, *ending]))
        bonus = sum(value for piece, value in self.likes.items() if piece in text)
        return [*(-1.0 for _ in ending[:-1]), -1.0 + bonus]

    def write(self, prefix: str, prompt: str, *, max_tokens: int, stop: Sequence[str]) -> Iterator[str]:
        """`says`, character by character."""
        self.calls += 1
        yield from self.says[:max_tokens]
