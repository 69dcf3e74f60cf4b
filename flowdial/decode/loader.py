"""Open what the store found, with the number type that suits this machine, and put the adapter on.

  ModelSource + adapter folder, device, dtype -> LoadedModel

Everything that calls transformers to open a model is here. Knows no flows, prompts or decoding.
"""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowdial.decode.adapter import AdapterFolder, merge_into_base
from flowdial.decode.conversion import quiet
from flowdial.decode.extras import needs_extra
from flowdial.decode.protocol import UNTRAINED, Skill
from flowdial.decode.store import EMBEDDED, ModelSource, Progress, resolve, silent
from flowdial.decode.vocabulary import widen
from flowdial.errors import MissingExtra, ModelError
from flowdial.resources import adapter as adapter_folder

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

#: The adapter of the embedded model.
SHIPPED = "smollm2-135m-flow"
DTYPES = ("float32", "bfloat16", "float16")
DEVICES = ("cuda", "mps", "cpu")


@dataclasses.dataclass(frozen=True)
class LoadedModel:
    """A model in eval mode with its tokenizer. For hub ids `source.fingerprint` holds the commit opened.

    `adapter_hash` is the SHA-256 (hex) of the adapter's weights and manifest, `quantized` is "4bit" or "8bit";
    `words` are those that its adapter made tokens of their own.
    """

    model: PreTrainedModel | PeftModel
    tokenizer: PreTrainedTokenizerBase
    source: ModelSource
    adapter_name: str | None
    device: torch.device
    dtype: torch.dtype
    skill: Skill = UNTRAINED
    adapter_hash: str | None = None
    quantized: str | None = None
    words: tuple[str, ...] = ()


def load(
    model: str | None = None,
    *,
    adapter: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    quantize: str | None = None,
    wording: int | None = None,
    merge: bool = True,
    progress: Progress = silent,
) -> LoadedModel:
    """Open a model (see `store.resolve` for what `model` may be), with a LoRA adapter where one is given.

    `quantize` is "4bit" or "8bit" (bitsandbytes, on CUDA or a processor). `wording` is the version of the prompts that
    the caller writes: an adapter that was trained on others is refused. `merge` adds the adapter to the weights, which
    makes it as fast as the base; a quantized base cannot take it in. Raises ModelError, AdapterError, CacheError
    or MissingExtra.
    """
    with needs_extra("model"):
        import torch  # noqa: F401
        import transformers  # noqa: F401
    place = _device(device)
    numbers = _dtype(dtype, place)
    quantization = _quantization(quantize, place, numbers)
    folder = None if adapter is None else AdapterFolder.open(adapter)
    words = () if folder is None else folder.words
    source = resolve(model, progress=progress)
    progress(f"opening {source.name}", None)
    base, tokenizer, source = _open(source, place, numbers, quantization, words)
    opened = base if folder is None else folder.attach(base, source, place)
    if folder is not None and merge and quantization is None:
        opened = merge_into_base(opened)
    progress(f"{source.name} is open", 1.0)
    if folder is None:
        return LoadedModel(opened.eval(), tokenizer, source, None, place, numbers, quantized=quantize)
    skill = folder.skill(tokenizer, wording)
    about = (skill, folder.fingerprint, quantize, words)
    return LoadedModel(opened.eval(), tokenizer, source, folder.path.name, place, numbers, *about)


def shipped_adapter(model: str | None = None) -> str | None:
    """The adapter that ships for a model, None where there is none."""
    found = adapter_folder(SHIPPED) if model in (None, EMBEDDED) else None
    return None if found is None else str(found)


def _device(wanted: str) -> torch.device:
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(kind for kind in DEVICES if there[kind]))
    kind, _, index = wanted.partition(":")
    if kind not in DEVICES or (index and not index.isdecimal()):
        raise ModelError(f"`{wanted}` is not a device", hint=f"use auto, {', '.join(DEVICES)} or cuda:NUMBER")
    if not there[kind] or (index and int(index) >= (torch.cuda.device_count() if kind == "cuda" else 1)):
        usable = ", ".join(kind for kind in DEVICES if there[kind])
        raise ModelError(f"the device `{wanted}` is not available here", hint=f"available: auto, {usable}")
    return torch.device(wanted)


def _dtype(wanted: str, device: torch.device) -> torch.dtype:
    """`auto`: what benchmarks/dtypes.py found fastest; on MPS, where it was not run, the exact one."""
    import torch

    if wanted == "auto" and device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if wanted == "auto":
        return torch.bfloat16 if device.type == "cpu" and _fast_bfloat16() else torch.float32
    if wanted not in DTYPES:
        raise ModelError(f"`{wanted}` is not a number type", hint=f"use auto, {', '.join(DTYPES)}")
    chosen: torch.dtype = getattr(torch, wanted)
    return chosen


def _fast_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 matrices itself: 1.6 to 3 times float32's speed then."""
    import torch

    found: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # an older torch cannot say
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def _quantization(wanted: str | None, device: torch.device, dtype: torch.dtype) -> Any:
    if wanted is None:
        return None
    if wanted not in {"4bit", "8bit"}:
        raise ModelError(f"`{wanted}` is not a quantization", hint="use 4bit or 8bit")
    if importlib.util.find_spec("bitsandbytes") is None:
        message = "quantizing needs the Python package `bitsandbytes`, which is not installed"
        raise MissingExtra(message, hint="pip install 'flowdial[quantize]'")
    if device.type not in {"cuda", "cpu"}:
        hint = "leave out the quantization, or use `--device cpu`"
        raise ModelError(f"bitsandbytes quantizes for CUDA and processors, the device is `{device}`", hint=hint)
    import transformers

    config: Any = transformers.BitsAndBytesConfig  # untyped there
    if wanted == "8bit":
        return config(load_in_8bit=True)
    return config(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)


def _open(
    source: ModelSource, device: torch.device, dtype: torch.dtype, quantization: Any, words: tuple[str, ...]
) -> tuple[Any, PreTrainedTokenizerBase, ModelSource]:
    kwargs: dict[str, Any] = {"dtype": dtype, "output_loading_info": True}
    if quantization is not None:
        kwargs |= {"quantization_config": quantization, "device_map": {"": device}}
    try:
        with quiet():
            tokenizer, (model, report) = _from_pretrained(source, kwargs, words)
            model = model if quantization is not None else model.to(device)
    except Exception as error:
        hint = "a folder needs config.json, *.safetensors and tokenizer.json; a hub id needs the network once"
        raise ModelError(f"the model {source.name} cannot be opened: {error}", hint=hint) from error
    if lacking := sorted(report["missing_keys"]):  # transformers would fill them with random numbers
        raise ModelError(f"{source.name} lacks {len(lacking)} weights, {lacking[0]} first; is it whole?")
    if words:
        widen(model, tokenizer, words)
    commit = getattr(model.config, "_commit_hash", None)
    if source.revision and commit:
        source = dataclasses.replace(source, fingerprint=f"{source.path_or_id}@{commit}")
    return model, tokenizer, source


def _from_pretrained(source: ModelSource, kwargs: dict[str, Any], words: tuple[str, ...]) -> tuple[Any, Any]:
    """What lies on this machine is opened without a look at the network, a hub id's files as well."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    def opened(**where: Any) -> tuple[Any, Any]:
        where["revision"] = source.revision or "main"
        tokenizer = AutoTokenizer.from_pretrained(source.path_or_id, **where)
        return tokenizer, AutoModelForCausalLM.from_pretrained(source.path_or_id, **where, **kwargs)

    if source.revision is None and "quantization_config" not in kwargs:
        folder = Path(source.path_or_id)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        tokenizer.add_tokens(list(words))
        return tokenizer, _read(folder, kwargs, len(tokenizer) if words else 0)
    if source.revision is None:
        return opened(local_files_only=True)
    try:
        return opened(local_files_only=True)
    except (OSError, ValueError):
        _reach_hub()
        return opened()


def _read(folder: Path, kwargs: dict[str, Any], rows: int) -> Any:
    """A model of this machine, whose embedding has room for so many tokens at least.

    Weights that are read and not mapped are in memory once, and not beside their file; an embedding that is widened as
    it is read is so too.
    """
    from safetensors import safe_open
    from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    file = folder / "model.safetensors"
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    if not file.is_file() or type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        return AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, **kwargs)
    kind: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]
    with safe_open(file, framework="pt", device="cpu", backend="pread") as opened:
        weights: dict[str, Any] = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
        if rows > (known := getattr(config, "vocab_size", rows)):
            by_token = {name: weight for name, weight in weights.items() if weight.get_shape()[:-1] == [known]}
            weights |= {name: _Widened(weight, rows) for name, weight in by_token.items()}
            config.vocab_size = rows
        model, report = kind.from_pretrained(None, config=config, state_dict=weights, **kwargs)
    if (folder / "generation_config.json").is_file():
        model.generation_config = GenerationConfig.from_pretrained(folder, local_files_only=True)
    return model, report


class _Widened:
    """A weight of a file that has more rows once it is read, of zeros."""

    def __init__(self, weight: Any, rows: int) -> None:
        self._weight, self._rows = weight, rows

    def __getitem__(self, place: Any) -> torch.Tensor:
        import torch

        known: torch.Tensor = self._weight[place]
        return torch.nn.functional.pad(known, (0, 0, 0, self._rows - len(known)))


def _reach_hub() -> None:
    """One short question first: the hub's own client asks for most of a minute before it gives up."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=5)
    except Exception as error:
        message = f"it is not on this machine, and {constants.ENDPOINT} does not answer ({error})"
        raise ModelError(message) from error
