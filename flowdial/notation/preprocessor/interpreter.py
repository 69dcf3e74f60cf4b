"""Carry the directives out.  nested lines -> lines of the diagram.

Knows what each directive does; the diagram's own statements mean nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowdial.notation.preprocessor import keywords, reader
from flowdial.notation.preprocessor.blocks import Body, Choice, Loop, Node, Plain, Single, nest
from flowdial.notation.preprocessor.evaluate import Evaluator
from flowdial.notation.preprocessor.includes import Includes, join, sub
from flowdial.notation.preprocessor.limits import Budget, Trouble, call_depth
from flowdial.notation.preprocessor.line import Line
from flowdial.notation.preprocessor.memory import Frame, Routine
from flowdial.notation.preprocessor.mistakes import Mistakes, unreplaced
from flowdial.notation.preprocessor.syntax import (
    Assert,
    Assign,
    Declare,
    Define,
    Directive,
    Foreach,
    Include,
    Return,
    Test,
    Undefine,
)
from flowdial.notation.preprocessor.tasks import Task, run
from flowdial.notation.preprocessor.values import Json, Missing, Value, truth, value_of

_CALL = re.compile(r"\s*[$%]?\w+\(")
_NO_RETURN = "Is there a return directive in your function?"


def interpret(lines: Sequence[Line], folder: Path | None, mistakes: Mistakes) -> list[Line]:
    """The lines that the directives and calls of `lines` make; what is wrong is told to `mistakes`.

    Raises NotationError where nothing more can be read.
    """
    interpreter = _Interpreter(_joined(lines), folder, mistakes)
    run(interpreter.everything())
    return interpreter.output.lines


def _joined(lines: Sequence[Line]) -> list[Line]:
    """As `includes.join`, for lines that know their place."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last is not None and last.text.endswith("\\"):
            annotations = {**last.annotations, **line.annotations}
            joined[-1] = Line("".join(join([last.text, line.text])), last.number, annotations)
        else:
            joined.append(line)
    return joined


class _Interpreter(Evaluator):
    def __init__(self, lines: list[Line], folder: Path | None, mistakes: Mistakes) -> None:
        super().__init__(Budget(), mistakes)
        self._lines = lines
        self._includes = Includes(folder, self.budget)
        self._calls = 0

    def everything(self) -> Task[None]:
        """Carry out the whole text."""
        yield self._block(nest(self._lines, self.mistakes), Frame())
        last = self._lines[-1] if self._lines else Line("", 1)
        try:
            self.output.finish(last.number)
        except Trouble as trouble:
            self._tell(trouble, last, last.number)

    def _tell(self, trouble: Trouble, line: Line, place: int) -> None:
        self.mistakes.tell(trouble, line, file=self._includes.current, place=place)

    # ---- statements; each gives the value of a `!return` it came upon, or None ----
    def _block(self, nodes: Sequence[Node], frame: Frame) -> Task[Value | None]:
        for node in nodes:
            frame.at = node.line.number
            try:
                returned: Value | None = yield self._statement(node, frame)
            except Trouble as trouble:
                frame.at = node.line.number
                self._tell(trouble, node.line, frame.place)
                returned = self._without(node, frame)
            if returned is not None:
                return returned
        return None

    def _without(self, node: Node, frame: Frame) -> Value | None:
        """Go on without a statement that is refused: what it would have set or written is missing."""
        word = node.word if isinstance(node, Single) else ""
        if word == "return" and frame.kind == "function":
            return Missing()
        if word == "=":
            scope, name = keywords.assigned(node.line.text)
            self.memory.put(frame, name, Missing(), "" if frame.kind == "top" else scope)
        elif isinstance(node, Plain):
            self._keep(node.line, frame)
        elif word not in keywords.NAMELESS:
            self.mistakes.lose(frame.place)
        return None

    def _keep(self, line: Line, frame: Frame) -> None:
        """Write a line whose names cannot be replaced as it is; a call may have written more than that."""
        if _CALL.match(line.text):
            self.mistakes.lose(frame.place)
        try:
            self._write(Missing(line.text), frame)
        except Trouble as trouble:
            self._tell(trouble, line, frame.place)

    def _write(self, text: str, frame: Frame) -> None:
        """One line of the diagram, unless it stands in a function."""
        if frame.kind == "function":
            return
        place = frame.place
        if self._calls or (self._found and self._is_doubtful(text, place)):
            self.mistakes.doubtful.add(place)
        self.output.write(text, place)

    def _is_doubtful(self, text: str, place: int) -> bool:
        return isinstance(text, Missing) or (self.mistakes.lacks(place) and unreplaced(text))

    def _statement(self, node: Node, frame: Frame) -> Task[Value | None]:
        self.budget.spend()
        if node.line.annotations:
            self.output.annotate(node.line.annotations)
        if isinstance(node, Plain):
            text: str | None = yield self.expand(node.line.text, frame)
            if text is not None:
                self._write(text, frame)
            return None
        if isinstance(node, Choice):
            task = self._choice(node, frame)
        elif isinstance(node, Loop):
            task = self._loop(node, frame)
        elif isinstance(node, Body):
            task = self._declare(node.declared, node.lines, frame)
        else:
            task = self._single(node, frame)
        returned: Value | None = yield task
        return returned

    def _choice(self, node: Choice, frame: Frame) -> Task[Value | None]:
        last = node.parts[-1][1]
        taken: Sequence[Node] = ()
        for line, body in node.parts:
            if line is None or (yield self._asked(line, frame)):
                taken = body
                break
        if not node.closed and taken is not last:
            if not node.told:
                self._tell(Trouble("`!if` is not closed", "write `!endif` after its last line"), node.line, frame.place)
            self.mistakes.lose(frame.place)
            taken = last
        if not taken:
            return None
        returned: Value | None = yield self._block(taken, frame)
        return returned

    def _asked(self, line: Line, frame: Frame) -> Task[bool]:
        """Whether a condition holds; one that cannot be told is taken to hold."""
        try:
            test = reader.directive(line.text)
            assert isinstance(test, Test)
            value: Value = yield self.evaluate(test.program, frame)
        except Trouble as trouble:
            self._tell(trouble, line, frame.place)
            value = Missing()
        if isinstance(value, Missing):
            self.mistakes.lose(frame.place)
            return True
        return truth(value)

    def _loop(self, node: Loop, frame: Frame) -> Task[Value | None]:
        """Run a loop; one whose condition cannot be told does not go round."""
        returned: Value | None = None
        loop = reader.directive(node.line.text)
        assert isinstance(loop, Foreach | Test)
        if not node.closed:
            returned = yield self._open_loop(loop, node, frame)
            return returned
        if isinstance(loop, Foreach):
            over: Value = yield self.evaluate(loop.program, frame)
            if isinstance(over, Missing):
                self.mistakes.lose(frame.place)
            for item in _items(over):
                self.budget.spend()
                self.memory.put(frame, loop.name, value_of(item))
                returned = yield self._block(node.body, frame)
                if returned is not None:
                    return returned
            return None
        returned = yield self._while(loop, node.body, frame)
        return returned

    def _open_loop(self, loop: Foreach | Test, node: Loop, frame: Frame) -> Task[Value | None]:
        """Run a loop that is not closed: once, to the end. One that does not go round would leave out the rest."""
        value: Value = yield self.evaluate(loop.program, frame)
        items = _items(value)
        if isinstance(loop, Foreach) and items:
            self.memory.put(frame, loop.name, value_of(items[0]))
        goes = bool(items) if isinstance(loop, Foreach) else truth(value)
        if node.told or not goes or isinstance(value, Missing):
            if not node.told and not isinstance(value, Missing):
                word = node.line.text.split()[0]
                self._tell(
                    Trouble(f"`{word}` is not closed", f"write `!{node.end}` after its last line"),
                    node.line,
                    frame.place,
                )
            self.mistakes.lose(frame.place)
        returned: Value | None = yield self._block(node.body, frame)
        return returned

    def _while(self, loop: Test, body: Sequence[Node], frame: Frame) -> Task[Value | None]:
        """Run a `!while`; a round in which something was told is the last, for nothing may end the loop."""
        before = self.mistakes.count
        while self.mistakes.count == before:
            holds: Value = yield self.evaluate(loop.program, frame)
            if isinstance(holds, Missing):
                break
            if not truth(holds):
                return None
            self.budget.spend()
            returned: Value | None = yield self._block(body, frame)
            if returned is not None:
                return returned
        self.mistakes.lose(frame.place)
        return None

    def _single(self, node: Single, frame: Frame) -> Task[Value | None]:
        if node.word in keywords.KEPT:
            self.output.write(node.line.text, frame.place)
            return None
        if node.word in keywords.REFUSED:
            hint = "save the file beside the diagram and write `!include file.puml`"
            raise Trouble(f"`!{node.word}` is not carried out", hint, code="include")
        if node.word == "endsub":
            raise Trouble("there is no `!startsub` for this `!endsub`", "take it out, or write `!startsub NAME` before")
        directive = reader.directive(node.line.text)
        if isinstance(directive, Return):
            if frame.kind != "function":
                raise Trouble("`!return` stands outside of a function", "a procedure writes lines, a function returns")
            value: Value = yield self.evaluate(directive.program, frame)
            return value
        yield self._carry_out(directive, frame)
        return None

    def _carry_out(self, directive: Directive, frame: Frame) -> Task[None]:
        match directive:
            case Assign(scope, name, once, program):
                if not once or self.memory.get(frame, name) is None:
                    value: Value = yield self.evaluate(program, frame)
                    self.memory.put(frame, name, value, scope)
            case Define(name, text):
                written: str | None = yield self.expand(text, frame)
                self.memory.put(frame, name, "" if written is None else written, "global")
            case Declare():
                yield self._declare(directive, (), frame)
            case Undefine(name):
                self.memory.forget(frame, name)
            case Include(word, what):
                yield self._include(word, what, frame)
            case Assert(program, text):
                value = yield self.evaluate(program, frame)
                if not isinstance(value, Missing) and not truth(value):
                    hint = "the diagram itself demands this"
                    raise Trouble(f"assertion failed: {text}".rstrip(": "), hint, follows=True)
            case _:
                pass

    def _declare(self, declared: Declare, lines: Sequence[Line], frame: Frame) -> Task[None]:
        words = {keywords.bare_word(line.text) for line in lines}
        if "function" in words and declared.kind != "function":
            raise Trouble(
                f"a function is declared within `{declared.name}`", "declare it before, on the outermost level"
            )
        returns = declared.result is not None or "return" in words
        if declared.kind == "function" and not returns:
            raise Trouble("this function has no `!return`", "declare it with `!procedure` if it only writes lines")
        if declared.kind == "procedure" and returns:
            raise Trouble("a procedure has no `!return`", "declare it with `!function` if it gives a value")
        if declared.kind == "long" and len(lines) == 1:
            declared = Declare("macro", declared.name, declared.parameters, unquoted=True, text=lines[0].text)
        routine = Routine(declared, lines)
        for parameter in declared.parameters:
            if parameter.default is not None:
                value: Value = yield self.evaluate(parameter.default, frame)
                routine.defaults[parameter.name] = value
        self.memory.declare(routine)

    def _include(self, word: str, what: str, frame: Frame) -> Task[None]:
        path: str | None = yield self.expand(what, frame)
        if isinstance(path, Missing) or (path and "$" in path and self.mistakes.lacks(frame.place)):
            self.mistakes.lose(frame.place)
            return
        if word == "includesub" and "!" not in (path or ""):
            places = sub([line.text for line in self._lines], (path or "").strip())
            yield self._included([Line(self._lines[at].text, self._lines[at].number) for at in places], frame)
            return
        found = self._includes.open(word, path or "")
        if found is None:
            return
        try:
            yield self._included([Line(text, frame.place) for text in found], frame)
        finally:
            self._includes.leave()

    def _included(self, lines: list[Line], frame: Frame) -> Task[None]:
        """Carry out lines from elsewhere; what they write has the number of the line that includes them."""
        self.budget.spend(sum(len(line.text) for line in lines) + len(lines))
        caller, frame.caller = frame.caller, frame.place
        self._calls += 1
        try:
            call_depth(self._calls)
            yield self._block(nest(lines, self.mistakes, self._includes.current), frame)
        finally:
            self._calls -= 1
            frame.caller = caller

    # ---- calls ----
    def invoke(self, routine: Routine, given: Sequence[Value], named: Mapping[str, Value], frame: Frame) -> Task[Value]:
        """Call a procedure, which writes lines."""
        if routine.declared.kind not in ("procedure", "long"):
            name = routine.declared.name
            raise Trouble(
                f"`{name}` is a function, not a procedure", f'write `%call_user_func("{name}")` or `{name}()`'
            )
        yield self._body(routine, given, named, Frame("procedure", frame.place))
        return ""

    def value_of(
        self, routine: Routine, given: Sequence[Value], named: Mapping[str, Value], frame: Frame
    ) -> Task[Value]:
        """Call a function or macro for its value."""
        if routine.declared.kind in ("procedure", "long"):
            hint = f"`{routine.declared.name}` is a procedure: call it on a line of its own"
            raise Trouble(f"Illegal call here. {_NO_RETURN}", hint)
        value: Value | None = yield self._body(routine, given, named, Frame("function", frame.place))
        if value is None:
            message = f"`{routine.declared.name}` ended without `!return`"
            raise Trouble(message, "end it with a `!return`", follows=True)
        return value

    def _body(
        self, routine: Routine, given: Sequence[Value], named: Mapping[str, Value], frame: Frame
    ) -> Task[Value | None]:
        frame.arguments = _bound(routine, given, named)
        self._calls += 1
        try:
            call_depth(self._calls)
            if routine.declared.kind == "macro":
                text: str | None = yield self.expand(routine.declared.text, frame)
                return "" if text is None else text
            if routine.declared.result is not None:
                value: Value = yield self.evaluate(routine.declared.result, frame)
                return value
            if routine.nodes is None:
                routine.nodes = nest(list(routine.lines), self.mistakes, self._includes.current, body=True)
            returned: Value | None = yield self._block(routine.nodes, frame)
            return returned
        finally:
            self._calls -= 1


def _bound(routine: Routine, given: Sequence[Value], named: Mapping[str, Value]) -> dict[str, Value]:
    """The value of each parameter: by name, else the next one in order, else its default."""
    rest = iter(given)
    bound: dict[str, Value] = {}
    for name in routine.names:
        value = named[name] if name in named else next(rest, routine.defaults.get(name, ""))
        bound[name] = value
    return bound


def _items(value: Value) -> Sequence[object]:
    """What `!foreach` goes over: the items of a list, the keys of an object, nothing else."""
    data = value.data if isinstance(value, Json) else None
    return data if isinstance(data, list) else list(data) if isinstance(data, dict) else ()
