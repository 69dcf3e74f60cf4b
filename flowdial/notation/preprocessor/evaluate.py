"""Evaluate expressions and replace names in plain lines.  Program -> Value, text -> text.

Knows variables and calls; what a procedure does is left to the interpreter that inherits this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from flowdial.notation.preprocessor import functions, reader
from flowdial.notation.preprocessor.limits import Budget, Trouble
from flowdial.notation.preprocessor.memory import Frame, Memory, Routine
from flowdial.notation.preprocessor.mistakes import Mistakes
from flowdial.notation.preprocessor.output import Output
from flowdial.notation.preprocessor.syntax import Arguments, Op, Program
from flowdial.notation.preprocessor.tasks import Task
from flowdial.notation.preprocessor.values import (
    Json,
    Missing,
    Value,
    operate,
    part,
    text_of,
    truth,
    value_of,
)

_NAME = re.compile(r"[$%]?(?:[^\W\d]|[\U00010000-\U0010FFFF])(?:\w|[\U00010000-\U0010FFFF])*")
_FIELD = re.compile(r"\.(\w+)")
_PLACE = re.compile(r"[\[\]]")
#: A call costs as much as reading so many characters, a character of JSON as much as so many others.
_COST_OF_CALL = 500
_COST_OF_JSON = 4
#: How many values each operator takes from the stack.
_OPERANDS = {"operator": 2, "index": 2, "not": 1, "field": 1}
_Stack = list[Value]


class Evaluator:
    """The state that expressions see: the budget, the variables and routines, the lines written, the mistakes."""

    def __init__(self, budget: Budget, mistakes: Mistakes) -> None:
        self.budget = budget
        self.mistakes = mistakes
        self._found = mistakes.found
        self.memory = Memory()
        self.output = Output(budget)

    # ---- expressions ----
    def evaluate(self, program: Program, frame: Frame) -> Task[Value]:
        """The value of an expression. Raises Trouble."""
        stack: _Stack = []
        for op in program:
            self.budget.spend()
            if op.code == "call":
                yield self._call_op(op, stack, frame)
            else:
                self._step(op, stack, frame)
        return stack[-1]

    def _step(self, op: Op, stack: _Stack, frame: Frame) -> None:
        if self._found and _spread(op, stack):
            return
        if op.code == "push":
            stack.append(op.value)
        elif op.code == "load":
            value = self.memory.get(frame, op.name)
            stack.append(self._word(op.name, frame) if value is None else value)
        elif op.code == "known":
            known = self.memory.get(frame, op.name) is not None or self.memory.knows(op.name)
            stack.append(1 if known else self._unknown(op.name, frame, 0))
        elif op.code == "operator":
            right = self._operand(stack.pop())
            stack[-1] = self._built(operate(op.name, self._operand(stack[-1]), right))
        elif op.code == "not":
            stack[-1] = int(not truth(stack[-1]))
        else:
            key = op.name if op.code == "field" else stack.pop()
            stack[-1] = self._built(_place(stack[-1], key, op.code))

    def _word(self, name: str, frame: Frame) -> Value:
        """The text that a name is which stands for no variable."""
        if not name.isascii() and not self.mistakes.lacks(frame.place):
            raise Trouble(
                f"there is no variable `{name[:40]}`", f'a text of such letters stands in quotes: `"{name[:40]}"`'
            )
        return self._unknown(name, frame, name)

    def _unknown(self, name: str, frame: Frame, otherwise: Value) -> Value:
        """The value of a name that stands for nothing, unless a mistake above may have kept it from being set."""
        return Missing(name) if self.mistakes.lacks(frame.place) else otherwise

    def _call_op(self, op: Op, stack: _Stack, frame: Frame) -> Task[None]:
        values = stack[len(stack) - op.size :]
        del stack[len(stack) - op.size :]
        given = values[: op.size - len(op.keys)]
        named = dict(zip(op.keys, values[len(given) :], strict=True))
        value = yield self._value_of_call(op.name, given, named, frame)
        stack.append(value)

    def _value_of_call(self, name: str, given: list[Value], named: Mapping[str, Value], frame: Frame) -> Task[Value]:
        if functions.exists(name):
            value: Value = yield self._built_in(name, given, frame)
            return value
        if name.startswith("%"):
            raise Trouble(f"there is no built-in function `{name}`", "see https://plantuml.com/preprocessing")
        routine = self.memory.find(name, len(given), frozenset(named))
        result: Value = yield self.value_of(routine, given, named, frame)
        return result

    def _built_in(self, name: str, given: list[Value], frame: Frame) -> Task[Value]:
        for value in given:
            self._operand(value)
        functions.check(name, len(given))
        if self._found and _lacking(given[:1] if name in functions.OF_MEMORY else given):
            return Missing()
        if name not in functions.OF_MEMORY:
            return self._built(functions.call(name, given))
        if name == "%eval":
            evaluated: Value = yield self.evaluate(reader.expression(text_of(given[0]).strip()), frame)
            return evaluated
        if name in ("%call_user_func", "%invoke_procedure", "%retrieve_procedure"):
            result: Value = yield self._call_by_name(name, text_of(given[0]), given[1:], frame)
            return result
        return self._with_memory(name, given, frame)

    def _with_memory(self, name: str, given: list[Value], frame: Frame) -> Value:
        text = text_of(given[0])
        if name == "%str2json":
            return value_of(reader.json(text.strip()))
        if name == "%function_exists":
            known = self.memory.knows(text) or functions.exists(text)
            return 1 if known else self._unknown(text, frame, 0)
        if name == "%set_variable_value":
            self.memory.put(frame, text, given[1], "global")
            return ""
        value = self.memory.get(frame, text)
        if name == "%variable_exists":
            return 1 if value is not None else self._unknown(text, frame, 0)
        return self._unknown(text, frame, "") if value is None else value

    def _call_by_name(self, name: str, called: str, given: list[Value], frame: Frame) -> Task[Value]:
        routine = self.memory.find(called, len(given), frozenset())
        if name == "%call_user_func":
            value: Value = yield self.value_of(routine, given, {}, frame)
            return value
        mark = len(self.output.lines)
        yield self.invoke(routine, given, {}, frame)
        return self.output.take(mark) if name == "%retrieve_procedure" else ""

    def _built(self, value: Value) -> Value:
        """Count what a new value costs."""
        if not isinstance(value, int):
            self.budget.value(len(text_of(self._operand(value))))
        return value

    def _operand(self, value: Value) -> Value:
        """Count what it costs to work with a value; JSON, which costs most, becomes text."""
        if isinstance(value, Json):
            text = text_of(value)
            self.budget.spend(_COST_OF_JSON * len(text))
            return text
        if isinstance(value, str):
            self.budget.spend(len(value))
        return value

    # ---- plain lines ----
    def expand(self, text: str, frame: Frame) -> Task[str | None]:
        """The text with its names replaced; None where a procedure has written it. Raises Trouble."""
        self.budget.spend(len(text))
        done: list[str] = []
        position = 0
        while match := _NAME.search(text, position):
            name, start = self._name_at(text, match, frame)
            if not name:
                done.append(text[position:start])
                position = start
                continue
            done.append(text[position:start])
            if self._is_call(text, start, name):
                end = yield self._expand_call(text, start, name, done, frame)
                if end is None:
                    return None
            else:
                end = yield self._expand_variable(text, start + len(name), name, done, frame)
            position = end
        done.append(text[position:])
        written = "".join(done)
        return Missing(written) if self._found and _lacking(done) else written

    def _name_at(self, text: str, match: re.Match[str], frame: Frame) -> tuple[str, int]:
        """A known name and its place; else no name and where to look on."""
        name, start = match[0], match.start()
        after_word = start > 0 and _is_word(text[start - 1])
        if name[0] in "$%":
            if self._is_call(text, start, name) or (name[0] == "$" and self.memory.get(frame, name) is not None):
                return name, start
            return "", start + 1
        if not after_word or text[start - 2 : start] == "\\n":
            if self._is_known(text, start, name, frame):
                return name, start
            if name[0] == "n" and text[start - 1 : start] == "\\" and self._is_known(text, start + 1, name[1:], frame):
                return name[1:], start + 1
        return "", match.end()

    def _is_known(self, text: str, start: int, name: str, frame: Frame) -> bool:
        return bool(name) and (self.memory.get(frame, name) is not None or self._is_call(text, start, name))

    def _is_call(self, text: str, start: int, name: str) -> bool:
        if text[start + len(name) : start + len(name) + 1] != "(":
            return False
        return functions.exists(name) if name[0] == "%" else self.memory.knows(name)

    def _expand_variable(self, text: str, position: int, name: str, done: list[str], frame: Frame) -> Task[int]:
        if done and done[-1].endswith("##"):
            done[-1] = done[-1][:-2]
        value = self.memory.get(frame, name)
        assert value is not None
        while isinstance(value, Json) and isinstance(value.data, dict | list):
            key, end = yield self._key_at(text, position, value, frame)
            if end == position:
                break
            value, position = Missing() if isinstance(key, Missing) else part(value, key) or "", end
        written = text_of(value)
        self.budget.value(len(written))
        done.append(written)
        return position + 2 if text.startswith("##", position) else position

    def _key_at(self, text: str, position: int, value: Json, frame: Frame) -> Task[tuple[Value, int]]:
        """The key of `.key` or `[key]` and where it ends; nothing where none follows."""
        if isinstance(value.data, dict) and (field := _FIELD.match(text, position)):
            return field[1], field.end()
        end = _closing(text, position)
        if end is None:
            return "", position
        inner: str | None = yield self.expand(text[position + 1 : end], frame)
        key: Value = "" if inner is None else inner
        if isinstance(value.data, list) and not isinstance(key, Missing):
            key = yield self.evaluate(reader.expression(inner or ""), frame)
        return key, end + 1

    def _expand_call(self, text: str, start: int, name: str, done: list[str], frame: Frame) -> Task[int | None]:
        """Replace a call; the end of it, or None where it was a procedure that has written the line."""
        kind, unquoted = ("function", False) if name[0] == "%" else self.memory.kind(name)
        legacy = kind in ("macro", "long")
        self.budget.spend(_COST_OF_CALL)
        found = _read_call("macro_call" if legacy else "raw_call" if unquoted else "call", text, start)
        given, named = yield self._arguments(found, frame)
        end = start + found.length
        if name[0] == "%" and name != "%invoke_procedure":
            value: Value = yield self._built_in(name, given, frame)
            done.append(text_of(value))
            return end
        if name[0] == "%":
            yield self._write_around(text, end, done, self._built_in(name, given, frame), frame)
            return None
        routine = self.memory.find(name, len(given), frozenset(named))
        if routine.declared.kind == "long":
            self.output.wait(text[:start])
            yield self.invoke(routine, given, named, frame)
            return None
        if routine.declared.kind == "procedure":
            yield self._write_around(text, end, done, self.invoke(routine, given, named, frame), frame)
            return None
        result: Value = yield self.value_of(routine, given, named, frame)
        done.append(text_of(result))
        return end

    def _write_around(self, text: str, end: int, done: Sequence[str], call: Task[Value], frame: Frame) -> Task[None]:
        self.output.wait("".join(done))
        yield call
        if text[end:]:
            self.output.append(text[end:], frame.place)

    def _arguments(self, found: Arguments, frame: Frame) -> Task[tuple[list[Value], dict[str, Value]]]:
        given: list[Value] = []
        named: dict[str, Value] = {}
        for one in found.given:
            value: Value = yield self._argument(one, frame)
            given.append(value)
        for key, one in found.named:
            value = yield self._argument(one, frame)
            named[key] = value
        return given, named

    def _argument(self, argument: Program | str, frame: Frame) -> Task[Value]:
        if isinstance(argument, str):
            text: str | None = yield self.expand(argument, frame)
            return "" if text is None else text
        value: Value = yield self.evaluate(argument, frame)
        return value

    # ---- left to the interpreter ----
    def value_of(
        self, routine: Routine, given: Sequence[Value], named: Mapping[str, Value], frame: Frame
    ) -> Task[Value]:
        """Call a function or macro for its value."""
        raise NotImplementedError

    def invoke(self, routine: Routine, given: Sequence[Value], named: Mapping[str, Value], frame: Frame) -> Task[Value]:
        """Call a procedure, which writes lines."""
        raise NotImplementedError


def _lacking(values: Iterable[Value]) -> bool:
    return any(isinstance(value, Missing) for value in values)


def _spread(op: Op, stack: _Stack) -> bool:
    """Whether something is missing of what an operator works on; what it makes is missing too."""
    first = len(stack) - _OPERANDS.get(op.code, 0)
    if not _lacking(stack[first:]):
        return False
    stack[first:] = [Missing()]
    return True


def _read_call(form: str, text: str, start: int) -> Arguments:
    try:
        return reader.arguments(form, text[start:])
    except Trouble as trouble:
        trouble.column += start
        raise


def _is_word(character: str) -> bool:
    return character == "_" or character.isalnum() or character > "\uffff"


def _place(value: Value, key: Value, code: str) -> Value:
    """`value.key` or `value[key]`; beside a value that is no JSON, the text as written."""
    found = part(value, key)
    if found is not None:
        return found
    return text_of(value) + (f".{text_of(key)}" if code == "field" else f"[{text_of(key)}]")


def _closing(text: str, position: int) -> int | None:
    """Place of the bracket that closes the one at `position`."""
    depth = 0
    if not text.startswith("[", position):
        return None
    for match in _PLACE.finditer(text, position):
        depth += 1 if match[0] == "[" else -1
        if depth == 0:
            return match.start()
    return None
