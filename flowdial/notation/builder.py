"""Turn Lark's tokens and rules into the AST.  token -> Statement, bottom-up, without recursion.

Each method has the name of a terminal or rule of `activity.lark`; the fields of a statement are the named
groups of its terminal.
"""

from __future__ import annotations

import re
from typing import Any

from lark import Token, Transformer

from flowdial.notation.ast import (
    Action,
    Arrow,
    Backward,
    Body,
    Branch,
    Connector,
    Decoration,
    Goto,
    Group,
    If,
    Label,
    Note,
    Parallel,
    Repeat,
    Span,
    Statement,
    Swimlane,
    Switch,
    Terminal,
    While,
)

Fields = dict[str, str | None]


def _span(token: Token) -> Span:
    return Span(token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)


def _between(first: Token, last: Token) -> Span:
    return Span(first.line or 1, first.column or 1, last.end_line or 1, last.end_column or 1)


class ActivityBuilder(Transformer[Token, Body]):
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

    # ---- one statement a terminal ----
    def _terminal(self, token: Token) -> Statement:
        word = token.rstrip("; \t").lower()
        return Terminal(_span(token), "detach" if word == "kill" else word)

    START = STOP = END = DETACH = BREAK = _terminal

    def ACTION(self, token: Token) -> Statement:
        if token[0] == ":" and token[-1] == ";":
            return Action(_span(token), token[1:-1])
        found = self.fields(token)
        return Action(_span(token), found["action_text"] or "", found["action_stereotype"] or "")

    def LIST_ITEM(self, token: Token) -> Statement:
        return Action(_span(token), self.fields(token)["list_text"] or "")

    def ARROW(self, token: Token) -> Statement:
        return Arrow(_span(token), self.fields(token)["arrow_text"] or "")

    def LABEL(self, token: Token) -> Statement:
        return Label(_span(token), self.fields(token)["label_name"] or "")

    def GOTO(self, token: Token) -> Statement:
        return Goto(_span(token), self.fields(token)["goto_name"] or "")

    def CONNECTOR(self, token: Token) -> Statement:
        return Connector(_span(token), self.fields(token)["connector_name"] or "")

    def BACKWARD(self, token: Token) -> Statement:
        return Backward(_span(token), self.fields(token)["backward_text"] or "")

    def SWIMLANE(self, token: Token) -> Statement:
        found = self.fields(token)
        return Swimlane(_span(token), (found["lane_name"] or "").strip(), (found["lane_title"] or "").strip())

    def NOTE(self, token: Token) -> Statement:
        found = self.fields(token)
        return Note(_span(token), (found["note_text"] or found["note_body"] or "").strip())

    def DECORATION(self, token: Token) -> Statement:
        keyword, text = _decoration(token)
        return Decoration(_span(token), keyword, text, str(token))

    # ---- blocks ----
    def start(self, children: list[Body]) -> Body:
        return children[0]

    def body(self, children: list[Statement]) -> Body:
        return tuple(children)

    loop_body = body

    def if_block(self, children: list[Any]) -> Statement:
        opening, closing = children[0], children[-1]
        branches = [self._branch(opening, children[1], "if")]
        branches += [part for part in children[2:-1] if part.test is not None]
        otherwise = next((part for part in children[2:-1] if part.test is None), None)
        return If(_between(opening, closing), tuple(branches), otherwise)

    def elseif(self, children: list[Any]) -> Branch:
        return self._branch(children[0], children[1], "elseif")

    def else_(self, children: list[Any]) -> Branch:
        label = self.fields(children[0])["else_label"] or ""
        return Branch(_span(children[0]), None, label, children[1])

    def _branch(self, token: Token, body: Body, prefix: str) -> Branch:
        found = self.fields(token)
        label = found[f"{prefix}_is"] or found[f"{prefix}_then"] or ""
        return Branch(_span(token), found[f"{prefix}_test"] or "", label, body)

    def switch_block(self, children: list[Any]) -> Statement:
        test = self.fields(children[0])["switch_test"] or ""
        return Switch(_between(children[0], children[-1]), test, tuple(children[1:-1]))

    def case(self, children: list[Any]) -> Branch:
        return Branch(_span(children[0]), None, self.fields(children[0])["case_label"] or "", children[1])

    def while_block(self, children: list[Any]) -> Statement:
        opening, body, closing = children
        found, end = self.fields(opening), self.fields(closing)
        return While(
            _between(opening, closing),
            found["while_test"] or "",
            found["while_is"] or "",
            body,
            end.get("endwhile_label") or "",
        )

    def repeat_block(self, children: list[Any]) -> Statement:
        opening, body, closing = children
        end = self.fields(closing)
        return Repeat(
            _between(opening, closing),
            self.fields(opening)["repeat_text"],
            body,
            end.get("repeat_test") or "",
            end.get("repeat_is") or "",
            end.get("repeat_not") or "",
            _span(closing),
        )

    def fork_block(self, children: list[Any]) -> Statement:
        return _parallel("fork", children)

    def split_block(self, children: list[Any]) -> Statement:
        return _parallel("split", children)

    def again(self, children: list[Any]) -> Body:
        body: Body = children[1]
        return body

    split_again = again

    def group_block(self, children: list[Any]) -> Statement:
        opening, body, closing = children
        found = self.fields(opening)
        name = found["group_quoted"] or found["group_name"] or found["group_text"] or ""
        return Group(_between(opening, closing), name.strip().strip('"').strip(), body)


def _parallel(word: str, children: list[Any]) -> Statement:
    opening, closing = children[0], children[-1]
    return Parallel(_between(opening, closing), word, tuple(children[1:-1]), _span(closing))


_BLOCK_TEXT = re.compile(r"(?s)(?:left|right|center)?\s*(\S+)[^\n]*\n(.*?)\n?[ \t]*end[ \t]*\S+$", re.IGNORECASE)


def _decoration(token: Token) -> tuple[str, str]:
    """First word and text; a block such as `title … end title` gives the lines between."""
    keyword, _, rest = token.partition(" ")
    keyword = keyword.split("\n", 1)[0].lower()
    if keyword in ("title", "header", "footer", "legend", "caption") and (block := _BLOCK_TEXT.match(token)):
        return keyword, block[2].strip()
    return keyword, rest.strip()
