"""What the tree builders of all kinds share.  Lark token -> fields, span, Decoration.

The methods of a builder have the names of the terminals and rules of its grammar; they run bottom-up while
Lark parses, without recursion. The fields of a statement are the named groups of its terminal.
"""

from __future__ import annotations

import re

from lark import Token, Transformer
from lark.exceptions import UnexpectedToken

from flowdial.notation.ast import Body, Decoration, Span, Statement
from flowdial.notation.sprites import unpacks

Fields = dict[str, str | None]


def span(token: Token) -> Span:
    """The place of a token."""
    return Span(token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)


def between(first: Token, last: Token) -> Span:
    """From the beginning of one token to the end of another, which is empty where a block is left open."""
    if not last:
        return Span(first.line or 1, first.column or 1, 0, 0)
    return Span(first.line or 1, first.column or 1, last.end_line or 1, last.end_column or 1)


def unreadable(token: Token) -> UnexpectedToken:
    """What refuses a statement whose words fit, but not what they hold."""
    return UnexpectedToken(token, set())  # type: ignore[no-untyped-call]


class Builder(Transformer[Token, Body]):
    """`fields` reads the named groups of a token by its terminal's own pattern."""

    def __init__(self) -> None:
        super().__init__(visit_tokens=True)
        self._patterns: dict[str, re.Pattern[str]] = {}

    def learn(self, patterns: dict[str, str]) -> None:
        """Take the terminals' regular expressions, once the grammar is loaded."""
        self._patterns = {name: re.compile(pattern) for name, pattern in patterns.items()}

    def fields(self, token: Token) -> Fields:
        """Named groups of the statement; a token that a block left open got at the end has none."""
        match = self._patterns[token.type].fullmatch(token)
        return match.groupdict() if match else {}

    def DECORATION(self, token: Token) -> Statement:
        found = self.fields(token)
        sprite = found.get("sprite_word") or found.get("sprite_lines")
        if sprite and not unpacks("".join(sprite.split())):
            raise unreadable(token)
        word = next((text for name in _WORDS if (text := found.get(name))), None)
        if word is None:
            keyword, text = [*token.split(None, 1), ""][:2]
            return Decoration(span(token), keyword.lower(), text.strip(), str(token))
        text = next((text for name in _TEXTS if (text := found[name])), "")
        return Decoration(span(token), word.lower(), text.strip(), str(token))

    def start(self, children: list[Body]) -> Body:
        return children[0]

    def body(self, children: list[Statement]) -> Body:
        return tuple(children)


#: Fields of a decoration that is a text: its keyword, and the text.
_WORDS = ("text_word", "text_only", "frame_word", "lines_word")
_TEXTS = ("text_line", "frame_line", "text_lines")
