"""Read an adapter folder and put it on its base.  folder + model -> PeftModel, Skill.

What does not fit is refused: another kind of adapter, another base, tokenizer or wording of the prompts. Knows peft;
opens no model.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowdial.decode.conversion import quiet
from flowdial.decode.extras import needs_extra
from flowdial.decode.protocol import LAYOUTS, Skill
from flowdial.decode.store import ModelSource
from flowdial.errors import AdapterError

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_CONFIG, _WEIGHTS, _MANIFEST = "adapter_config.json", "adapter_model.safetensors", "manifest.json"
_AGAIN = "train it anew with `flowdial finetune`"


@dataclass(frozen=True, slots=True)
class AdapterFolder:
    """A LoRA adapter as peft saves it; `manifest` is empty where it was not made by FlowDial."""

    path: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, place: str) -> AdapterFolder:
        """Raises AdapterError where no such adapter lies."""
        folder = Path(place).expanduser().resolve()
        if missing := [name for name in (_CONFIG, _WEIGHTS) if not (folder / name).is_file()]:
            hint = "give a LoRA folder as peft saves it"
            raise AdapterError(f"{folder} is not an adapter: {' and '.join(missing)} not found", hint=hint)
        if (kind := _read_json(folder / _CONFIG).get("peft_type")) != "LORA":
            raise AdapterError(f"the adapter {folder} is of the type {kind}; FlowDial opens LORA")
        manifest = folder / _MANIFEST
        return cls(folder, _read_json(manifest) if manifest.exists() else {})

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of its weights and manifest."""
        parts = [self.path / name for name in (_WEIGHTS, _MANIFEST)]
        return hashlib.sha256(b"".join(part.read_bytes() for part in parts if part.exists())).hexdigest()

    @property
    def words(self) -> tuple[str, ...]:
        """Words that are tokens of their own with it. Raises AdapterError."""
        found: Any = self.manifest.get("words", [])
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise AdapterError(f"{self.path / _MANIFEST}: `words` is no list of texts", hint=_AGAIN)
        return tuple(found)

    def attach(self, base: Any, source: ModelSource, device: torch.device) -> PeftModel:
        """The base with the adapter on. Raises AdapterError unless each of its weights found its place."""
        with needs_extra("model"):
            from peft import PeftModel
        wanted = self.manifest.get("base_fingerprint")
        if wanted not in {None, source.fingerprint}:
            raise self._misfit(source, f"it was made for the base {wanted}, this one is {source.fingerprint}")
        try:
            with quiet():
                options: dict[str, Any] = {"autocast_adapter_dtype": False, "torch_device": str(device)}
                model = PeftModel.from_pretrained(base, str(self.path), **options)
        except Exception as error:
            raise self._misfit(source, str(error)) from error
        if stray := self._stray_keys(model):  # peft only warns of these, or says nothing
            raise self._misfit(source, f"{len(stray)} weights have no counterpart, {stray[0]} first")
        return model

    def _stray_keys(self, model: Any) -> list[str]:
        from peft import get_peft_model_state_dict
        from safetensors import safe_open

        expected = set(get_peft_model_state_dict(model, save_embedding_layers=False))
        with safe_open(self.path / _WEIGHTS, "pt") as file:
            found = set(file.keys())
        return sorted((expected - found) | {key for key in found - expected if "lora_" in key})

    def _misfit(self, source: ModelSource, why: str) -> AdapterError:
        hint = "open the base that it was trained on, or train an adapter for this one"
        return AdapterError(f"the adapter {self.path} does not fit the model {source.name}: {why}", hint=hint)

    def skill(self, tokenizer: PreTrainedTokenizerBase, wording: int | None) -> Skill:
        """What it was trained for, as its manifest says. Raises AdapterError where it cannot be used here."""
        layout = self.manifest.get("layout", LAYOUTS[0])
        if layout not in LAYOUTS:
            message = f"the adapter {self.path} decides in the layout `{layout}`, which this version does not know"
            raise AdapterError(message, hint=f"layouts: {', '.join(LAYOUTS)}")
        trained = self.manifest.get("prompt")
        if None not in (wording, trained) and wording != trained:
            message = f"the adapter {self.path} was trained on prompts of version {trained}; this FlowDial writes"
            raise AdapterError(f"{message} {wording}", hint=f"install the FlowDial that it came with, or {_AGAIN}")
        if self.manifest.get("tokenizer_hash", found := tokenizer_hash(tokenizer)) != found:
            message = f"the adapter {self.path} was trained with another tokenizer than the model has"
            raise AdapterError(message, hint=_AGAIN)
        return Skill(layout, self._linear_layer(), bool(self.manifest.get("replies")))

    def _linear_layer(self) -> dict[str, dict[str, float]] | None:
        """Weights by language and feature. Raises AdapterError."""
        found: Any = self.manifest.get("weights")
        if found is None:
            return None
        try:
            return {lang: {name: float(weight) for name, weight in by_name.items()} for lang, by_name in found.items()}
        except (AttributeError, TypeError, ValueError) as error:
            message = f"{self.path / _MANIFEST}: `weights` are not numbers by language and feature"
            raise AdapterError(message, hint=_AGAIN) from error


def merge_into_base(model: PeftModel) -> PreTrainedModel:
    """The base with the adapter in its weights.

    Rows of tokens are written where they belong; peft alone would copy the embedding for them.
    """
    import torch
    from peft.tuners.trainable_tokens import TrainableTokensLayer

    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, TrainableTokensLayer):
                weight: Any = layer.get_base_layer().weight
                for name in layer.active_adapters:
                    weight[layer.token_indices[name]] = layer.trainable_tokens_delta[name].to(weight)
                layer.set_adapter([])
    whole: PreTrainedModel = model.merge_and_unload()
    return whole


def tokenizer_hash(tokenizer: PreTrainedTokenizerBase) -> str:
    """SHA-256 (hex) of a tokenizer's words and merges."""
    backend: Any = getattr(tokenizer, "backend_tokenizer", None)
    text = backend.to_str() if backend else json.dumps(tokenizer.get_vocab(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AdapterError(f"{path} cannot be read: {error}") from error
    return found if isinstance(found, dict) else {}
