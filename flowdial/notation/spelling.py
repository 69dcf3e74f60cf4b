"""How each statement is spelled.  match of a terminal -> the statement in its one spelling.

Keywords are in lower case with one space between; what the user wrote stays. Knows the fields of the grammar's
terminals; knows no lines and no diagrams.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Writer = Callable[[re.Match[str]], str]

#: Words that begin what only decorates; where a line holds nothing else, or a block begins, all its words are keywords.
_DECORATIONS = "|".join(
    (
        "(?:hide|show) (?:empty )?(?:members?|attributes?|fields?|methods?|circles?|circled|stereotypes?|description"
        r"|footbox)\Z",
        r"(?:left to right|top to bottom) direction\Z",
        r"(?:(?:left|right|center) )?(?:title|caption|header|footer|legend)"
        r"(?: (?:left|right|center|top|bottom))*(?=\s*\n)",
        r"(?:left|right|center) (?:header|footer)(?!\S)",
        r"set separator(?!\S)",
        r"!assume transparent (?:dark|light)\Z",
        "(?:title|caption|mainframe|legend|header|footer|skinparam|skinparamlocked|skin|scale|set|minwidth|page|rotate"
        r"|link|sprite|hide|show|url|remove|restore|allow_?mixing)(?!\S)",
    )
)
_NOTES = (
    r"(?:floating )?note(?:(?: (?:left|right|top|bottom))? on link(?![^\s:#<\[])"
    r"| (?:left|right|top|bottom)(?![^\s:#<\[])(?: of(?!\S))?| as(?!\S))?"
)
_AS = re.compile(r'\A((?:state|frame|json|note) (?:[\w.:]+|["“”][^"“”\n]*["“”]))[ \t]+as[ \t]+', re.IGNORECASE)
#: Statements whose last line may be a keyword.
TEXTS = frozenset({"NOTE", "DECORATION"})
END_TEXT = re.compile(r"[ \t]*end[ \t]*(note|title|caption|header|footer|legend)", re.IGNORECASE)


def _word(word: str) -> Writer:
    return lambda _match: word


def _lower(match: re.Match[str]) -> str:
    return _ended(match).lower()


def _ended(match: re.Match[str]) -> str:
    """A statement without the semicolon that it may end with."""
    return match[0].rstrip().removesuffix(";").rstrip()


def _headed(words: str) -> Writer:
    return lambda match: _head(match[0].strip(), words)


def _head(text: str, words: str) -> str:
    """The keywords at the beginning in lower case with one space behind each; what follows them stays."""
    found = re.match(words.replace(" ", "[ \t]+"), text, re.IGNORECASE)
    if found is None:
        return text
    rest = text[found.end() :].lstrip(" \t")
    space = "" if rest[:1] in ("", "\n") or text[found.end()] == ":" else " "
    return _AS.sub(r"\1 as ", " ".join(found[0].split()).lower() + space + rest)


def _coloned(match: re.Match[str], field: str, colon: str = " : ") -> str:
    """A statement with the same spaces around the colon before its text; without that text as it is."""
    text = match[0].strip()
    if match[field] is None:
        return text
    before = text[: match.start(field)].rstrip().removesuffix(":").rstrip()
    return (before + colon + text[match.start(field) :]).rstrip()


def _arrow(match: re.Match[str]) -> str:
    at = match.start("arrow_text")
    return f"{match[0][:at].rstrip()} {match[0][at:]}" if match["arrow_text"] else match[0].rstrip()


def _note(match: re.Match[str]) -> str:
    named = match.groupdict().get("note_of")
    text = _coloned(match, "note_text", " : " if named else ": ")
    return _block(_head(_NOTE_SIDE.sub(r"\1 \2", text), _NOTES))


_NOTE_SIDE = re.compile(r"\A((?:floating )?note)(left|right)", re.IGNORECASE)


def _decoration(match: re.Match[str]) -> str:
    text = _SIDE.sub(r"\1 \2", match[0].strip())
    if found := _COLON.match(text):
        colon = ":" if found[2] else ""
        text = f"{found[1].lower()}{colon} {found[2] or text[found.end() :]}"
    return _block(_head(text, _DECORATIONS))


_SIDE = re.compile(r"\A(left|right|center)[ \t]*(header|footer)", re.IGNORECASE)
#: A colon before a text; it cannot be left out before a second one, and before what would be a place.
_COLON = re.compile(
    r"\A((?:(?:left|right|center) )?(?:title|caption|mainframe|legend|header|footer))[ \t]*+:[ \t]*+"
    r"((?::|(?:top|bottom|left|right|center)\b).*)?",
    re.IGNORECASE | re.DOTALL,
)


def _block(text: str) -> str:
    """The last line of a text in its spelling."""
    *lines, last = text.split("\n")
    found = END_TEXT.fullmatch(last)
    return "\n".join([lines[0].rstrip(), *lines[1:], f"end {found[1].lower()}"]) if found and lines else text


def _choice(word: str, key: str) -> Writer:
    def write(found: re.Match[str]) -> str:
        color = f"{found[f'{key}_color']}:" if found[f"{key}_color"] else ""
        back = f"({found['elseif_from']}) " if key == "elseif" and found["elseif_from"] else ""
        looks = f"{found['if_stereotype']} " if key == "if" and found["if_stereotype"] else ""
        link = (found["if_link"] or "") if key == "if" else ""
        head = f"{link}{back}{color}{word} {looks}({found[f'{key}_test']})"
        label = found[f"{key}_then"] or found[f"{key}_when"]
        if found[f"{key}_is"]:
            return f"{head} is ({found[f'{key}_is']}) then"
        return f"{head} then ({label})" if label else f"{head} then"

    return write


def _labelled(word: str, *keys: str) -> Writer:
    def write(found: re.Match[str]) -> str:
        label = next((found[key] for key in keys if found[key]), "")
        return f"{word} ({label})" if label else word

    return write


def _while(found: re.Match[str]) -> str:
    color = f"{found['while_color']}:" if found["while_color"] else ""
    label = f" is ({found['while_is']})" if found["while_is"] else ""
    return f"{color}while ({found['while_test']}){label}"


def _switch(found: re.Match[str]) -> str:
    color = f"{found['switch_color']}:" if found["switch_color"] else ""
    return f"{color}switch ({found['switch_test']})"


def _repeat(match: re.Match[str]) -> str:
    color = f"{match['repeat_color']}:" if match["repeat_color"] else ""
    rest = match["repeat_stereotype"] or ""
    if match["repeat_text"] is not None:
        rest = match[0][match.start("repeat_text") - 1 :].strip()
    return f"{color}repeat {rest}".rstrip()


def _repeat_while(match: re.Match[str]) -> str:
    text = "repeat while"
    for word, field in (("", "repeat_test"), ("is ", "repeat_is"), ("not ", "repeat_not")):
        text += f" {word}({match[field]})" if match[field] is not None else ""
    if match["repeat_arrow"] is None:
        return text
    looks = _LAST_ARROW.search(match[0], 0, match.start("repeat_arrow"))
    return f"{text} {looks[0].rstrip() if looks else '->'} {match['repeat_arrow']}".rstrip()


_LAST_ARROW = re.compile(r"-(?:\[[^\]\n]*\]-)?>[ \t]*\Z")


def _backward(match: re.Match[str]) -> str:
    colon = match.start("backward_text") - 1
    label = match[0][:colon].rstrip()[: -len("backward")].rstrip()
    return f"{label} backward {match[0][colon:].strip()}".lstrip()


def _group(match: re.Match[str]) -> str:
    return _brace(_head(match[0].strip(), "partition|package|rectangle|card|group"))


def _composite(match: re.Match[str]) -> str:
    text = _head(match[0].strip(), "state|frame")
    return _brace(text) if text.endswith("{") else f"{text[: -len('begin')].rstrip()} begin"


def _state(match: re.Match[str]) -> str:
    return _head(_coloned(match, "state_text"), "state")


def _brace(text: str) -> str:
    return f"{text.removesuffix('{').rstrip()} {{" if text.endswith("{") else text


def _closing(words: str) -> Writer:
    return lambda match: match[0] if match[0] == "}" else words


def _end_fork(match: re.Match[str]) -> str:
    text = _FORK_END.sub("end fork", _ended(match))
    return re.sub(r"end[ \t]*(fork|merge)[ \t]*", _end_of, text, count=1, flags=re.IGNORECASE).rstrip()


_FORK_END = re.compile(r"\Afork[ \t]*end", re.IGNORECASE)


def _end_of(found: re.Match[str]) -> str:
    return f"end {found[1].lower()} "


def _transition(first: str, second: str, event: str) -> Writer:
    """Ends, arrow and event with one space between; what stands at an end (colour, stereotype) stays with it."""

    def write(match: re.Match[str]) -> str:
        text = match[0]
        looks = first.replace("_name", "_stereotype")
        named = match.end(looks) if match[looks] else match.end(first)
        begin = _ARROW.search(text, named)
        at = begin.start() if begin else named
        arrow = _ARROW_PARTS.sub(lambda part: part[1] or part[0].lower(), text[at : match.start(second)].strip())
        target = _end(match, second, match.start(event) if match[event] else len(text))
        if not match[event]:
            return f"{_end(match, first, at)} {arrow} {target}"
        return f"{_end(match, first, at)} {arrow} {target.removesuffix(':').rstrip()} : {match[event]}"

    return write


def _end(match: re.Match[str], name: str, end: int) -> str:
    """The end of a transition with its looks, that reach to `end`; a history is written `[H]`."""
    return (_HISTORY.sub("[H", match[name]) + match[0][match.end(name) : end]).strip()


_ARROW = re.compile(r"(?:[oO][ \t]+)?<|[xX]?-")
_ARROW_PARTS = re.compile(r"(\[[^\]]*\])|[^\[]+")
_HISTORY = re.compile(r"\[h(?=\*?\]\Z)")
WRITE: Mapping[str, Writer] = {
    **dict.fromkeys(("START", "STOP", "END", "BREAK", "FORK", "SPLIT"), _lower),
    "DETACH": _word("detach"),
    "ARROW": _arrow,
    "LABEL": lambda match: f"label {match['label_name']}",
    "GOTO": lambda match: f"goto {match['goto_name']}",
    "CONNECTOR": _ended,
    "SWIMLANE": _headed(r"swimlane(?!\S)"),
    "FORK_AGAIN": _word("fork again"),
    "SPLIT_AGAIN": _word("split again"),
    "END_FORK": _end_fork,
    "END_SPLIT": _word("end split"),
    "ENDIF": _word("endif"),
    "ENDSWITCH": _word("endswitch"),
    "IF": _choice("if", "if"),
    "ELSEIF": _choice("elseif", "elseif"),
    "ELSE": _labelled("else", "else_label", "else_when"),
    "CASE": lambda found: f"case ({found['case_label']})",
    "ENDWHILE": _labelled("endwhile", "endwhile_label"),
    "WHILE": _while,
    "REPEAT": _repeat,
    "REPEAT_WHILE": _repeat_while,
    "BACKWARD": _backward,
    "GROUP": _group,
    "END_GROUP": _closing("end group"),
    "COMPOSITE": _composite,
    "END_COMPOSITE": _closing("end state"),
    "SWITCH": _switch,
    "NOTE": _note,
    "DECORATION": _decoration,
    "DISPLAY": _decoration,
    "LINK_COLOR": lambda match: f"link {match['link_color']}",
    "STATE": _state,
    "DESCRIPTION": lambda match: _coloned(match, "description"),
    "JSON": _headed("json"),
    "MAP": _headed("map"),
    "TRANSITION": _transition("from_name", "to_name", "event"),
    "BACK_TRANSITION": _transition("back_to_name", "back_from_name", "back_event"),
}
