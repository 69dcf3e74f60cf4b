"""The folder of a training that is under way.  what it is made of -> taken up, refused, marked.  Knows files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowdial.errors import AdapterError
from flowdial.training import processes

#: What a training is made of, beside its checkpoints.
_MADE_OF = "training.json"
_PART = f"{_MADE_OF}.part"


def may_go_on(work: Path, made_of: Mapping[str, Any], *, resume: bool) -> None:
    """Raises AdapterError where a training was begun that is not to go on, or was made of something else."""
    found = {file.name for file in work.iterdir()} if work.is_dir() else {work.name} if work.exists() else set()
    if found - {_PART} and _MADE_OF not in found:  # a kill may leave the part behind
        raise AdapterError(f"{work} is not the folder of a training", hint="move it away, or give another --out")
    if not any(work.glob("checkpoint-*")):
        return
    if not resume and processes.leads():
        message = f"{work} holds a training that was not finished"
        raise AdapterError(message, hint=f"go on with --resume, or remove {work}")
    try:
        before = json.loads((work / _MADE_OF).read_text("utf-8"))
    except (OSError, ValueError) as error:
        message = f"{work / _MADE_OF} cannot be read: {error}"
        raise AdapterError(message, hint=f"remove {work} to begin anew") from None
    if other := [name for name, value in made_of.items() if before.get(name) != value]:
        hint = "give the same flows, base and options, or remove the folder to begin anew"
        raise AdapterError(f"{work} was begun with other {' and '.join(other)}", hint=hint)


def mark(work: Path, made_of: Mapping[str, Any]) -> None:
    """Say what the training is made of, in a file that appears whole. Raises AdapterError."""
    part = work / _PART
    try:
        work.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(made_of, indent=2) + "\n", "utf-8")
        part.replace(work / _MADE_OF)
    except OSError as error:
        raise AdapterError(f"{work}: cannot be written: {error.strerror}", hint="make room and run again") from None
