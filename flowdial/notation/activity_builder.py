"""The syntax tree of an activity diagram.  tokens and rules of `activity.lark` -> Statement."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lark import Token

from flowdial.notation.ast import (
    Action,
    Arrow,
    Backward,
    Body,
    Branch,
    Connector,
    Goto,
    Group,
    If,
    Label,
    Note,
    Parallel,
    Repeat,
    Statement,
    Swimlane,
    Switch,
    Terminal,
    While,
)
from flowdial.notation.builder import Builder, between, span, unreadable
from flowdial.notation.colors import is_color


class ActivityBuilder(Builder):
    """One method a terminal or rule."""

    # ---- one statement a terminal ----
    def _terminal(self, token: Token) -> Statement:
        word = token.rstrip("; \t").lower()
        return Terminal(span(token), "detach" if word.startswith("kill") else word)

    START = STOP = END = DETACH = BREAK = _terminal

    def ACTION(self, token: Token) -> Statement:
        if token[0] == ":" and token[-1] == ";":
            return Action(span(token), token[1:-1])
        found = self.fields(token)
        return Action(
            span(token), found["action_text"] or "", found["action_stereotype"] or "", found["action_color"] or ""
        )

    def LIST_ITEM(self, token: Token) -> Statement:
        found = self.fields(token)
        return Action(span(token), found["list_text"] or found["star_text"] or "")

    def ARROW(self, token: Token) -> Statement:
        found = self.fields(token)
        return Arrow(span(token), found["arrow_text"] or "", found["arrow_color"] or "")

    def LABEL(self, token: Token) -> Statement:
        return Label(span(token), self.fields(token)["label_name"] or "")

    def GOTO(self, token: Token) -> Statement:
        return Goto(span(token), self.fields(token)["goto_name"] or "")

    def CONNECTOR(self, token: Token) -> Statement:
        found = self.fields(token)
        return Connector(span(token), found["connector_name"] or "", color=found["connector_color"] or "")

    def BACKWARD(self, token: Token) -> Statement:
        return Backward(span(token), self.fields(token)["backward_text"] or "")

    def SWIMLANE(self, token: Token) -> Statement:
        found = self.fields(token)
        name = (found["lane_name"] or found["lane_plain"] or "").strip()
        return Swimlane(span(token), name, (found["lane_title"] or "").strip(), found["lane_color"] or "")

    def NOTE(self, token: Token) -> Statement:
        found = self.fields(token)
        text = (found["note_text"] or found["note_body"] or "").strip()
        return Note(span(token), text, color=found["note_color"] or found["note_block_color"] or "")

    def LINK_COLOR(self, token: Token) -> Statement:
        if not is_color(self.fields(token)["link_color"] or ""):
            raise unreadable(token)
        return self.DECORATION(token)

    # ---- blocks ----
    loop_body = Builder.body

    def if_block(self, children: list[Any]) -> Statement:
        opening, closing = children[0], children[-1]
        branches = [self._branch(opening, children[1], "if")]
        branches += [part for part in children[2:-1] if part.test is not None]
        otherwise = next((part for part in children[2:-1] if part.test is None), None)
        color = self.fields(opening)["if_color"] or ""
        return If(between(opening, closing), tuple(branches), otherwise, color)

    def elseif(self, children: list[Any]) -> Branch:
        entry = _label(self.fields(children[0])["elseif_from"])
        return replace(self._branch(children[0], children[1], "elseif"), entry=entry)

    def else_(self, children: list[Any]) -> Branch:
        found = self.fields(children[0])
        label = _label(found["else_label"] or found["else_when"])
        return Branch(span(children[0]), None, label, children[1])

    def _branch(self, token: Token, body: Body, prefix: str) -> Branch:
        found = self.fields(token)
        label = _label(found[f"{prefix}_is"] or found[f"{prefix}_then"] or found[f"{prefix}_when"])
        return Branch(span(token), found[f"{prefix}_test"] or "", label, body)

    def switch_block(self, children: list[Any]) -> Statement:
        test = self.fields(children[0])["switch_test"] or ""
        cases = tuple(part for part in children[1:-1] if isinstance(part, Branch))
        notes = tuple(part for part in children[1:-1] if isinstance(part, Statement))
        color = self.fields(children[0])["switch_color"] or ""
        return Switch(between(children[0], children[-1]), test, cases, notes, color)

    def case(self, children: list[Any]) -> Branch:
        return Branch(span(children[0]), None, _label(self.fields(children[0])["case_label"]), children[1])

    def while_block(self, children: list[Any]) -> Statement:
        opening, body, closing = children
        found, end = self.fields(opening), self.fields(closing)
        return While(
            between(opening, closing),
            found["while_test"] or "",
            _label(found["while_is"]),
            body,
            _label(end.get("endwhile_label")),
            found["while_color"] or "",
        )

    def repeat_block(self, children: list[Any]) -> Statement:
        opening, body, closing = children
        end = self.fields(closing)
        return Repeat(
            between(opening, closing),
            self.fields(opening)["repeat_text"],
            body,
            end.get("repeat_test") or "",
            _label(end.get("repeat_is")),
            _label(end.get("repeat_not")),
            span(closing),
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
        return Group(
            between(opening, closing), _QUOTED.sub(r"\1", name.strip()).strip(), body, found["group_color"] or ""
        )


def _parallel(word: str, children: list[Any]) -> Statement:
    opening, closing = children[0], children[-1]
    return Parallel(between(opening, closing), word, tuple(children[1:-1]), span(closing))


_QUOTED = re.compile(r'^"([^"]*)"$')
_STYLE = re.compile(r"^-(?:\[[^\]\n]*\]-?)?>[ \t]*")


def _label(text: str | None) -> str:
    """A branch label without the style of its arrow: `-[#red]->no` is drawn as `no`."""
    return _STYLE.sub("", text or "", count=1)
