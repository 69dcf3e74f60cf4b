"""Find what no grammar can tell.  body of an activity diagram -> the statements that cannot stand where they do.

These are rules about what stands around: a lane must open the diagram, only something that leads on can be detached,
and blocks stand in one another up to a limit. Knows the syntax tree; knows no graph.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowdial.notation import ast
from flowdial.notation.colors import is_color
from flowdial.notation.mistakes import Mistake

_TRIVIA = (ast.Note, ast.Decoration, ast.Arrow, ast.Swimlane)
#: Blocks within one another.
MAX_DEPTH = 8_000
Found = tuple[ast.Span, Mistake]


def check(body: ast.Body) -> list[Found]:
    """All misplaced statements, in reading order."""
    levels = _levels(body)
    bodies = [nested for level in levels for nested in level]
    found = [*_late_lanes(bodies), *_detached_nothing(bodies), *_colors(bodies), *_too_deep(levels)]
    return sorted(found, key=lambda pair: pair[0])


def _levels(body: ast.Body) -> list[list[ast.Body]]:
    """A body, those within its statements, those within theirs and so on, without recursion."""
    found = [[body]]
    while inner := [nested for current in found[-1] for statement in current for nested in ast.inner(statement)]:
        found.append(inner)
    return found


def _too_deep(levels: list[list[ast.Body]]) -> Iterator[Found]:
    if len(levels) > MAX_DEPTH:
        first = next(s for nested in levels[MAX_DEPTH - 1] for s in nested if ast.inner(s))
        message = f"more than {MAX_DEPTH:,} blocks stand within one another here"
        hint = "close each block where it ends, or draw parts as diagrams of their own"
        yield first.span, Mistake("too-deep", message, hint)


def _late_lanes(bodies: list[ast.Body]) -> Iterator[Found]:
    """A lane that is opened after a step, where none was opened before it."""
    first = next((s for s in bodies[0] if not isinstance(s, ast.Note | ast.Decoration | ast.Arrow)), None)
    if first is None or isinstance(first, ast.Swimlane):
        return
    lanes = [s for nested in bodies for s in nested if isinstance(s, ast.Swimlane)]
    if lanes:
        lane = min(lanes, key=lambda s: s.span)
        message = f"the lane `{lane.name}` begins after the first step, which stands in no lane"
        yield lane.span, Mistake("late-swimlane", message, "write a `|lane|` line before the first step")


def _detached_nothing(bodies: list[ast.Body]) -> Iterator[Found]:
    """A `detach` behind something that leads nowhere already."""
    for nested in bodies:
        before: ast.Statement | None = None
        for statement in nested:
            if isinstance(statement, ast.Terminal) and statement.word == "detach" and not _leads_on(before):
                hint = "delete it, or write it after an action"
                yield statement.span, Mistake("detach", "there is no path to detach here", hint)
            if not isinstance(statement, _TRIVIA):
                before = statement


def _leads_on(statement: ast.Statement | None) -> bool:
    """Whether PlantUML lets `detach` follow.

    It asks the last statement of every branch of a choice and of the last branch of other blocks; a branch of an
    `if` may be empty. Nested blocks are asked without recursion.
    """
    todo = [statement]
    while todo:
        asked = todo.pop()
        if asked is None or isinstance(asked, ast.Goto | ast.Label):
            return False
        if isinstance(asked, ast.Terminal) and asked.word != "detach":
            return False
        bodies = ast.inner(asked)
        if isinstance(asked, ast.If):
            todo += [last for body in bodies if (last := _last(body))]
        elif isinstance(asked, ast.Switch):
            todo += [_last(body) for body in bodies] or [None]
        elif isinstance(asked, ast.Parallel | ast.Group):
            todo.append(_last(bodies[-1]) if bodies else None)
    return True


def _last(body: ast.Body) -> ast.Statement | None:
    return next((s for s in reversed(body) if not isinstance(s, _TRIVIA)), None)


def _colors(bodies: list[ast.Body]) -> Iterator[Found]:
    for nested in bodies:
        for statement in nested:
            for color in _painted(statement):
                if not _is_look(color, statement):
                    hint = "write a name such as `#LightBlue`, or `#RRGGBB`"
                    yield statement.span, Mistake("color", f"`{color}` is not a colour", hint)


def _painted(statement: ast.Statement) -> Iterator[str]:
    """The colours that a statement names."""
    if isinstance(statement, ast.Transition):
        yield from filter(None, (statement.source.color, statement.target.color))
    elif color := getattr(statement, "color", ""):
        yield color


def _is_look(color: str, statement: ast.Statement) -> bool:
    """Whether PlantUML takes it for a colour, or for several looks as in `#red;line:blue`.

    Data and notes with a name have a colour only. Of a state or a note, the first look is a colour that there is.
    """
    if isinstance(statement, ast.Json) or (isinstance(statement, ast.Note) and statement.alias):
        return is_color(color)
    first = color.partition(";")[0]
    if isinstance(statement, ast.State | ast.Map | ast.Note):
        return ":" in first or "." in first or is_color(first)
    return first != color or ":" in color or is_color(color)
