"""Several processes train together."""

from __future__ import annotations

import pytest
import torch

from flowdial.training import processes


def _as(monkeypatch, **environment):
    for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_one_process_reports_writes_and_keeps_its_device(monkeypatch):
    """Nothing is said in the environment."""
    _as(monkeypatch)
    assert (processes.count(), processes.leads(), processes.device("auto")) == (1, True, "auto")


@pytest.mark.parametrize(
    ("gpus", "wanted", "device"), [(True, "auto", "cuda:1"), (False, "auto", "cpu"), (True, "cpu", "cpu")]
)
def test_each_process_takes_its_device_and_the_first_one_writes(monkeypatch, gpus, wanted, device):
    """The second of a machine takes its second GPU, unless a device is named."""
    _as(monkeypatch, RANK="5", LOCAL_RANK="1", WORLD_SIZE="8")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus)
    assert (processes.count(), processes.leads(), processes.device(wanted)) == (8, False, device)
