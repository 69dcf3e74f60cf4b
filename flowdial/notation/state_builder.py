"""The syntax tree of a state diagram.  tokens and rules of `state.lark` -> Statement."""

from __future__ import annotations

import re
from typing import Any

from lark import Token

from flowdial.notation.ast import (
    Decoration,
    Description,
    Endpoint,
    Json,
    Map,
    Note,
    Region,
    State,
    Statement,
    Transition,
)
from flowdial.notation.builder import Builder, Fields, between, span

_QUOTES = '"“”'
_STEREOTYPE = re.compile(r"<<\s*(.*?)\s*>>")


class StateBuilder(Builder):
    """One method a terminal or rule."""

    def STATE(self, token: Token) -> Statement:
        found = self.fields(token)
        name, display = _names(found, "state")
        stereotype = _stereotype(found["state_stereotype"])
        return State(span(token), name, display, stereotype, found["state_text"] or "", color=_color(found, "state"))

    def composite(self, children: list[Any]) -> Statement:
        opening, body, closing = children
        found = self.fields(opening)
        name, display = _names(found, "group")
        place = between(opening, closing)
        return State(
            place, name, display, _stereotype(found["group_stereotype"]), body=body, color=_color(found, "group")
        )

    def DESCRIPTION(self, token: Token) -> Statement:
        found = self.fields(token)
        name = found["described"] or found["described_quoted"] or ""
        return Description(span(token), name, found["description"] or "")

    def REGION(self, token: Token) -> Statement:
        return Region(span(token), str(token))

    def TRANSITION(self, token: Token) -> Statement:
        return _transition(token, self.fields(token), "")

    def BACK_TRANSITION(self, token: Token) -> Statement:
        return _transition(token, self.fields(token), "back_")

    def NOTE(self, token: Token) -> Statement:
        found = self.fields(token)
        text = _first(found, "note_text", "note_body", "note_quoted", "note_lines")
        alias = found["note_alias"] or ""
        free = bool(alias or found["note_link"])
        color = _first(found, "note_color", "link_color", "alias_color")
        return Note(span(token), text.strip(), (found["note_of"] or "").strip(_QUOTES), free, alias, color)

    def DISPLAY(self, token: Token) -> Statement:
        of = self.fields(token)["url_of"]
        return Decoration(span(token), "url", of.strip(_QUOTES), str(token)) if of else self.DECORATION(token)

    def JSON(self, token: Token) -> Statement:
        found = self.fields(token)
        if text := found["block_text"]:
            name, display = _names(found, "block")
        else:
            name, display, text = found["json_name"] or "", found["json_display"] or "", found["json_text"] or ""
        return Json(span(token), name, display, text, found["block_color"] or found["json_color"] or "")

    def MAP(self, token: Token) -> Statement:
        found = self.fields(token)
        text, display = found["map_text"] or "", found["map_display"] or ""
        return Map(span(token), found["map_name"] or "", display, text, _color(found, "map"))


def _first(found: Fields, *names: str) -> str:
    """The first field that holds something."""
    return next((text for name in names if (text := found[name])), "")


def _names(found: Fields, prefix: str) -> tuple[str, str]:
    """Name and long name (empty where there is none)."""
    if plain := found.get(f"{prefix}_plain"):
        return plain, ""
    if quoted := found.get(f"{prefix}_quoted"):
        return quoted, ""
    name = found[f"{prefix}_code"] or found[f"{prefix}_alias"] or ""
    return name, found[f"{prefix}_as"] or found[f"{prefix}_display"] or ""


def _color(found: Fields, prefix: str) -> str:
    """The colour of a state; that of its line where it has none itself."""
    line = found[f"{prefix}_line"]
    return found[f"{prefix}_color"] or (f"##{line}" if line else "")


def _stereotype(text: str | None) -> str:
    return " ".join(_STEREOTYPE.findall(text or "")).lower()


def _transition(token: Token, found: Fields, back: str) -> Transition:
    ends = {
        side: Endpoint(
            found[f"{back}{side}_name"] or "",
            _stereotype(found[f"{back}{side}_stereotype"]),
            found[f"{back}{side}_color"] or "",
        )
        for side in ("from", "to")
    }
    return Transition(span(token), ends["from"], ends["to"], _event(found[f"{back}event"] or ""))


def _event(text: str) -> str:
    """A label without the sign at its beginning that PlantUML takes for a visibility."""
    signed = len(text) > 2 and text[0] in "-#+~*" and text[1] != text[0]
    return text[1:].strip() if signed else text
