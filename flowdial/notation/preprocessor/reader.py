"""Run the preprocessor's grammar.  text -> Directive, Arguments or JSON, or Trouble.

Knows Lark; knows no variables. The tree is built bottom-up while Lark parses, without recursion.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from flowdial.notation.preprocessor.keywords import FORMS
from flowdial.notation.preprocessor.limits import Trouble, nesting
from flowdial.notation.preprocessor.syntax import (
    Arguments,
    Assert,
    Assign,
    Declare,
    Define,
    Directive,
    Foreach,
    Ignored,
    Include,
    Op,
    Parameter,
    Program,
    Return,
    Test,
    Undefine,
)
from flowdial.notation.preprocessor.values import Json, Number
from flowdial.resources import grammar

_STARTS = ["directive", "expression", "call", "raw_call", "macro_call", "json_text"]
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "", "b": "", "f": ""}
#: What to write for a sign that expressions do not have.
_MENDS = {
    "!": "write `%not(…)`",
    "[": "give the data a name first: `!$list = [1, 2]`",
    "{": 'give the data a name first: `!$data = {"a": 1}`',
}
_REMEMBERED = 4096
_SHORT = 2000

T = TypeVar("T")
Keyword = tuple[str, Program]


class _Builder(Transformer[Token, Any]):
    """One method a rule, named after it."""

    def directive(self, c: list[Any]) -> Directive:
        found: Directive = c[0]
        return found

    # ---- directives ----
    def assign(self, c: list[Any]) -> Directive:
        name, mark, program = c[-3:]
        return Assign(str(c[1]) if len(c) > 4 else "", str(name), mark.type == "SET_NEW", program)

    def define_word(self, c: list[Any]) -> Directive:
        return Define(str(c[1]), _text(c))

    def define_macro(self, c: list[Any]) -> Directive:
        return Declare("macro", _callee(c[1]), c[2], unquoted=True, text=_text(c))

    def define_long(self, c: list[Any]) -> Directive:
        return Declare("long", _callee(c[1]), c[2] if len(c) > 2 else (), unquoted=True)

    def undef(self, c: list[Any]) -> Directive:
        return Undefine(str(c[1]))

    def if_(self, c: list[Any]) -> Directive:
        return Test(c[1])

    while_ = if_

    def ifdef(self, c: list[Any]) -> Directive:
        return Test(c[1] if c[0].type == "IFDEF" else (*c[1], Op("not")))

    def foreach(self, c: list[Any]) -> Directive:
        return Foreach(str(c[1]), c[3])

    def procedure(self, c: list[Any]) -> Directive:
        return Declare("procedure", c[1], c[2], unquoted="unquoted" in c[0], final="final" in c[0])

    def function(self, c: list[Any]) -> Directive:
        result = c[3] if len(c) > 3 else None
        return Declare("function", c[1], c[2], unquoted="unquoted" in c[0], final="final" in c[0], result=result)

    def callee(self, c: list[Any]) -> str:
        return _callee(c[0])

    def parameters(self, c: list[Any]) -> tuple[Parameter, ...]:
        return tuple(c)

    def parameter(self, c: list[Any]) -> Parameter:
        return Parameter(_callee(c[0]), c[1] if len(c) > 1 else None)

    def return_(self, c: list[Any]) -> Directive:
        return Return(c[1])

    def assert_(self, c: list[Any]) -> Directive:
        return Assert(c[1], _text(c).strip("\"'"))

    def include(self, c: list[Any]) -> Directive:
        return Include(str(c[0])[1:], str(c[1]))

    def ignored(self, c: list[Any]) -> Directive:  # noqa: ARG002
        return Ignored()

    else_ = endif = endwhile = endfor = end_body = ignored

    # ---- expressions ----
    def expression(self, c: list[Any]) -> Program:
        return tuple(op for program in c for op in program)

    def disjunction(self, c: list[Any]) -> Program:
        program = list(c[0])
        for operator, operand in zip(c[1::2], c[2::2], strict=True):
            program += [*operand, Op("operator", str(operator))]
        return tuple(program)

    conjunction = equality = comparison = sum = product = disjunction

    def values(self, c: list[Any]) -> Program:
        return tuple(op for program in c for op in program)

    def known_not(self, c: list[Any]) -> Program:
        return (*c[-1], *[Op("not")] * (len(c) - 1))

    def number(self, c: list[Any]) -> Program:
        if len(c[0]) > 11 or not -(2**31) <= int(c[0]) < 2**31:
            raise Trouble(f"{c[0][:20]} is too large a number", "the largest number is 2147483647")
        return (Op("push", value=int(c[0])),)

    def string(self, c: list[Any]) -> Program:
        return (Op("push", value=str(c[0][1:-1])),)

    def word(self, c: list[Any]) -> Program:
        return (Op("push", value=str(c[0])),)

    def json(self, c: list[Any]) -> Program:
        return (Op("push", value=Json(c[0])),)

    def known_name(self, c: list[Any]) -> Program:
        return (Op("known", str(c[0])),)

    def variable(self, c: list[Any]) -> Program:
        return (Op("load", str(c[0])), *(op for place in c[1:] for op in place))

    def placed(self, c: list[Any]) -> Program:
        return tuple(op for piece in c for op in piece)

    def field(self, c: list[Any]) -> Program:
        return (Op("field", str(c[0][1:])),)

    def index(self, c: list[Any]) -> Program:
        return (*c[0], Op("index"))

    def called(self, c: list[Any]) -> Program:
        name, arguments = c
        given = [argument for argument in arguments if not _is_keyword(argument)]
        named = [argument for argument in arguments if _is_keyword(argument)]
        programs = [*given, *(program for _, program in named)]
        keys = tuple(key for key, _ in named)
        return (*(op for program in programs for op in program), Op("call", _callee(name), "", len(programs), keys))

    def arguments(self, c: list[Any]) -> list[Program | Keyword]:
        return c

    def argument(self, c: list[Any]) -> Program:
        program: Program = c[0]
        return program

    def keyword(self, c: list[Any]) -> Keyword:
        return _callee(c[0]), c[1]

    # ---- calls in plain lines ----
    def call(self, c: list[Any]) -> Arguments:
        given = tuple(argument for argument in c[1] if not _is_keyword(argument))
        return Arguments(given, tuple(argument for argument in c[1] if _is_keyword(argument)), 0)

    def raw_call(self, c: list[Any]) -> Arguments:
        pieces = c[1:]
        if len(pieces) == 1 and pieces[0] == ("", ""):
            pieces = []
        given = tuple(text for key, text in pieces if not key)
        return Arguments(given, tuple((key, text) for key, text in pieces if key), 0)

    macro_call = raw_call

    def raw_argument(self, c: list[Any]) -> tuple[str, str]:
        key = _callee(c[0]) if c and isinstance(c[0], Token) and c[0].type == "KEY" else ""
        rest = c[1:] if key else c
        return key, _unquoted(rest[0]) if rest else ""

    macro_argument = raw_argument

    def raw_text(self, c: list[Any]) -> str:
        return "".join(map(str, c)).strip()

    def raw_group(self, c: list[Any]) -> str:
        return "".join(map(str, c))

    # ---- JSON ----
    def json_text(self, c: list[Any]) -> object:
        return c[0]

    def json_object(self, c: list[Any]) -> dict[str, object]:
        return dict(c)

    def json_pair(self, c: list[Any]) -> tuple[str, object]:
        return _unescaped(c[0]), c[1]

    def json_array(self, c: list[Any]) -> list[object]:
        return list(c)

    def json_string(self, c: list[Any]) -> str:
        return _unescaped(c[0])

    def json_number(self, c: list[Any]) -> str:
        return Number(c[0])

    def json_word(self, c: list[Any]) -> object:
        return {"true": True, "false": False}.get(str(c[0]))


def _callee(token: str) -> str:
    return token.rstrip("( =\t")


def _text(children: list[Any]) -> str:
    last = children[-1]
    return str(last) if isinstance(last, Token) and last.type == "TEXT" else ""


def _is_keyword(argument: Any) -> bool:
    return bool(argument) and isinstance(argument[0], str) and not isinstance(argument, str)


def _unquoted(piece: str) -> str:
    return piece[1:-1] if isinstance(piece, Token) else piece


def _unescaped(token: str) -> str:
    return _ESCAPE.sub(_character, token[1:-1])


def _character(match: re.Match[str]) -> str:
    if match[1]:
        code = int(match[1], 16)
        return chr(code) if not 0xD800 <= code < 0xE000 else "�"
    return _ESCAPES.get(match[2], match[2])


@functools.cache
def _lark() -> Lark:
    return Lark(
        grammar("preprocessor").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=_STARTS,
        transformer=_Builder(),
    )


def _remember(read: Callable[[str, str], T]) -> Callable[[str, str], T]:
    """Short texts are read once; long ones are not worth the memory."""
    remembered = functools.lru_cache(_REMEMBERED)(read)
    return lambda start, text: remembered(start, text) if len(text) <= _SHORT else read(start, text)


@_remember
def _whole(start: str, text: str) -> object:
    nesting(text)
    try:
        result: object = _lark().parse(text, start=start)
    except UnexpectedInput as error:
        raise _misread(error, text) from None
    return result


@_remember
def _front(start: str, text: str) -> Arguments:
    """The call that `text` begins with; what follows is not looked at."""
    reader = _lark().parse_interactive(text, start=start)
    depth = 0
    try:
        for token in reader.lexer_thread.lex(reader.parser_state):  # type: ignore[no-untyped-call]
            reader.feed_token(token)
            depth += token.endswith("(") and token.type in ("MACRO", "FUNCTION_NAME", "LPAR")
            depth -= token.type == "RPAR"
            nesting("(" * depth)
            if depth == 0:
                found: Arguments = reader.feed_eof(token)  # type: ignore[no-untyped-call]
                return Arguments(found.given, found.named, token.end_pos or len(text))
        raise Trouble("the call is not closed", "close the parenthesis on the same line: `$name(…)`")
    except UnexpectedInput as error:
        raise _misread(error, text) from None


def directive(text: str) -> Directive:
    """Read a line that begins with `!`. Raises Trouble with the column of the first character not understood."""
    stripped = text.lstrip()
    try:
        return _whole("directive", stripped.rstrip())  # type: ignore[return-value]
    except Trouble as trouble:
        trouble.column += (len(text) - len(stripped)) if trouble.column else 0
        raise


def expression(text: str) -> Program:
    """Read an expression. Raises Trouble."""
    return _whole("expression", text)  # type: ignore[return-value]


def arguments(start: str, text: str) -> Arguments:
    """Read the call at the beginning of `text`; `start` is `call`, `raw_call` or `macro_call`. Raises Trouble."""
    return _front(start, text)


def json(text: str) -> object:
    """Read a JSON text. Raises Trouble."""
    return _whole("json_text", " ".join(text.split("\n")))


def _misread(error: UnexpectedInput, text: str) -> Trouble:
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        position = len(text)
    found = text[position : position + 20].strip()
    what = f"`{found}` is not understood here" if found else "something is missing at the end"
    word = re.match(r"!\s*(?:(?:unquoted|final)\s+)*(\w*)", text)
    form = FORMS.get(word[1] if word else "", '`!$name = "text"`' if word else '`name(1, "text", $variable)`')
    if found[:1] in _MENDS:
        return Trouble(what, _MENDS[found[0]], column=position + 1)
    missing = isinstance(error, UnexpectedCharacters | UnexpectedToken) and not found
    return Trouble(what, f"write {form}" + ("" if missing else "; texts stand in quotes"), column=position + 1)
