"""What a directive and an expression are once they are read.  Shapes only; knows neither Lark nor values' meaning.

An expression is a program in postfix order, so that depth costs no stack when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flowdial.notation.preprocessor.values import Value


class Op(NamedTuple):
    """One step of a program.

    `push value`, `load name`, `known name`, `field name`, `index`, `operator name`, `not`, or `call name`
    with `size` arguments on the stack, the last of them named by `keys`.
    """

    code: str
    name: str = ""
    value: Value = ""
    size: int = 0
    keys: tuple[str, ...] = ()


Program = tuple[Op, ...]


class Parameter(NamedTuple):
    """`$name` or `$name=default`."""

    name: str
    default: Program | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """`!$name = …`; `scope` is `local`, `global` or empty; `once` for `?=`."""

    scope: str
    name: str
    once: bool
    program: Program


@dataclass(frozen=True, slots=True)
class Define:
    """`!define NAME text`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Undefine:
    """`!undef NAME`."""

    name: str


@dataclass(frozen=True, slots=True)
class Declare:
    """`!procedure`, `!function`, `!define NAME(…)` (kind `macro`) or `!definelong` (kind `long`).

    `text` is what a macro stands for, `result` the value of a function written on one line.
    """

    kind: str
    name: str
    parameters: tuple[Parameter, ...]
    unquoted: bool = False
    final: bool = False
    text: str = ""
    result: Program | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """What `!if`, `!elseif`, `!ifdef`, `!ifndef` and `!while` ask."""

    program: Program


@dataclass(frozen=True, slots=True)
class Foreach:
    """`!foreach name in …`."""

    name: str
    program: Program


@dataclass(frozen=True, slots=True)
class Return:
    """`!return …`."""

    program: Program


@dataclass(frozen=True, slots=True)
class Assert:
    """`!assert … : text`."""

    program: Program
    text: str


@dataclass(frozen=True, slots=True)
class Include:
    """`!include what`; `word` is `include`, `include_once`, `include_many` or `includesub`."""

    word: str
    what: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A line that does nothing by itself: the end of a block, `!log`, `!startsub` …"""


Directive = Assign | Define | Undefine | Declare | Test | Foreach | Return | Assert | Include | Ignored


@dataclass(frozen=True, slots=True)
class Arguments:
    """What is given to a call in a plain line: programs, or texts as written (`raw`), in order and by name.

    `length` is how many characters of the line the call takes.
    """

    given: tuple[Program | str, ...]
    named: tuple[tuple[str, Program | str], ...]
    length: int
