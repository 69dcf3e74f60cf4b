"""Words that a base lacks.  base + list of words -> tokens of their own, which begin as what they mean in English.

A tokenizer that knows little Chinese writes a character as two or three tokens of bytes. The list beside this file
holds the words and characters that are commonest in what people say to companies and offices, each with an English
gloss; a word begins as the mean of its gloss's tokens, so that it brings along what the base knows of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from flowdial.decode.loader import LoadedModel
from flowdial.decode.vocabulary import widen

_LIST = Path(__file__).with_name("words.tsv")


def give(loaded: LoadedModel, most: int) -> tuple[str, ...]:
    """Widen the model and its tokenizer by at most so many words that it writes by several tokens; these words.

    None where the base writes most characters by one token, or its output embedding is not that of its input.
    """
    if not most:
        return ()
    glosses = dict(line.split("\t") for line in _LIST.read_text("utf-8").splitlines())
    characters = [word for word in glosses if len(word) == 1]
    spelt = _spelt(loaded.tokenizer, characters)
    tied = getattr(loaded.model.config.get_text_config(), "tie_word_embeddings", False)
    if not tied or sum(len(tokens) > 1 for tokens in spelt.values()) * 2 < len(characters):
        return ()
    words = [word for word, tokens in _spelt(loaded.tokenizer, list(glosses)).items() if len(tokens) > 1][:most]
    meant = _spelt(loaded.tokenizer, [f" {glosses[word]}" for word in words])
    embedding: Any = loaded.model.get_input_embeddings()
    with torch.no_grad():
        known = embedding.weight.float()
        rows = torch.stack([known[meant[f" {glosses[word]}"]].mean(0) for word in words])
        rows *= known.norm(dim=1).mean() / rows.norm(dim=1, keepdim=True)
        tokens = widen(loaded.model, loaded.tokenizer, words)
        weight: Any = loaded.model.get_input_embeddings().weight
        weight[tokens] = rows.to(weight)
    return tuple(words)


def _spelt(tokenizer: Any, words: list[str]) -> dict[str, list[int]]:
    return {word: tokenizer.encode(word, add_special_tokens=False) for word in words}
