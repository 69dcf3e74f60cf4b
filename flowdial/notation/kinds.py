"""Tell the kind of a diagram by its looks.  text -> the kinds worth trying, or the kind that is not read.

Knows how statements begin; parses nothing.
"""

from __future__ import annotations

import re

_FLAGS = re.MULTILINE | re.IGNORECASE
_ACTIVITY = re.compile(
    r"^[ \t]*(?:(?:start|stop|fork|split|repeat)[ \t]*;?[ \t]*$|:(?!\w[^:;\n]*:[ \t]*-)[^\n]"
    r"|(?:#\w+:)?(?:if|while|switch)[ \t]*\(|repeat[ \t]*(?:while\b|:)"
    r"|(?:partition|group|backward|floating note)\b|\|[^|\n]+\|)",
    _FLAGS,
)
_STATE = re.compile(
    r"^[ \t]*(?:(?:(?:initial|final)[ \t]+)?(?:state|frame)[ \t]+[\w\"“]|(?:\[\*\]|[【［]\*[】］])[ \t]*(?:x-|[^\s\w]))"
    r"|[->][ \t]*(?:\[\*\]|[【［]\*[】］])[ \t]*(?:$|:)",
    _FLAGS,
)

#: Arrows between names, in the signs of an input method too.
_ARROWS = re.compile(r"^[ \t]*[\w.]+[ \t]*(?:[-—–－=]+[>＞》]|→)[ \t]*[\w.]", _FLAGS)
#: `A : text` describes a state, and is nothing in a sequence diagram.
_DESCRIPTION = re.compile(r"^[ \t]*[\w.]+[ \t]*:[ \t]*\w", _FLAGS)
#: Kinds that FlowDial does not read, by what a line of theirs looks like.
_OTHERS = tuple(
    (kind, re.compile(r"^[ \t]*(?:" + pattern + ")", _FLAGS))
    for kind, pattern in (
        ("Mermaid", r"(?:flowchart|graph)[ \t]+(?:TD|TB|BT|LR|RL)\b|(?:stateDiagram(?:-v2)?|sequenceDiagram)[ \t]*$"),
        ("sequence", r"(?:participant|actor|activate|autonumber)\b|\w+[ \t]*(?:-+>>?|<-+)[ \t]*\w+[ \t]*(?::|$)"),
        ("class", r"(?:abstract[ \t]+)?(?:class|interface|enum)[ \t]+[\w\"]|\w+[ \t]*(?:<\|--|--\|>|\*--|o--|\.\.\|>)"),
        ("use case", r"usecase\b|:\w[^:;\n]*:[ \t]*-+>|\(\w[^)\n]*\)[ \t]*-+>"),
        ("component", r"component\b|\[\w[^\]\n]*\][ \t]*-+>"),
        ("object", r"(?:object|map)[ \t]+\w"),
        ("entity", r"entity[ \t]+\w"),
    )
)


def candidates(text: str) -> tuple[str, ...]:
    """The kinds to try in this order: `activity`, `state` or both."""
    activity, state = _ACTIVITY.search(text), _STATE.search(text)
    if state and not activity:
        return ("state",)
    if activity and state:
        return ("activity", "state") if activity.start() < state.start() else ("state", "activity")
    if activity:
        return ("activity",)
    return ("state", "activity") if _ARROWS.search(text) and "(*)" not in text else ("activity", "state")


def other_kind(text: str) -> str | None:
    """The kind of a diagram that is neither an activity nor a state diagram; None where it may be one."""
    if _ACTIVITY.search(text) or _STATE.search(text):
        return None
    found = [(match.start(), kind) for kind, pattern in _OTHERS if (match := pattern.search(text))]
    kind = min(found)[1] if found else None
    return None if kind == "sequence" and _DESCRIPTION.search(text) else kind
