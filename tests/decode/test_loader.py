"""The loader opens models, converts GGUF files, and puts on an adapter only where it fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowdial.decode import conversion, loader
from flowdial.decode.loader import LoadedModel, load
from flowdial.decode.protocol import Skill
from flowdial.errors import AdapterError, MissingExtra, ModelError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
peft = pytest.importorskip("peft")


def tiny(hidden: int = 16, layers: int = 2) -> Any:
    config = transformers.LlamaConfig(
        vocab_size=32,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        tie_word_embeddings=True,
    )
    torch.manual_seed(0)
    return transformers.LlamaForCausalLM(config)


def save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models

    words = {f"w{number}": number for number in range(32)}
    backend = Tokenizer(models.WordLevel(words, unk_token="w0"))
    transformers.PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="w0").save_pretrained(folder)


def save_adapter(folder: Path, **base: int) -> Path:
    config = peft.LoraConfig(
        r=2,
        target_modules=["q_proj"],
        task_type="CAUSAL_LM",
        init_lora_weights=False,  # so that it does something
    )
    peft.get_peft_model(tiny(**base), config).save_pretrained(folder)
    return folder


@pytest.fixture
def base(tmp_path: Path) -> str:
    folder = tmp_path / "base"
    tiny().save_pretrained(folder)
    save_tokenizer(folder)
    return str(folder)


def logits(loaded: LoadedModel) -> Any:
    with torch.inference_mode():
        return loaded.model(torch.tensor([[1, 2, 3]])).logits


# Opening


def test_a_folder_opens_in_eval_mode_with_its_tokenizer(base: str, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    loaded = load(base, device="cpu", dtype="float32", progress=lambda message, _: told.append(message))
    assert (loaded.dtype, loaded.device.type, loaded.adapter_name) == (torch.float32, "cpu", None)
    assert loaded.model.dtype == torch.float32
    assert not loaded.model.training
    assert loaded.tokenizer.vocab_size == 32
    assert told == ["opening base", "base is open"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("dtype", loader.DTYPES)
def test_the_number_type_asked_for_is_the_one_opened(base: str, dtype: str) -> None:
    loaded = load(base, device="cpu", dtype=dtype)
    assert loaded.model.dtype == loaded.dtype == getattr(torch, dtype)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": True}, "bfloat16"),
        ({"avx2": True}, "float32"),
        ({}, "float32"),
    ],
)
def test_auto_takes_bfloat16_only_where_the_processor_has_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], expected: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert loader._dtype("auto", torch.device("cpu")) == getattr(torch, expected)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"device": "tpu"}, "not a device"),
        ({"device": "cpu:1"}, "not available here"),
        ({"device": "cuda:99"}, "not available here"),
        ({"device": "cuda:x"}, "not a device"),
        ({"dtype": "int8"}, "not a number type"),
        ({"quantize": "2bit"}, "not a quantization"),
    ],
)
def test_an_option_that_cannot_be_met_is_refused(base: str, options: dict[str, str], says: str) -> None:
    with pytest.raises(ModelError, match=says) as error:
        load(base, **options)  # type: ignore[arg-type]
    assert error.value.hint


def test_quantizing_names_its_extra_and_its_hardware(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="bitsandbytes") as error:
        load(base, device="cpu", quantize="4bit")
    assert "flowdial[quantize]" in error.value.hint
    monkeypatch.setattr(loader.importlib.util, "find_spec", lambda _: object())
    with pytest.raises(ModelError, match="for CUDA and processors"):
        loader._quantization("8bit", torch.device("mps"), torch.float32)


@pytest.mark.parametrize(("quantize", "layer", "near"), [("8bit", "Linear8bitLt", 0.99), ("4bit", "Linear4bit", 0.9)])
def test_a_quantized_base_takes_an_adapter_and_says_nearly_the_same(
    tmp_path: Path, quantize: str, layer: str, near: float
) -> None:
    """On a processor as well; the adapter stays beside what cannot take it in."""
    pytest.importorskip("bitsandbytes")
    folder = tmp_path / "base"
    tiny(64).save_pretrained(folder)
    save_tokenizer(folder)
    adapter = str(save_adapter(tmp_path / "adapter", hidden=64))
    whole, small = (load(str(folder), adapter=adapter, device="cpu", quantize=how) for how in (None, quantize))
    assert layer in {type(module).__name__ for module in small.model.modules()}
    with torch.inference_mode():
        logits = [loaded.model(torch.tensor([[1, 2, 3, 4]])).logits[0, -1].float() for loaded in (whole, small)]
    assert torch.nn.functional.cosine_similarity(*logits, dim=0) > near


def test_a_hub_that_does_not_answer_is_a_quick_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="flowdial-no/such-model cannot be opened: it is not on this machine"):
        load("flowdial-no/such-model", device="cpu")


def test_weights_that_are_missing_are_an_error_not_random_numbers(base: str) -> None:
    from safetensors.torch import load_file, save_file

    path = Path(base) / "model.safetensors"
    weights = load_file(path)
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(ModelError, match="lacks 1 weights"):
        load(base, device="cpu")


def test_a_damaged_weight_file_is_a_model_error(base: str) -> None:
    (Path(base) / "model.safetensors").write_bytes(b"not safetensors")
    with pytest.raises(ModelError, match="cannot be opened"):
        load(base, device="cpu")


# Adapters


def test_an_adapter_that_fits_changes_what_the_model_says(base: str, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "polite")
    plain, adapted = load(base, device="cpu"), load(base, adapter=str(adapter), device="cpu")
    assert adapted.adapter_name == "polite"
    assert not adapted.model.training
    assert not torch.equal(logits(plain), logits(adapted))


def test_an_adapter_is_merged_unless_it_is_to_stay_apart(base: str, tmp_path: Path) -> None:
    adapter = str(save_adapter(tmp_path / "a"))
    merged, apart = (load(base, adapter=adapter, device="cpu", dtype="float32", merge=m) for m in (True, False))
    assert not isinstance(merged.model, peft.PeftModel)
    assert isinstance(apart.model, peft.PeftModel)
    assert torch.allclose(logits(merged), logits(apart), atol=1e-4)


def test_the_manifest_says_what_an_adapter_was_trained_for(base: str, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "a")
    assert load(base, adapter=str(adapter), device="cpu").skill == Skill()
    manifest = {"layout": "verdict", "weights": {"en": {"model": 1}}, "replies": True, "prompt": 3}
    (adapter / "manifest.json").write_text(json.dumps(manifest))
    assert load(base, adapter=str(adapter), device="cpu").skill == Skill("verdict", {"en": {"model": 1.0}}, True)
    assert load(base, adapter=str(adapter), device="cpu", wording=3).adapter_name == "a"
    with pytest.raises(AdapterError, match="trained on prompts of version 3; this FlowDial writes 4"):
        load(base, adapter=str(adapter), device="cpu", wording=4)


@pytest.mark.parametrize("weights", [[1.0], {"en": [1.0]}, {"en": {"model": "much"}}, "all"])
def test_weights_of_features_that_are_none_are_refused(base: str, tmp_path: Path, weights: object) -> None:
    adapter = save_adapter(tmp_path / "a")
    (adapter / "manifest.json").write_text(json.dumps({"weights": weights}))
    with pytest.raises(AdapterError, match="`weights` are not numbers by language and feature"):
        load(base, adapter=str(adapter), device="cpu")


def test_an_adapter_of_another_tokenizer_is_refused(base: str, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "a")
    (adapter / "manifest.json").write_text(json.dumps({"tokenizer_hash": "another"}))
    with pytest.raises(AdapterError, match="another tokenizer"):
        load(base, adapter=str(adapter), device="cpu")


def test_an_adapter_takes_the_number_type_of_its_base(base: str, tmp_path: Path) -> None:
    adapted = load(base, adapter=str(save_adapter(tmp_path / "a")), device="cpu", dtype="bfloat16")
    assert {weight.dtype for weight in adapted.model.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize("other", [{"hidden": 24}, {"layers": 3}, {"layers": 1}], ids=str)
def test_an_adapter_of_another_base_is_refused(base: str, tmp_path: Path, other: dict[str, int]) -> None:
    adapter = save_adapter(tmp_path / "a", **other)
    with pytest.raises(AdapterError, match="does not fit the model base"):
        load(base, adapter=str(adapter), device="cpu")


def test_an_adapter_opens_only_on_the_base_that_its_manifest_names(base: str, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "a")
    fingerprint = load(base, device="cpu").source.fingerprint
    (adapter / "manifest.json").write_text(json.dumps({"base_fingerprint": fingerprint}))
    assert load(base, adapter=str(adapter), device="cpu").adapter_name == "a"
    (adapter / "manifest.json").write_text(json.dumps({"base_fingerprint": "another"}))
    with pytest.raises(AdapterError, match=f"made for the base another, this one is {fingerprint}"):
        load(base, adapter=str(adapter), device="cpu")


def test_a_folder_that_is_no_lora_adapter_says_what_it_lacks(base: str, tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match=r"adapter_config.json and adapter_model.safetensors not found"):
        load(base, adapter=str(tmp_path / "nowhere"), device="cpu")
    adapter = save_adapter(tmp_path / "a")
    (adapter / "adapter_config.json").write_text('{"peft_type": "IA3"}')
    with pytest.raises(AdapterError, match="of the type IA3"):
        load(base, adapter=str(adapter), device="cpu")
    (adapter / "adapter_config.json").write_text("{")
    with pytest.raises(AdapterError, match="cannot be read"):
        load(base, adapter=str(adapter), device="cpu")


# GGUF


def write_gguf(path: Path) -> None:
    """A Llama of one layer over bytes, in float32."""
    gguf = pytest.importorskip("gguf")
    numpy = pytest.importorskip("numpy")
    from tokenizers.pre_tokenizers import ByteLevel

    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *sorted(ByteLevel.alphabet()), "Ċ" * 2]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(64)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_rope_freq_base(12345.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3, 3] + [1] * (len(tokens) - 3))
    writer.add_token_merges(["Ċ Ċ"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    random = numpy.random.default_rng(0)
    shapes = {"token_embd": (len(tokens), 32), "output_norm": (32,), "blk.0.attn_norm": (32,), "blk.0.ffn_norm": (32,)}
    shapes |= {"blk.0.attn_q": (32, 32), "blk.0.attn_k": (16, 32), "blk.0.attn_v": (16, 32)}
    shapes |= {"blk.0.attn_output": (32, 32), "blk.0.ffn_gate": (64, 32), "blk.0.ffn_up": (64, 32)}
    shapes |= {"blk.0.ffn_down": (32, 64)}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.standard_normal(shape).astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_a_gguf_file_is_converted_once_and_keeps_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FLOWDIAL_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "bytes.gguf"
    write_gguf(path)
    loaded = load(str(path), device="cpu", dtype="float32")
    assert capfd.readouterr() == ("", "")
    with conversion.quiet():
        original = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file=path.name, dtype=torch.float32)
    ids = torch.arange(3, 20)[None]
    with torch.inference_mode():
        torch.testing.assert_close(loaded.model(ids).logits, original(ids).logits, atol=0.2, rtol=0.01)
    assert loaded.model.config.rope_parameters["rope_theta"] == 12345.0
    assert loaded.model.get_input_embeddings().weight is loaded.model.get_output_embeddings().weight
    assert loaded.tokenizer.model_max_length == 64
    text = "1.\n\n2. 商品 ok?"
    assert loaded.tokenizer.decode(loaded.tokenizer(text).input_ids) == text
    assert "ĊĊ" in loaded.tokenizer.tokenize(text)  # digits split off first, as the model was trained


# The real model


@pytest.mark.model
def test_the_embedded_model_opens_from_the_cache_and_answers() -> None:
    loaded = load(device="cpu")
    tokenizer: Any = loaded.tokenizer
    assert tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"]) == [1, tokenizer.eos_token_id] == [1, 2]
    question = [{"role": "user", "content": "What is the capital of France?"}]
    ids = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    out: Any = loaded.model.generate(**ids, max_new_tokens=12, do_sample=False)
    assert "Paris" in tokenizer.decode(out[0][ids["input_ids"].shape[1] :])


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        "Hello , world . ok ?",
        "商品是否无损？价格100元。",
        "<|im_start|>user\n退货 refund<|im_end|>\n",
        "1.\n\n2.  7\t x",
        "👍🏽 é",
    ],
)
def test_the_embedded_tokenizer_gives_back_what_it_read(text: str) -> None:
    tokenizer: Any = load(device="cpu").tokenizer
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids) == text


@pytest.mark.model
def test_the_embedded_tokenizer_splits_as_the_model_was_trained() -> None:
    tokenizer: Any = load(device="cpu").tokenizer
    assert tokenizer("1.\n\n2. a", add_special_tokens=False).input_ids == [33, 30, 1116, 34, 30, 253]
    assert tokenizer("a  12", add_special_tokens=False).input_ids == [81, 256, 33, 34]
