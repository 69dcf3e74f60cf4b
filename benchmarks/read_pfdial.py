"""How many of PFDial's charts are read, and how many of its moves are edges of the flow?

    python benchmarks/read_pfdial.py FOLDER        FOLDER holds test_id_formatA.json and its B and C

PFDial's public test file (arXiv 2503.06706); its terms allow evaluation only, so it is no part of this project.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flowdial.dataset.pfdial import read_pfdial, share_of_moves


def main(folder: Path) -> None:
    print("| file | charts read | five-tuples | move is an edge |\n| --- | --- | --- | --- |")
    for file in sorted(folder.glob("test_id_format?.json")):
        tuples = read_pfdial(file)
        charts, moves, others = share_of_moves(tuples)
        print(f"| {file.name} | {charts} | {len(tuples)} | {moves / len(tuples):.2%} |")
        for each in others:
            print(f"  {each.id}: {each.current_state} -> {each.next_state}", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    main(parser.parse_args().folder)
