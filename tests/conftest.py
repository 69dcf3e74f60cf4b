"""What several test packages use."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from flowdial.decode.causal import CausalModel  # before anything imports torch: see flowdial.decode

ROOT = Path(__file__).resolve().parent.parent
FLOWS = ROOT / "flows"


@functools.cache
def _embedded() -> CausalModel:
    from flowdial.decode.loader import load

    return CausalModel(load())


@pytest.fixture(scope="session")
def embedded_model() -> CausalModel:
    """The real embedded model, opened once a run."""
    return _embedded()


@pytest.fixture(scope="session")
def flows() -> Path:
    """The folder of the example flows."""
    return FLOWS
