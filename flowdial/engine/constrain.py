"""Constrain anyone's `generate` with a flow.  flow + marking + tokenizer -> Constraint.

For programs that bring their own model and prompt: what they generate is the name of a legal move, and the move is
known. Knows flows and tokenizers; runs no model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, SupportsInt

from flowdial.decode.extras import needs_extra
from flowdial.errors import SessionError
from flowdial.flow import Flow
from flowdial.session import Move, Session, legal, options

if TYPE_CHECKING:
    from flowdial.decode.processor import OptionsLogitsProcessor


@dataclass(frozen=True, slots=True)
class Constraint:
    """`processors` goes to `generate(logits_processor=…)`; `names[i]` is what `moves[i]` is called."""

    names: tuple[str, ...]
    moves: tuple[Move, ...]
    processor: OptionsLogitsProcessor

    @property
    def processors(self) -> list[OptionsLogitsProcessor]:
        """The list that `generate` wants."""
        return [self.processor]

    def move(self, ids: Iterable[SupportsInt]) -> Move:
        """The move that a row of `generate`'s output names, prompt and all. Raises ValueError for an unfinished one."""
        return self.moves[self.processor.option([int(token) for token in ids][self.processor.prompt_length :])]


def constrain(flow: Flow, tokenizer: Any, prompt: str, *, session: Session | None = None, gap: str = " ") -> Constraint:
    """Let `generate` write, behind `prompt` and `gap`, nothing but the name of a legal move.

    Of the session's step, or of the first one. Raises SessionError where nothing is legal any more, ValueError where
    the tokenizer cannot tell the names apart.
    """
    with needs_extra("model"):
        from flowdial.decode.processor import options_processor
    marking = (session or Session(flow)).marking
    found = options(flow, legal(flow, marking))
    if not found:
        raise SessionError("the dialogue is over: no move is legal")
    names = tuple(option.name for option in found)
    processor = options_processor([gap + name for name in names], tokenizer, prompt)
    return Constraint(names, tuple(option.move for option in found), processor)
