"""Run the grammar.  text -> Diagram.  Knows Lark; knows no graph.

Strict: what is not in the grammar is refused with its place. Blocks that are left open at the end of the
diagram are closed there, as PlantUML does.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from flowdial.errors import NotationError
from flowdial.notation.ast import Body, Diagram
from flowdial.notation.builder import ActivityBuilder
from flowdial.notation.diagnostics import located
from flowdial.notation.lines import Block, Prepared, blocks, prepare
from flowdial.notation.mistakes import explain, misread, other_kind
from flowdial.resources import grammar

_CLOSERS = {
    "IF": "ENDIF",
    "SWITCH": "ENDSWITCH",
    "WHILE": "ENDWHILE",
    "REPEAT": "REPEAT_WHILE",
    "FORK": "END_FORK",
    "SPLIT": "END_SPLIT",
    "GROUP": "END_GROUP",
}
_CLOSING = frozenset(_CLOSERS.values())


class _CloseAtEnd:
    """Lark post-lexer: refuse an `if` that lacks its `then`; at the end of the text, close the open blocks."""

    always_accept = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        opened: list[Token] = []
        last: Token | None = None
        for last in stream:
            if last.type in ("IF", "ELSEIF") and misread(last):
                raise UnexpectedToken(last, set())  # type: ignore[no-untyped-call]
            if last.type in _CLOSERS:
                opened.append(last)
            elif last.type in _CLOSING and opened:
                opened.pop()
            yield last
        for token in reversed(opened):
            yield Token.new_borrow_pos(_CLOSERS[token.type], "", last or token)


@functools.cache
def _activity() -> tuple[Lark, ActivityBuilder]:
    builder = ActivityBuilder()
    lark = Lark(
        grammar("activity").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        transformer=builder,
        postlex=_CloseAtEnd(),
    )
    builder.learn({terminal.name: terminal.pattern.to_regexp() for terminal in lark.terminals})
    return lark, builder


def parse(text: str, *, index: int = 0) -> Diagram:
    """Parse diagram `index` (from 0) of `text`, which holds `@startuml … @enduml` blocks.

    Raises NotationError with line, column, caret and hint.
    """
    found = blocks(text)
    if not found:
        raise _no_block(text)
    if index >= len(found):
        raise NotationError(f"there is no diagram {index + 1}: the text holds {len(found)}")
    return _parse_block(found[index])


def parse_all(text: str) -> Iterator[Diagram | NotationError]:
    """Every diagram of `text` in order; one that is refused is given as its error, and the next goes on."""
    found = blocks(text)
    if not found:
        yield _no_block(text)
    for block in found:
        try:
            yield _parse_block(block)
        except NotationError as error:
            yield error


def _parse_block(block: Block) -> Diagram:
    prepared = prepare(block)
    if not prepared.text.strip():
        hint = "write at least `start`, one `:action;` and `stop` between @startuml and @enduml"
        raise located("empty", "the diagram is empty", "@startuml", block.first - 1, 1, hint)
    body = _body(prepared)
    return Diagram(
        "activity",
        body,
        tuple(prepared.origins),
        prepared.annotations,
        prepared.settings,
        block.name,
    )


def _body(prepared: Prepared) -> Body:
    lark, _ = _activity()
    try:
        tree: object = lark.parse(prepared.text)
    except UnexpectedInput as error:
        raise _syntax_error(error, prepared) from None
    assert isinstance(tree, tuple)
    return tree


def _syntax_error(error: UnexpectedInput, prepared: Prepared) -> NotationError:
    line, column = _place(error, prepared)
    lines = prepared.text.split("\n")
    source = lines[line - 1] if line <= len(lines) else ""
    expected = _expected(error)
    mistake = other_kind(lines) or explain(source, column, expected)
    return located(
        mistake.code,
        mistake.message,
        source,
        prepared.origins[min(line, len(prepared.origins)) - 1],
        mistake.column or column,
        mistake.hint,
    )


def _place(error: UnexpectedInput, prepared: Prepared) -> tuple[int, int]:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return max(1, len(prepared.origins) - 1), 1
    return max(1, error.line), max(1, error.column)


def _expected(error: UnexpectedInput) -> frozenset[str]:
    if isinstance(error, UnexpectedToken):
        return frozenset(error.accepts or error.expected)
    return frozenset(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else frozenset()


def _no_block(text: str) -> NotationError:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return located(
        "no-diagram",
        "no diagram found: there is no `@startuml` line",
        first,
        1,
        1,
        "a diagram stands between `@startuml` and `@enduml`",
    )
