"""`flowdial bench`.  flow + model -> what a decision costs on this machine, as a table or as JSON.

A short version of benchmarks/decide.py, on the user's own flow and model.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from flowdial.decode.causal import CausalModel
from flowdial.errors import FlowError
from flowdial.flow import Flow, load
from flowdial.session import begin, legal, options, step
from flowdial.session import prompt as prompts
from flowdial.session.options import flow_language

_SESSIONS = (1, 8)
_MAX_STEPS = 12
_SAID = {"en": ("I am not sure, let me have a look", "yes it is"), "zh": ("我看看，不太确定", "是的")}


def run(path: Path, *, runs: int, as_json: bool, opening: Callable[[], CausalModel]) -> int:
    """Measure and print; gives the exit code. Raises FlowError for a flow without a choice."""
    flow = load(path)
    if all(len(flow.out(node)) < 2 for node in flow.nodes):
        raise FlowError(f"{path}: nothing is decided in this flow", hint="give a flow with a choice")
    begun = time.perf_counter()
    model = opening()
    asked = list(_decisions(flow, model.skill.layout))
    found = {"model": model.name, "open_ms": (time.perf_counter() - begun) * 1000, **_measure(model, asked, runs)}
    if as_json:
        print(json.dumps({key: round(v, 2) if isinstance(v, float) else v for key, v in found.items()}))
    else:
        _show(found)
    return 0


def _decisions(flow: Flow, layout: str) -> Iterator[prompts.DecisionPrompt]:
    """The decisions of the first steps at which there is a choice, with a few things to say at each."""
    lang = flow_language(flow)
    todo = [begin(flow)]
    seen: set[tuple[str, ...]] = set()
    while todo and len(seen) < _MAX_STEPS:
        marking = todo.pop(0)
        moves = legal(flow, marking)
        if marking in seen or not moves:
            continue
        seen.add(marking)
        todo += [step(flow, marking, move.id) for move in moves]
        if len(moves) > 1:
            offered = options(flow, moves)
            names, steps = [option.name for option in offered], [option.target for option in offered]
            for words in (names[0], *_SAID[lang]):
                yield prompts.decision(lang, offered[0].question, names, words, targets=steps, layout=layout)


def _measure(model: CausalModel, asked: Sequence[prompts.DecisionPrompt], runs: int) -> dict[str, Any]:
    from flowdial.decode import compiled
    from flowdial.decode.decider import decide
    from flowdial.decode.measure import bare_pass, milliseconds, passes

    first = milliseconds(partial(decide, model, asked[0]))
    cold, warm, bare, news = [], [], [], []
    for prompt in asked:
        model.forget()
        compiled.forget(model)
        decide(model, asked[0])
        cold.append(milliseconds(partial(decide, model, prompt)))
    for at in range(runs):
        prompt = asked[at % len(asked)]
        decide(model, prompt)
        with passes(model) as read:
            warm.append(milliseconds(partial(decide, model, prompt)))
        if read:
            limit = bare_pass(model, *read[-1])
            limit()
            bare.append(milliseconds(limit))
            news.append(read[-1][0])
    return {
        "first_ms": first,
        "new_step_ms": statistics.median(cold[1:] or cold),
        "decision_ms": statistics.median(warm),
        "new_tokens": statistics.median(news) if news else 0,
        "bare_pass_ms": statistics.median(bare) if bare else 0.0,
        **{f"decisions_a_second_{count}": _rate(model, asked, count) for count in _SESSIONS},
        "peak_memory_mb": peak_memory(),
    }


def _rate(model: CausalModel, asked: Sequence[prompts.DecisionPrompt], sessions: int) -> float:
    from flowdial.decode.decider import decide

    every = (list(asked) * 24)[:24]
    begun = time.perf_counter()
    with ThreadPoolExecutor(sessions) as pool:
        list(pool.map(partial(decide, model), every))
    return len(every) / (time.perf_counter() - begun)


def peak_memory() -> float | None:
    """Megabytes that this process held at most; None where the platform does not say.

    Linux counts the memory of the process that started this one into `getrusage`, but not into its own file.
    """
    status = Path("/proc/self/status")
    if status.exists() and (match := re.search(r"VmHWM:\s*(\d+) kB", status.read_text())):
        return int(match[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


_ROWS = (
    ("open_ms", "open the model", "ms"),
    ("first_ms", "first decision (the prompt's constant part is computed)", "ms"),
    ("new_step_ms", "decision at a step that is new", "ms"),
    ("decision_ms", "decision at a step that is known", "ms"),
    ("bare_pass_ms", "the limit: a bare pass over the same new tokens", "ms"),
    ("new_tokens", "new tokens of a decision", ""),
    ("decisions_a_second_1", "decisions a second, one session", ""),
    ("decisions_a_second_8", "decisions a second, eight sessions", ""),
    ("peak_memory_mb", "peak memory of this process", "MB"),
)


def _show(found: dict[str, Any]) -> None:
    print(f"model {found['model']}")
    for key, words, unit in _ROWS:
        if found[key] is not None:
            print(f"  {words:58} {found[key]:8.1f} {unit}".rstrip())
