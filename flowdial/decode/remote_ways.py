"""Ask a server which option it chooses.  prompt + options -> log-probabilities, in the best way that the server allows.

Knows requests and their answers; knows no flows. Four ways, from exact to coarse: the server scores the options as
parts of prompts; it tells the probabilities of tokens that are asked for; it shows its likeliest next tokens; it only
writes its choice.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flowdial.constraint import after
from flowdial.decode.remote_client import Client, Refused
from flowdial.decode.remote_kinds import Kind
from flowdial.decode.remote_scores import Prompt, Token, echoed, likeliest, nearly, siblings, told, walk
from flowdial.errors import ModelError

#: None where the server goes along, and yet nothing can be told of these options.
Way = Callable[[str, Sequence[str]], list[float] | None]
#: An answer that is none of the options is asked for once more.
_TRIES = 2
#: Added to the logits of tokens that compete, and to that of one which is written in their stead.
_LIFT, _ABOVE = 60.0, 90.0
_MOST_KEPT = 4096


class Asker:
    """One model of one server. `ways` are what can be tried, best first; the last one is `choice`."""

    def __init__(self, client: Client, model: str, kind: Kind) -> None:
        self._client = client
        self._model = model
        self._kind = kind
        self._tokens: dict[tuple[str, str], tuple[int, ...]] = {}
        exact: tuple[Way, ...] = (self.echo,) if kind.echoes is not None else ()
        lifting: tuple[Way, ...] = (self.lift,) if kind.lifts else ()
        self.ways: tuple[Way, ...] = (*exact, *lifting, *map(self.shown, kind.tops), self.choice)

    # ---- scored as parts of prompts ----
    def echo(self, prompt: str, options: Sequence[str]) -> list[float]:
        """All options in one request; the server decodes nothing that counts."""
        extra = self._kind.echoes or {}
        answer = self._complete([prompt + option for option in options], logprobs=1, echo=True, extra=extra)
        choices = sorted(answer["choices"], key=lambda choice: choice.get("index") or 0)
        written = int((answer.get("usage") or {}).get("completion_tokens") or 0)
        paths = [echoed(choice, written // len(options)) for choice in choices]
        if len(paths) != len(options) or not all(paths):
            raise Refused("the server does not score prompts")
        return siblings(paths)

    # ---- probabilities of tokens that are asked for ----
    def lift(self, prompt: str, options: Sequence[str]) -> list[float]:
        """One request a place where options part, their tokens there lifted above all others by the same amount."""
        context = prompt.rpartition("\n")[2]
        paths = [self._path(context, option) for option in options]
        scores: dict[tuple[int, ...], float] = {}
        for place, rivals in _partings(paths).items():
            for token, logprob in self._lifted((prompt, *place), rivals).items():
                scores[(*place, token)] = logprob
        return siblings([_scored(path, scores) for path in paths])

    def _lifted(self, prompt: Prompt, rivals: Sequence[int]) -> dict[int, float]:
        """Log-probabilities of rivals, up to a number common to all. Another token is written: half a character
        cannot be, and then nothing would be shown.
        """
        stand_in = next(token for text in "\n.:" if (token := self._path("", text)[-1]) not in rivals)
        bias = {str(token): _LIFT for token in rivals} | {str(stand_in): _ABOVE}
        sampling = {"logit_bias": bias, "post_sampling_probs": True, "samplers": [], "temperature": 1.0}
        answer = self._complete(_sent(prompt), logprobs=len(rivals) + 1, extra=sampling)
        shown = told(answer["choices"][0])
        least = min(shown.values(), default=0.0)
        if not shown.keys() & set(rivals):
            raise Refused("the server does not tell the probabilities of lifted tokens")
        return {token: shown.get(token, least) for token in rivals}

    def _path(self, context: str, text: str) -> tuple[int, ...]:
        if (context, text) not in self._tokens:
            if len(self._tokens) >= _MOST_KEPT:
                self._tokens.clear()
            self._tokens[context, text] = after(context, text, self._client.tokens)
        return self._tokens[context, text]

    # ---- likeliest next tokens ----
    def shown(self, tops: int) -> Way:
        """The way that asks for `tops` of them."""

        def ask(prompt: Prompt, options: Sequence[bytes]) -> list[Token]:
            answer = self._complete(_sent(prompt), logprobs=tops, extra=self._constrained(options))
            tokens = likeliest(answer["choices"][0])
            if not tokens:
                raise Refused("the server tells no log-probabilities")
            return tokens

        return lambda prompt, options: walk(ask, (self._asking(prompt, options),), [o.encode() for o in options])

    # ---- a choice ----
    def choice(self, prompt: str, options: Sequence[str]) -> list[float]:
        """What the server writes is mapped strictly. Raises ModelError where it is none of the options, twice."""
        text = ""
        for _ in range(_TRIES):
            text, cut = self._written(prompt, options)
            if (chosen := _mapped(text, options, cut=cut)) is not None:
                return nearly(chosen, len(options))
        raise ModelError(
            f"the server wrote {json.dumps(text[:80], ensure_ascii=False)}, which is none of the options",
            hint=f"it was asked as {self._kind.name}: name what it is with `--server-kind`, or open a better model",
        )

    def _written(self, prompt: str, options: Sequence[str]) -> tuple[str, bool]:
        encoded = [option.encode() for option in options]
        limit = _to_part(encoded) if self._kind.constrained else max(map(len, encoded))
        extra = self._constrained(encoded)
        answer = self._complete(self._asking(prompt, options), max_tokens=limit, extra=extra)["choices"][0]
        return str(answer.get("text") or ""), answer.get("finish_reason") == "length"

    # ---- requests ----
    def _constrained(self, options: Sequence[bytes]) -> Mapping[str, Any]:
        """What a request says of its options. Where they begin within a character, no grammar can say them."""
        if self._kind.constrained is None:
            return {}
        try:
            return self._kind.constrained([option.decode() for option in options])
        except UnicodeDecodeError:
            return {}

    def _asking(self, prompt: str, options: Sequence[str]) -> str:
        """The prompt; a server that cannot be constrained is told the options, as a JSON list."""
        if self._kind.constrained is not None:
            return prompt
        names = json.dumps([option.strip() for option in options], ensure_ascii=False)
        return f"The last answer is one of {names}, word for word.\n\n{prompt}"

    def _complete(
        self, prompt: object, *, extra: Mapping[str, Any], max_tokens: int = 1, **more: object
    ) -> dict[str, Any]:
        return self._client.complete(**self.body(prompt, max_tokens, extra), **more)

    def body(self, prompt: object, max_tokens: int, extra: Mapping[str, Any]) -> dict[str, Any]:
        """What every request says."""
        sampling = {"max_tokens": max_tokens, "temperature": 0}
        return {"model": self._model, "prompt": prompt, **sampling, "extra_body": {**self._kind.neutral, **extra}}


def _sent(prompt: Prompt) -> object:
    """A list only where tokens follow the text: a list of one text is another request to some servers."""
    return list(prompt) if len(prompt) > 1 else prompt[0]


def _partings(paths: Sequence[Sequence[int]]) -> dict[tuple[int, ...], list[int]]:
    """The places where paths part, and the tokens that they have there."""
    rivals: dict[tuple[int, ...], list[int]] = {}
    for path in paths:
        for at, token in enumerate(path):
            found = rivals.setdefault(tuple(path[:at]), [])
            if token not in found:
                found.append(token)
    return {place: tokens for place, tokens in rivals.items() if len(tokens) > 1}


def _scored(path: Sequence[int], scores: Mapping[tuple[int, ...], float]) -> list[tuple[str, float]]:
    return [(str(token), scores.get(tuple(path[: at + 1]), 0.0)) for at, token in enumerate(path)]


def _to_part(options: Sequence[bytes]) -> int:
    """So many tokens tell any two options apart: a token is a byte at least, and the last character may take four."""
    alike = (
        sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        for one, other in itertools.combinations(options, 2)
    )
    return max(alike, default=0) + 4


def _mapped(text: str, options: Sequence[str], *, cut: bool) -> int | None:
    """The one option that `text` is, or begins where it was `cut`; spaces around it and further lines do not count."""
    lines = text.strip().rstrip("\ufffd").splitlines()
    said = lines[0].rstrip() if lines else ""
    names = [option.strip() for option in options]
    found = [i for i, name in enumerate(names) if name == said]
    if not found and cut and said and len(lines) == 1:
        found = [i for i, name in enumerate(names) if name.startswith(said)]
    return found[0] if len(found) == 1 else None
