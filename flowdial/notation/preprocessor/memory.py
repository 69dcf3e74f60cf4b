"""Remember variables and declared names.  name -> value, name -> declarations.  Knows no lines.

Scopes as in PlantUML: a call sees its arguments, then the globals, then its own locals; never its caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flowdial.notation.preprocessor.blocks import Node
from flowdial.notation.preprocessor.limits import Trouble
from flowdial.notation.preprocessor.line import Line
from flowdial.notation.preprocessor.syntax import Declare
from flowdial.notation.preprocessor.values import Value


@dataclass(slots=True)
class Routine:
    """A procedure, function or macro; `nodes` is its body once it was called."""

    declared: Declare
    lines: Sequence[Line] = ()
    nodes: list[Node] | None = None
    defaults: dict[str, Value] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The parameters' names in order."""
        return [parameter.name for parameter in self.declared.parameters]

    def covers(self, count: int, keys: frozenset[str]) -> bool:
        """Whether it can be called with `count` arguments in order and those named `keys`."""
        names = self.names
        needed = [name for name in names if name not in keys and name not in self.defaults]
        return keys <= set(names) and len(needed) <= count <= len(names)


@dataclass(slots=True)
class Frame:
    """The variables of one call; `kind` is `top`, `procedure` or `function`.

    `caller` is the line that called, `at` the line that is at work.
    """

    kind: str = "top"
    caller: int | None = None
    at: int = 1
    arguments: dict[str, Value] = field(default_factory=dict)
    locals: dict[str, Value] = field(default_factory=dict)

    @property
    def place(self) -> int:
        """The number that written lines get."""
        return self.at if self.caller is None else self.caller


class Memory:
    """The global variables and the declared routines of one diagram."""

    def __init__(self) -> None:
        self._globals: dict[str, Value] = {}
        self._routines: dict[str, dict[int, Routine]] = {}

    def get(self, frame: Frame, name: str) -> Value | None:
        """The variable's value, or None."""
        for scope in (frame.arguments, self._globals, frame.locals):
            if name in scope:
                return scope[name]
        return None

    def put(self, frame: Frame, name: str, value: Value, scope: str = "") -> None:
        """Set a variable. Raises Trouble for `!local` outside of a call."""
        if scope == "local" and frame.kind == "top":
            raise Trouble("`!local` stands outside of a procedure or function", f"write `!{name} = …`")
        if scope == "local" or (not scope and name in frame.arguments):
            frame.arguments[name] = value
        elif scope == "global" or frame.kind == "top" or name in self._globals:
            self._globals[name] = value
        else:
            frame.locals[name] = value

    def forget(self, frame: Frame, name: str) -> None:
        """`!undef`."""
        for scope in (frame.arguments, self._globals, frame.locals):
            if scope.pop(name, None) is not None:
                return

    def declare(self, routine: Routine) -> None:
        """Add a routine; one of the same name and number of parameters is replaced, unless one is `!final`."""
        same = self._routines.setdefault(routine.declared.name, {})
        old = same.get(len(routine.names))
        if old is not None and (old.declared.final or routine.declared.final):
            hint = "give it another name, or take `final` out"
            raise Trouble(f"`{routine.declared.name}` is already defined, and final", hint)
        same[len(routine.names)] = routine

    def knows(self, name: str) -> bool:
        """Whether a routine of that name is declared."""
        return name in self._routines

    def kind(self, name: str) -> tuple[str, bool]:
        """What the routines of that name are (`macro`, `long`, `procedure`, `function`) and whether unquoted."""
        routines = self._routines[name].values()
        kinds = [routine.declared.kind for routine in routines]
        legacy = next((kind for kind in kinds if kind in ("macro", "long")), kinds[-1])
        return legacy, any(routine.declared.unquoted for routine in routines)

    def find(self, name: str, count: int, keys: frozenset[str]) -> Routine:
        """The routine that takes these arguments. Raises Trouble where there is none."""
        same = self._routines.get(name, {})
        exact = same.get(count)
        if exact is not None and not keys:
            return exact
        for routine in same.values():
            if routine.covers(count, keys):
                return routine
        if not same:
            raise Trouble(f"there is no function `{name}`", "define it before, or correct its name", follows=True)
        forms = " or ".join(f"`{name}({', '.join(routine.names)})`" for routine in same.values())
        given = f"{count} argument{'s' * (count != 1)}" + (f" and {', '.join(sorted(keys))}" if keys else "")
        raise Trouble(f"`{name}` is called with {given}", f"it is defined as {forms[:200]}", follows=True)
