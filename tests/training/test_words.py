"""Words that become tokens of their own: what they begin as, and that an adapter brings them along."""

from pathlib import Path

import pytest

pytest.importorskip("peft")
import torch
from safetensors.torch import load_file

from flowdial.dataset.courses import courses
from flowdial.decode.causal import CausalModel
from flowdial.decode.loader import load
from flowdial.errors import AdapterError
from flowdial.training import trainer
from flowdial.training.model import merged
from flowdial.training.settings import Settings
from flowdial.training.tuning import tune
from flowdial.training.words import give
from tests.training.tiny import quiet, tiny

FILES = sorted(Path("flows/train/zh").glob("*.puml"))[:4]
SETTINGS = Settings(rank=2, words=60, epochs=1, length=1600, per_edge=0, validation=0.25, pace=trainer.Pace(checks=2))


@pytest.fixture
def base(tmp_path):
    """A folder with a tiny model that reads bytes."""
    return tiny(tmp_path / "base")


def test_a_word_is_one_token_and_is_written_as_it_was(base):
    """Also beside signs and letters that have none."""
    loaded = load(base)
    words = give(loaded, 60)
    assert len(words) == 60
    assert len(loaded.tokenizer.encode(words[7], add_special_tokens=False)) == 1
    text = f"{words[0]}，{words[1]}{words[2]}x魑"
    assert loaded.tokenizer.decode(loaded.tokenizer.encode(text)) == text


def test_a_word_begins_as_what_it_means(base):
    """The mean of its gloss's rows, as long as rows are on average."""
    loaded = load(base, dtype="float32")
    known = loaded.model.get_input_embeddings().weight.detach().clone()
    words = give(loaded, 60)
    (gloss,) = (
        line.split("\t")[1]
        for line in Path("flowdial/training/words.tsv").read_text("utf-8").splitlines()
        if line.split("\t")[0] == words[5]
    )
    meant = known[loaded.tokenizer.encode(f" {gloss}")].mean(0)
    row = loaded.model.get_input_embeddings().weight[loaded.tokenizer.convert_tokens_to_ids(words[5])]
    assert torch.cosine_similarity(row, meant, dim=0) > 0.999
    assert row.norm().item() == pytest.approx(known.norm(dim=1).mean().item(), rel=1e-3)
    assert torch.equal(loaded.model.get_output_embeddings().weight, loaded.model.get_input_embeddings().weight)


def test_a_base_that_writes_characters_by_one_token_keeps_its_own(base):
    """So does one whose output embedding is another."""
    loaded = load(base)
    give(loaded, 5000)
    assert give(loaded, 5000) == ()
    untied = load(base)
    untied.model.config.tie_word_embeddings = False
    assert give(untied, 60) == ()
    assert give(load(base), 0) == ()


def test_an_adapter_brings_its_words_along(base, tmp_path, monkeypatch):
    """Merged and unmerged it decides alike, it can be trained further, and the embedding is widened as it is read."""
    out = tmp_path / "adapter"
    manifest = tune(load(base, dtype="float32"), courses(FILES), out, SETTINGS, resume=False, report=quiet)
    assert len(manifest["words"]) == 60
    kinds = {key: tensor.dtype for key, tensor in load_file(out / "adapter_model.safetensors").items()}
    assert [key.rpartition(".")[2] for key, kind in kinds.items() if kind == torch.float8_e4m3fn] == [
        "trainable_tokens_delta"
    ]
    within, beside = (load(base, adapter=str(out), dtype="float32", merge=merge) for merge in (True, False))
    assert within.words == beside.words == tuple(manifest["words"])
    one, other = (CausalModel(each).encode("好的，没有问题") for each in (within, beside))
    assert one == other
    ids = torch.tensor([one])
    torch.testing.assert_close(within.model(ids).logits, beside.model(ids).logits, atol=1e-4, rtol=1e-3)
    with merged(beside.model):
        torch.testing.assert_close(beside.model(ids).logits, within.model(ids).logits)
    torch.testing.assert_close(beside.model(ids).logits, within.model(ids).logits, atol=1e-4, rtol=1e-3)
    again = tune(beside, courses(FILES), tmp_path / "further", SETTINGS, resume=False, report=quiet)
    assert again["words"] == manifest["words"]
    assert again["begun_with"] == within.adapter_hash
    monkeypatch.setattr(type(within.model), "resize_token_embeddings", None)  # which would hold the embedding twice
    wide = load(base, adapter=str(out)).model
    assert wide.get_output_embeddings().weight is wide.get_input_embeddings().weight
    (out / "manifest.json").write_text('{"words": 5}')
    with pytest.raises(AdapterError, match="`words` is no list of texts"):
        load(base, adapter=str(out))
