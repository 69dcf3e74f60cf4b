"""Several processes train together."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import partial

import pytest
import torch
from safetensors.torch import load_file

from flowdial.dataset.courses import courses
from flowdial.errors import ModelError, SourceError
from flowdial.training import processes
from flowdial.training.tuning import tune
from tests.training.test_tuning import FILES, SETTINGS, fresh, quiet


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


@pytest.mark.parametrize(("device", "rows", "number"), [("cpu", 2, 2), ("cpu", 3, 1), ("cpu", 8, 4), ("cuda:0", 8, 1)])
def test_processors_share_out_a_step_evenly(monkeypatch, device, rows, number):
    """One process a core, and none that would wait; a GPU is one process."""
    _as(monkeypatch)
    monkeypatch.setattr(processes, "_cores", lambda: 4)
    assert processes.worth(device, rows) == number


def test_who_was_started_by_a_launcher_starts_no_more(monkeypatch):
    """It has its share already."""
    _as(monkeypatch, WORLD_SIZE="2")
    with processes.together(2, _die):
        assert not processes._others


def test_shares_come_back_in_the_order_in_which_they_were_dealt_out(monkeypatch):
    """Three processes, seven jobs."""
    _as(monkeypatch, RANK="1", WORLD_SIZE="3")
    jobs = list(range(7))

    def gather(shares, share):
        assert share == [1, 4]
        shares[:] = [jobs[place::3] for place in range(3)]

    monkeypatch.setattr(torch.distributed, "all_gather_object", gather)
    assert processes.gathered(jobs[processes.place() :: processes.count()]) == jobs


def _train(out, settings):
    return tune(fresh(), courses(FILES), out, settings, resume=False, report=quiet)


def test_two_processes_learn_what_one_learns(tmp_path):
    """The rows of a step are shared out, and the sums of the gradients are the same."""
    settings = replace(SETTINGS, pace=replace(SETTINGS.pace, batch=2))
    alone = _train(tmp_path / "alone", settings)
    before = dict(os.environ)
    with processes.together(2, partial(_train, tmp_path / "both", settings)):
        both = _train(tmp_path / "both", settings)
    assert dict(os.environ) == before
    assert both["metrics"] == alone["metrics"]
    assert both["weights"].keys() == alone["weights"].keys()
    assert all(both["weights"][lang] == pytest.approx(alone["weights"][lang], abs=0.05) for lang in alone["weights"])
    found, wanted = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("both", "alone"))
    assert found.keys() == wanted.keys()
    assert all(torch.allclose(found[name].float(), wanted[name].float(), atol=1e-3) for name in wanted)


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _meet():
    processes.meet()
    torch.distributed.init_process_group("gloo")
    torch.distributed.barrier()


def _meet_and_die():
    _meet()
    _die()


@pytest.mark.parametrize("other", [_die, _meet_and_die])
def test_a_process_that_is_killed_ends_the_training_with_a_message(other):
    """Before the training begins, or while it runs."""
    with pytest.raises(ModelError, match="exit code -9"), processes.together(2, other):
        _meet_twice()


def _meet_twice():
    _meet()
    torch.distributed.barrier()


def _wrong():
    raise SourceError("no flows")


def test_what_the_user_did_wrong_is_told_once(capfd):
    """By the first process, not by the others, which end with a code."""
    with pytest.raises(ModelError, match="exit code 1"), processes.together(2, _wrong):
        processes.meet()
    assert "no flows" not in capfd.readouterr().err


def test_a_model_is_opened_by_one_thread():
    """Another would spin beside the training; afterwards there are as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with processes.one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
