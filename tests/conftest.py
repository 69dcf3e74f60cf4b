"""What several test packages use."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from flowdial.decode.causal import CausalModel  # before anything imports torch: see flowdial.decode

ROOT = Path(__file__).resolve().parent.parent
FLOWS = ROOT / "flows"


@functools.cache
def _embedded(adapted: bool) -> CausalModel:
    from flowdial.decode.loader import load, shipped_adapter

    return CausalModel(load(adapter=shipped_adapter() if adapted else None))


@pytest.fixture(scope="session")
def embedded_model() -> CausalModel:
    """The real embedded model without its adapter, opened once a run."""
    return _embedded(adapted=False)


@pytest.fixture(params=["adapter", "base"])
def any_model(request: pytest.FixtureRequest) -> CausalModel:
    """The real embedded model as `flowdial chat` opens it, and without its adapter."""
    return _embedded(adapted=request.param == "adapter")


@pytest.fixture(scope="session")
def flows() -> Path:
    """The folder of the example flows."""
    return FLOWS
