"""`flowdial finetune`: flows in, an adapter folder out, with progress on standard error."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flowdial.errors import ModelError


def run(
    places: Sequence[Path],
    *,
    out: Path,
    resume: bool,
    as_json: bool,
    base: str | None,
    adapter: str | None,
    device: str,
    dtype: str,
    quantize: str | None,
    number: int | None,
    **chosen: Any,
) -> int:
    """Train by `number` processes and write; gives the exit code."""
    # Threads that spin while they wait for one another train a third faster; read once, before PyTorch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")
    from flowdial.decode.extras import needs_extra

    with needs_extra("train"):
        import matplotlib  # noqa: F401
        import peft  # noqa: F401
    from flowdial.dataset.courses import courses
    from flowdial.decode.loader import load
    from flowdial.decode.store import silent
    from flowdial.session import prompt
    from flowdial.surfaces.progress import progress
    from flowdial.training import processes
    from flowdial.training.settings import Settings
    from flowdial.training.trainer import Pace
    from flowdial.training.tuning import tune

    again = functools.partial(
        run,
        places,
        out=out,
        resume=resume,
        as_json=as_json,
        base=base,
        adapter=adapter,
        device=device,
        dtype=dtype,
        quantize=quantize,
        number=number,
        **chosen,
    )
    pace = Pace(learning_rate=chosen.pop("learning_rate"), batch=chosen.pop("batch"), seed=chosen.pop("seed"))
    settings = Settings(rank=chosen.pop("rank") or 0, **chosen, pace=pace)
    found = courses(places)
    begun = time.perf_counter()
    with progress() if processes.leads() else contextlib.nullcontext(silent) as report:

        def tell(message: str, fraction: float | None) -> None:
            stays = fraction is None and message.startswith(("validation", "left out"))
            if not stays:
                report(message, fraction)
            elif processes.leads():
                sys.stderr.write(f"{message}\n")

        with processes.one_thread():
            loaded = load(
                base,
                adapter=adapter,
                device=processes.device(device),
                dtype=dtype,
                quantize=quantize,
                wording=prompt.VERSION,
                merge=False,
                progress=tell,
            )
        fastest = processes.worth(loaded.device.type, pace.batch)
        if (number or 1) > 1 and loaded.device.type != "cpu":
            raise ModelError("--processes shares out a processor", hint="for several GPUs see docs/training.md")
        with processes.together(number or fastest, again):
            manifest = tune(loaded, found, out, settings, resume=resume, report=tell)
    if not manifest:
        return 0
    told = {"adapter": str(out), "minutes": round((time.perf_counter() - begun) / 60, 1), **manifest["metrics"]}
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        right = told["validation_accuracy"]
        judged = "not judged, for no decisions were kept out"
        if right is not None:
            judged = f"{right:.1%} of {told['validation_decisions']} decisions of flows that were kept out"
        sys.stdout.write(f"{out}: {judged}, {told['minutes']} minutes\n")
    return 0
