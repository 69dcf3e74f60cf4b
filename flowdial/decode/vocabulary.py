"""Give a model words as tokens of their own.  words -> tokens of the tokenizer, rows of the embedding.

Knows transformers; knows no adapter and no training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def widen(model: Any, tokenizer: Any, words: Sequence[str]) -> list[int]:
    """The tokens of `words` in `tokenizer`, which is changed, and `model`, whose embedding gets rows for them."""
    tokenizer.add_tokens(list(words))
    tokens: list[int] = tokenizer.convert_tokens_to_ids(list(words))
    if max(tokens, default=0) >= model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(max(tokens) + 1, mean_resizing=False)
    return tokens
