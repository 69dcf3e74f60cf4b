"""Tell servers apart, and ask each in its own words.  a server's looks -> Kind; options -> what a request says of them.

Knows what vLLM, SGLang and llama.cpp add to OpenAI's interface; sends nothing itself and knows no probabilities.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowdial.decode.remote_grammar import gbnf, regex
from flowdial.errors import ModelError

Options = Sequence[str]
Look = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """`constrained` says how a request keeps the answer within the options; None where the server cannot.

    `tops` are the numbers of likeliest tokens to ask for, most first. `echoes` is what a request says besides where
    the server scores the tokens of a prompt, else None; `lifts` is whether it tells the probabilities of tokens after
    a bias. `neutral` undoes what else may change probabilities.
    """

    name: str
    constrained: Callable[[Options], Mapping[str, Any]] | None
    tops: tuple[int, ...]
    echoes: Mapping[str, Any] | None = None
    lifts: bool = False
    neutral: Mapping[str, Any] = field(default_factory=dict)


def _vllm(options: Options) -> Mapping[str, Any]:
    """Since vLLM 0.11; what was before is ignored silently by 0.12 and later."""
    return {"structured_outputs": _choice_or_regex(options)}


def _older_vllm(options: Options) -> Mapping[str, Any]:
    return {f"guided_{key}": value for key, value in _choice_or_regex(options).items()}


def _choice_or_regex(options: Options) -> Mapping[str, Any]:
    """Without line ends, which not every version takes in choices, unless an option would then begin another."""
    bare = [option.removesuffix("\n") for option in options]
    whole = all(bare) and not any("\n" in option for option in bare) and not begins_another(bare)
    return {"choice": bare} if whole else {"regex": regex(options)}


def begins_another(options: Options) -> bool:
    """Whether an option is another one, or its beginning."""
    ordered = sorted(options)
    return any(after.startswith(before) for before, after in itertools.pairwise(ordered))


_UNPENALISED = {"repetition_penalty": 1.0}
_IDS = {"return_tokens_as_token_ids": True}
VLLM = Kind("vllm", _vllm, (20, 5), echoes=_IDS, neutral=_UNPENALISED)
OLDER_VLLM = Kind("vllm", _older_vllm, (20, 5), echoes=_IDS, neutral=_UNPENALISED)
SGLANG = Kind("sglang", lambda options: {"regex": regex(options)}, (64,), echoes={}, neutral=_UNPENALISED)
LLAMA_CPP = Kind(
    "llama.cpp", lambda options: {"grammar": gbnf(options)}, (4000,), lifts=True, neutral={"repeat_penalty": 1.0}
)
OPENAI = Kind("openai", None, (5,))
KINDS = {kind.name: kind for kind in (VLLM, SGLANG, LLAMA_CPP, OPENAI)}

_OWNERS = {"vllm": VLLM, "sglang": SGLANG, "llamacpp": LLAMA_CPP, "openai": OPENAI, "system": OPENAI}


def named(name: str) -> Kind:
    """The kind that a user names. Raises ModelError."""
    if name not in KINDS:
        raise ModelError(f"`{name}` is not a kind of server", hint=f"one of: {', '.join(KINDS)}")
    return KINDS[name]


def told(owner: str, look: Look) -> Kind:
    """The kind of a server by who it says owns its models, else by the pages that only one kind has."""
    if owner in _OWNERS:
        return _OWNERS[owner]
    if "llama.cpp" in str(look("/openapi.json").get("info")) or "default_generation_settings" in look("/props"):
        return LLAMA_CPP
    if "model_path" in look("/get_model_info"):
        return SGLANG
    return VLLM if "version" in look("/version") else OPENAI


def of_version(kind: Kind, look: Look) -> Kind:
    """vLLM before 0.11 is asked in its older words."""
    if kind is not VLLM:
        return kind
    found = re.match(r"(\d+)\.(\d+)", str(look("/version").get("version", "")))
    return OLDER_VLLM if found and (int(found[1]), int(found[2])) < (0, 11) else VLLM
