"""One pass over a tree gives what plain passes give: for every family of models, with stems kept or not, among all
tokens or among those that are allowed, alone or beside the decisions of others.
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.constraint import from_paths
from flowdial.decode import reference
from flowdial.decode.query import Query
from flowdial.errors import ModelError

torch = pytest.importorskip("torch")
from tests.decode.models import _SIZES, FAMILIES, VOCABULARY, tiny, wrap  # noqa: E402

Scores = list[list[float]]


pytestmark = pytest.mark.usefixtures("one_core")


def plain(model: Any, query: Query) -> Scores:
    """A plain pass a branch; the rivals of a token are those that go on behind the same stem."""
    branches = list(zip(query.stems, query.endings, strict=True))
    found = []
    for stem, ending in branches:
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([[*query.prefix, *stem, *ending]])).logits[0].float()
        scores = []
        for at, token in enumerate(ending):
            row = logits[len(query.prefix) + len(stem) + at - 1]
            rivals = {end[at] for s, end in branches if s == stem and end[:at] == ending[:at] and len(end) > at}
            among = sorted(rivals) if query.among == "siblings" else list(range(VOCABULARY))
            scores.append(float(row[token] - row[among].logsumexp(0)))
        found.append(scores)
    return found


def assert_close(one: Scores, other: Scores, tolerance: float = 1e-4) -> None:
    assert [len(row) for row in one] == [len(row) for row in other]
    for x, y in zip(one, other, strict=True):
        assert x == pytest.approx(y, abs=tolerance)


PREFIX = (7, 3, 250, 9, 9, 41, 100, 2)
STEMS = ((5, 6, 7), (5, 6, 8, 9), (5,), (11, 12))
ENDINGS = ((20, 21, 22), (20, 21, 22), (20, 21, 22), (20, 21, 22))
NAMES = ((30, 31, 40), (30, 32, 40), (30, 31, 33, 40), (34, 40))
QUERIES = {
    "channel": Query(PREFIX, STEMS, ENDINGS),
    "naming": Query(PREFIX, ((),) * 4, NAMES, "siblings"),
    "verdict": Query(PREFIX, STEMS * 2, ((20, 21, 1),) * 4 + ((20, 21, 2),) * 4, "siblings"),
    "stems, among all": Query(PREFIX, STEMS, NAMES),
    "one branch": Query(PREFIX, ((),), ((4, 5, 6),), "siblings"),
    "no prefix": Query((), STEMS, ENDINGS),
    "long": Query(PREFIX * 20, tuple((i, *range(i, i + 9)) for i in range(6)), ((8,) * 5,) * 6),
}


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", QUERIES)
def test_a_tree_scores_as_plain_passes_do(family: str, attention: str, name: str) -> None:
    model, query = tiny(family, attention), QUERIES[name]
    expected = plain(model, query)
    shared = wrap(model)
    for _ in range(2):  # once with cold segments, once with kept ones
        assert_close(shared.score_all([query])[0], expected)


def test_the_families_differ() -> None:
    """Else one test would stand for all."""
    firsts = {round(wrap(tiny(family)).score_all([QUERIES["channel"]])[0][0][0], 4) for family in FAMILIES}
    assert len(firsts) >= len(FAMILIES) - 1


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("targets", [["q_proj", "v_proj"], ["q_proj", "lm_head"]])
def test_an_adapter_is_part_of_the_model_active_or_merged(merged: bool, targets: list[str]) -> None:
    peft = pytest.importorskip("peft")
    base = type(tiny("llama"))(tiny("llama").config).eval()
    base.load_state_dict(tiny("llama").state_dict())
    model = peft.get_peft_model(base, peft.LoraConfig(r=4, target_modules=targets, task_type="CAUSAL_LM")).eval()
    torch.manual_seed(1)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.2)
    before = wrap(tiny("llama")).score_all([QUERIES["naming"]])[0]
    model = model.merge_and_unload() if merged else model
    for name in ("channel", "naming"):
        expected = plain(model, QUERIES[name])
        assert_close(wrap(model).score_all([QUERIES[name]])[0], expected)
    assert max(abs(a - b) for x, y in zip(before, expected, strict=True) for a, b in zip(x, y, strict=True)) > 1e-2


@pytest.mark.parametrize("name", ["channel", "verdict"])
def test_a_model_of_four_bits_scores_a_tree_as_it_scores_lines(tmp_path: Path, name: str) -> None:
    pytest.importorskip("bitsandbytes")
    transformers = pytest.importorskip("transformers")
    wide = {**_SIZES, "hidden_size": 64, "intermediate_size": 128, "head_dim": 16}  # bitsandbytes packs by 64
    transformers.LlamaForCausalLM(transformers.LlamaConfig(**wide)).save_pretrained(tmp_path)
    bits = transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32
    )
    model = transformers.AutoModelForCausalLM.from_pretrained(
        tmp_path, quantization_config=bits, device_map={"": "cpu"}, dtype=torch.float32
    )
    assert "Linear4bit" in {type(module).__name__ for module in model.modules()}
    assert_close(wrap(model).score_all([QUERIES[name]])[0], plain(model, QUERIES[name]), 1e-3)


def test_in_bfloat16_the_tree_is_as_near_as_the_type() -> None:
    model = type(tiny("llama"))(tiny("llama").config).eval()
    model.load_state_dict(tiny("llama").state_dict())
    model.to(torch.bfloat16)
    query = QUERIES["naming"]
    assert_close(wrap(model).score_all([query])[0], plain(model, query), tolerance=0.3)


tokens = st.integers(0, 5)
paths = st.lists(
    st.lists(tokens, min_size=1, max_size=5).map(lambda path: (*path, 9)), min_size=1, max_size=7, unique=True
)


@settings(deadline=None, max_examples=60)
@given(paths, st.lists(tokens, min_size=1, max_size=6))
def test_the_masked_distribution_is_that_of_masked_decoding(options: list[tuple[int, ...]], prompt: list[int]) -> None:
    """Each token drawn among those that the automaton allows, computed by a plain pass a step."""
    model = tiny("llama")
    query = Query(tuple(prompt), ((),) * len(options), tuple(options), "siblings")
    found = [math.fsum(row) for row in wrap(model).score_all([query])[0]]
    automaton = from_paths(options)
    expected = reference.distribution(model, prompt, automaton)
    assert found == pytest.approx(expected, abs=1e-4)
    assert math.fsum(map(math.exp, found)) == pytest.approx(1, abs=1e-4)


@settings(deadline=None, max_examples=30)
@given(paths, st.lists(tokens, min_size=1, max_size=6))
def test_the_distribution_is_that_of_plain_passes_renormalised_step_by_step(
    options: list[tuple[int, ...]], prompt: list[int]
) -> None:
    """By brute force, a plain pass a branch: the probability of each token over that of its rivals and itself."""
    model = tiny("qwen3")
    query = Query(tuple(prompt), ((),) * len(options), tuple(options), "siblings")
    found = wrap(model).score_all([query])[0]
    expected = plain(model, query)
    for x, y in zip(found, expected, strict=True):
        assert [math.exp(v) for v in x] == pytest.approx([math.exp(v) for v in y], abs=1e-4)


def test_the_greedy_option_is_the_one_that_masked_decoding_reaches() -> None:
    chance = random.Random(4)
    for _ in range(20):
        options = sorted({(*(chance.randrange(4) for _ in range(chance.randint(1, 4))), 9) for _ in range(5)})
        prompt = [chance.randrange(VOCABULARY) for _ in range(5)]
        query = Query(tuple(prompt), ((),) * len(options), tuple(options), "siblings")
        scores = wrap(tiny("llama")).score_all([query])[0]
        assert _walked(options, scores) == reference.greedy(tiny("llama"), prompt, from_paths(options))


def _walked(options: list[tuple[int, ...]], scores: Scores) -> int:
    """The option reached by the likeliest token at each step."""
    left, at = list(range(len(options))), 0
    while len(left) > 1:
        best = max(scores[i][at] for i in left)
        left = [i for i in left if scores[i][at] == best]
        at += 1
    return left[0]


# ---- what is not computed ----
def passes(model: Any, run: Any) -> list[int]:
    """Tokens that each pass read while `run` ran."""
    read: list[int] = []
    hook = model.model.embed_tokens.register_forward_hook(lambda _m, args, _o: read.append(args[0].shape[1]))
    try:
        run()
    finally:
        hook.remove()
    return read


def test_what_is_certain_is_not_read() -> None:
    """Behind the last choice of a branch no token is read, and a single option needs no pass at all."""
    model = wrap(tiny("llama"))
    model.score([1], [[2]])
    one = Query((1,), ((),), ((4, 5, 6),), "siblings")
    assert passes(tiny("llama"), lambda: model.score_all([one])) == []
    assert model.score_all([one]) == [[[0.0, 0.0, 0.0]]]
    fork = Query((1,), ((), ()), ((4, 5, 6, 7, 8), (4, 9, 6, 7, 8)), "siblings")
    assert passes(tiny("llama"), lambda: model.score_all([fork])) == [1]
    first = Query((1,), ((), ()), ((4, 5), (6, 7)), "siblings")
    assert passes(tiny("llama"), lambda: model.score_all([first])) == []


def test_a_known_step_reads_its_new_tokens_only() -> None:
    model, query = wrap(tiny("llama")), QUERIES["channel"]
    new = 4 * (len(ENDINGS[0]) - 1)  # what the last token of an ending would tell is not asked
    assert passes(tiny("llama"), lambda: model.score_all([query]))[-1] == new
    assert passes(tiny("llama"), lambda: model.score_all([query])) == [new]


def test_a_prefix_that_goes_on_is_not_computed_again() -> None:
    model = wrap(tiny("llama"))

    def ask(prefix: tuple[int, ...]) -> None:
        model.score_all([Query(prefix, ((),), ((1, 2),))])

    ask(PREFIX)
    assert passes(tiny("llama"), lambda: ask((*PREFIX, 50, 51, 52))) == [3, 1]
    assert passes(tiny("llama"), lambda: ask((*PREFIX, 50, 51, 52))) == [1]


def test_only_allowed_rows_of_the_output_embedding_are_multiplied() -> None:
    model = tiny("llama")
    backbone = wrap(model)._backbone
    hidden = torch.randn(3, 32)
    whole = backbone.logits(hidden)
    assert torch.allclose(backbone.logits(hidden, [4, 9, 200]), whole[:, [4, 9, 200]], atol=1e-5)
    assert backbone.logits(hidden, [4, 9, 200]).shape == (3, 3)


# ---- beside others ----
def test_a_batch_is_its_singles() -> None:
    model = tiny("gemma3")
    queries = [query for name, query in QUERIES.items() if name != "long"]
    singles = [wrap(model).score_all([query])[0] for query in queries]
    for order in (queries, queries[::-1], queries * 3):
        for query, found in zip(order, wrap(model).score_all(order), strict=True):
            assert_close(found, singles[queries.index(query)])


@given(
    names=st.lists(st.sampled_from(sorted(QUERIES)), min_size=2, max_size=5), family=st.sampled_from(["llama", "qwen3"])
)
@settings(deadline=None, max_examples=25)
def test_what_else_is_in_a_batch_changes_nothing(names: list[str], family: str) -> None:
    model = wrap(tiny(family))
    for name, found in zip(names, model.score_all([QUERIES[name] for name in names]), strict=True):
        assert_close(found, wrap(tiny(family)).score_all([QUERIES[name]])[0])


def test_what_branches_begin_with_counts_once() -> None:
    """Many options behind the same words of the user are one pass, as are a yes and a no behind the same words."""
    words = tuple(range(100, 140))
    names = Query(PREFIX, ((),) * 60, tuple((*words, at, at + 1) for at in range(60)), "siblings")
    verdicts = Query(PREFIX, STEMS * 2, ((*words, 1),) * 4 + ((*words, 2),) * 4, "siblings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowdial.decode.scoring.PASS_TOKENS", 4 * len(words))
        for query in (names, verdicts):
            model = wrap(tiny("llama"))
            model.score_all([query])
            assert len(passes(tiny("llama"), lambda model=model, query=query: model.score_all([query]))) == 1


def test_a_batch_takes_one_pass() -> None:
    model = wrap(tiny("llama"))
    queries = [QUERIES["channel"], QUERIES["naming"], QUERIES["verdict"]]
    model.score_all(queries)
    assert len(passes(tiny("llama"), lambda: model.score_all(queries))) == 1


def test_more_branches_than_a_pass_reads_are_scored_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny("llama")
    options = tuple((i // 10, i % 10, i, 9) for i in range(60))
    for among in ("vocabulary", "siblings"):
        query = Query(PREFIX, ((),) * 60, options, among)
        whole = wrap(model).score_all([query])[0]
        monkeypatch.setattr("flowdial.decode.scoring.PASS_TOKENS", 16)
        assert_close(wrap(model).score_all([query])[0], whole)
        monkeypatch.undo()


# ---- what cannot be scored ----
def test_an_option_longer_than_the_context_is_refused() -> None:
    model = wrap(tiny("llama"))
    with pytest.raises(ModelError, match="600 tokens, and the model reads 512"):
        model.score_all([Query(PREFIX, ((),), ((1,) * 592,))])
    assert model.score_all([QUERIES["channel"]])


@pytest.mark.parametrize(
    ("prefix", "stems", "endings"),
    [
        ((1,), (), ()),
        ((1,), ((),), ((),)),
        ((), ((),), ((1,),)),
        ((1,), ((2,), ()), ((1,), (1,))),
        ((1,), ((),), ((1,), (2,))),
    ],
)
def test_a_query_without_a_branch_to_score_is_refused(prefix: Any, stems: Any, endings: Any) -> None:
    with pytest.raises(ModelError):
        Query(prefix, stems, endings)


def test_a_model_with_other_layers_than_attention_is_refused() -> None:
    model = type(tiny("llama"))(tiny("llama").config)
    model.config.layer_types = ["linear_attention"] * 4
    try:
        with pytest.raises(ModelError, match="linear_attention"):
            wrap(model).score([1], [[2]])
    finally:
        del model.config.layer_types
