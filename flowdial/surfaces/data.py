"""`flowdial data`: flows in, a data set out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from flowdial.dataset.examples import sources
from flowdial.dataset.journal import Journal
from flowdial.dataset.paraphrase import by_model
from flowdial.dataset.write import Plan, write
from flowdial.surfaces.models import connect
from flowdial.surfaces.progress import progress

#: In the folder of the data set: what a server said, so that it is asked once.
PARAPHRASES = "paraphrases.jsonl"


def run(
    places: Sequence[Path], *, out: Path, plan: Plan, paraphrase: str | None, model: str | None, as_json: bool
) -> int:
    """Write the data set; gives the exit code."""
    other = by_model(connect(paraphrase, None, model=model), Journal(out / PARAPHRASES)) if paraphrase else None
    with progress() as report:
        counts = write(sources(places), out, plan, paraphrase=other, report=report)
    if as_json:
        sys.stdout.write(json.dumps(counts, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{name.replace('_', ' ')}: {count}\n" for name, count in counts.items()))
    return 0
