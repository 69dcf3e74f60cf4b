"""Put moves into words.  question + option's name -> what users say; steps -> reports and announcements.

Knows Chinese and English wording; knows no flows and no models. Everything is drawn from a `random.Random`, so the
same seed gives the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Protocol

from flowdial.dataset.realise import chinese, english


class Realiser(Protocol):
    """What a language module can say."""

    def propositions(self, question: str) -> tuple[str, str]:
        """What the question asks as a statement, and its denial; empty where it cannot be turned into one."""
        ...

    def answers(self, question: str, name: str, side: int, other: str = "") -> list[str]:
        """Sentences that mean the option `name`: `side` is 1 where it says yes to the question, -1 where no, else 0.

        `other` is the only other option; empty where there are more.
        """
        ...

    def reports(self, step: str) -> list[str]:
        """Sentences in which a user says that a step is done."""
        ...

    def announcements(self, step: str, kind: str) -> list[str]:
        """Sentences in which the bot comes to a step; `kind` is `decision`, `action` or `end`."""
        ...

    def openings(self, title: str) -> list[str]:
        """What users say first."""
        ...

    def corrections(self, wrong: str, right: str) -> list[str]:
        """Sentences of a user who names one option and then means another."""
        ...

    def questions(self, question: str) -> list[str]:
        """What users ask back instead of answering a question."""
        ...

    def backs(self) -> list[str]:
        """Sentences of a user who wants to go back a step."""
        ...

    def colour(self, sentence: str, draw: Random) -> str:
        """The sentence as somebody types it: polite, hesitant, with or without its full stop."""
        ...


REALISERS: dict[str, Realiser] = {"zh": chinese, "en": english}


def distinct_of(sentences: Iterable[str]) -> list[str]:
    """The sentences, each once; none without a word, as of an empty label."""
    return [each for each in dict.fromkeys(sentences) if any(char.isalnum() for char in each)]


def drawn(sentences: Sequence[str], count: int, draw: Random) -> list[str]:
    """`count` of the sentences, none twice where there are enough; none without a word."""
    distinct = distinct_of(sentences)
    if not distinct:
        return []
    return (
        draw.sample(distinct, count)
        if count <= len(distinct)
        else distinct + draw.choices(distinct, k=count - len(distinct))
    )
