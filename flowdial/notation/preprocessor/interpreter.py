"""Carry the directives out.  nested lines -> lines of the diagram.

Knows what each directive does; the diagram's own statements mean nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from flowdial.errors import NotationError
from flowdial.notation.diagnostics import located
from flowdial.notation.preprocessor import keywords, reader
from flowdial.notation.preprocessor.blocks import Body, Choice, Loop, Misplaced, Node, Plain, Single, nest
from flowdial.notation.preprocessor.evaluate import Evaluator
from flowdial.notation.preprocessor.includes import Includes, join, sub
from flowdial.notation.preprocessor.limits import Budget, Trouble, call_depth
from flowdial.notation.preprocessor.line import Line
from flowdial.notation.preprocessor.memory import Frame, Routine
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
from flowdial.notation.preprocessor.values import Json, Value, truth, value_of

_NO_RETURN = "Is there a return directive in your function?"


def interpret(lines: Sequence[Line], folder: Path | None) -> list[Line]:
    """The lines that the directives and calls of `lines` make. Raises NotationError."""
    interpreter = _Interpreter(_joined(lines), folder)
    try:
        run(interpreter.everything())
    except Misplaced as error:
        raise interpreter.refusal(error) from None
    return interpreter.output.finish(lines[-1].number if lines else 1)


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
    def __init__(self, lines: Sequence[Line], folder: Path | None) -> None:
        super().__init__(Budget())
        self._lines = lines
        self._includes = Includes(folder, self.budget)
        self._calls = 0
        self._file_of_error = ""

    def everything(self) -> Task[None]:
        """Carry out the whole text."""
        yield self._block(nest(self._lines), Frame())

    def refusal(self, error: Misplaced) -> NotationError:
        """The error with its place and text."""
        trouble, text = error.trouble, error.line.text
        column = trouble.column or len(text) - len(text.lstrip()) + 1
        where = f"in `{self._file_of_error}`: " if self._file_of_error else ""
        return located(trouble.code, where + trouble.message, text, error.line.number, column, trouble.hint)

    # ---- statements; each gives the value of a `!return` it came upon, or None ----
    def _block(self, nodes: Sequence[Node], frame: Frame) -> Task[Value | None]:
        for node in nodes:
            frame.at = node.line.number
            try:
                returned: Value | None = yield self._statement(node, frame)
            except Trouble as trouble:
                self._file_of_error = self._includes.current
                raise Misplaced(trouble, node.line) from None
            if returned is not None:
                return returned
        return None

    def _statement(self, node: Node, frame: Frame) -> Task[Value | None]:
        self.budget.spend()
        self.output.annotate(node.line.annotations)
        if isinstance(node, Plain):
            text: str | None = yield self.expand(node.line.text, frame)
            if text is not None and frame.kind != "function":
                self.output.write(text, frame.place)
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
        for line, body in node.parts:
            taken = line is None or truth((yield self._asked(line, frame)))
            if taken and (node.closed or body is node.parts[-1][1]):
                returned: Value | None = yield self._block(body, frame)
                return returned
            if taken:
                break
        if not node.closed:
            raise Trouble("`!if` is not closed", "write `!endif` after its last line")
        return None

    def _asked(self, line: Line, frame: Frame) -> Task[Value]:
        try:
            test = reader.directive(line.text)
            assert isinstance(test, Test)
            value: Value = yield self.evaluate(test.program, frame)
        except Trouble as trouble:
            self._file_of_error = self._includes.current
            raise Misplaced(trouble, line) from None
        return value

    def _loop(self, node: Loop, frame: Frame) -> Task[Value | None]:
        loop = reader.directive(node.line.text)
        if isinstance(loop, Foreach):
            over: Value = yield self.evaluate(loop.program, frame)
            for item in _items(over):
                self.budget.spend()
                self.memory.put(frame, loop.name, value_of(item))
                returned: Value | None = yield self._block(node.body, frame)
                if returned is not None:
                    return returned
            return None
        assert isinstance(loop, Test)
        while truth((yield self.evaluate(loop.program, frame))):
            self.budget.spend()
            returned = yield self._block(node.body, frame)
            if returned is not None:
                return returned
        return None

    def _single(self, node: Single, frame: Frame) -> Task[Value | None]:
        if node.word in keywords.KEPT:
            self.output.write(node.line.text, frame.place)
            return None
        if node.word in keywords.REFUSED:
            hint = "save the file beside the diagram and write `!include file.puml`"
            raise Trouble(f"`!{node.word}` is not carried out", hint, code="include")
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
                self.memory.put(frame, name, written or "", "global")
            case Declare():
                yield self._declare(directive, (), frame)
            case Undefine(name):
                self.memory.forget(frame, name)
            case Include(word, what):
                yield self._include(word, what, frame)
            case Assert(program, text):
                value = yield self.evaluate(program, frame)
                if not truth(value):
                    raise Trouble(f"assertion failed: {text}".rstrip(": "), "the diagram itself demands this")
            case _:
                pass

    def _declare(self, declared: Declare, lines: Sequence[Line], frame: Frame) -> Task[None]:
        returns = declared.result is not None or any(line.text.lstrip().startswith("!return") for line in lines)
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
        if word == "includesub" and "!" not in (path or ""):
            lines = sub([line.text for line in self._lines], (path or "").strip())
            yield self._included(lines, frame)
            return
        found = self._includes.open(word, path or "")
        if found is None:
            return
        try:
            yield self._included(found, frame)
        finally:
            self._includes.leave()

    def _included(self, lines: Sequence[str], frame: Frame) -> Task[None]:
        self.budget.spend(sum(map(len, lines)) + len(lines))
        self._calls += 1
        try:
            call_depth(self._calls)
            yield self._block(nest([Line(text, frame.place) for text in lines]), frame)
        except Misplaced:
            self._file_of_error = self._file_of_error or self._includes.current
            raise
        finally:
            self._calls -= 1

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
            raise Trouble(f"`{routine.declared.name}` ended without `!return`", "end it with a `!return`")
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
                return text or ""
            if routine.declared.result is not None:
                value: Value = yield self.evaluate(routine.declared.result, frame)
                return value
            if routine.nodes is None:
                routine.nodes = nest(routine.lines)
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
