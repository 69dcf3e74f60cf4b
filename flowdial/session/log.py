"""A session is what happened.  events -> marking, by replay.  Knows the flow's hash; knows no model.

Events are append-only. `back` is an event like any other: it returns to the marking before the last change.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from flowdial.errors import SessionError
from flowdial.flow.model import Flow
from flowdial.session.marking import Marking, begin, step

BACK = "back"


@dataclass(frozen=True, slots=True)
class Event:
    """One turn as it is kept: the user's text, the move that was made (an edge, `stay` or `back`), the reply."""

    user: str
    move: str
    reply: str


@dataclass(slots=True)
class Session:
    """One dialogue on one version of one flow; `marking` is the fold of `events` over the flow."""

    flow: Flow
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    events: list[Event] = field(default_factory=list)
    trail: list[Marking] = field(default_factory=list)
    opening: str = ""

    def __post_init__(self) -> None:
        self.trail = [begin(self.flow)]
        replayed, self.events = self.events, []
        for event in replayed:
            self.append(event)

    @property
    def marking(self) -> Marking:
        """Nodes that are active now."""
        return self.trail[-1]

    def append(self, event: Event) -> None:
        """Add what happened. Raises IllegalMove or SessionError, and then the session is unchanged."""
        if event.move == BACK:
            if len(self.trail) < 2:
                raise SessionError("this is the first step: there is nothing to go back to")
            self.trail.pop()
        else:
            after = step(self.flow, self.marking, event.move)
            if after != self.marking or event.move != "stay":
                self.trail.append(after)
        self.events.append(event)

    def recent(self, turns: int) -> Sequence[Event]:
        """The last turns, oldest first."""
        return self.events[-turns:] if turns else ()
