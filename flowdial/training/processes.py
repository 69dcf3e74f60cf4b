"""Several processes train together, each on its device.  environment -> who this one is.

`accelerate launch` (or torchrun) starts them and says so in the environment; transformers' Trainer shares out the rows
and adds up the gradients. The first process alone reports and writes. Knows nothing of what is trained.
"""

from __future__ import annotations

import os


def count() -> int:
    """How many there are."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def leads() -> bool:
    """Whether this is the one that reports and writes."""
    return int(os.environ.get("RANK", "0")) == 0


def device(wanted: str) -> str:
    """The device of this one: each takes a GPU of its machine, where there are any and none is named."""
    if count() == 1 or wanted != "auto":
        return wanted
    import torch

    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if torch.cuda.is_available() else "cpu"
