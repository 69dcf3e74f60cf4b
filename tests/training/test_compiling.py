"""A training whose layers are compiled learns what another one does."""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model

from flowdial.decode.query import Query
from flowdial.training import compiling
from flowdial.training.compiling import WORTH, compiled
from flowdial.training.model import RowModel, Weighing
from flowdial.training.rows import decision_sample, joined, packed, text_task
from tests.decode.models import tiny
from tests.training.tiny import quiet

_LENGTH = 96
_CAN = shutil.which("g++") and Path(sysconfig.get_path("include"), "Python.h").exists()


def _model():
    base = copy.deepcopy(tiny("llama"))
    torch.manual_seed(0)
    adapted = get_peft_model(base, LoraConfig(r=4, lora_alpha=12, target_modules="all-linear"))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return RowModel(adapted, Weighing(1.0, 1.0, 0.5), _LENGTH, torch.float32)


def _rows():
    for said in ((7, 8), (9, 4, 2)):
        query = Query((1, 2), ((3,), (4,)), (said, said), "vocabulary")
        (decision,) = joined([decision_sample(query, frozenset({0}), denied=False)], _LENGTH)
        yield from packed([decision, text_task((1, 5), said)], _LENGTH)


def _learnt(model):
    found = []
    for row in _rows():
        model.zero_grad()
        loss = model(row)["loss"]
        loss.backward()
        found.append(torch.cat([loss[None], *(p.grad.flatten() for p in model.parameters() if p.grad is not None)]))
    with torch.inference_mode():
        found += [model(row)["loss"][None] for row in _rows()]
    return found


def _compilations():
    return torch._dynamo.utils.counters["stats"]["unique_graphs"]


@pytest.mark.skipif(not _CAN, reason="there is no C++ compiler, or no headers of Python")
def test_losses_and_gradients_are_the_same():
    """For rows of different trees and without gradients; afterwards nothing is compiled."""
    wanted, model = _learnt(_model()), _model()
    begun = _compilations()
    with compiled(model, WORTH, quiet):
        found = _learnt(model)
    assert _compilations() > begun
    for got, want in zip(found, wanted, strict=True):
        assert float((got - want).norm()) <= 1e-3 * float(want.norm())
    begun = _compilations()
    assert all(torch.equal(got, want) for got, want in zip(_learnt(model), wanted, strict=True))
    assert _compilations() == begun


@pytest.mark.parametrize(("rows", "trouble", "told"), [(WORTH, "no g++", 1), (WORTH - 1, "", 0)])
def test_nothing_changes_without_a_compiler_or_for_few_rows(rows, trouble, told, monkeypatch):
    """The loss is that of a model that was not touched, to the bit; what is missing is told."""
    monkeypatch.setattr(compiling, "_trouble", lambda: trouble)
    wanted, model, begun, said = _learnt(_model()), _model(), _compilations(), []
    with compiled(model, rows, lambda message, _: said.append(message)):
        found = _learnt(model)
    assert all(torch.equal(got, want) for got, want in zip(found, wanted, strict=True))
    assert _compilations() == begun
    assert said == [f"the layers are not compiled: {trouble}"] * told


def test_a_machine_without_a_compiler_is_told_so(tmp_path):
    """In a process of its own, for PyTorch looks for the compiler once."""
    code = "from flowdial.training.compiling import _trouble; print(repr(_trouble()))"
    without = {**os.environ, "CXX": str(tmp_path / "none"), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "cache")}
    found = subprocess.run([sys.executable, "-c", code], env=without, capture_output=True, text=True, check=True)
    assert len(found.stdout.strip()) > len("''")
    assert "Traceback" not in found.stderr
