"""Walk a flow.  flow + marking + move -> marking.  Pure; knows no model, no tokens and no clock."""

from flowdial.session.log import Event, Session
from flowdial.session.marking import STAY, Move, active, begin, is_done, legal, step
from flowdial.session.options import Option, node_text, options

__all__ = [
    "STAY",
    "Event",
    "Move",
    "Option",
    "Session",
    "active",
    "begin",
    "is_done",
    "legal",
    "node_text",
    "options",
    "step",
]
