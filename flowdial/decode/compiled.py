"""Tokenise what is constant in a decision, once.  texts of a step + tokenizer -> Compiled.

What is compiled is found by its texts, so a flow or a step that changes is compiled anew, and is kept as long as its
model lives. Knows strings and tokens; knows no flows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from weakref import WeakKeyDictionary

from flowdial.constraint import Encode, after, from_paths
from flowdial.decode.protocol import Scorer
from flowdial.decode.query import Tokens
from flowdial.errors import ModelError

#: Pieces of text, each of them tokenised in the context of the one before.
Parts = tuple[str, ...]
#: Steps that are kept for a model; the least recently used goes first.
MAX_STEPS = 1024


@dataclass(frozen=True, slots=True)
class Compiled:
    """Token ids of the prefix and of the stem of each branch."""

    prefix: Tokens
    stems: tuple[Tokens, ...]


_Steps = OrderedDict[tuple[Parts, tuple[Parts, ...]], Compiled]
_compiled: WeakKeyDictionary[Scorer, _Steps] = WeakKeyDictionary()
_lock = threading.Lock()


def compile_branches(model: Scorer, prefix: Parts, stems: tuple[Parts, ...]) -> Compiled:
    """The tokens of a prefix and of the stems behind it. Raises ModelError where two stems have the same tokens."""
    key = (prefix, stems)
    with _lock:
        steps = _compiled.setdefault(model, OrderedDict())
        if key in steps:
            steps.move_to_end(key)
            return steps[key]
    encode = cache(model.encode)
    compiled = Compiled(in_context(prefix, "", encode), tuple(in_context(stem, prefix[-1], encode) for stem in stems))
    if any(compiled.stems):
        told_apart(compiled.stems)
    with _lock:
        steps[key] = compiled
        if len(steps) > MAX_STEPS:
            steps.popitem(last=False)
    return compiled


def forget(model: Scorer) -> None:
    """Compile all steps of a model anew."""
    with _lock:
        _compiled.pop(model, None)


def in_context(parts: Parts, before: str, encode: Encode) -> Tokens:
    """Token ids of `parts`, each as it continues the one before it."""
    tokens: list[int] = []
    for part in parts:
        tokens += after(before, part, encode)
        before = part
    return tuple(tokens)


def told_apart(branches: Sequence[Tokens]) -> None:
    """Raises ModelError where a branch is the same as another one, or its beginning."""
    try:
        from_paths(branches)
    except ValueError as error:
        raise ModelError(f"the model's tokenizer cannot tell the options apart: {error}") from error
