"""FlowDial turns a process drawn in PlantUML into a dialogue that cannot leave the process.

    from flowdial import Engine
    engine = Engine("flows/en/router_support.puml")
    session = engine.session()
    turn = engine.turn(session, "no, everything is dark")

Names are imported when they are first used, so that light parts start fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdial.engine import Engine, Turn
    from flowdial.engine.constrain import Constraint, constrain
    from flowdial.errors import FlowDialError
    from flowdial.flow import Flow, load, loads
    from flowdial.session import Session

_HOMES = {
    "Engine": "flowdial.engine",
    "Turn": "flowdial.engine",
    "Constraint": "flowdial.engine.constrain",
    "constrain": "flowdial.engine.constrain",
    "Session": "flowdial.session",
    "Flow": "flowdial.flow",
    "load": "flowdial.flow",
    "loads": "flowdial.flow",
    "FlowDialError": "flowdial.errors",
}

__all__ = ["Constraint", "Engine", "Flow", "FlowDialError", "Session", "Turn", "constrain", "load", "loads"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'flowdial' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
