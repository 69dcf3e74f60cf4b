"""A transformers model behind the protocol gives what the model gives: one pass or many, cached or not.

The model is a random Llama of two layers. A puppet wraps it where a test must choose the words.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from flowdial.decode.causal import CausalModel
from flowdial.decode.decider import decide
from flowdial.engine import Engine
from flowdial.errors import ModelError
from flowdial.flow import loads
from flowdial.session.prompt import decision

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
from tests.decode import models  # noqa: E402

VOCABULARY = 300


class Letters:
    """One token, one letter: every sequence of tokens is a text of its own."""

    eos_token_id: int | None = None

    def encode(self, text: str, **_: Any) -> list[int]:
        return [ord(char) - 0x4E00 for char in text]

    def decode(self, ids: Sequence[int], **_: Any) -> str:
        return "".join(chr(0x4E00 + i) for i in ids)


class Bytes:
    """One token, one byte; bytes that are no character yet are shown as U+FFFD, as tokenizers do."""

    eos_token_id: int | None = None

    def encode(self, text: str, **_: Any) -> list[int]:
        return list(text.encode())

    def decode(self, ids: Sequence[int], **_: Any) -> str:
        return bytes(i for i in ids if i < 256).decode(errors="replace")


pytestmark = pytest.mark.usefixtures("one_core")


@functools.cache
def tiny(attention: str = "sdpa") -> Any:
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        initializer_range=0.4,
        attn_implementation=attention,
        bos_token_id=None,
        eos_token_id=None,
    )
    return transformers.LlamaForCausalLM(config).eval()


def wrap(model: Any, tokenizer: Any = None) -> CausalModel:
    return models.wrap(model, tokenizer or Letters())


@pytest.fixture(scope="module", params=["sdpa", "eager"])
def llama(request: pytest.FixtureRequest) -> Any:
    return tiny(request.param)


@pytest.fixture
def model(llama: Any) -> CausalModel:
    return wrap(llama)


def brute(llama: Any, prefix: Sequence[int], branches: Sequence[Sequence[int]]) -> list[list[float]]:
    """One plain pass a branch, no cache of keys and values."""
    return [_plain_pass(llama, tuple(prefix), tuple(branch)) for branch in branches]


@functools.cache
def _plain_pass(llama: Any, prefix: tuple[int, ...], branch: tuple[int, ...]) -> list[float]:
    with torch.inference_mode():
        table = llama(input_ids=torch.tensor([[*prefix, *branch]])).logits[0].log_softmax(-1)
    return [float(table[len(prefix) + i - 1, token]) for i, token in enumerate(branch)]


def close(one: list[list[float]], other: list[list[float]]) -> bool:
    assert [len(row) for row in one] == [len(row) for row in other]
    return all(abs(a - b) < 1e-4 for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True))


PREFIX = [7, 3, 250, 9, 9, 41, 100, 2]
BRANCHES = [[5, 6, 7], [5, 6, 8, 9], [5], [11, 12, 13, 14, 15], [5, 6, 7, 1]]
CASES = {
    "shared": (PREFIX, BRANCHES),
    "alone": (PREFIX, [[4, 4, 4]]),
    "one token": (PREFIX, [[1], [2], [3]]),
    "equal": (PREFIX, [[1, 2], [1, 2], [1, 2]]),
    "short prefix": ([1], BRANCHES),
    "repeats the prefix": (PREFIX, [PREFIX, PREFIX[:3], [2, 2, 2]]),
    "long": (PREFIX * 20, [[i % 299, *range(30)] for i in range(9)]),
}


# ---- scoring ----
@pytest.mark.parametrize("case", CASES)
def test_one_pass_over_the_tree_scores_as_a_pass_a_branch(llama: Any, model: CausalModel, case: str) -> None:
    prefix, branches = CASES[case]
    assert close(model.score(prefix, branches), brute(llama, prefix, branches))


def test_random_trees_score_as_a_pass_a_branch(llama: Any, model: CausalModel) -> None:
    chance = random.Random(1)
    for _ in range(12):
        prefix = [chance.randrange(VOCABULARY) for _ in range(chance.randint(1, 12))]
        branches = [[chance.randrange(3) for _ in range(chance.randint(1, 7))] for _ in range(chance.randint(1, 6))]
        assert close(model.score(prefix, branches), brute(llama, prefix, branches))


def test_the_model_tells_branches_and_prefixes_apart(model: CausalModel) -> None:
    """Else the comparisons of this file would prove nothing."""
    assert not close(model.score([1, 2, 3], [[4, 5]]), model.score([3, 2, 1], [[4, 5]]))
    one, other = model.score([1, 2, 3], [[4, 5], [6, 5]])
    assert abs(one[1] - other[1]) > 1e-2


def test_scores_are_log_probabilities(model: CausalModel) -> None:
    scores = model.score(PREFIX, [[token] for token in range(VOCABULARY)])
    total = torch.tensor([row[0] for row in scores]).exp().sum()
    assert float(total) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(("prefix", "branches"), [([], [[1]]), ([1], [[1], []]), ([1], [])])
def test_scoring_nothing_is_refused(model: CausalModel, prefix: list[int], branches: list[list[int]]) -> None:
    with pytest.raises(ModelError, match="not empty"):
        model.score(prefix, branches)


def test_the_name_tells_the_adapter() -> None:
    model = wrap(SimpleNamespace(device="cpu", dtype=None))
    assert model.name == "toy"
    model._loaded.adapter_name = "refunds"  # type: ignore[misc]
    assert model.name == "toy+refunds"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "😀", "\x00", ""])
def test_any_text_can_be_encoded(text: str) -> None:
    assert wrap(SimpleNamespace(device="cpu", dtype=None), Bytes()).encode(text) == list(
        text.encode("utf-8", "replace")
    )


# ---- the prefix cache ----
def test_repeated_calls_give_the_same_scores(model: CausalModel) -> None:
    first = model.score(PREFIX, BRANCHES)
    assert all(close(model.score(PREFIX, BRANCHES), first) for _ in range(5))


def test_prefixes_that_share_a_beginning_do_not_mix(llama: Any, model: CausalModel) -> None:
    prefixes = [PREFIX[:length] for length in range(1, len(PREFIX) + 1)] * 2
    for prefix in prefixes:
        assert close(model.score(prefix, BRANCHES), brute(llama, prefix, BRANCHES))


def test_more_prefixes_than_the_cache_holds_score_right(llama: Any, model: CausalModel) -> None:
    for first in [*range(10), *range(10)]:
        assert close(model.score([first, 1, 2], [[3], [4, 5]]), brute(llama, [first, 1, 2], [[3], [4, 5]]))


def test_the_cache_keeps_to_its_bytes(llama: Any) -> None:
    model = wrap(llama)
    model._segments.limit = 3 * (2 * 2 * 4 * 2 * 8 + 32) * 4  # layers, pairs, tokens, heads, width; the end
    for first in [*range(10), *range(10)]:
        prefix = [first, 1, 2, 3]
        assert close(model.score(prefix, [[3], [4, 5]]), brute(llama, prefix, [[3], [4, 5]]))
        assert 0 < model._segments.size <= model._segments.limit
    assert len(model._segments) == 3


def test_a_cached_prefix_is_not_computed_again(llama: Any, model: CausalModel) -> None:
    lengths: list[int] = []
    hook = llama.model.embed_tokens.register_forward_hook(lambda _m, args, _o: lengths.append(args[0].shape[1]))
    try:
        model.score(PREFIX, [[1, 2]])
        model.score(PREFIX, [[3, 4], [3, 5]])
    finally:
        hook.remove()
    assert lengths == [len(PREFIX), 1, 1]


def test_what_prefixes_share_is_kept_once(llama: Any, model: CausalModel) -> None:
    """From the third on, of prefixes that begin alike only what differs is computed."""
    shots = [at % 250 for at in range(40)]
    prefixes = [[*shots, at, at + 1] for at in range(251, 255)] + [shots[:36], [*shots, 251]]
    lengths: list[int] = []
    hook = llama.model.embed_tokens.register_forward_hook(lambda _m, args, _o: lengths.append(args[0].shape[1]))
    try:
        found = [model.score(prefix, [[5, 6]]) for prefix in prefixes]
    finally:
        hook.remove()
    assert all(close(score, brute(llama, prefix, [[5, 6]])) for prefix, score in zip(prefixes, found, strict=True))
    assert lengths[::2][:2] == [42, 40]
    assert sum(lengths[:9]) == 42 + 40 + 2 + 2 + 2 + 4 * 1


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("error", [RuntimeError("out of memory"), KeyboardInterrupt()], ids=["memory", "interrupt"])
def test_a_pass_that_breaks_off_leaves_the_cache_sound(
    llama: Any, model: CausalModel, layer: int, warm: bool, error: BaseException
) -> None:
    """Layers before the failing one have grown already, those behind it have not."""
    if warm:
        model.score(PREFIX, [[1]])

    def fail(*_: Any) -> None:
        raise error

    hook = llama.model.layers[layer].mlp.register_forward_hook(fail)
    try:
        with pytest.raises(ModelError if isinstance(error, RuntimeError) else KeyboardInterrupt):
            model.score(PREFIX, BRANCHES)
    finally:
        hook.remove()
    assert close(model.score(PREFIX, BRANCHES), brute(llama, PREFIX, BRANCHES))


def test_a_token_beyond_the_vocabulary_is_a_model_error_and_does_no_harm(llama: Any, model: CausalModel) -> None:
    with pytest.raises(ModelError):
        model.score(PREFIX, [[1], [VOCABULARY + 5]])
    assert close(model.score(PREFIX, BRANCHES), brute(llama, PREFIX, BRANCHES))


def test_scoring_in_the_midst_of_a_generation_changes_neither(llama: Any, model: CausalModel) -> None:
    alone = "".join(model.generate(PREFIX, [5, 6], max_tokens=12, stop=()))
    pieces = []
    for piece in model.generate(PREFIX, [5, 6], max_tokens=12, stop=()):
        pieces.append(piece)
        assert close(model.score([*PREFIX, 1], BRANCHES), brute(llama, [*PREFIX, 1], BRANCHES))
        assert close(model.score(PREFIX, BRANCHES), brute(llama, PREFIX, BRANCHES))
    assert "".join(pieces) == alone


def test_two_generations_side_by_side_do_not_mix(model: CausalModel) -> None:
    alone = ["".join(model.generate(PREFIX, [token], max_tokens=8, stop=())) for token in (1, 2)]
    runs = [model.generate(PREFIX, [token], max_tokens=8, stop=()) for token in (1, 2)]
    together = ["", ""]
    for pieces in zip(*runs, strict=True):
        together = [text + piece for text, piece in zip(together, pieces, strict=True)]
    assert together == alone


def test_a_generation_that_is_left_does_no_harm(llama: Any, model: CausalModel) -> None:
    run = model.generate(PREFIX, [5], max_tokens=9, stop=())
    next(iter(run))
    del run
    assert close(model.score([*PREFIX, 3], BRANCHES), brute(llama, [*PREFIX, 3], BRANCHES))


def test_threads_that_share_a_model_get_what_they_get_alone(llama: Any, model: CausalModel) -> None:
    def work(n: int) -> bool:
        prefix, branches = [*PREFIX, n % 3], [[n, 1], [n, 2, 3]]
        text = "".join(model.generate(prefix, [n], max_tokens=4, stop=()))
        return close(model.score(prefix, branches), brute(llama, prefix, branches)) and text == texts[n]

    texts = ["".join(wrap(llama).generate([*PREFIX, n % 3], [n], max_tokens=4, stop=())) for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(12)))


def test_a_broken_off_decision_does_not_hold_the_lock(model: CausalModel) -> None:
    for _ in range(3):
        with pytest.raises(ModelError):
            model.score(PREFIX, [[VOCABULARY]])
    assert not model._lock._held


# ---- generating ----
@pytest.mark.parametrize("prefix", [[], [7], PREFIX], ids=["none", "short", "long"])
def test_generation_is_the_models_own_greedy_one(llama: Any, model: CausalModel, prefix: list[int]) -> None:
    prompt = [17, 4, 99]
    ids = torch.tensor([[*prefix, *prompt]])
    own = llama.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=15)
    text = "".join(model.generate(prefix, prompt, max_tokens=15, stop=()))
    assert text == Letters().decode(own[0, len(prefix) + 3 :].tolist())


@pytest.mark.parametrize("where", ["tokenizer", "model", "list"])
def test_generation_ends_at_the_end_token(llama: Any, model: CausalModel, where: str) -> None:
    whole = "".join(model.generate(PREFIX, [1], max_tokens=15, stop=()))
    end = Letters().encode(whole)[6]
    tokenizer = Letters()
    if where == "tokenizer":
        tokenizer.eos_token_id = end
    else:
        llama.generation_config.eos_token_id = end if where == "model" else [end, 298]
    try:
        text = "".join(wrap(llama, tokenizer).generate(PREFIX, [1], max_tokens=15, stop=()))
    finally:
        llama.generation_config.eos_token_id = None
    assert text == whole[: whole.index(Letters().decode([end]))]


def test_generation_keeps_to_its_limit(model: CausalModel) -> None:
    assert [len("".join(model.generate(PREFIX, [1], max_tokens=n, stop=()))) for n in (0, 1, 5)] == [0, 1, 5]


class Puppet:
    """A model whose next token is written down; all else is the tiny Llama."""

    def __init__(self, tokens: Sequence[int | float]) -> None:
        self._llama = tiny()
        self._next = iter(tokens)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._llama, name)

    def get_output_embeddings(self) -> Any:
        return self._say

    def _say(self, hidden: Any) -> Any:
        token = next(self._next)
        logits = torch.full((len(hidden), VOCABULARY), float("nan") if token != token else 0.0)
        if token == token:
            logits[..., int(token)] = 9.0
        return logits


def spoken(text: str | bytes, stop: Sequence[str] = (), limit: int = 99) -> list[str]:
    """Pieces that come when the model says `text` byte by byte, and then goes on with dots."""
    raw = text.encode() if isinstance(text, str) else text
    model = wrap(Puppet([*raw, *b"." * 99]), Bytes())
    pieces: Iterator[str] = model.generate([], [1], max_tokens=limit, stop=stop)
    return list(pieces)


@pytest.mark.parametrize(
    ("text", "stop", "given"),
    [
        ("one\ntwo", ["\n"], "one"),
        ("one\n\ntwo", ["\n\n"], "one"),
        ("one\ntwo END", ["END", "\n\n"], "one\ntwo "),
        ("\nx", ["\n"], ""),
        ("a. b", [". ", "."], "a"),
        ("好的。下一", ["。"], "好的"),
        ("好的。", ["的。"], "好"),
        ("<|im_end|>", ["<|im_end|>"], ""),
        ("ab<|im_<|im_end|>", ["<|im_end|>"], "ab<|im_"),
    ],
)
def test_a_stop_string_is_not_given_however_many_tokens_it_has(text: str, stop: list[str], given: str) -> None:
    assert "".join(spoken(text, stop)) == given


@pytest.mark.parametrize("limit", range(7))
def test_what_only_began_a_stop_string_is_given_in_the_end(limit: int) -> None:
    assert "".join(spoken("ab<|im", ["<|im_end|>"], limit)) == "ab<|im"[:limit]


def test_text_comes_piece_by_piece() -> None:
    assert [piece for piece in spoken("abc", ["\n"], 3) if piece] == ["a", "b", "c"]


@pytest.mark.parametrize("text", ["好的", "a😀b", "é\u0301", "👩\u200d👧"])
def test_characters_of_several_bytes_are_not_cut(text: str) -> None:
    pieces = spoken(text, (), len(text.encode()))
    assert "".join(pieces) == text
    assert all("\ufffd" not in piece for piece in pieces)


@pytest.mark.parametrize("limit", range(1, 8))
def test_a_limit_within_a_character_gives_whole_characters_only(limit: int) -> None:
    text = "".join(spoken("a好😀", (), limit))
    assert "a好😀".startswith(text)
    assert "\ufffd" not in text


# ---- models that fail ----
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_scores_that_are_not_finite_are_a_model_error(value: str) -> None:
    broken = copy.deepcopy(tiny())
    with torch.no_grad():
        broken.lm_head.weight[5] = float(value)
    with pytest.raises(ModelError, match="not finite"):
        wrap(broken).score(PREFIX, BRANCHES)


def test_generating_from_logits_that_are_no_numbers_is_a_model_error() -> None:
    model = wrap(Puppet([65, float("nan")]), Bytes())
    with pytest.raises(ModelError, match="not finite"):
        list(model.generate([], [1], max_tokens=9, stop=()))


def test_a_model_that_fails_while_it_generates_is_a_model_error(model: CausalModel) -> None:
    with pytest.raises(ModelError, match="the model failed"):
        list(model.generate([], [VOCABULARY], max_tokens=3, stop=()))


# ---- a decision ----
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_decision_at_a_known_step_takes_one_pass(lang: str) -> None:
    llama = copy.deepcopy(tiny())
    model, passes = wrap(llama, Bytes()), []
    llama.model.register_forward_pre_hook(lambda *_: passes.append(1))
    asked = decision(lang, "ok?", ["yes", "no", "是"], "hm")
    assert sum(decide(model, asked)) == pytest.approx(1)
    assert len(passes) == 3
    decide(model, decision(lang, "and now?", ["a", "b"], "b"))
    assert len(passes) == 5
    decide(model, decision(lang, "ok?", ["yes", "no", "是"], "well"))
    assert len(passes) == 6


async def test_an_awaited_turn_that_is_cancelled_is_not_computed() -> None:
    """It waits behind another one; then it is taken back, and its session is unchanged."""
    llama = copy.deepcopy(tiny())
    model, running, gate, passes = wrap(llama, Bytes()), threading.Event(), threading.Event(), []
    model.score([1], [[2, 3]])

    def hold(*_: Any) -> None:
        passes.append(1)
        running.set()
        assert gate.wait(5)

    llama.model.register_forward_pre_hook(hold)
    engine = Engine(loads("@startuml\nstart\nif (Paid?) then (yes)\n:Ship;\nendif\nstop\n@enduml\n"), model=model)
    first = asyncio.create_task(asyncio.to_thread(model.score, [1], [[2, 4]]))
    await asyncio.to_thread(running.wait, 5)
    session = engine.session()
    second = asyncio.create_task(engine.aturn(session, "I did"))
    while not len(model._combiner):
        await asyncio.sleep(0.001)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert len(model._combiner) == 0
    gate.set()
    await first
    assert (len(passes), session.events) == (1, [])
