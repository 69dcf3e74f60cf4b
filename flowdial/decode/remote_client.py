"""Talk to an OpenAI-compatible server.  requests -> JSON objects and pieces of text.

Knows HTTP and the openai package, which retries with back-off; knows no options and no probabilities. Whatever goes
wrong is a ModelError that says what to do; the key is in none of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flowdial.decode.extras import needs_extra
from flowdial.errors import ModelError, PromptTooLong

if TYPE_CHECKING:
    import openai

_CONNECT_SECONDS = 5.0
_CONTEXT = re.compile(r"context[ _](?:length|size|window)|maximum context|max_model_len|longer than the", re.IGNORECASE)
_NO_MODEL = re.compile(r"model\b.*(?:does not exist|not found|not available|unknown)", re.IGNORECASE | re.DOTALL)
_NOT_DONE = re.compile(r"not (?:supported|implemented)|unsupported", re.IGNORECASE)
_ADDRESS = "give the address that the server says it listens on, as http://host:port/v1"


class Refused(ModelError):
    """The server does not do what was asked in this way; another way of asking may do."""


class NotThere(Refused):
    """The server has no such page."""


class Client:
    """`url` ends where `/completions` begins. `timeout` are the seconds between two signs of life."""

    def __init__(self, url: str, *, api_key: str | None, timeout: float, retries: int) -> None:
        with needs_extra("remote"):
            import openai
        self.url = _base(url)
        self._key = (api_key or os.environ.get("OPENAI_API_KEY") or "").strip()
        if not (self._key.isascii() and self._key.isprintable()):
            raise ModelError("the server's key holds characters that no key has", hint="set OPENAI_API_KEY anew")
        self._timeout = timeout
        self._retries = retries
        waits = openai.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS))
        self._client = openai.OpenAI(base_url=self.url, api_key=self._key or "none", timeout=waits, max_retries=retries)

    def models(self) -> list[dict[str, Any]]:
        """What `/models` lists; each has an `id`."""
        answer = self._get(f"{self.url}/models")
        listed = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise self._not_json(answer)
        return [model for model in listed if isinstance(model, dict) and model.get("id")]

    def look(self, path: str) -> dict[str, Any]:
        """The JSON object at a path of the server's root; empty where there is none."""
        with contextlib.suppress(ModelError):
            answer = self._get(self._root(path))
            return answer if isinstance(answer, dict) else {}
        return {}

    def tokens(self, text: str) -> list[int]:
        """Token ids of `text` by `/tokenize` as llama.cpp has it."""
        with self._faults():
            body = {"content": text, "parse_special": False}
            answer: Any = self._client.post(self._root("/tokenize"), body=body, cast_to=object)
            found = answer.get("tokens") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise Refused("the server does not tokenize")
        return [int(token) for token in found]

    def complete(self, **body: Any) -> dict[str, Any]:
        """One answer of `/completions`, of which `choices` is a list that is not empty."""
        with self._faults():
            answer: Any = self._client.completions.create(**body)
            found = answer.to_dict(mode="json", warnings=False) if hasattr(answer, "to_dict") else answer
        if not isinstance(found, dict) or not _objects(found.get("choices")):
            raise self._not_json(found)
        return found

    def stream(self, **body: Any) -> Iterator[str]:
        """Pieces of text as they are written. Closing the iterator closes the connection."""
        with self._faults():
            stream: Any = self._client.completions.create(**body, stream=True)
        with contextlib.closing(stream):
            ended = False
            while (chunk := self._next(stream)) is not None:
                for choice in chunk.choices or ():
                    ended = ended or bool(choice.finish_reason)
                    if choice.text:
                        yield choice.text
        if not ended:
            raise self._broken("it ended before the reply did")

    def _next(self, stream: Any) -> Any:
        with self._faults(begun=True):
            return next(stream, None)

    def _root(self, path: str) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{path}"

    def _get(self, url: str) -> Any:
        with self._faults():
            return self._client.get(url, cast_to=object)

    # ---- faults ----
    @contextlib.contextmanager
    def _faults(self, *, begun: bool = False) -> Iterator[None]:
        """Every fault of the block is a ModelError. It has no cause: that might show the key."""
        import openai

        try:
            yield
        except openai.APIStatusError as error:
            raise self._status(error) from None
        except openai.APITimeoutError:
            message = f"the server at {self.shown} said nothing for {self._timeout:g} s"
            raise ModelError(
                message, hint="it may be overloaded or still loading its model: allow it more time"
            ) from None
        except openai.APIConnectionError as error:
            why = error.__cause__ or error
            raise (self._broken(why) if begun else self._unreachable(why)) from None
        except json.JSONDecodeError as error:
            raise self._not_json(error.doc) from None
        except openai.APIError as error:
            raise self._broken(error.message) from None
        except (UnicodeError, ValueError, TypeError) as error:
            raise self._not_json(error) from None
        except Exception as error:
            if not type(error).__module__.startswith("httpx"):
                raise
            raise self._broken(error) from None

    def _status(self, error: openai.APIStatusError) -> ModelError:
        code, said = error.status_code, self._clean(_said(error))
        if code in (401, 403):
            held = "it refuses the key" if self._key else "it wants a key"
            return ModelError(f"{self.shown}: {held} ({code})", hint="set OPENAI_API_KEY to the server's key")
        if error.code == "model_not_found" or (code in (400, 404) and _NO_MODEL.search(said)):
            return ModelError(f"{self.shown} has no such model: {said}", hint="choose one of its models with `--model`")
        if code in (404, 405):
            return NotThere(f"{error.request.url.path} is not there on {self.shown} ({code})", hint=_ADDRESS)
        if code in (400, 413, 422, 500) and _CONTEXT.search(said):
            return PromptTooLong(f"the prompt is too long for the model: {said}", hint="open a model that reads more")
        if code == 429:
            return ModelError(f"{self.shown} has too much to do (429), also after {self._retries} retries: {said}")
        kind = Refused if code in (400, 422, 501) or (code == 500 and _NOT_DONE.search(said)) else ModelError
        return kind(f"{self.shown} failed ({code}): {said}", hint="see what the server itself logs")

    def _unreachable(self, error: BaseException) -> ModelError:
        hint = f"start the server, or {_ADDRESS}"
        return ModelError(f"no server answers at {self.shown}: {self._clean(error)}", hint=hint)

    def _not_json(self, found: object) -> ModelError:
        message = f"{self.shown} answers something else than an OpenAI-compatible server does: {self._clean(found)}"
        return ModelError(message, hint=_ADDRESS)

    def _broken(self, error: object) -> ModelError:
        return ModelError(
            f"the stream from {self.shown} broke off: {self._clean(error)}", hint="see what the server itself logs"
        )

    @property
    def shown(self) -> str:
        """The address without a password that it may hold."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def _clean(self, said: object) -> str:
        """What a server said, on one line, without the key."""
        text = " ".join(str(said).split())
        text = text.replace(self._key, "***") if self._key else text
        return f"{text[:300]}…" if len(text) > 300 else text


def _objects(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(value, dict) for value in found)


def _said(error: openai.APIStatusError) -> str:
    """The server's own words: of OpenAI's, FastAPI's and older vLLM's form."""
    body = error.body
    if isinstance(body, Mapping):
        body = body.get("message") or body.get("detail") or body.get("error") or body
    return str(body or error.message)


def _base(url: str) -> str:
    """The address with `/v1`, which people leave out, and without the endpoint, which they leave in."""
    trimmed = re.sub(r"/(?:chat/)?completions$", "", url.strip().rstrip("/"))
    try:
        parts = urlsplit(trimmed)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ModelError(f"`{trimmed.rpartition('@')[2]}` is not the address of a server", hint=_ADDRESS)
    return trimmed if parts.path else f"{trimmed}/v1"
