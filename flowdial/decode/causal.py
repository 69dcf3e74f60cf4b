"""A transformers model behind the protocol.  token ids -> log-probabilities, text.

Knows torch; knows no flows. Branches are scored in one pass as a token tree: a tree attention mask lets
every token see the cached prefix and its own ancestors only.
"""

from __future__ import annotations

import copy
import itertools
import math
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flowdial.decode.tree import TokenTree, token_tree
from flowdial.errors import ModelError

if TYPE_CHECKING:
    import torch

    from flowdial.decode.loader import LoadedModel

_PREFIXES = 8


class CausalModel:
    """`loaded` from `flowdial.decode.loader.load`. Calls are serialised by a lock: safe to share by threads."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._lock = threading.Lock()
        self._prefixes: OrderedDict[tuple[int, ...], Any] = OrderedDict()

    @property
    def name(self) -> str:
        """Name of the base model, and of the adapter where there is one."""
        base, adapter = self._loaded.source.name, self._loaded.adapter_name
        return f"{base}+{adapter}" if adapter else base

    def encode(self, text: str) -> list[int]:
        """Token ids; unpaired surrogates, which no tokenizer takes, are replaced."""
        clean = text.encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = self._loaded.tokenizer.encode(clean, add_special_tokens=False, split_special_tokens=True)
        return ids

    def score(self, prefix: Sequence[int], branches: Sequence[Sequence[int]]) -> list[list[float]]:
        """See `LanguageModel.score`. The pass covers the last token of the prefix and the tree."""
        if not prefix or not branches or not all(branches):
            raise ModelError("scoring needs a prefix and branches that are not empty")
        import torch

        tree = token_tree([[prefix[-1], *branch] for branch in branches])
        scored = sorted({node for leaf in tree.leaves for node in leaf[:-1]})
        with self._lock, torch.inference_mode():
            logits = self._tree_logits(tuple(prefix[:-1]), tree, scored)
            table = torch.log_softmax(logits.float(), dim=-1)
        rows = {node: row for row, node in enumerate(scored)}
        result = [
            [float(table[rows[parent], tree.tokens[node]]) for parent, node in itertools.pairwise(leaf)]
            for leaf in tree.leaves
        ]
        _finite(result)
        return result

    def _tree_logits(self, prefix: tuple[int, ...], tree: TokenTree, keep: list[int]) -> torch.Tensor:
        """Logits of the nodes in `keep`, shape (len(keep), vocabulary)."""
        import torch

        device, offset = self._loaded.model.device, len(prefix)
        cache = self._cache(prefix)
        try:
            output = self._run(
                input_ids=torch.tensor([tree.tokens], device=device),
                position_ids=torch.tensor([tree.depths], device=device) + offset,
                attention_mask=self._mask(tree, offset),
                past_key_values=cache,
                logits_to_keep=torch.tensor(keep, device=device),
            )
        finally:
            _crop(cache, offset)
        logits: torch.Tensor = output.logits[0]
        return logits

    def _run(self, **inputs: Any) -> Any:
        try:
            return self._loaded.model(use_cache=True, **inputs)
        except (RuntimeError, IndexError) as error:
            first = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"the model failed: {first}", hint="try a smaller model, or `--device cpu`") from error

    def _mask(self, tree: TokenTree, offset: int) -> torch.Tensor:
        """Additive mask, shape (1, 1, tokens, offset + tokens): 0 where a node may look, else the minimum."""
        import torch

        count = len(tree.tokens)
        seen = torch.zeros((count, count), dtype=torch.bool)
        for node, parent in enumerate(tree.parents):
            if parent >= 0:
                seen[node] = seen[parent]
            seen[node, node] = True
        seen = torch.cat([torch.ones((count, offset), dtype=torch.bool), seen], dim=1)
        dtype = self._loaded.model.dtype
        mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
        return mask[None, None].to(self._loaded.model.device)

    def _cache(self, prefix: tuple[int, ...]) -> Any:
        """Keys and values of `prefix`; the least recently used of a few prefixes goes first."""
        import torch
        from transformers import DynamicCache

        if prefix in self._prefixes:
            self._prefixes.move_to_end(prefix)
            return self._prefixes[prefix]
        cache = DynamicCache(config=self._loaded.model.config)
        if prefix:
            ids = torch.tensor([prefix], device=self._loaded.model.device)
            self._run(input_ids=ids, past_key_values=cache, logits_to_keep=1)
        self._prefixes[prefix] = cache
        if len(self._prefixes) > _PREFIXES:
            self._prefixes.popitem(last=False)
        return cache

    def generate(
        self, prefix: Sequence[int], prompt: Sequence[int], *, max_tokens: int, stop: Sequence[str]
    ) -> Iterator[str]:
        """See `LanguageModel.generate`. Stops also at the tokenizer's end token."""
        text = whole = ""
        ids: list[int] = []
        for token in self._greedy(tuple(prefix), list(prompt), max_tokens):
            ids.append(token)
            grown = str(self._loaded.tokenizer.decode(ids, skip_special_tokens=True))
            if grown.endswith("\ufffd"):
                continue
            end = min((grown.find(mark) for mark in stop if mark in grown), default=-1)
            if end >= 0:
                yield grown[len(text) : end]
                return
            whole, shown = grown, grown[: len(grown) - _begun(grown, stop)]
            yield shown[len(text) :]
            text = max(text, shown, key=len)
        yield whole[len(text) :]

    def _greedy(self, prefix: tuple[int, ...], prompt: list[int], max_tokens: int) -> Iterator[int]:
        """Greedy tokens; the lock is held one token at a time, so that decisions get through."""
        import torch

        device, new, ends = self._loaded.model.device, prompt, _end_ids(self._loaded)
        with self._lock, torch.inference_mode():
            cache = copy.deepcopy(self._cache(prefix))
        for _ in range(max_tokens):
            ids = torch.tensor([new], device=device)
            with self._lock, torch.inference_mode():
                best = self._run(input_ids=ids, past_key_values=cache, logits_to_keep=1).logits[0, -1].max(dim=-1)
            _finite([[float(best.values)]])
            token = int(best.indices)
            if token in ends:
                return
            yield token
            new = [token]


def _crop(cache: Any, length: int) -> None:
    """Cut every layer to `length`; after a pass that failed half-way they differ."""
    for layer in cache.layers:
        grown = layer.get_seq_length() - length
        if grown > 0:
            layer.crop(-grown)


def _end_ids(loaded: LoadedModel) -> frozenset[int]:
    found = loaded.model.generation_config.eos_token_id if loaded.model.generation_config else None
    ids = found if isinstance(found, list) else [found, loaded.tokenizer.eos_token_id]
    return frozenset(int(i) for i in ids if i is not None)


def _begun(text: str, stop: Sequence[str]) -> int:
    """How many characters at the end of `text` may be the beginning of a stop string."""
    return max((n for mark in stop for n in range(1, len(mark)) if text.endswith(mark[:n])), default=0)


def _finite(scores: list[list[float]]) -> None:
    if not all(math.isfinite(value) for branch in scores for value in branch):
        raise ModelError(
            "the model gave probabilities that are not finite", hint="try `--dtype float32`, or another model"
        )
