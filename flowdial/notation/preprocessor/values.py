"""The values of the preprocessor.  Value x operator -> Value.  Knows no variables and no lines.

A value is a text, a whole number of 32 bits or JSON. Truth is 0 or 1; every text but the empty one is true.
A number that stands in JSON is no whole number: it adds and compares as text, as in PlantUML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flowdial.notation.preprocessor.limits import MAX_NESTING, MAX_VALUE, Trouble, over


class Number(str):
    """A number of a JSON text, as it is written there."""

    __slots__ = ()


class Missing(str):
    """A value that could not be computed, or a text that holds one: what is made of it is no mistake of its own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Json:
    """`data` is dict, list, Number, bool or None; a JSON text is a plain `str`. Never changed once it is made."""

    data: object


Value = str | int | Json


def value_of(data: object) -> Value:
    """The value of a piece of JSON."""
    return data if isinstance(data, str) and not isinstance(data, Number) else Json(data)


def data_of(value: Value) -> object:
    """The piece of JSON that a value is."""
    return value.data if isinstance(value, Json) else Number(value) if isinstance(value, int) else value


def text_of(value: Value) -> str:
    """What is written where the value stands."""
    if isinstance(value, str):
        return value
    return dump(value.data) if isinstance(value, Json) else str(value)


def truth(value: Value) -> bool:
    """Neither 0 nor empty."""
    return isinstance(value, Json) or value not in (0, "")


def whole(value: Value) -> int:
    """The value as a whole number; Trouble where it is none."""
    if isinstance(value, int):
        return value
    text = text_of(value).strip()
    if not text.removeprefix("-").isdecimal() or len(text) > 11:
        raise Trouble(f"`{text[:40]}` is no whole number", "write digits only, e.g. 42")
    return wrap(int(text))


def wrap(number: int) -> int:
    """32 bits with a sign."""
    return (number + 2**31) % 2**32 - 2**31


def dump(data: object) -> str:
    """JSON text without spaces. Raises Trouble where it is too long or too deep."""
    pieces: list[str] = []
    _dump(data, pieces, [0], 0)
    return "".join(pieces)


def _dump(data: object, pieces: list[str], size: list[int], depth: int) -> None:
    if depth > MAX_NESTING:
        raise over(f"more than {MAX_NESTING} levels of JSON", "keep the data flat")
    if isinstance(data, dict):
        _dump_items(data, pieces, size, depth)
    elif isinstance(data, list):
        _put("[", pieces, size)
        for index, item in enumerate(data):
            if index:
                _put(",", pieces, size)
            _dump(item, pieces, size, depth + 1)
        _put("]", pieces, size)
    else:
        _put(_scalar(data), pieces, size)


def _dump_items(data: Mapping[str, object], pieces: list[str], size: list[int], depth: int) -> None:
    _put("{", pieces, size)
    for index, (key, item) in enumerate(data.items()):
        _put(("," if index else "") + _quoted(key) + ":", pieces, size)
        _dump(item, pieces, size, depth + 1)
    _put("}", pieces, size)


def _put(piece: str, pieces: list[str], size: list[int]) -> None:
    size[0] += len(piece)
    if size[0] > MAX_VALUE:
        raise over("a value longer than 1 MiB", "keep the data small")
    pieces.append(piece)


def _scalar(data: object) -> str:
    if isinstance(data, str):
        return str(data) if isinstance(data, Number) else _quoted(data)
    return "null" if data is None else "true" if data else "false"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _divide(left: int, right: int) -> int:
    if right == 0:
        raise Trouble("a division by zero", "test the divisor with `!if` before")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_NUMBERS: Mapping[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
}
_TEXTS: Mapping[str, Callable[[str, str], str]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a + b,
    "*": lambda a, b: f"{a}*{b}",
    "/": lambda a, b: f"{a}/{b}",
}
_ORDER: Mapping[str, Callable[[int], bool]] = {
    "==": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


def operate(operator: str, left: Value, right: Value) -> Value:
    """`left operator right`; numbers compute, anything else joins and compares as text."""
    if operator in ("&&", "||"):
        both = (truth(left), truth(right))
        return int(all(both) if operator == "&&" else any(both))
    if isinstance(left, int) and isinstance(right, int):
        if operator in _NUMBERS:
            return wrap(_NUMBERS[operator](left, right))
        return int(_ORDER[operator]((left > right) - (left < right)))
    a, b = text_of(left), text_of(right)
    if operator in _TEXTS:
        return _TEXTS[operator](a, b)
    return int(_ORDER[operator]((a > b) - (a < b)))


def part(value: Value, key: Value) -> Value | None:
    """`value[key]` of JSON; None where it is no JSON. A missing key of an object is the empty text."""
    data = value.data if isinstance(value, Json) else None
    if isinstance(data, dict):
        name = text_of(key)
        return value_of(data[name]) if name in data else value_of(data.get(name.strip("\"'"), ""))
    if isinstance(data, list):
        index = whole(key)
        if not 0 <= index < len(data):
            hint = f"its places are 0 to {len(data) - 1}" if data else "it is empty"
            raise Trouble(f"the list has no place {index}", hint)
        return value_of(data[index])
    return None
