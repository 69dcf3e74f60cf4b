"""Read probabilities out of a server's answers.  tokens with log-probabilities -> log-probabilities of options.

Knows bytes and numbers; knows no server. Both functions give the distribution of masked decoding: at every place where
options part, a token competes with the tokens of the other options there, and a token without such siblings is certain.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: A prompt as text, followed by the ids of tokens where the server tells them.
Prompt = tuple[str | int, ...]
#: What a server masks has this log-probability or less (vLLM says -9999, others the lowest number there is).
_MASKED = -1000.0
_CERTAIN_CHOICE = 0.98
#: A probability that a server tells as 0.
_LEAST = 1e-38


@dataclass(frozen=True, slots=True)
class Token:
    """A token that a server shows; `data` is None where it tells a part of a character as nothing or as U+FFFD."""

    data: bytes | None
    logprob: float
    id: int | None = None


Ask = Callable[[Prompt, Sequence[bytes]], Sequence[Token]]


def nearly(chosen: int, count: int) -> list[float]:
    """The distribution where a server tells no more than what it chose."""
    if count == 1:
        return [0.0]
    others = math.log((1 - _CERTAIN_CHOICE) / (count - 1))
    return [math.log(_CERTAIN_CHOICE) if i == chosen else others for i in range(count)]


# ---- from the tokens of whole options ----
def siblings(paths: Sequence[Sequence[tuple[str, float]]]) -> list[float]:
    """Log-probabilities of options by the (token, log-probability) pairs of each, all behind one prompt. Exact."""
    start = _parting(paths)
    groups = _grouped([_key(path[start]) if start < len(path) else "" for path in paths])
    if len(groups) == 1:  # one option, or options that have the same tokens
        return [-math.log(len(paths))] * len(paths)
    shares = _normal(
        [paths[members[0]][start][1] if start < len(paths[members[0]]) else -math.inf for members in groups]
    )
    found = [0.0] * len(paths)
    for members, share in zip(groups, shares, strict=True):
        inner = siblings([paths[i][start + 1 :] for i in members]) if len(members) > 1 else [0.0]
        for i, value in zip(members, inner, strict=True):
            found[i] = share + value
    return found


def _parting(paths: Sequence[Sequence[tuple[str, float]]]) -> int:
    """The first place where not all paths have the same token."""
    at = 0
    while all(at < len(path) for path in paths) and len({_key(path[at]) for path in paths}) == 1:
        at += 1
    return at


def _key(token: tuple[str, float]) -> str:
    """What tells a token from another; parts of characters, which look alike, by their probabilities."""
    text, logprob = token
    return f"{text} {logprob:.2f}" if not text or "\ufffd" in text else text


# ---- from the likeliest next tokens ----
def walk(ask: Ask, prompt: Prompt, options: Sequence[bytes]) -> list[float] | None:
    """Log-probabilities of options by the tokens that `ask` shows at each place where they part.

    An option goes on with the longest token shown that fits it, as a tokenizer would write it. Exact where every
    option has one; an option that has none gets the most that the tokens shown leave for it. None where nothing can be
    told: no token shown fits, or some that may do are told as parts of characters.
    """
    if len(options) == 1:
        return [0.0]
    shown = [token for token in ask(prompt, options) if token.logprob > _MASKED]
    fits = [_fit(shown, option) for option in options]
    if not any(fits) or _hidden(shown, fits, options):
        return None
    groups = _grouped([fit.data if fit else i for i, fit in enumerate(fits)])
    unseen = _at_most(shown)
    heads = [fits[members[0]] for members in groups]
    shares = _normal([head.logprob if head else unseen for head in heads])
    found = [0.0] * len(options)
    for members, head, share in zip(groups, heads, shares, strict=True):
        for i, value in zip(members, _below(ask, prompt, head, [options[i] for i in members]), strict=True):
            found[i] = share + value
    return found


def _below(ask: Ask, prompt: Prompt, head: Token | None, options: Sequence[bytes]) -> list[float]:
    """The shares of options that begin with the same token; equal ones where nothing can be told."""
    if head is None or head.data is None or len(options) == 1:
        return [0.0] * len(options)
    further = _extended(prompt, head.data, head.id)
    inner = walk(ask, further, [option[len(head.data) :] for option in options]) if further else None
    return inner or [-math.log(len(options))] * len(options)


def _extended(prompt: Prompt, data: bytes, token: int | None) -> Prompt | None:
    """The prompt and one token more: by its id, else by its text, where it is whole characters."""
    if token is not None:
        return (*prompt, token)
    with contextlib.suppress(UnicodeDecodeError):
        return (f"{prompt[0]}{data.decode()}",)
    return None


def _fit(shown: Sequence[Token], option: bytes) -> Token | None:
    fitting = [token for token in shown if token.data and option.startswith(token.data)]
    return max(fitting, key=lambda token: (len(token.data or b""), token.logprob), default=None)


def _hidden(shown: Sequence[Token], fits: Sequence[Token | None], options: Sequence[bytes]) -> bool:
    """Whether an option's first token may be among those that are told as parts of characters."""
    unfit = any(fit is None and option[0] >= 0x80 for fit, option in zip(fits, options, strict=True))
    return unfit and any(token.data is None for token in shown)


def _at_most(shown: Sequence[Token]) -> float:
    """The log-probability that a token which is not shown can have at most."""
    rest = 1 - math.fsum(math.exp(token.logprob) for token in shown)
    return min(*(token.logprob for token in shown), math.log(max(rest, 1e-9)))


def _grouped(keys: Sequence[object]) -> list[list[int]]:
    groups: dict[object, list[int]] = {}
    for i, key in enumerate(keys):
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def _normal(logprobs: Sequence[float]) -> list[float]:
    top = max(logprobs)
    total = top + math.log(math.fsum(math.exp(value - top) for value in logprobs))
    return [value - total for value in logprobs]


# ---- the notations of servers ----
def echoed(choice: Mapping[str, Any], written: int) -> list[tuple[str, float]]:
    """Tokens of an echoed prompt, without the `written` last ones; the first one has no probability. May be empty."""
    told = choice.get("logprobs") or {}
    tokens, logprobs = told.get("tokens") or [], told.get("token_logprobs") or []
    known = [0.0, *(float(value) for value in logprobs[1:])]
    pairs = [(str(token), value) for token, value in zip(tokens, known, strict=False)]
    return pairs[: len(pairs) - written]


def likeliest(choice: Mapping[str, Any]) -> list[Token]:
    """The likeliest tokens at the first place of an answer, in OpenAI's notation or llama.cpp's. May be empty."""
    told = choice.get("logprobs") or {}
    if content := told.get("content"):
        return [_with_bytes(token) for token in content[0].get("top_logprobs") or []]
    tops = (told.get("top_logprobs") or [None])[0] or {}
    return [_by_text(text, float(value)) for text, value in tops.items() if value is not None]


def told(choice: Mapping[str, Any]) -> dict[int, float]:
    """Log-probabilities after the bias, by token id, at the first place of an answer of llama.cpp. May be empty."""
    content = (choice.get("logprobs") or {}).get("content") or [{}]
    return {int(token["id"]): math.log(max(token["prob"], _LEAST)) for token in content[0].get("top_probs") or []}


def _with_bytes(token: Mapping[str, Any]) -> Token:
    data = token.get("bytes")
    if data is None:
        return _by_text(str(token.get("token", "")), float(token["logprob"]))
    return Token(bytes(data), float(token["logprob"]), token.get("id"))


def _by_text(text: str, logprob: float) -> Token:
    """`bytes:` is how OpenAI tells a part of a character."""
    hidden = not text or "\ufffd" in text or text.startswith("bytes:")
    return Token(None if hidden else text.encode("utf-8", "replace"), logprob)
