"""Constrain transformers' own `generate`.  automaton -> LogitsProcessor.

For those who call `generate` themselves: every row of the batch can write one of the options and nothing else, and
then ends. Knows tensors; knows no flows.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import LogitsProcessor

from flowdial.constraint import Cursor, TokenAutomaton, compile_options


class OptionsLogitsProcessor(LogitsProcessor):
    """Lets each row write one of the options of `automaton` behind its prompt of `prompt_length` tokens.

    With beams and sampling alike: where a row stands is read off its tokens. Behind an option only `end` may come.
    Raises ValueError in `__call__` for a row whose tokens have left the options.
    """

    def __init__(self, automaton: TokenAutomaton, *, prompt_length: int, end: int) -> None:
        self.automaton = automaton
        self.prompt_length = prompt_length
        self.end = end

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores of the shape (rows, vocabulary), minus infinity but for the tokens that may come next."""
        allowed = torch.full_like(scores, -torch.inf)
        for row, written in enumerate(input_ids[:, self.prompt_length :].tolist()):
            tokens = list(self.allowed(written))
            allowed[row, tokens] = scores[row, tokens]
        return allowed

    def allowed(self, written: list[int]) -> tuple[int, ...]:
        """Tokens that may follow what a row has written."""
        cursor: Cursor = self.automaton.cursor()
        for token in written:
            if cursor.option is not None:
                return (self.end,)
            cursor = cursor.advance(token)
        return (self.end,) if cursor.option is not None else cursor.allowed

    def option(self, written: list[int]) -> int:
        """Index of the option that a row wrote. Raises ValueError where it is none, or not complete."""
        cursor = self.automaton.cursor()
        for token in written:
            if cursor.option is not None:
                break
            cursor = cursor.advance(token)
        if cursor.option is None:
            raise ValueError("no option is complete")
        return cursor.option


def options_processor(options: list[str], tokenizer: Any, prompt: str) -> OptionsLogitsProcessor:
    """The processor for options that continue `prompt`, which is tokenised as `tokenizer(prompt)` does it.

    An option is closed by the tokenizer's end token, so it may be empty, hold line breaks, or begin another one.
    Raises ValueError for no options, equal ones, ones that the tokenizer cannot tell apart, or a missing end token.
    """
    end = tokenizer.eos_token_id
    if end is None:
        raise ValueError("the tokenizer has no end token")

    def encode(text: str) -> list[int]:
        clean = text.encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = tokenizer.encode(clean, add_special_tokens=False, split_special_tokens=True)
        return ids

    automaton = compile_options(options, encode, prefix=prompt, end=[end])
    return OptionsLogitsProcessor(automaton, prompt_length=len(tokenizer(prompt)["input_ids"]), end=end)
