"""The words of directives.  line -> word.  A scan that tells directives from plain lines; knows no expressions."""

from __future__ import annotations

import difflib
import re

from flowdial.notation.preprocessor.limits import Trouble

#: How each directive is written; the hint of an error shows it.
FORMS = {
    "define": "`!define NAME text` or `!define NAME(a, b) text`",
    "definelong": "`!definelong NAME(a, b)`, lines, `!enddefinelong`",
    "enddefinelong": "`!enddefinelong`",
    "undef": "`!undef NAME`",
    "if": "`!if $x == 1`",
    "elseif": "`!elseif $x == 1`",
    "else": "`!else`",
    "endif": "`!endif`",
    "ifdef": "`!ifdef NAME`",
    "ifndef": "`!ifndef NAME`",
    "while": "`!while $x < 3`",
    "endwhile": "`!endwhile`",
    "foreach": "`!foreach $x in $list`",
    "endfor": "`!endfor`",
    "procedure": '`!procedure $name($a, $b="x")`',
    "endprocedure": "`!endprocedure`",
    "function": '`!function $name($a, $b="x")`',
    "endfunction": "`!endfunction`",
    "return": "`!return $x + 1`",
    "assert": '`!assert $x > 0 : "text"`',
    "include": "`!include file.puml`",
    "include_once": "`!include_once file.puml`",
    "include_many": "`!include_many file.puml`",
    "includesub": "`!includesub file.puml!NAME`",
    "startsub": "`!startsub NAME`",
    "endsub": "`!endsub`",
    "log": "`!log text`",
    "dump_memory": "`!dump_memory`",
}
#: Lines that are the diagram's own business.
KEPT = frozenset({"pragma", "theme", "option"})
REFUSED = frozenset({"import", "includeurl", "includedef", "include_sprites"})
#: Directives that bring neither lines nor names which are not known without them.
NAMELESS = frozenset({"=", "assert", "dump_memory", "endsub", "log", "return", "undef"})
#: What people write for a directive; None: there is nothing of the kind.
_MISTAKEN = {
    "elif": "elseif",
    "end": None,
    "endfi": "endif",
    "endforeach": "endfor",
    "exit": None,
    "fi": "endif",
    "for": "foreach",
    "func": "function",
    "proc": "procedure",
}
_ALIKE = 0.81

_WORD = re.compile(
    r"\s*!(?:(?:unquoted|final)[ \t]+)*(?P<end>end[ \t]+(?=function|procedure|definelong))?(?P<word>\w+)"
)
_END = re.compile(r"\s*!end[ \t]+(\w+)")
_NAME = r"\$?(?:[^\W\d]|[\U00010000-\U0010FFFF])(?:\w|[\U00010000-\U0010FFFF])*"
_ASSIGN = re.compile(rf"\s*![ \t]*(?:(?P<scope>local|global)[ \t]+)?(?P<name>{_NAME})[ \t]*\??=(?!=)[ \t]*")
_DATA = re.compile(rf"\s*!(?:return|foreach[ \t]+{_NAME}[ \t]+in)[ \t]*(?=[\[{{])")
_PIECE = re.compile(r'\s*(?:["\d]|[][{}\s,]*$)')
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')


def word_of(text: str) -> str:
    """The directive's word; `=` for an assignment; empty for a plain line.

    Raises Trouble for a word that is nearly a directive. Any other `!` line is left to the diagram: it may be
    part of a text.
    """
    if not text.lstrip().startswith("!"):
        return ""
    if _ASSIGN.match(text):
        return "="
    match = _WORD.match(text)
    if match is None:
        return ""
    word = ("end" if match["end"] else "") + match["word"]
    if word in FORMS or word in KEPT or word in REFUSED:
        return word
    return _unknown(word, text)


def bare_word(text: str) -> str:
    """As `word_of`, whether there is such a directive or not."""
    match = _WORD.match(text) if "!" in text else None
    return match["word"] if match else ""


def _unknown(word: str, text: str) -> str:
    column = text.index("!") + 1
    if word == "end":
        raise Trouble("`!end` closes nothing", "write `!endif`, `!endwhile` or `!endfor` in one word", column=column)
    if word == "exit":
        raise Trouble("PlantUML has no `!exit`", "take the lines after it out, or put them in `!if`", column=column)
    close = _close(word)
    if not close:
        return ""
    raise Trouble(f"there is no directive `!{word}`", f"write {FORMS.get(close, f'`!{close}`')}", column=column)


def _close(word: str) -> str:
    """The word that was meant; empty where none is like it."""
    if word.lower() in _MISTAKEN:
        return _MISTAKEN[word.lower()] or ""
    return next(iter(difflib.get_close_matches(word.lower(), [*FORMS, *KEPT], 1, _ALIKE)), "")


def meant(text: str, end: str = "") -> str:
    """A line that `word_of` refuses as it was meant; empty where nobody can tell. `!end` is taken for `!{end}`."""
    match = _WORD.match(text)
    if match is None:
        return ""
    if match["word"] == "end":
        more = _END.match(text)
        joined = f"end{more[1]}" if more else end
        return f"!{joined}" if joined in FORMS else ""
    close = _close(match["word"])
    return text[: match.start("word")] + close + text[match.end("word") :] if close else ""


def assigned(text: str) -> tuple[str, str]:
    """Scope and name of the variable that an assignment sets; its value is not looked at."""
    match = _ASSIGN.match(text)
    return (match["scope"] or "", match["name"]) if match else ("", "")


def is_of_body(text: str, word: str) -> bool:
    """Whether the directive stands in a function or procedure only."""
    return word == "return" or (word == "=" and assigned(text)[0] == "local")


def open_data(text: str) -> int:
    """How many brackets of a JSON value the line leaves open: it goes on in the lines that follow."""
    match = _ASSIGN.match(text) or _DATA.match(text)
    if match is None or text[match.end() : match.end() + 1] not in ("{", "["):
        return 0
    return max(0, balance(text[match.end() :]))


def looks_like_data(text: str) -> bool:
    """Whether a line is a piece of a JSON value rather than a statement."""
    return _PIECE.match(text) is not None


def balance(text: str) -> int:
    """Brackets opened less brackets closed, those in strings left out."""
    pieces = _STRING_OR_BRACKET.findall(text)
    return sum(piece in "[{" for piece in pieces) - sum(piece in "]}" for piece in pieces)
