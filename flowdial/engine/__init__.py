"""Put the parts together.  flow + model -> Engine; session + user text -> Turn."""

from flowdial.engine.engine import Engine
from flowdial.engine.turn import Choice, Turn

__all__ = ["Choice", "Engine", "Turn"]
