"""The built-in functions whose result follows from their arguments.  name, values -> value.

Knows values; knows no variables and no lines. What depends on the day, the machine or chance is refused: a
diagram reads the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flowdial.notation.preprocessor import colors
from flowdial.notation.preprocessor.limits import Trouble
from flowdial.notation.preprocessor.values import Json, Number, Value, data_of, text_of, truth, whole

VERSION = "1.2026.8"
#: Built-ins that need the variables or the routines; the interpreter carries them out.
OF_MEMORY: Mapping[str, tuple[int, int]] = {
    "%get_variable_value": (1, 1),
    "%set_variable_value": (2, 2),
    "%variable_exists": (1, 1),
    "%function_exists": (1, 1),
    "%call_user_func": (1, 100),
    "%invoke_procedure": (1, 100),
    "%retrieve_procedure": (1, 100),
    "%eval": (1, 1),
    "%str2json": (1, 1),
}
_TODAY = "it would make the diagram another one every time it is read"
_MACHINE = "a flow never reads the machine it runs on"
REFUSED: Mapping[str, str] = {
    "%random": _TODAY,
    "%now": _TODAY,
    "%date": _TODAY,
    "%filedate": _TODAY,
    "%getenv": _MACHINE,
    "%file_exists": _MACHINE,
    "%load_json": _MACHINE,
    "%loadJSON": _MACHINE,
    "%get_all_theme": _MACHINE,
    "%get_all_stdlib": _MACHINE,
    "%get_stdlib": _MACHINE,
    "%get_current_theme": _MACHINE,
    "%xargs": _MACHINE,
    "%splitstr_regex": "regular expressions are not carried out; use `%splitstr`",
    "%reverse_hsluv_color": "use `%reverse_color`",
    "%hsl_color": "write the colour as `#RRGGBB`",
}


class Builtin(NamedTuple):
    """A function and how many arguments it takes."""

    least: int
    most: int
    run: Callable[..., Value]


def call(name: str, values: list[Value]) -> Value:
    """Carry out a built-in. Raises Trouble: refused, or arguments of the wrong number or kind."""
    check(name, len(values))
    return BUILTINS[name].run(*values)


def check(name: str, count: int) -> None:
    """Raises Trouble where there is no such built-in, where it is refused, or takes other arguments."""
    if name in REFUSED:
        raise Trouble(f"`{name}()` is not carried out", REFUSED[name])
    least, most = OF_MEMORY[name] if name in OF_MEMORY else BUILTINS[name][:2]
    if not least <= count <= most:
        takes = f"{least}" if least == most else f"{least} to {most}"
        raise Trouble(f"`{name}` is called with {count} arguments", f"it takes {takes}")


def exists(name: str) -> bool:
    """Whether PlantUML has a built-in of that name."""
    return name in BUILTINS or name in OF_MEMORY or name in REFUSED


def _substr(text: Value, start: Value, length: Value | None = None) -> Value:
    written, first = text_of(text), whole(start)
    if first < 0:
        raise Trouble(f"there is no place {first} in a text", "places are counted from 0")
    end = len(written) if length is None else first + max(0, whole(length))
    return written[first:end]


def _chr(code: Value) -> Value:
    number = whole(code)
    if not 1 <= number < 0xD800 and not 0xE000 <= number <= 0x10FFFF:
        raise Trouble(f"there is no character {number}", "give a code such as 65")
    return chr(number)


def _ord(text: Value) -> Value:
    written = text_of(text)
    return ord(written[0]) if written else 0


def _hex2dec(text: Value) -> Value:
    try:
        return whole(str(int(text_of(text), 16)))
    except ValueError:
        raise Trouble(f"`{text_of(text)[:40]}` is no hexadecimal number", "write digits and a to f") from None


def _boolval(value: Value) -> Value:
    text = text_of(value).lower()
    if text not in ("true", "false", "0", "1"):
        raise Trouble(f"`{text[:40]}` is neither true nor false", "give true, false, 1 or 0")
    return int(text in ("true", "1"))


def _mod(left: Value, right: Value) -> Value:
    dividend, divisor = whole(left), whole(right)
    if divisor == 0:
        raise Trouble("a division by zero", "test the divisor with `!if` before")
    rest = abs(dividend) % abs(divisor)
    return -rest if dividend < 0 else rest


def _size(value: Value) -> Value:
    data = value.data if isinstance(value, Json) else value
    return len(data) if isinstance(data, dict | list | str) else 0


def _splitstr(text: Value, separator: Value) -> Value:
    by = text_of(separator)
    pieces = text_of(text).split(by) if by else list(text_of(text))
    return Json([piece for piece in pieces if piece])


def _keys(value: Value) -> Value:
    data = data_of(value)
    if isinstance(data, dict):
        return Json(list(data))
    if isinstance(data, list):
        return Json([key for item in data if isinstance(item, dict) for key in item])
    raise Trouble("`%get_json_keys` is called with a value that has no keys", 'give a JSON object: `{"a": 1}`')


def _type(value: Value) -> Value:
    data = data_of(value)
    for kind, name in ((Number, "number"), (str, "string"), (bool, "boolean"), (dict, "object"), (list, "array")):
        if isinstance(data, kind):
            return name
    return "json"


def _has_key(value: Value, key: Value) -> Value:
    data = data_of(value)
    return int(isinstance(data, dict) and text_of(key) in data)


def _container(value: Value, name: str) -> dict[str, object] | list[object]:
    data = data_of(value)
    if not isinstance(data, dict | list):
        raise Trouble(f"`{name}` is called with a value that is no JSON", 'give an object `{"a": 1}` or a list `[1]`')
    return data


def _json_add(value: Value, first: Value, second: Value | None = None) -> Value:
    data = _container(value, "%json_add")
    if isinstance(data, list):
        return Json([*data, data_of(first)])
    if second is None:
        return Json({**data, **_object(first, "%json_add")})
    return Json({**data, text_of(first): data_of(second)})


def _json_set(value: Value, key: Value, item: Value | None = None) -> Value:
    data = _container(value, "%json_set")
    if isinstance(data, dict):
        return Json(
            {**data, text_of(key): data_of(item)} if item is not None else {**data, **_object(key, "%json_set")}
        )
    index, copy = whole(key), list(data)
    if not 0 <= index < len(copy) or item is None:
        raise Trouble(f"the list has no place {index}", f"its places are 0 to {len(copy) - 1}")
    copy[index] = data_of(item)
    return Json(copy)


def _json_remove(value: Value, key: Value) -> Value:
    data = _container(value, "%json_remove")
    if isinstance(data, dict):
        return Json({name: item for name, item in data.items() if name != text_of(key)})
    return Json([item for index, item in enumerate(data) if index != whole(key)])


def _json_merge(left: Value, right: Value) -> Value:
    first = _container(left, "%json_merge")
    if isinstance(first, list):
        second = data_of(right)
        return Json([*first, *(second if isinstance(second, list) else [second])])
    return Json({**first, **_object(right, "%json_merge")})


def _object(value: Value, name: str) -> dict[str, object]:
    data = data_of(value)
    if not isinstance(data, dict):
        raise Trouble(f"`{name}` is called with a value that is no JSON object", 'give an object: `{"a": 1}`')
    return data


def _constant(value: Value) -> Builtin:
    return Builtin(0, 0, lambda: value)


def _on_text(run: Callable[[str], Value]) -> Builtin:
    return Builtin(1, 1, lambda value: run(text_of(value)))


def _logical(run: Callable[[list[bool]], bool]) -> Builtin:
    return Builtin(2, 100, lambda *values: int(run([truth(value) for value in values])))


BUILTINS: Mapping[str, Builtin] = {
    "%string": _on_text(lambda text: text),
    "%strlen": _on_text(len),
    "%upper": _on_text(str.upper),
    "%lower": _on_text(str.lower),
    "%substr": Builtin(2, 3, _substr),
    "%strpos": Builtin(2, 2, lambda text, piece: text_of(text).find(text_of(piece))),
    "%splitstr": Builtin(2, 2, _splitstr),
    "%chr": Builtin(1, 1, _chr),
    "%ord": Builtin(1, 1, _ord),
    "%intval": Builtin(1, 1, whole),
    "%dec2hex": Builtin(1, 1, lambda number: f"{whole(number) % 2**32:x}"),
    "%hex2dec": Builtin(1, 1, _hex2dec),
    "%mod": Builtin(2, 2, _mod),
    "%true": _constant(1),
    "%false": _constant(0),
    "%boolval": Builtin(1, 1, _boolval),
    "%not": Builtin(1, 1, lambda value: int(not truth(value))),
    "%and": _logical(all),
    "%or": _logical(any),
    "%xor": _logical(lambda truths: sum(truths) == 1),
    "%nand": _logical(lambda truths: not all(truths)),
    "%nor": _logical(lambda truths: not any(truths)),
    "%nxor": _logical(lambda truths: sum(truths) != 1),
    "%newline": _constant("\n"),
    "%n": _constant("\n"),
    "%breakline": _constant("\n"),
    "%tab": _constant("\t"),
    "%backslash": _constant("\\"),
    "%percent": _constant("%"),
    "%dollar": _constant("$"),
    "%left_align": _constant(""),
    "%right_align": _constant(""),
    "%size": Builtin(1, 1, _size),
    "%get_json_keys": Builtin(1, 1, _keys),
    "%get_json_type": Builtin(1, 1, _type),
    "%json_key_exists": Builtin(2, 2, _has_key),
    "%json_add": Builtin(2, 3, _json_add),
    "%json_set": Builtin(2, 3, _json_set),
    "%json_remove": Builtin(2, 2, _json_remove),
    "%json_merge": Builtin(2, 2, _json_merge),
    "%lighten": Builtin(2, 2, lambda color, percent: colors.lighten(text_of(color), whole(percent))),
    "%darken": Builtin(2, 2, lambda color, percent: colors.lighten(text_of(color), -whole(percent))),
    "%reverse_color": _on_text(colors.reverse),
    "%is_dark": _on_text(lambda color: int(colors.is_dark(color))),
    "%is_light": _on_text(lambda color: int(not colors.is_dark(color))),
    "%feature": _on_text(lambda name: int(name in ("theme", "style", "json"))),
    "%filename": _constant(""),
    "%filename_no_extension": _constant(""),
    "%dirpath": _constant(""),
    "%version": _constant(VERSION),
}
