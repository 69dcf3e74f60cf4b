"""Readers of PlantUML that `read_diagrams.py` compares, each behind the same small interface."""
