"""What is trained: a model with an adapter whose forward pass gives the loss of a row.  Knows torch and peft."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from flowdial.decode.backbone import Backbone
from flowdial.decode.conversion import quiet
from flowdial.decode.loader import LoadedModel
from flowdial.training.lora import beside, fused
from flowdial.training.passes import losses
from flowdial.training.rows import Row


@dataclass(frozen=True, slots=True)
class Weighing:
    """Decisions and tokens of text in a row on average, and how much the text counts beside the decisions."""

    decisions: float
    tokens: float
    text: float

    @classmethod
    def of(cls, rows: Sequence[Row], text: float) -> Weighing:
        """The averages of these rows."""
        items = [item for row in rows for item in row.items]
        written = sum(len(item.asks[0]) for item in items if item.gold is None)
        decided = sum(item.gold is not None for item in items)
        return cls(max(1.0, decided / len(rows)), max(1.0, written / len(rows)), text)


class RowModel(torch.nn.Module):
    """A peft model as transformers' Trainer takes it: a row in, the loss and its parts out."""

    def __init__(self, adapted: Any, weighing: Weighing, length: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.adapted = adapted
        self.config = adapted.config
        self._backbone = [Backbone(adapted)]  # in a list, so that it is not taken for a part
        self._weighing, self.length, self._dtype = weighing, length, dtype
        self.fused = True  #: Whether LoRA layers run with fewer passes over memory, which compiled ones do anyway.

    @property
    def backbone(self) -> Backbone:
        """The decoder with its output embedding."""
        return self._backbone[0]

    @property
    def text_weight(self) -> float:
        """How much a token of text counts beside a decision, both on average."""
        return self._weighing.text

    def forward(self, row: Row) -> Mapping[str, torch.Tensor]:
        """The loss of a row, and its two parts for one decision and one token."""
        with self.numbers():
            found = losses(self.backbone, row, self.length)
        per = self._weighing
        loss = found.decisions / per.decisions + per.text * found.tokens / per.tokens
        return {
            "loss": loss,
            "decisions": found.decisions.detach() / max(1, found.decided),
            "tokens": found.tokens.detach() / max(1, found.written),
        }

    @contextlib.contextmanager
    def numbers(self) -> Iterator[None]:
        """Matrices are multiplied in the number type of the base; what is learnt is kept in float32.

        Autocast sees to it, so peft need not turn what comes in to float32 first.
        """
        from peft.helpers import disable_input_dtype_casting
        from peft.tuners.trainable_tokens.layer import TrainableTokensLayer

        words: list[Any] = [each for each in self.adapted.modules() if isinstance(each, TrainableTokensLayer)]
        for each in words:  # they cast nothing, and lack what peft's helper asks them for
            each.cast_input_dtype_enabled = False
        narrow = self._dtype != torch.float32
        kind = self.backbone.decoder.device.type
        autocast = torch.autocast(kind, dtype=self._dtype, enabled=narrow)
        faster = fused(self.adapted) if self.fused else contextlib.nullcontext()
        with autocast, disable_input_dtype_casting(self.adapted, narrow), beside(self.adapted), faster:
            yield


def adapted(loaded: LoadedModel, rank: int, seed: int, words: Sequence[str] = ()) -> Any:
    """The model with the LoRA adapter that it was opened with, or a fresh one on all its linear layers.

    The rows of `words`, which are tokens of their own, in the embeddings are learnt as well.
    """
    from peft import LoraConfig, PeftModel, get_peft_model

    torch.manual_seed(seed)
    if isinstance(loaded.model, PeftModel):
        for name, parameter in loaded.model.named_parameters():
            if "lora_" in name or "trainable_tokens_delta" in name:
                parameter.requires_grad = True
                parameter.data = parameter.data.float()
        return loaded.model
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
        trainable_token_indices=_rows(loaded, words) or None,
    )
    with quiet():
        model: Any = get_peft_model(loaded.model, config)
    config.base_model_name_or_path = loaded.source.name
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return model


def _rows(loaded: LoadedModel, words: Sequence[str]) -> dict[str, list[int]]:
    """Of the input embedding, by its name, as peft asks for them; a tied output embedding follows."""
    if not words:
        return {}
    embedding = loaded.model.get_input_embeddings()
    name = next(name for name, module in loaded.model.named_modules() if module is embedding)
    return {name.rpartition(".")[2]: loaded.tokenizer.convert_tokens_to_ids(list(words))}  # type: ignore[dict-item]


@contextlib.contextmanager
def merged(adapted: Any) -> Iterator[None]:
    """What is learnt is part of the weights within, as it is where a model is used; that reads faster."""
    with quiet():
        adapted.merge_adapter()
    try:
        yield
    finally:
        adapted.unmerge_adapter()


def learnable(adapted: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A copy of what is learnt, by name."""
    return {name: each.detach().clone() for name, each in adapted.named_parameters() if each.requires_grad}


@torch.no_grad()
def average(adapted: torch.nn.Module, before: Mapping[str, torch.Tensor], share: float) -> None:
    """Go back by `share` of the way to the weights `before`.

    The average of a model's weights before and after it was trained further keeps much of both (Wortsman et al.,
    "Robust fine-tuning of zero-shot models", 2022).
    """
    for name, each in adapted.named_parameters():
        if each.requires_grad:
            each.lerp_(before[name], share)
