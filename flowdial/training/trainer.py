"""Run the training.  rows + RowModel -> checkpoints, a log.  transformers' Trainer does the loop.

What is ours: the rows in their own order, the validation, what a checkpoint holds, and that a checkpoint
that was cut off while it was written is not taken up again.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch.utils.data import Dataset, SequentialSampler
from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from flowdial.decode.store import Progress
from flowdial.errors import ModelError
from flowdial.training import processes
from flowdial.training.model import RowModel
from flowdial.training.passes import decision_loss, item_scores
from flowdial.training.rows import Row


@dataclass(frozen=True, slots=True)
class Pace:
    """How it is trained. `batch` is the rows of a step, of all processes together; `checks` how often at most it is
    validated and saved, the last time at its end; `patience` how many without gain end it early (an adapter that is
    trained further gets worse at first, and better as the rate falls).
    """

    learning_rate: float = 1.5e-3
    batch: int = 2
    warm_up: int = 30
    checks: int = 6
    patience: int = 5
    seed: int = 0


class Rows(Dataset[Row]):
    """Rows in the order in which they are learnt."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: int) -> Row:
        return self._rows[at]


def train(
    model: RowModel,
    rows: Sequence[Row],
    validation: Sequence[Row],
    folder: Path,
    pace: Pace,
    *,
    resume: bool,
    report: Progress,
) -> list[dict[str, Any]]:
    """Train, and leave the best weights in `model`; the log, one entry a step that was logged. Raises ModelError.

    Rows that do not fill the last step are left out, so that it is the same for any number of processes.
    """
    if pace.batch % processes.count():
        message = f"{processes.count()} processes cannot share out the {pace.batch} rows of a step"
        raise ModelError(message, hint="give --batch a multiple of the processes")
    processes.meet()
    accumulate = pace.batch // processes.count()
    rows = rows[: max(1, len(rows) // pace.batch) * pace.batch]
    steps = math.ceil(len(rows) / pace.batch)
    every = math.ceil(steps / pace.checks)
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=1,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=accumulate,
        learning_rate=pace.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=min(pace.warm_up, max(1, steps // 10)),
        weight_decay=0.01,
        max_grad_norm=1.0,
        logging_steps=max(1, min(10, every)),
        logging_nan_inf_filter=False,
        eval_strategy="steps" if validation else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=bool(validation),
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        seed=pace.seed,
        use_cpu=model.backbone.decoder.device.type == "cpu",
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        report_to=[],
        ddp_find_unused_parameters=False,
        restore_callback_states_from_checkpoint=True,
        disable_tqdm=True,
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # one process takes one row, however many GPUs it sees
    stopping = [_Stopping(pace.patience)] if validation else []
    callbacks: list[TrainerCallback] = [_Finite(), *stopping, _Watch(report, rows)]  # the last sees whether it stops
    trainer = _Trainer(model, arguments, Rows(rows), validation, callbacks)
    trainer.remove_callback(PrinterCallback)
    last = _last_whole(folder) if resume else None
    try:
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    except (OSError, SafetensorError) as error:
        raise _not_written(folder, getattr(error, "strerror", None) or str(error)) from error
    except RuntimeError as error:
        if "PytorchStreamWriter" in str(error):
            raise _not_written(folder, str(error).splitlines()[0]) from error
        if "out of memory" in str(error) or "can't allocate memory" in str(error):
            hint = "lower --length, --batch or --processes, then go on with --resume where only --processes changed"
            raise ModelError("there is not enough memory to train", hint=hint) from error
        raise
    return list(trainer.state.log_history)


def _not_written(folder: Path, why: str) -> ModelError:
    hint = f"make room, then go on with --resume: {folder} keeps the earlier ones"
    return ModelError(f"a checkpoint could not be written or read: {why}", hint=hint)


def _last_whole(folder: Path) -> Path | None:
    """The newest checkpoint whose state, which is written last, can be read."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)
    for path in found:
        try:
            json.loads((path / "trainer_state.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        return path
    return None


class _Trainer(Trainer):
    """Rows are taken in their order; a check validates decisions and answers; a checkpoint holds the adapter only."""

    def __init__(
        self,
        model: RowModel,
        arguments: TrainingArguments,
        rows: Rows,
        validation: Sequence[Row],
        callbacks: list[TrainerCallback],
    ) -> None:
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=rows,
            eval_dataset=[0],
            data_collator=lambda found: {"row": found[0]},
            callbacks=callbacks,
        )
        self._row_model = model
        self._rows, self._validation = rows, validation

    def _get_train_sampler(self, *_given: Any) -> Any:
        return SequentialSampler(self._rows)

    def compute_loss(self, model: Any, inputs: Any, *_given: Any, **_more: Any) -> Any:
        """The loss of a row."""
        return model(**inputs)["loss"]

    def evaluate(self, *_given: Any, **_more: Any) -> dict[str, float]:
        """Loss of the validation, as that of the training is made up, and the share of its decisions that are right."""
        model = self._row_model.eval()
        loss, right, decided, unsaid, written = 0.0, 0, 0, 0.0, 0
        with torch.inference_mode(), model.numbers():
            for row in self._validation[processes.place() :: processes.count()]:
                scores = item_scores(model.backbone, row, model.length)
                for item, found in zip(row.items, scores, strict=True):
                    if item.gold is None:
                        unsaid -= float(found.sum())
                        written += len(item.asks[0])
                    else:
                        loss += float(decision_loss(item, found))
                        right += int(found.argmax()) in (item.gold or {len(found) - 1})
                        decided += 1
        model.train()
        sums = torch.tensor([loss, right, decided, unsaid, written], device=self.args.device)
        loss, right, decided, unsaid, written = self.accelerator.reduce(sums, "sum").tolist()
        both = loss / max(1, decided) + model.text_weight * unsaid / max(1, written)
        metrics = {"eval_loss": both, "eval_accuracy": right / max(1, decided)}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        self._row_model.adapted.save_pretrained(output_dir or self.args.output_dir, save_embedding_layers=False)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        from peft import set_peft_model_state_dict
        from safetensors.torch import load_file

        weights = load_file(Path(resume_from_checkpoint) / "adapter_model.safetensors")
        set_peft_model_state_dict(self._row_model.adapted, weights)

    def _load_best_model(self) -> None:
        if self.state.best_model_checkpoint:
            self._load_from_checkpoint(self.state.best_model_checkpoint)


class _Finite(TrainerCallback):
    """Ends a training that has run away before it is written down. All processes have the same gradients, so they end
    at the same step.
    """

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Raises ModelError where a gradient is not a number, as it is where a loss is none."""
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        if not torch.isfinite(torch.nn.utils.get_total_norm(gradients)):
            message = f"the loss is not finite at step {state.global_step}"
            hint = "lower --learning-rate, or use --dtype float32; checkpoints so far are whole"
            raise ModelError(message, hint=hint)


class _Stopping(EarlyStoppingCallback):
    """A training that was killed when it had stopped early is not taken further when it is resumed."""

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        super().on_train_begin(args, state, control, **kwargs)  # type: ignore[no-untyped-call]
        control.should_training_stop = self.early_stopping_patience_counter >= self.early_stopping_patience


class _Watch(TrainerCallback):
    """Tells how far it is, with the loss, tokens a second and the time left."""

    def __init__(self, report: Progress, rows: Sequence[Row]) -> None:
        self._report, self._sizes = report, [row.size for row in rows]
        self._begun, self._first, self._told = time.monotonic(), 0, ""

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._begun, self._first = time.monotonic(), state.global_step

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        if logs and "loss" in logs:
            self._told = f"loss {float(logs['loss']):.3f}"
        if logs and "eval_accuracy" in logs:
            self._report(f"validation: {logs['eval_accuracy']:.1%} right, loss {logs['eval_loss']:.3f}", None)

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if control.should_training_stop and state.global_step < state.max_steps:
            best = state.best_global_step
            self._report(f"validation: ended early at step {state.global_step}, the best was step {best}", None)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        done, spent = state.global_step - self._first, time.monotonic() - self._begun
        each = args.gradient_accumulation_steps * processes.count()
        tokens = sum(self._sizes[self._first * each : state.global_step * each])
        left = spent / max(1, done) * (state.max_steps - state.global_step)
        self._report(
            f"{self._told}, {tokens / spent:.0f} tokens/s, {left / 60:.0f} min left",
            state.global_step / state.max_steps,
        )
