"""Masked decoding in its plainest form.  model + token ids + automaton -> log-probabilities of the options.

A full pass a step, no cache, no tree, the whole vocabulary: slow, and short enough to be read. What is fast is tested
against it, and benchmarks compare with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdial.constraint import Cursor, TokenAutomaton

if TYPE_CHECKING:
    import torch


def masked(model: Any, prompt: list[int], cursor: Cursor) -> torch.Tensor:
    """Log-probabilities in float32, shape (vocabulary,), of the next token; minus infinity where it is not allowed."""
    import torch

    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([prompt], device=model.device)).logits[0, -1].float()
    allowed = torch.full_like(logits, -torch.inf)
    allowed[list(cursor.allowed)] = 0.0
    return torch.log_softmax(logits + allowed, dim=-1)


def distribution(model: Any, prompt: list[int], automaton: TokenAutomaton) -> list[float]:
    """For every option its log-probability (natural) when each token is drawn among those that are allowed."""
    found = []
    for path in automaton.paths:
        cursor, total = automaton.cursor(), 0.0
        for at, token in enumerate(path):
            total += float(masked(model, [*prompt, *path[:at]], cursor)[token])
            cursor = cursor.advance(token)
        found.append(total)
    return found


def greedy(model: Any, prompt: list[int], automaton: TokenAutomaton) -> int:
    """The option that is reached by the likeliest allowed token at each step."""
    cursor, ids = automaton.cursor(), list(prompt)
    while cursor.option is None:
        token = int(masked(model, ids, cursor).argmax())
        ids.append(token)
        cursor = cursor.advance(token)
    return cursor.option
