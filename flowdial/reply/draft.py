"""The value that the reply stages hand on.  Situation + stages -> Draft.

A stage is a callable `(Situation, Draft) -> Draft`. Grounding by retrieval, steering by attributes and
refinement are further stages of the same signature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flowdial.decode.protocol import LanguageModel


@dataclass(frozen=True, slots=True)
class Situation:
    """What the reply is about; the move has been made already.

    `step` is the plain text of where the dialogue stands now, `asks` whether it is a question, `names` the
    options, `offers` whether they must be told for the user to know them, `stayed` whether the user's words moved
    nothing and `unsure` whether they only were not
    clear. `others` are the texts of the other steps, `recent` the last replies. `model` is None where no model
    is to be called.
    """

    lang: str
    words: str
    step: str
    asks: bool = False
    offers: bool = False
    names: tuple[str, ...] = ()
    say: str = ""
    stayed: bool = False
    unsure: bool = False
    done: bool = False
    others: Sequence[str] = ()
    recent: Sequence[str] = ()
    model: LanguageModel | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The reply so far: `lead` takes up what the user said, `body` says where the process stands."""

    lead: str = ""
    body: str = ""

    def text(self, lang: str) -> str:
        """The reply as it is shown."""
        gap = "" if lang == "zh" else " "
        return gap.join(part for part in (self.lead, self.body) if part)

    def with_lead(self, lead: str) -> Draft:
        """The same draft with another lead."""
        return replace(self, lead=lead)

    def with_body(self, body: str) -> Draft:
        """The same draft with another body."""
        return replace(self, body=body)


Stage = Callable[[Situation, Draft], Draft]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages in two parts: what `lead` settles is shown before `body` is written."""

    lead: tuple[Stage, ...]
    body: tuple[Stage, ...]

    def run(self, situation: Situation, listen: Callable[[str], None] | None = None) -> Draft:
        """Hand an empty draft through the stages; `listen` is given the pieces of the reply as they are settled.

        A sentence is the least that can be guarded, so a piece is a sentence or more; together they are the reply.
        """
        draft = _through(self.lead, situation, Draft())
        shown = draft.text(situation.lang)
        if listen is not None and shown:
            listen(shown)
        draft = _through(self.body, situation, draft)
        if listen is not None:
            listen(draft.text(situation.lang)[len(shown) :])
        return draft


def _through(stages: Sequence[Stage], situation: Situation, draft: Draft) -> Draft:
    for stage in stages:
        draft = stage(situation, draft)
    return draft
