"""Write an adapter folder.  trained model + manifest -> weights, manifest.json, README.md, curve.png.

The folder appears whole or not at all. Knows files; knows no training.
"""

from __future__ import annotations

import json
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from flowdial.errors import AdapterError

#: The rows of words that are tokens of their own are kept in three bits of mantissa; peft reads them as it does others.
_WORDS, _NARROW = ".trainable_tokens_delta.default", torch.float8_e4m3fn
_CARD = """---
base_model: {base}
library_name: peft
tags: [flowdial, dialogue, lora]
---
# {name}

A LoRA adapter (rank {rank}{words}) of {base} with which FlowDial decides which branch of a process a user's
words mean, and answers. Made with `flowdial finetune` from {flows:,} flows ({languages}, those kept out
included){begun}; {samples:,} decisions and {replies:,} replies were learnt.

{judged} Use it with the base it was made for, which `manifest.json` names by its hash.
What it cannot do: it knows no facts, and reads a step's question, its options and one sentence of a user. What people
say in the flows was written and labelled by language models in the manner of users.

![The loss while it was trained](curve.png)
"""
_JUDGED = """On {validated:,} decisions of {validation_flows} flows that were kept out of the training,
{accuracy:.1%} are right (staying counts as an answer); the checkpoint was chosen and the linear layer fitted on
them."""
_NOT_JUDGED = "No decisions were kept out of the training, so how well it decides was not measured."


def may_be_written(folder: Path) -> None:
    """Raises AdapterError where something else than an adapter stands: what is there is replaced as a whole."""
    if not folder.name or folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not _is_adapter(folder)):
        hint = "give a folder that is new or empty, or that of an adapter, which is then replaced"
        raise AdapterError(f"{folder} is not the folder of an adapter, and is left as it is", hint=hint)


def _is_adapter(folder: Path) -> bool:
    return (folder / "adapter_config.json").exists()


def write(model: Any, folder: Path, manifest: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> None:
    """Save the adapter in bfloat16 (words of its own in float8) with all that belongs to it.

    Raises AdapterError where it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as place:
            made = Path(place) / "adapter"
            _save(model, made)
            (made / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
            (made / "README.md").write_text(_card(manifest["card"]), "utf-8")
            draw(log, made / "curve.png")
            old = Path(place) / "old"
            if folder.exists():
                folder.rename(old)
            try:
                made.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise
    except (OSError, SafetensorError) as error:
        message = f"the adapter cannot be written to {folder}: {getattr(error, 'strerror', None) or error}"
        raise AdapterError(message, hint="make room, then run again with --resume") from error


def _card(about: Mapping[str, Any]) -> str:
    judged = _JUDGED if about["validated"] else _NOT_JUDGED
    head, *paragraphs = _CARD.format(**about, judged=judged.format(**about)).split("\n\n")
    wrapped = (textwrap.fill(each, 120, break_long_words=False, break_on_hyphens=False) for each in paragraphs)
    return "\n\n".join([head, *wrapped]) + "\n"


def _save(model: Any, folder: Path) -> None:
    kept = {name: p.data for name, p in model.named_parameters() if p.requires_grad}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(_NARROW if name.endswith(_WORDS) else torch.bfloat16)
    try:
        model.save_pretrained(folder, save_embedding_layers=False)
    finally:
        for name, parameter in model.named_parameters():
            if name in kept:
                parameter.data = kept[name]
    config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
    config["target_modules"] = sorted(config["target_modules"])
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def draw(log: Sequence[Mapping[str, Any]], file: Path) -> None:
    """The loss and the validation over the steps, as a picture."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.6), layout="constrained")
    left = figure.subplots()
    steps = [(entry["step"], entry["loss"]) for entry in log if "loss" in entry]
    checks = [(entry["step"], entry["eval_loss"], entry["eval_accuracy"]) for entry in log if "eval_loss" in entry]
    if steps:
        left.plot(*zip(*steps, strict=True), color="#9db4c8", label="training loss")
    left.set_xlabel("steps")
    left.set_ylabel("loss")
    if checks:
        at, losses, accuracies = zip(*checks, strict=True)
        left.plot(at, losses, "o-", color="#2c5f8a", label="validation loss")
        right = left.twinx()
        right.plot(at, accuracies, "s--", color="#c8722c", label="validation accuracy")
        right.set_ylim(0, 1)
        right.legend(loc="lower right")
    left.legend(loc="upper right")
    figure.savefig(file, dpi=110)
