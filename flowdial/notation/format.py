"""Lay a diagram file out in one way.  text -> text.  Comments, colours and wording stay; the meaning is the same.

Every statement stands on lines of its own at two spaces a level, keywords are in lower case with one spelling, and
at most one blank line stands between statements. The text within a statement, over several lines or one, and the lines
that the preprocessor writes anew stay as they are. Knows the grammar's statements; knows no graph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lark import Token
from lark.exceptions import UnexpectedInput

from flowdial.notation.ast import Diagram
from flowdial.notation.languages import Language, language
from flowdial.notation.lines import Block, blocks, uncommented
from flowdial.notation.parser import parse, parse_block
from flowdial.notation.preprocessor import Line

#: The byte order mark, which may stand before the first line.
MARK = "\ufeff"
_INDENT = "  "
_DIRECTIVE = re.compile(r"\s*!(?!(?:pragma|theme|option)\b)", re.IGNORECASE)
_MACRO = re.compile(r"\s*!(?:unquoted\s+|final\s+)*(?:procedure|function|definelong)\b(?!.*!return)", re.IGNORECASE)
_END_MACRO = re.compile(r"\s*!end\s*(?:procedure|function|definelong)\b", re.IGNORECASE)
#: Statements between the branches of a block: they stand where the block begins.
_MIDDLE = frozenset({"ELSE", "ELSEIF", "CASE", "FORK_AGAIN", "SPLIT_AGAIN", "REGION"})


def format_text(text: str, folder: Path | None = None) -> str:
    """The text with each of its diagrams laid out; `folder` is where `!include` may read. A byte order mark stays.

    Raises NotationError where a diagram is refused, or there is none. One whose statements come from macros is left as
    it is.
    """
    if text.startswith(MARK):
        return MARK + format_text(text.removeprefix(MARK), folder)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = blocks(text)
    if not found:
        parse(text)
    for block in reversed(found):
        diagram = parse_block(block, folder=folder)
        begin = block.first - 1
        opening = lines[begin - 1]
        margin = opening[: len(opening) - len(opening.lstrip())]
        laid = _laid_out(block, diagram)
        if laid is not None:
            lines[begin : begin + len(block.lines)] = _tidy(laid, margin)
    return "\n".join(lines).removesuffix("\n") + "\n"


def _laid_out(block: Block, diagram: Diagram) -> list[_Line] | None:
    """The lines of a block; None where its statements cannot be read without running its macros."""
    kept = list(_statements(block))
    text, origins = _joined(kept)
    if not text.strip():
        return None
    spoken = language(diagram.kind)
    try:
        tokens = list(spoken.lark.parse_interactive(text).iter_parse())
    except UnexpectedInput:
        return None
    plain = _plain(dict(zip(origins, text.split("\n"), strict=True)), diagram)
    return list(_Layout(block, spoken, origins, {line.number for line in kept}, plain).lines(tokens))


def _statements(block: Block) -> Iterator[Line]:
    """The lines that hold statements: no comments, no directives, no bodies of macros."""
    inside = False
    for line in uncommented(block, {}):
        if inside:
            inside = not _END_MACRO.match(line.text)
        elif _MACRO.match(line.text):
            inside = True
        elif not _DIRECTIVE.match(line.text):
            yield line


def _joined(lines: list[Line]) -> tuple[str, list[int]]:
    kept: list[str] = []
    origins: list[int] = []
    for line in lines:
        if kept and kept[-1].endswith("\\"):
            kept[-1] = kept[-1][:-1] + line.text.lstrip()
        else:
            kept.append(line.text)
            origins.append(line.number)
    return "\n".join(kept), origins


def _plain(written: Mapping[int, str], diagram: Diagram) -> set[int]:
    """The lines that the preprocessor leaves as they are written, or out."""
    read = zip(diagram.origins, diagram.text.split("\n"), strict=False)
    return set(written) - {number for number, line in read if written.get(number, line).strip() != line.strip()}


#: A line, and whether it stays as it is, margin and all.
_Line = tuple[str, bool]


class _Layout:
    """Gives the lines of a block; `depth` counts the blocks that are open."""

    def __init__(
        self, block: Block, spoken: Language, origins: list[int], statements: set[int], plain: set[int]
    ) -> None:
        self.block = block
        self.origins = origins
        self.statements = statements
        self.plain = plain
        self.openers = spoken.closers
        self.closers = frozenset(spoken.closers.values())
        self.patterns = {t.name: re.compile(t.pattern.to_regexp()) for t in spoken.lark.terminals}
        self.depth = 0

    def lines(self, tokens: list[Token]) -> Iterator[_Line]:
        written = [token for token in tokens if token]
        at = self.block.first
        starts = [self.origins[(token.line or 1) - 1] for token in written]
        for token, start, after in zip(written, starts, [*starts[1:], None], strict=True):
            yield from self.between(at, start)
            end = self.end(start, after)
            yield from self.statement(token, start, end)
            at = end
        yield from self.between(at, self.block.first + len(self.block.lines))

    def end(self, start: int, after: int | None) -> int:
        """The first raw line behind a statement, what is no part of it left out."""
        end = self.block.first + len(self.block.lines) if after is None else after
        while end - 1 > start and (end - 1 not in self.statements or not self.raw(end - 1).strip()):
            end -= 1
        return end

    def raw(self, number: int) -> str:
        return self.block.lines[number - self.block.first]

    def between(self, begin: int, end: int) -> Iterator[_Line]:
        """Comments, directives and blank lines; what stands within a comment or a macro stays."""
        comment = macro = False
        for number in range(begin, end):
            raw = self.raw(number)
            line = raw.strip()
            if comment or macro:
                yield raw, True
                comment = comment and not line.endswith("'/")
                macro = macro and not _END_MACRO.match(raw)
            elif not line or line.startswith("'"):
                yield _INDENT * self.depth * bool(line) + line, False
            else:
                yield _trimmed(raw), True
                comment = line.startswith("/'") and "'/" not in line[2:]
                macro = bool(_MACRO.match(raw))

    def statement(self, token: Token, start: int, end: int) -> Iterator[_Line]:
        outer = token.type in self.closers or token.type in _MIDDLE
        indent = _INDENT * max(0, self.depth - outer)
        spelled = self.spelled(token)
        first = self.raw(start) if end - start > 1 else _trimmed(self.raw(start))
        yield indent + spelled.get(start, first).lstrip(), False
        for number in range(start + 1, end):
            line = spelled.get(number, self.raw(number))
            closes = number == end - 1 and token.type in _TEXTS and _END_TEXT.fullmatch(line)
            yield (indent + line.lstrip(), False) if closes else (line, True)
        self.depth += (token.type in self.openers) - (token.type in self.closers)
        self.depth = max(0, self.depth)

    def spelled(self, token: Token) -> dict[int, str]:
        """The lines of a statement in their spelling, by number; without those that are not read just as written."""
        at = (token.line or 1) - 1
        before, after = token.split("\n"), self.written(token).split("\n")
        found: dict[int, str] = {}
        for number, old, new in zip(self.origins[at : at + len(before)], before, after, strict=True):
            raw = self.raw(number)
            if number in self.plain and raw.strip() == old.strip():
                found[number] = _unjoined(new, raw)
        return found

    def written(self, token: Token) -> str:
        match = self.patterns[token.type].fullmatch(token)
        write = _WRITE.get(token.type)
        return token.strip() if match is None or write is None else write(match)


def _trimmed(line: str) -> str:
    return _unjoined(line.rstrip(), line)


def _unjoined(line: str, raw: str) -> str:
    """A line that is not joined to the next one where it was not before: a backslash at its end joins."""
    return f"{line} " if line.endswith("\\") and not raw.endswith("\\") else line


def _tidy(lines: list[_Line], margin: str) -> Iterator[str]:
    """No two blank lines together, none at the beginning or the end; what stays as it is has its margin."""
    blank, begun = False, False
    for line, stays in lines:
        if not line and not stays:
            blank = begun
            continue
        if blank:
            yield ""
        yield line if stays else margin + line
        blank, begun = False, True


# ---- how a statement is written ----
_Writer = Callable[[re.Match[str]], str]

#: Words that begin what only decorates; where a line holds nothing else, or a block begins, all its words are keywords.
_DECORATIONS = "|".join(
    (
        "(?:hide|show) (?:empty )?(?:members?|attributes?|fields?|methods?|circles?|circled|stereotypes?|description"
        r"|footbox)\Z",
        r"(?:left to right|top to bottom) direction\Z",
        r"(?:(?:left|right|center) )?(?:title|header|footer|legend)(?: (?:left|right|center|top|bottom))*(?=\s*\n)",
        r"(?:left|right|center) (?:header|footer)(?!\S)",
        r"set separator(?!\S)",
        "(?:title|caption|mainframe|legend|header|footer|skinparam|skin|scale|set|minwidth|page|rotate|link|sprite"
        r"|hide|show|url|remove|restore|allow_?mixing)(?!\S)",
    )
)
_NOTES = (
    r"(?:floating )?note(?:(?: (?:left|right|top|bottom))? on link(?![^\s:#<\[])"
    r"| (?:left|right|top|bottom)(?![^\s:#<\[])(?: of(?!\S))?| as(?!\S))?"
)
_AS = re.compile(r'\A((?:state|frame|json|note) (?:[\w.:]+|["“”][^"“”\n]*["“”]))[ \t]+as[ \t]+', re.IGNORECASE)
#: Statements whose last line may be a keyword.
_TEXTS = frozenset({"NOTE", "DECORATION"})
_END_TEXT = re.compile(r"[ \t]*end[ \t]*(note|title|header|footer|legend)", re.IGNORECASE)


def _word(word: str) -> _Writer:
    return lambda _match: word


def _lower(match: re.Match[str]) -> str:
    return _ended(match).lower()


def _ended(match: re.Match[str]) -> str:
    """A statement without the semicolon that it may end with."""
    return match[0].rstrip().removesuffix(";").rstrip()


def _headed(words: str) -> _Writer:
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
    return _block(_head(_coloned(match, "note_text", " : " if named else ": "), _NOTES))


def _decoration(match: re.Match[str]) -> str:
    return _block(_head(match[0].strip(), _DECORATIONS))


def _block(text: str) -> str:
    """The last line of a text in its spelling."""
    *lines, last = text.split("\n")
    found = _END_TEXT.fullmatch(last)
    return "\n".join([lines[0].rstrip(), *lines[1:], f"end {found[1].lower()}"]) if found and lines else text


def _choice(word: str, key: str) -> _Writer:
    def write(found: re.Match[str]) -> str:
        color = f"{found[f'{key}_color']}:" if found[f"{key}_color"] else ""
        back = f"({found['elseif_from']}) " if key == "elseif" and found["elseif_from"] else ""
        head = f"{back}{color}{word} ({found[f'{key}_test']})"
        label = found[f"{key}_then"] or found[f"{key}_when"]
        if found[f"{key}_is"]:
            return f"{head} is ({found[f'{key}_is']}) then"
        return f"{head} then ({label})" if label else f"{head} then"

    return write


def _labelled(word: str, *keys: str) -> _Writer:
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
    return "repeat" if match["repeat_text"] is None else f"repeat {match[0][match.start('repeat_text') - 1 :].strip()}"


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


def _closing(words: str) -> _Writer:
    return lambda match: match[0] if match[0] == "}" else words


def _end_fork(match: re.Match[str]) -> str:
    return re.sub(r"end[ \t]*(fork|merge)[ \t]*", _end_of, _ended(match), count=1, flags=re.IGNORECASE).rstrip()


def _end_of(found: re.Match[str]) -> str:
    return f"end {found[1].lower()} "


def _transition(first: str, second: str, event: str) -> _Writer:
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
_WRITE: Mapping[str, _Writer] = {
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
    "STATE": _state,
    "JSON": _headed("json"),
    "TRANSITION": _transition("from_name", "to_name", "event"),
    "BACK_TRANSITION": _transition("back_to_name", "back_from_name", "back_event"),
}
