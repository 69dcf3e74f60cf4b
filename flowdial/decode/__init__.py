"""Language models: ids in, log-probabilities and text out.  Knows strings and tokens; knows no flows."""

import os

# Read once, when PyTorch's OpenMP library is loaded. By default its threads spin while they wait for one another;
# on a machine that does something else too, decisions then take several times as long (benchmarks/turns.py).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
