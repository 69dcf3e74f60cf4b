"""What `benchmarks/decide.py` is made of."""
