"""Measure which number type and attention code open the embedded model's forward pass fastest here.

model + shapes of new tokens -> Markdown table of median milliseconds. Knows nothing of flows or decoding.
Variants take turns within every run, so that a machine that slows down for a while slows all of them.

    python benchmarks/dtypes.py --threads 2 --runs 15 --model smollm2-135m-instruct
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

SHAPES = ((1, 1), (1, 8), (1, 20), (1, 40), (1, 80), (1, 160), (4, 20))
GENERATED = 20


def shape(text: str) -> tuple[int, int]:
    batch, _, length = text.partition("x")
    return int(batch), int(length)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default=None, help="as in `flowdial --model`; default: the embedded one")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--prefix", type=int, default=100, help="tokens already in the key/value cache")
    parser.add_argument("--shapes", nargs="+", type=shape, default=SHAPES, help="BATCHxLENGTH ...")
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--attention", nargs="+", default=["sdpa", "eager"])
    return parser.parse_args()


def processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def machine(threads: int) -> str:
    import torch
    import transformers

    wanted = ("avx2", "avx512_f", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_fp16")
    found = torch.cpu.get_capabilities()
    flags = " ".join(name for name in wanted if found.get(name)) or "none of interest"
    versions = f"torch {torch.__version__}, transformers {transformers.__version__}"
    return f"{processor()} ({flags}), {threads} threads, {versions}, Python {platform.python_version()}"


def open_variants(args: argparse.Namespace) -> dict[str, Any]:
    import torch
    from transformers import AutoModelForCausalLM

    from flowdial.decode.conversion import quiet
    from flowdial.decode.store import resolve

    source = resolve(args.model)
    variants: dict[str, Any] = {}
    with quiet():
        for dtype in args.dtypes:
            for attention in args.attention:
                variants[f"{dtype} {attention}"] = AutoModelForCausalLM.from_pretrained(
                    source.path_or_id, dtype=getattr(torch, dtype), attn_implementation=attention
                )  # in eval mode already
    return variants


def forward(model: Any, batch: int, length: int, prefix: int) -> Callable[[], None]:
    """A pass over batch x length new tokens after a cached prefix; only the last row meets the vocabulary."""
    import torch
    from transformers import DynamicCache

    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(100, model.config.vocab_size, (batch, prefix + length), generator=generator)
    cache = DynamicCache(config=model.config)
    model(ids[:, :prefix], past_key_values=cache, logits_to_keep=1)

    def run() -> None:
        model(ids[:, prefix:], past_key_values=cache, logits_to_keep=1)
        cache.crop(-length)  # back to the prefix, as the engine does between turns

    return run


def generation(model: Any, prefix: int) -> Callable[[], None]:
    import torch

    ids = torch.randint(100, model.config.vocab_size, (1, prefix), generator=torch.Generator().manual_seed(0))

    def run() -> None:
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=GENERATED,
            min_new_tokens=GENERATED,
        )

    return run


def medians(runs: dict[str, Callable[[], None]], warmup: int, count: int) -> dict[str, float]:
    """Median milliseconds of each variant; the variants alternate."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(warmup + count):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            if turn >= warmup:
                times[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(values) for name, values in times.items()}


def table(variants: dict[str, Any], args: argparse.Namespace) -> list[str]:
    rows = [f"| new tokens | {' | '.join(variants)} |", "| --- |" + " ---: |" * len(variants)]
    cases: dict[str, Callable[[Any], Callable[[], None]]] = {
        f"{batch} x {length}": partial(forward, batch=batch, length=length, prefix=args.prefix)
        for batch, length in args.shapes
    }
    cases[f"greedy, {GENERATED}"] = partial(generation, prefix=args.prefix)
    for label, make in cases.items():
        found = medians({name: make(m) for name, m in variants.items()}, args.warmup, args.runs)
        rows.append(f"| {label} | " + " | ".join(f"{found[name]:.1f}" for name in variants) + " |")
    return rows


def main() -> None:
    import torch

    args = arguments()
    torch.set_num_threads(args.threads)
    torch.set_grad_enabled(False)
    print(f"{machine(args.threads)}\n")
    print(f"Median milliseconds of {args.runs} runs, {args.prefix} tokens cached.\n")
    print("\n".join(table(open_variants(args), args)))


if __name__ == "__main__":
    main()
