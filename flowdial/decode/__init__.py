"""Language models: ids in, log-probabilities and text out.  Knows strings and tokens; knows no flows."""

import os

# Read once, when PyTorch's OpenMP library is loaded. By default its threads spin while they wait for one another;
# on a machine that does something else too, a decision then took up to 28 s instead of 0.4 s (benchmarks/turns.py).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
