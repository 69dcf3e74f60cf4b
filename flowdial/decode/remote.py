"""A model behind an OpenAI-compatible server.  prompts + options -> log-probabilities, text.

Knows strings and which servers there are (vLLM, SGLang, llama.cpp, OpenAI); knows no flows. An answer can be nothing
but an option: the server scores the options or decodes along them, and what it says is checked all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from flowdial.decode import remote_kinds as kinds
from flowdial.decode.protocol import Skill
from flowdial.decode.remote_client import Client, NotThere, Refused
from flowdial.decode.remote_ways import Asker, Way
from flowdial.errors import ModelError

TIMEOUT = 30.0
RETRIES = 2
#: Options of a choice: each costs a server a prompt, or a place in its grammar.
MOST = 1_000


class RemoteModel:
    """A `Chooser` over HTTP. Safe to share by threads.

    `url` is the server's address, `model` one of the names it lists (needed where it lists several), `kind` one of
    `remote_kinds.KINDS`, found out where it is not given. `api_key` is $OPENAI_API_KEY by default. `timeout` are the
    seconds between two signs of life of the server; requests that fail in passing (no connection, time-out, 408, 409,
    429, 5xx) are sent `retries` times more, with back-off.

    Raises ModelError where no such server or model is there, MissingExtra without `flowdial[remote]`.
    """

    skill = Skill("naming")

    def __init__(
        self,
        url: str,
        *,
        model: str | None = None,
        kind: str | None = None,
        api_key: str | None = None,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        given = kinds.named(kind) if kind else None
        client = Client(url, api_key=api_key, timeout=timeout, retries=retries)
        listed = _listed(client, needed=not model)
        self._model = model or _only([str(found["id"]) for found in listed], client.shown)
        owner = str(listed[0].get("owned_by", "")) if listed else ""
        self.kind = kinds.of_version(given or kinds.told(owner, client.look), client.look)
        self._client = client
        self._asker = Asker(client, self._model, self.kind)
        self._ways: tuple[Way, ...] = self._asker.ways

    @property
    def name(self) -> str:
        """The server's name of the model, without folders."""
        return PurePath(self._model).name if self._model.endswith(".gguf") else self._model

    def choose(self, prompt: str, options: Sequence[str]) -> list[float]:
        """See `Chooser.choose`. How exact the numbers are on which server is told in docs/remote.md."""
        clean = [_clean(option) for option in options]
        if not clean or not all(option.strip() for option in clean):
            raise ModelError("choosing needs options that are not empty")
        if len(clean) > MOST:
            message = f"{len(clean):,} options are too many to ask a server for; {MOST:,} are the most"
            raise ModelError(message, hint="divide the choice into several steps of fewer options")
        if kinds.begins_another(clean):
            raise ModelError("the options cannot be told apart: one is another one, or its beginning")
        return self._by_some_way(_clean(prompt), clean) if len(clean) > 1 else [0.0]

    def _by_some_way(self, prompt: str, options: Sequence[str]) -> list[float]:
        """By the best way that the server goes along with; what it refuses is not asked of it again."""
        refused: list[Way] = []
        for way in self._ways:
            try:
                found = _told(way, prompt, options) or self._asker.choice(prompt, options)
            except Refused:
                refused.append(way)
                if way is self._ways[-1]:
                    raise
            else:
                break
        self._ways = tuple(way for way in self._ways if way not in refused)
        return found

    def write(self, prefix: str, prompt: str, *, max_tokens: int, stop: Sequence[str]) -> Iterator[str]:
        """See `Writer.write`. Servers keep by themselves what they computed of a prefix."""
        ends = {"stop": list(stop)} if stop else {}
        if max_tokens > 0:
            yield from self._client.stream(**self._asker.body(_clean(prefix + prompt), max_tokens, {}), **ends)


def _told(way: Way, prompt: str, options: Sequence[str]) -> list[float] | None:
    """What the server tells in this way. Raises Refused where its answer has not the form that was asked for."""
    try:
        return way(prompt, options)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        message = f"the server's answer cannot be read ({type(error).__name__}: {error})"
        raise Refused(message, hint="say what the server is with --server-kind") from error


def _listed(client: Client, *, needed: bool) -> list[dict[str, Any]]:
    """The server's models; one that lists none can be used where the model is named."""
    try:
        return client.models()
    except NotThere:
        if needed:
            raise
        return []


def _only(names: Sequence[str], server: str) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        raise ModelError(f"{server} lists no model", hint="name one with `--model`")
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    raise ModelError(f"{server} has {len(names)} models: {shown}", hint="choose one with `--model`")


def _clean(text: str) -> str:
    """Without unpaired surrogates, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
