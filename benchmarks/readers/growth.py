"""How FlowDial's time and memory grow with a diagram's size; each size in a process of its own."""

from __future__ import annotations

import multiprocessing
import statistics
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from flowdial.flow.load import loads

_ACTIVITY = (
    "if (is {0} ready?) then (yes)\n  :take {0};\n  :check {0};\nelse (no)\n  :wait for {0};\nendif\n"
    "while (more of {0}?) is (yes)\n  :do {0};\nendwhile (no)\n:close {0};\n"
)
_STATE = (
    "state S{0} {{\n  [*] --> A{0}\n  A{0} --> B{0} : go\n  B{0} --> [*]\n}}\nS{0} : entry / begin\n"
    "S{0} --> T{0} : done [all]\nT{0} --> S{0} : again\nT{0} --> U{0} : next\nU{0} --> T{0} : back\n"
)


@dataclass(frozen=True)
class Grown:
    kind: str
    shape: str
    size: int
    lines: int
    nodes: int
    seconds: float
    mebibytes: float


def flat(kind: str, lines: int) -> str:
    """A diagram of about so many lines, in blocks of ten."""
    block, head, tail = (_ACTIVITY, "start\n", "stop\n") if kind == "activity" else (_STATE, "[*] --> S0\n", "")
    return f"@startuml\n{head}{''.join(block.format(i) for i in range(lines // 10))}{tail}@enduml\n"


def nested(kind: str, levels: int) -> str:
    """One construct within another, so many levels deep."""
    if kind == "activity":
        opening = "".join(f"if (is {i} ready?) then (yes)\n:take {i};\n" for i in range(levels))
        return "@startuml\nstart\n" + opening + "endif\n" * levels + "stop\n@enduml\n"
    opening = "".join(f"state S{i} {{\n[*] --> S{i + 1}\n" for i in range(levels))
    return "@startuml\n" + opening + f"state S{levels}\n" + "}\n" * levels + "@enduml\n"


def grown(rounds: int) -> Iterator[Grown]:
    cases = [(kind, "flat", size) for kind in ("activity", "state") for size in (1_000, 10_000, 100_000)]
    cases += [(kind, "nested", size) for kind in ("activity", "state") for size in (200, 2_000)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        for case in cases:
            yield pool.submit(_measure, *case, rounds).result()


def _measure(kind: str, shape: str, size: int, rounds: int) -> Grown:
    make = flat if shape == "flat" else nested
    text = make(kind, size)
    loads(make(kind, size // 10))
    taken: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        loads(text)
        taken.append(time.perf_counter() - begun)
    tracemalloc.start()  # slows reading down, hence a run of its own
    nodes = len(loads(text).nodes)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Grown(kind, shape, size, text.count("\n"), nodes, statistics.median(taken), peak / 2**20)
