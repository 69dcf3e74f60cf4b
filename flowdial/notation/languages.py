"""The grammars, loaded.  kind -> Lark parser that gives the syntax tree.  Knows Lark; knows no diagnostics."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lark import Lark, Token

from flowdial.notation.activity_builder import ActivityBuilder
from flowdial.notation.ast import Body
from flowdial.notation.builder import Builder
from flowdial.notation.state_builder import StateBuilder
from flowdial.resources import grammar


@dataclass(frozen=True, slots=True)
class Language:
    """One kind of diagram. `closers` tells which terminal closes the block that another one opens."""

    kind: str
    closers: Mapping[str, str]
    lark: Lark

    def parse(self, text: str) -> Body:
        """The body of a diagram. Raises lark's UnexpectedInput."""
        tree: object = self.lark.parse(text)
        assert isinstance(tree, tuple)
        return tree


_ACTIVITY_CLOSERS = {
    "IF": "ENDIF",
    "SWITCH": "ENDSWITCH",
    "WHILE": "ENDWHILE",
    "REPEAT": "REPEAT_WHILE",
    "FORK": "END_FORK",
    "SPLIT": "END_SPLIT",
    "GROUP": "END_GROUP",
}
_BUILDERS: Mapping[str, tuple[Callable[[], Builder], Mapping[str, str]]] = {
    "activity": (ActivityBuilder, _ACTIVITY_CLOSERS),
    "state": (StateBuilder, {"COMPOSITE": "END_COMPOSITE"}),
}


class CloseAtEnd:
    """Lark post-lexer: at the end of the text, close the blocks that are still open, as PlantUML does.

    The tokens that close them are empty.
    """

    always_accept = ()

    def __init__(self, closers: Mapping[str, str]) -> None:
        self.closers = closers
        self.closing = frozenset(closers.values())

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens of `stream`, and those that close what is left open."""
        opened: list[Token] = []
        last: Token | None = None
        for last in stream:
            if last.type in self.closers:
                opened.append(last)
            elif last.type in self.closing and opened:
                opened.pop()
            yield last
        for token in reversed(opened):
            yield Token.new_borrow_pos(self.closers[token.type], "", last or token)


@functools.cache
def language(kind: str) -> Language:
    """The language of a kind, `activity` or `state`; its grammar is compiled once a process."""
    make, closers = _BUILDERS[kind]
    builder = make()
    path = grammar(kind)
    lark = Lark(
        path.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        transformer=builder,
        postlex=CloseAtEnd(closers),
        import_paths=[str(path.parent)],
    )
    builder.learn({terminal.name: terminal.pattern.to_regexp() for terminal in lark.terminals})
    return Language(kind, closers, lark)
