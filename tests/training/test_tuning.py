"""An adapter is trained, stopped, resumed, written and refused where it does not fit."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from flowdial.dataset.courses import courses
from flowdial.decode.protocol import Skill
from flowdial.errors import AdapterError, ModelError, SourceError
from flowdial.training import begun, trainer, tuning
from flowdial.training.samples import all_tasks, checks, epoch_tasks, said, split
from flowdial.training.settings import Settings
from flowdial.training.tuning import tune
from tests.decode.models import _SIZES, FAMILIES, VOCABULARY

TRAIN = Path("flows/train/en")
FILES = sorted(TRAIN.glob("*.puml"))[:4]
SETTINGS = Settings(rank=2, epochs=1, length=1600, per_edge=0, validation=0.25, pace=trainer.Pace(checks=2, batch=4))


class Hashed:
    """A tokenizer of characters."""

    eos_token_id = None

    def encode(self, text, **_):
        return [ord(char) % (VOCABULARY - 7) for char in text]

    def get_vocab(self):
        return {"a": 1}


def fresh():
    """A tiny model with random weights, opened."""
    import transformers

    torch.manual_seed(0)
    config = transformers.LlamaConfig(**{**_SIZES, "max_position_embeddings": 2048, **FAMILIES["llama"][1]})
    model = transformers.LlamaForCausalLM(config).eval()
    return SimpleNamespace(
        model=model,
        tokenizer=Hashed(),
        source=SimpleNamespace(name="toy", fingerprint="f"),
        adapter_name=None,
        skill=Skill(),
        dtype=torch.float32,
        device=torch.device("cpu"),
        adapter_hash=None,
        quantized=None,
        words=(),
    )


def quiet(*_told):
    return None


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An adapter that was trained in one go."""
    out = tmp_path_factory.mktemp("whole") / "adapter"
    manifest = tune(fresh(), courses(FILES), out, SETTINGS, resume=False, report=quiet)
    return out, manifest


def test_the_folder_holds_all_that_belongs_to_it(whole):
    """Weights, peft's configuration, the manifest, a card and a picture."""
    out, manifest = whole
    assert {file.name for file in out.iterdir()} == {
        "adapter_config.json", "adapter_model.safetensors", "manifest.json", "README.md", "curve.png"
    }  # fmt: skip
    assert json.loads((out / "manifest.json").read_text()) == json.loads(json.dumps(manifest))
    assert manifest["layout"] == "verdict"
    assert manifest["weights"]["en"]
    assert 0 <= manifest["metrics"]["validation_accuracy"] <= 1
    assert all(tensor.dtype == torch.bfloat16 for tensor in load_file(out / "adapter_model.safetensors").values())


def test_the_same_seed_gives_the_same_adapter(whole, tmp_path):
    """Bit for bit."""
    tune(fresh(), courses(FILES), tmp_path / "again", SETTINGS, resume=False, report=quiet)
    _same(whole[0], tmp_path / "again")


def _same(one, other):
    first, second = (load_file(place / "adapter_model.safetensors") for place in (one, other))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_a_training_that_was_cut_off_goes_on_to_the_same_result(whole, tmp_path, monkeypatch):
    """Also where the last checkpoint was being written when it was killed."""
    count = 0
    step = trainer._Trainer.training_step

    def killed(self, *given, **more):
        nonlocal count
        count += 1
        if self.state.global_step >= self.state.max_steps - 1:
            raise KeyboardInterrupt
        return step(self, *given, **more)

    out = tmp_path / "adapter"
    with monkeypatch.context() as patch:
        patch.setattr(trainer._Trainer, "training_step", killed)
        with pytest.raises(KeyboardInterrupt):
            tune(fresh(), courses(FILES), out, SETTINGS, resume=False, report=quiet)
    assert not out.exists()
    work = tmp_path / "adapter.work"
    good = max(work.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    torn = work / "checkpoint-999"
    shutil.copytree(good, torn)
    (torn / "trainer_state.json").write_text('{"global_step": 9')
    tune(fresh(), courses(FILES), out, SETTINGS, resume=True, report=quiet)
    _same(whole[0], out)
    assert not work.exists()


def test_a_training_goes_on_with_what_it_was_begun_with_only(tmp_path, monkeypatch):
    """Other options, flows or a fresh start are refused while checkpoints are there."""
    out = tmp_path / "adapter"
    with monkeypatch.context() as patch:
        patch.setattr(trainer._Trainer, "_load_best_model", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tune(fresh(), courses(FILES), out, SETTINGS, resume=False, report=quiet)
    for files, settings, resume, told in (
        (FILES, replace(SETTINGS, rank=4), True, "was begun with other settings"),
        (FILES[:3], SETTINGS, True, "was begun with other data"),
        (FILES, SETTINGS, False, "was not finished"),
    ):
        with pytest.raises(AdapterError, match=told):
            tune(fresh(), courses(files), out, settings, resume=resume, report=quiet)
    tune(fresh(), courses(FILES), out, SETTINGS, resume=True, report=quiet)


def test_a_training_does_not_go_on_with_other_code(tmp_path, monkeypatch):
    """Its rows might be others."""
    out = tmp_path / "adapter"
    work = tmp_path / "adapter.work"
    (work / "checkpoint-1").mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(tuning, "code_hash", lambda *_: "other")
        begun.mark(work, tuning._made_of(fresh(), courses(FILES), SETTINGS))
    with pytest.raises(AdapterError, match="was begun with other code"):
        tune(fresh(), courses(FILES), out, SETTINGS, resume=True, report=quiet)
    (work / "training.json").write_text("")
    with pytest.raises(AdapterError, match="cannot be read"):
        tune(fresh(), courses(FILES), out, SETTINGS, resume=True, report=quiet)


def opened(folder):
    """The tiny model with an adapter on it."""
    from peft import PeftModel

    loaded = fresh()
    loaded.model = PeftModel.from_pretrained(loaded.model, str(folder))
    loaded.adapter_name, loaded.adapter_hash = "adapter", "h"
    return loaded


def test_an_adapter_is_trained_further(whole, tmp_path):
    """In its own rank, and from its own weights: hardly learning, it stays what it was."""
    loaded = opened(whole[0])
    settings = replace(SETTINGS, rank=0, pace=replace(SETTINGS.pace, learning_rate=1e-9))
    manifest = tune(loaded, courses(FILES), tmp_path / "further", settings, resume=False, report=quiet)
    assert (manifest["begun_with"], manifest["settings"]["rank"]) == ("h", SETTINGS.rank)
    card = (tmp_path / "further" / "README.md").read_text("utf-8")
    assert "begun with an earlier adapter (adapter)" in " ".join(card.split())
    _same(whole[0], tmp_path / "further")


def test_an_adapter_that_is_trained_further_keeps_a_share_of_its_weights(whole, tmp_path):
    """A quarter: what is written lies so far on the way back from what was learnt."""
    for keep in (0.0, 0.25):
        settings = replace(SETTINGS, keep=keep, pace=replace(SETTINGS.pace, learning_rate=0.01))
        tune(opened(whole[0]), courses(FILES), tmp_path / str(keep), settings, resume=False, report=quiet)
    before, learnt, kept = (
        load_file(folder / "adapter_model.safetensors") for folder in (whole[0], tmp_path / "0.0", tmp_path / "0.25")
    )
    assert any(not torch.allclose(before[name], learnt[name], rtol=0.1) for name in before)
    for name in before:
        wanted = 0.25 * before[name].float() + 0.75 * learnt[name].float()
        torch.testing.assert_close(kept[name].float(), wanted, rtol=0.02, atol=1e-3)


def test_a_new_adapter_has_nothing_to_keep(tmp_path):
    """That is told before anything is trained."""
    with pytest.raises(ModelError, match="no earlier weights to keep"):
        tune(fresh(), courses(FILES), tmp_path / "out", replace(SETTINGS, keep=0.5), resume=False, report=quiet)


def test_a_training_that_had_stopped_early_is_not_taken_further(tmp_path, monkeypatch):
    """Where it was killed before the adapter was written."""
    impatient = replace(SETTINGS, epochs=3, pace=replace(SETTINGS.pace, checks=12, patience=1))

    def worse(self, *_given, **_more):
        metrics = {"eval_loss": float(self.state.global_step), "eval_accuracy": 0.0}
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    monkeypatch.setattr(trainer._Trainer, "evaluate", worse)
    out, reached = tmp_path / "adapter", []
    load = trainer._Trainer._load_best_model

    def killed(self):
        reached.append(self.state.global_step)
        load(self)
        if len(reached) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(trainer._Trainer, "_load_best_model", killed)
    told = []
    with pytest.raises(KeyboardInterrupt):
        tune(fresh(), courses(FILES), out, impatient, resume=False, report=lambda message, _done: told.append(message))
    assert any(message.startswith("validation: ended early at step") for message in told)
    tune(fresh(), courses(FILES), out, impatient, resume=True, report=quiet)
    assert reached[1] <= reached[0] + 1


def test_a_folder_that_is_not_of_a_training_is_left_alone(tmp_path):
    """Although it has the name of one."""
    (tmp_path / "adapter.work").mkdir()
    (tmp_path / "adapter.work" / "mine.txt").write_text("x")
    with pytest.raises(AdapterError, match="is not the folder of a training"):
        tune(fresh(), courses(FILES), tmp_path / "adapter", SETTINGS, resume=False, report=quiet)
    assert (tmp_path / "adapter.work" / "mine.txt").read_text() == "x"


def test_a_kill_while_a_training_begins_does_not_stand_in_the_way(tmp_path):
    """The file that says what it is made of was being written."""
    (tmp_path / "adapter.work").mkdir()
    (tmp_path / "adapter.work" / "training.json.part").write_text("{")
    tune(fresh(), courses(FILES), tmp_path / "adapter", SETTINGS, resume=False, report=quiet)
    assert not (tmp_path / "adapter.work").exists()


def test_rows_that_the_processes_cannot_share_out_are_told(tmp_path, monkeypatch):
    """A step would be another one."""
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(ModelError, match="3 processes cannot share out the 4 rows"):
        tune(fresh(), courses(FILES), tmp_path / "adapter", SETTINGS, resume=False, report=quiet)


def test_numbers_that_are_too_narrow_are_told(tmp_path):
    """Half precision needs its losses scaled."""
    loaded = fresh()
    loaded.dtype = torch.float16
    with pytest.raises(ModelError, match="float16 is too narrow"):
        tune(loaded, courses(FILES), tmp_path / "adapter", SETTINGS, resume=False, report=quiet)


def test_only_an_adapter_is_replaced(tmp_path):
    """What else stands in the place is left as it is, and is told before the training begins."""
    (tmp_path / "mine.txt").write_text("x")
    for out in (tmp_path, tmp_path / "mine.txt", Path()):
        with pytest.raises(AdapterError, match="is not the folder of an adapter"):
            tune(fresh(), courses(FILES), out, SETTINGS, resume=False, report=quiet)
    assert (tmp_path / "mine.txt").read_text() == "x"


def test_rows_that_are_too_short_for_every_decision_are_told(tmp_path):
    """And nothing is left behind that would have to be resumed."""
    with pytest.raises(SourceError, match="every decision is longer than 8 tokens"):
        tune(fresh(), courses(FILES), tmp_path / "out", replace(SETTINGS, length=8), resume=False, report=quiet)
    assert not list(tmp_path.iterdir())


def test_flows_with_which_nothing_is_said_are_judged_by_what_is_realised(tmp_path):
    """So a training of one's own diagrams alone is watched as well."""
    file = shutil.copy(FILES[0], tmp_path)
    (course,) = courses([Path(file)])
    decided = [lesson.decision for lesson in said([course]) if lesson.decision]
    assert decided
    assert decided == [lesson.decision for lesson in said([course]) if lesson.decision]


def test_the_split_is_by_flow_and_the_same_for_a_seed():
    """No flow is on both sides."""
    found = courses(sorted(TRAIN.glob("*.puml")))
    training, kept = split(found, 0.2, 0)
    assert round(len(found) * 0.2) <= len(kept) < len(training)
    assert not {c.name for c in training} & {c.name for c in kept}
    assert [c.name for c in split(found[::-1], 0.2, 0)[1][::-1]] == [c.name for c in kept]


def test_what_is_kept_out_of_all_flows_is_kept_out_of_any_part_of_them():
    """Where no others had to fill up the share; so a training that goes on knows none of them."""
    found, clear = courses(sorted(TRAIN.glob("*.puml"))), 0
    for seed in range(8):
        kept = split(found, 0.1, seed)[1]
        if len(kept) > round(len(found) * 0.1):
            clear += 1
            for part in (found[::2], found[1::2], found[:50]):
                assert not {c.name for c in split(part, 0.1, seed)[0]} & {c.name for c in kept}
    assert clear


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5])
def test_something_is_always_left_to_learn_from(share):
    """However the few names hash, and where they are the same."""
    found = courses(FILES[:2])
    for few in (found[:1], found, [found[0], found[0]]):
        assert all(split(few, share, seed)[0] for seed in range(40))
    assert all(not split(found, 0.0, seed)[1] for seed in range(20))


def test_an_epoch_realises_other_sentences_than_the_one_before():
    """And the same ones for the same seed and epoch; an adapter trained further does not learn its first ones again."""
    from flowdial.decode.causal import CausalModel

    reader, found, settings = CausalModel(fresh()), courses(FILES), replace(SETTINGS, per_edge=1, epochs=2)
    one, again, further = (list(all_tasks(reader, found, settings, hash_)) for hash_ in (None, None, "5d41"))
    assert one == again
    assert len({repr(epoch) for epoch in one + further}) == 4


def test_flows_without_decisions_are_told(tmp_path):
    """There is nothing to learn from them."""
    file = tmp_path / "a.puml"
    file.write_text("@startuml\nstart\n:a;\nstop\n@enduml\n")
    with pytest.raises(SourceError, match="no decisions to learn"):
        tune(fresh(), courses([file]), tmp_path / "out", SETTINGS, resume=False, report=quiet)


def test_a_loss_that_is_not_finite_ends_the_training(tmp_path):
    """And says at which step."""
    loaded = fresh()
    with torch.no_grad():
        loaded.model.model.embed_tokens.weight[:] = float("nan")
    with pytest.raises(ModelError, match="the loss is not finite at step 0"):
        tune(loaded, courses(FILES), tmp_path / "out", SETTINGS, resume=False, report=quiet)


def test_a_full_disk_is_told_and_the_old_adapter_stays(whole, tmp_path, monkeypatch):
    """The folder is written whole or not at all."""
    from flowdial.training import adapter

    out = tmp_path / "adapter"
    shutil.copytree(whole[0], out)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adapter, "draw", full)
    with pytest.raises(AdapterError, match="No space left on device"):
        tune(fresh(), courses(FILES), out, SETTINGS, resume=False, report=quiet)
    _same(whole[0], out)
    assert (tmp_path / "adapter.work").exists()


def test_an_epoch_takes_as_many_turns_as_it_is_told():
    """The same ones in each epoch, or all where there are fewer."""
    from flowdial.decode.causal import CausalModel

    reader, found = CausalModel(fresh()), courses(FILES)
    turns = sum(1 for course in found for _ in course.lessons(0, Random(0), ()))
    for samples, most in ((10, 10), (10_000, turns)):
        epochs = [
            list(epoch_tasks(reader, found, replace(SETTINGS, samples=samples, replies=0.0), Random(seed)))
            for seed in (0, 1)
        ]
        counts = [sum(len(task.items) for task in made) for made in epochs]
        assert counts[0] == counts[1]
        assert 0 < counts[0] <= most


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_share_of_answers_says_how_many_are_learnt(share):
    """None of them, or that of every turn that has one."""
    from flowdial.decode.causal import CausalModel

    reader, found = CausalModel(fresh()), courses(FILES)
    answers = sum(1 for course in found for lesson in course.lessons(0, Random(0), ()) if lesson.robot)
    made = epoch_tasks(reader, found, replace(SETTINGS, replies=share), Random(0))
    assert answers > 0
    assert sum(item.gold is None for task in made for item in task.items) == share * answers
    validated = checks(reader, list(said(found)), replace(SETTINGS, replies=share))
    assert sum(item.gold is None for task in validated for item in task.items) == share * answers


def test_a_check_on_the_way_reads_a_draw_of_what_is_kept_out(monkeypatch):
    """Always the same one; of a large set neither more decisions nor more answers than are set."""
    from flowdial.decode.causal import CausalModel
    from flowdial.training import samples

    reader, kept = CausalModel(fresh()), list(said(courses(FILES)))
    asked = replace(SETTINGS, replies=1.0, together=2)

    def counts() -> tuple[int, int]:
        items = [item for task in checks(reader, kept, asked) for item in task.items]
        return sum(item.gold is not None for item in items), sum(item.gold is None for item in items)

    assert counts() == (sum(x.decision is not None for x in kept), sum(bool(x.robot) for x in kept))
    monkeypatch.setattr(samples, "_CHECKED", 3)
    decided, answered = counts()
    assert 3 <= decided <= 4
    assert answered == 3
    assert list(checks(reader, kept, asked)) == list(checks(reader, kept, asked))


def test_what_flowdial_data_writes_can_be_learnt(tmp_path):
    """Five-tuples give the same decisions as the flows they were made of."""
    from flowdial.dataset.examples import sources
    from flowdial.dataset.write import Plan, write

    told = write(sources(FILES), tmp_path, Plan("B", ("en",), per_edge=0), paraphrase=None, report=quiet)
    found = courses([Path(told["file"])])
    lessons = [lesson for course in found for lesson in course.lessons(0, Random(0), ())]
    own = [lesson for course in courses(FILES) for lesson in course.lessons(0, Random(0), ())]
    assert len(found) == len(FILES)
    assert {x.decision.user for x in lessons if x.decision} <= {x.user for x in own} | {
        aside for course in courses(FILES) for aside in course.asides
    }
    assert sum(x.decision is not None for x in lessons) >= sum(x.decision is not None for x in own)


def test_dialogues_that_flowdial_data_writes_can_be_learnt(tmp_path):
    """Each turn of a dialogue is a turn of the flow that it walks through, with its decision and its answer."""
    from flowdial.dataset.examples import sources
    from flowdial.dataset.write import Plan, write

    told = write(sources(FILES), tmp_path, Plan("chat", ("en",)), paraphrase=None, report=quiet)
    lessons = [lesson for course in courses([Path(told["file"])]) for lesson in course.lessons(0, Random(0), ())]
    written = [json.loads(line)["messages"] for line in Path(told["file"]).read_text("utf-8").splitlines()]
    assert [lesson.user for lesson in lessons] == [
        m["content"] for found in written for m in found if m["role"] == "user"
    ]
    decided = [lesson.decision for lesson in lessons if lesson.decision]
    assert sum(bool(decision.gold) for decision in decided) > len(lessons) / 4
    assert any(not decision.gold for decision in decided)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"messages": [', r"data.jsonl:1:15: this is not JSON"),
        ('{"turns": []}', r"data.jsonl:1: the field `messages`"),
        (
            '{"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "a"},'
            ' {"role": "assistant", "content": "hello"}]}',
            r"data.jsonl:1: answer 1 does not begin with its state",
        ),
        (
            '{"messages": [{"content": "x"}, {"content": null}, {"content": "a"}]}',
            r"data.jsonl:1: the field `messages`",
        ),
        ("", "the data set is empty"),
    ],
)
def test_a_wrong_chat_file_is_told_with_its_line(tmp_path, text, told):
    """And with the field, where one is missing."""
    file = tmp_path / "data.jsonl"
    file.write_text(text)
    with pytest.raises(SourceError, match=told):
        courses([file])
