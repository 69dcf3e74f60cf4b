"""Compile the layers of a decoder while it is trained.  RowModel -> the same one, faster.  Knows torch.

On a processor half of a step goes to small operations between the matrix products, each a pass over memory.
`torch.compile` fuses them, where there is a C++ compiler. All layers share one compilation, since all rows have one
shape; attention, whose blocks differ from row to row, stays as it is.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from transformers import AttentionInterface

from flowdial.decode.attention import NAME, attend
from flowdial.decode.store import Progress

if TYPE_CHECKING:
    from flowdial.training.model import RowModel

#: Rows from which it is worth the half minute that it takes.
WORTH = 200


@contextlib.contextmanager
def compiled(model: RowModel, rows: int, report: Progress) -> Iterator[None]:
    """Within, the layers are compiled, where so many rows are worth it and this machine can."""
    decoder = model.backbone.decoder
    layers = list(getattr(decoder, "layers", ()))
    if rows < WORTH or decoder.device.type != "cpu" or not layers:
        yield
        return
    if why := _trouble():
        report(f"the layers are not compiled: {why}", None)
        yield
        return
    report("compiling the layers", None)
    AttentionInterface.register(NAME, torch.compiler.disable(attend))  # type: ignore[no-untyped-call]
    for layer in layers:
        layer.compile(dynamic=False)
    model.fused = False
    try:
        yield
    finally:
        model.fused = True
        for layer in layers:
            layer._compiled_call_impl = None
        AttentionInterface.register(NAME, attend)


def _trouble() -> str:
    """Why nothing can be compiled here, for want of a C++ compiler or of Python's headers; empty where it can."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            torch.compile(lambda x: x.exp() + 1)(torch.ones(64))
        except (RuntimeError, OSError, ImportError) as error:  # all of PyTorch's are RuntimeErrors
            return str(error).strip().partition("\n")[0] or type(error).__name__
    return ""
