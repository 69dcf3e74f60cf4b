"""Language models: ids in, log-probabilities and text out.  Knows strings and tokens; knows no flows."""

import logging
import os

# Read once, when PyTorch's OpenMP library is loaded. By default its threads spin while they wait for one another;
# on a machine that does something else too, decisions then take several times as long (benchmarks/turns.py).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# peft imports bitsandbytes where it is installed, which then tells of kernels and casts that concern nobody.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
