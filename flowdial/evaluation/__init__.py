"""Measure decisions and replies against what is right.  five-tuples, flows + model -> figures.  Knows no terminal."""
