"""Walk a flow.  flow + marking + move -> marking.  Pure; knows no model, no tokens and no clock."""

from flowdial.session.log import Event, Session
from flowdial.session.marking import STAY, Move, begin, is_done, legal, step
from flowdial.session.options import Option, options

__all__ = ["STAY", "Event", "Move", "Option", "Session", "begin", "is_done", "legal", "options", "step"]
