"""An adapter goes on in another rank, or with words that it lacked."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("peft")
import torch

from flowdial.dataset.courses import courses
from flowdial.decode.loader import load
from flowdial.errors import AdapterError
from flowdial.training import trainer
from flowdial.training.model import adapted
from flowdial.training.refit import put_on, taken_off
from flowdial.training.settings import Settings
from flowdial.training.tuning import tune
from tests.training.tiny import quiet, tiny

FILES = sorted(Path("flows/train/zh").glob("*.puml"))[:4]
PACE = trainer.Pace(checks=2, learning_rate=1e-2)
SETTINGS = Settings(rank=4, epochs=1, length=1600, per_edge=0, validation=0.25, pace=PACE)
IDS = torch.arange(3, 60)[None]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with a tiny model that reads bytes."""
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def learnt(base, tmp_path_factory):
    """A trained adapter of rank 4."""
    out = tmp_path_factory.mktemp("learnt") / "adapter"
    tune(load(base, dtype="float32"), courses(FILES), out, SETTINGS, resume=False, report=quiet)
    return str(out)


def opened(base, adapter):
    return load(base, adapter=adapter, dtype="float32", merge=False)


def refitted(base, adapter, rank):
    loaded, known = taken_off(opened(base, adapter))
    model = adapted(loaded, rank, 0, loaded.words)
    put_on(model, known)
    return model


@torch.no_grad()
def told(model):
    return model(IDS).logits


@pytest.mark.parametrize("rank", [4, 7])
def test_in_a_rank_that_is_no_smaller_it_says_the_same(base, learnt, rank):
    """And something else than the base alone."""
    before = told(opened(base, learnt).model)
    torch.testing.assert_close(told(refitted(base, learnt, rank)), before, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(told(load(base, dtype="float32").model), before, atol=1e-3)


def test_a_smaller_rank_keeps_the_largest_part_of_every_layer(base, learnt):
    """What is lost of a layer is what its smaller singular values say."""
    before = dict(opened(base, learnt).model.named_modules())
    for name, layer in refitted(base, learnt, 2).named_modules():
        if "default" in getattr(layer, "lora_A", {}):
            whole, cut = before[name].get_delta_weight("default"), layer.get_delta_weight("default")
            assert torch.linalg.matrix_rank(cut, rtol=1e-4) <= 2
            lost = torch.linalg.svdvals(whole)[2:].norm()
            torch.testing.assert_close((whole - cut).norm(), lost, atol=1e-6, rtol=1e-2)


def test_an_adapter_is_trained_further_with_words_in_a_smaller_rank(base, learnt, tmp_path):
    """Then in another rank its words stay what they are."""
    settings = replace(SETTINGS, rank=3, words=60)
    out = tmp_path / "further"
    manifest = tune(opened(base, learnt), courses(FILES), out, settings, resume=False, report=quiet)
    assert (manifest["settings"]["rank"], len(manifest["words"])) == (3, 60)
    assert manifest["begun_with"] == opened(base, learnt).adapter_hash
    there = opened(base, str(out))
    word = torch.tensor([there.tokenizer.convert_tokens_to_ids(list(there.words[:9]))])
    with torch.no_grad():
        before = there.model(word).logits
        torch.testing.assert_close(refitted(base, str(out), 5)(word).logits, before, atol=1e-4, rtol=1e-3)


def test_what_is_more_than_two_matrices_is_refused(base, learnt):
    """It would be lost."""
    loaded = opened(base, learnt)
    loaded.model.peft_config["default"].use_dora = True
    with pytest.raises(AdapterError, match="more than LoRA's two matrices"):
        taken_off(loaded)
