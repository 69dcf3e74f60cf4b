"""Tune a LoRA adapter.  decisions + replies -> adapter folder.  Knows models and data; knows no terminal."""
