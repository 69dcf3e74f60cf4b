"""A transformers model behind the protocol.  token ids -> log-probabilities, text.

Knows torch; knows no flows. All branches of all queries are scored in one pass as a token tree: a tree attention
mask lets every token see the cached segments of its own line and its own ancestors only.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flowdial.constraint import after
from flowdial.decode import combining
from flowdial.decode.backbone import Backbone
from flowdial.decode.combining import Combiner
from flowdial.decode.fair import FairLock
from flowdial.decode.protocol import Skill
from flowdial.decode.query import Among, Query, Tokens
from flowdial.decode.repetition import until_it_repeats
from flowdial.decode.scoring import Scores, score
from flowdial.decode.segments import Place, Segment, SegmentCache
from flowdial.decode.tree import TokenTree, token_tree
from flowdial.errors import ModelError, PromptTooLong

if TYPE_CHECKING:
    from flowdial.decode.loader import LoadedModel

#: Bytes of keys and values that are kept between calls.
CACHE_BYTES = 128 * 2**20
#: Tokens of all options of a decision: some 5 seconds of a small model on two cores.
MAX_TOKENS = 8_192
#: Tokens that two lines share, and that are kept once for both.
WORTH_SHARING = 32
#: Decisions that may wait for the model, and decisions that share a pass at most.
WAITING = 256
BATCH = 32


class CausalModel:
    """`loaded` from `flowdial.decode.loader.load`. Safe to share by threads.

    What is asked while a pass runs shares the next one. At most `waiting` decisions wait; more are a BusyError.
    """

    def __init__(self, loaded: LoadedModel, *, cache_bytes: int = CACHE_BYTES, waiting: int = WAITING) -> None:
        self._loaded = loaded
        self._segments = SegmentCache(cache_bytes)
        self._lock = FairLock()
        self._combiner: Combiner[Query, Scores] = Combiner(self._score, self._lock, waiting=waiting, batch=BATCH)

    @property
    def transformer(self) -> Any:
        """The model of transformers, adapter and all."""
        return self._loaded.model

    @property
    def decoder(self) -> Any:
        """Its part that reads tokens, without the output embedding."""
        return self._backbone.decoder

    def forget(self) -> None:
        """Give back the keys and values that are kept."""
        with self._lock:
            self._segments.clear()

    @functools.cached_property
    def _backbone(self) -> Backbone:
        return Backbone(self._loaded.model)

    @property
    def name(self) -> str:
        """Name of the base model, and of the adapter where there is one."""
        base, adapter = self._loaded.source.name, self._loaded.adapter_name
        return f"{base}+{adapter}" if adapter else base

    @property
    def identity(self) -> str:
        """What its answers depend on: base, adapter and number type."""
        opened = self._loaded
        numbers = opened.quantized or opened.dtype
        return f"{self.name} {opened.source.fingerprint} {opened.adapter_hash} {numbers}"

    @property
    def skill(self) -> Skill:
        """What the adapter was trained for; what is best without an adapter."""
        return self._loaded.skill

    def encode(self, text: str) -> list[int]:
        """Token ids; unpaired surrogates, which no tokenizer takes, are replaced."""
        clean = text.encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = self._loaded.tokenizer.encode(clean, add_special_tokens=False, split_special_tokens=True)
        return ids

    # ---- scoring ----
    def score(
        self,
        prefix: Sequence[int],
        endings: Sequence[Sequence[int]],
        *,
        stems: Sequence[Sequence[int]] | None = None,
        among: Among = "vocabulary",
    ) -> list[list[float]]:
        """See `Scorer.score`."""
        constant = tuple(map(tuple, stems)) if stems is not None else ((),) * len(endings)
        query = Query(tuple(prefix), constant, tuple(map(tuple, endings)), among)
        self._check(query)
        return self._combiner.ask(query)

    def score_all(self, queries: Sequence[Query]) -> list[Scores]:
        """The scores of several queries, in one pass where their tokens are not too many."""
        for query in queries:
            self._check(query)
        with self._lock:
            return self._score(queries)

    def _score(self, queries: Sequence[Query]) -> list[Scores]:
        with self._working():
            scored = score(self._backbone, queries, [self._places(query) for query in queries])
        if not all(math.isfinite(value) for rows in scored for row in rows for value in row):
            raise _not_finite()
        return scored

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """What goes wrong in the model is a ModelError, and gives back the memory of the cache."""
        import torch

        with torch.inference_mode():
            try:
                yield
            except (RuntimeError, IndexError, MemoryError) as error:
                self._segments.clear()
                first = (str(error).splitlines() or [type(error).__name__])[0]
                raise ModelError(f"the model failed: {first}", hint="try a smaller model, or `--device cpu`") from error

    def _check(self, query: Query) -> None:
        self._fits(query.longest)
        if query.size > MAX_TOKENS:
            message = f"the options have {query.size:,} tokens together, and a decision reads at most {MAX_TOKENS:,}"
            raise PromptTooLong(message, hint="divide the choice into several steps of fewer options")

    def _fits(self, length: int) -> None:
        context = self._backbone.context
        if context is not None and length > context:
            message = f"the prompt and an option have {length} tokens, and the model reads {context}"
            raise PromptTooLong(message, hint="shorten the option, or open a model that reads more")

    # ---- what is constant ----
    def _places(self, query: Query) -> list[Place]:
        """Where each branch goes on: behind its stem."""
        line = self._line(query.prefix)
        if line is not None and not any(query.stems):
            return [line] * len(query.stems)
        key = (query.prefix, query.stems)
        segment = self._segment(key, token_tree(query.stems), line, query.prefix)
        firsts: dict[int, int] = {}
        return [Place(segment, firsts.setdefault(path[-1], at)) for at, path in enumerate(segment.tree.paths)]

    def _line(self, tokens: Tokens) -> Place | None:
        """Behind a line of tokens; what was computed of its beginning is not computed again.

        Lines that begin alike (the same examples, other questions) hang below a line of what they share.
        """
        if not tokens:
            return None
        segment = self._segments.get(tokens)
        if segment is None:
            known, common = self._segments.longest(tokens), self._segments.common(tokens)
            if len(known) + WORTH_SHARING <= len(common) < len(tokens):
                known = common
            segment = self._segment(tokens, token_tree([tokens[len(known) :]]), self._line(known), known)
        return Place(segment, 0)

    def _segment(self, key: object, tree: TokenTree, parent: Place | None, above: object) -> Segment:
        found = self._segments.get(key)
        if found is None:
            done = self._backbone.run(tree, [parent] * len(tree.paths))
            found = Segment(parent, tree, done.layers, done.hidden[[path[-1] for path in tree.paths]])
            self._segments.put(key, found, above)
        return found

    # ---- writing ----
    def write(self, prefix: str, prompt: str, *, max_tokens: int, stop: Sequence[str]) -> Iterator[str]:
        """See `Writer.write`. Stops also at the tokenizer's end token, and where the text goes round."""
        new = after(prefix, prompt, self.encode)
        yield from until_it_repeats(self.generate(self.encode(prefix), new, max_tokens=max_tokens, stop=stop))

    def generate(
        self, prefix: Sequence[int], prompt: Sequence[int], *, max_tokens: int, stop: Sequence[str]
    ) -> Iterator[str]:
        """Pieces of text as `write` gives them, behind token ids."""
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

    def _greedy(self, prefix: Tokens, prompt: list[int], max_tokens: int) -> Iterator[int]:
        """Greedy tokens; the lock is held one token at a time, so that decisions get through."""

        self._fits(len(prefix) + len(prompt) + max_tokens)
        ends, new = _end_ids(self._loaded), prompt
        with self._lock, self._working():
            cache = self._backbone.line(self._line(prefix), len(prompt) + max_tokens)
        for _ in range(max_tokens):
            combining.check()
            with self._lock, self._working():
                hidden = self._backbone.extend(cache, new)[-1:]
                best = self._backbone.logits(hidden)[0].max(dim=-1)
            if not math.isfinite(float(best.values)):
                raise _not_finite()
            token = int(best.indices)
            if token in ends:
                return
            yield token
            new = [token]


def _end_ids(loaded: LoadedModel) -> frozenset[int]:
    found = loaded.model.generation_config.eos_token_id if loaded.model.generation_config else None
    ids = found if isinstance(found, list) else [found, loaded.tokenizer.eos_token_id]
    return frozenset(int(i) for i in ids if i is not None)


def _begun(text: str, stop: Sequence[str]) -> int:
    """How many characters at the end of `text` may be the beginning of a stop string."""
    return max((n for mark in stop for n in range(1, len(mark)) if text.endswith(mark[:n])), default=0)


def _not_finite() -> ModelError:
    return ModelError(
        "the model gave probabilities that are not finite", hint="try `--dtype float32`, or another model"
    )
