"""How many diagrams are read a second?

python benchmarks/read_diagrams.py FOLDER…       every *.puml below, one core, medians over 5 rounds
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from machine import machine

from flowdial.flow.load import load_all
from flowdial.flow.model import Flow


def main() -> None:
    files = sorted(file for folder in sys.argv[1:] for file in Path(folder).rglob("*.puml"))
    if not files:
        sys.exit(__doc__)
    seconds: dict[Path, list[float]] = {file: [] for file in files}
    read = {file: all(isinstance(found, Flow) for found in load_all(file)) for file in files}
    for _ in range(5):
        for file in files:
            begun = time.perf_counter()
            load_all(file)
            seconds[file].append(time.perf_counter() - begun)
    medians = [statistics.median(runs) for runs in seconds.values()]
    print(f"{machine('lark', 'networkx')}")
    print(f"{len(files)} files, {sum(read.values())} read; {len(files) / sum(medians):.0f} a second, ", end="")
    print(f"median file {statistics.median(medians) * 1000:.2f} ms")


if __name__ == "__main__":
    main()
