"""Data about flows.  flows + what people say, PFDial's files -> examples, five-tuples, decisions.  Trains nothing."""

from flowdial.dataset.pfdial import Chart, FiveTuple, read_pfdial

__all__ = ["Chart", "FiveTuple", "read_pfdial"]
