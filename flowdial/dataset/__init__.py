"""Data about flows.  files -> five-tuples on flows.  Knows flows; knows no sessions and no models."""

from flowdial.dataset.pfdial import Chart, FiveTuple, read_pfdial

__all__ = ["Chart", "FiveTuple", "read_pfdial"]
