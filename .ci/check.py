"""Lint, type-check, check the layers and run the tests; stop at the first that fails.

Run by `.ci/run` and by hand: `.venv/bin/python .ci/check.py`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
LINT_IMPORTS = str(Path(PYTHON).parent / "lint-imports")
STEPS = (
    ("format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]),
    ("lint", [PYTHON, "-m", "ruff", "check", "--quiet", "."]),
    ("types", [PYTHON, "-m", "mypy"]),
    ("layers", [LINT_IMPORTS]),
    ("model", [PYTHON, "-m", "flowdial.surfaces.cli", "model", "fetch"]),
    ("tests", [PYTHON, "-m", "pytest", "--cov", "--cov-report=term", "--durations=10"]),
)


def main() -> int:
    for name, command in STEPS:
        print(f"== {name}", flush=True)
        begun = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        print(
            f"-- {name}: {'ok' if code == 0 else f'failed with {code}'}, {time.monotonic() - begun:.0f} s", flush=True
        )
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
