"""Name a mistake.  the refused line + the blocks open around it -> code, message, hint, mend.

Each entry is a shape in which people really write a statement wrong; the first that fits is used. Knows
wordings; knows no parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flowdial.notation.legacy import modern

#: What to write instead of the line: the lines themselves, none to take it out; None where nobody can tell.
Mend = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Mistake:
    """What to tell: `column` (from 1) overrides the parser's place where it is not 0.

    `mend` is what was meant. Where nobody can tell, `stand_in` lets the reading go on, so that one mistake does not
    make others. `closes` are terminals of open blocks that the mend closes; `owes` are lines below that belong to the
    mistake, and are no strays; `lacks` is the terminal that would have opened a stray word's block; `joins` says that
    the mend continues the line before.
    """

    code: str
    message: str
    hint: str
    column: int = 0
    mend: Mend = None
    stand_in: tuple[str, ...] = ("",)
    joins: bool = False
    closes: tuple[str, ...] = ()
    owes: tuple[str, ...] = ()
    lacks: str = ""

    @property
    def read_as(self) -> str:
        """What the mend makes of the line, for a warning."""
        lines = [line.strip() for line in self.mend or () if line.strip()]
        if not lines:
            return "left out"
        return ("the line before goes on with " if self.joins else "read as ") + ", then ".join(f"`{x}`" for x in lines)


@dataclass(frozen=True, slots=True)
class Shape:
    """A line that is wrong in a known way; `at` is the group that the caret points to.

    `mend` is the right line, in which `{before}`, `{at}` and `{after}` stand for the parts of the wrong one,
    `{ascii}` for `at` and `{parens}` for the whole line with ASCII punctuation, `{name}` for `at` as an identifier, and
    the names of other groups for what they match.
    """

    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str
    mend: str | None = None
    joins: bool = False

    def mistake(self, line: str) -> Mistake | None:
        """What to tell of `line`; None where it is not wrong in this way."""
        match = self.pattern.match(line)
        if match is None:
            return None
        at = match["at"]
        parts = {"before": line[: match.start("at")], "at": at, "after": line[match.end("at") :].rstrip()}
        parts |= {"ascii": at.translate(ASCII), "parens": line.translate(_PARENTHESES).rstrip()}
        parts["name"] = re.sub(r"\W+", "_", at).strip("_") or "_"
        parts = {name: found or "" for name, found in match.groupdict().items()} | parts
        mend = None if self.mend is None else _statements(self.mend.format_map(parts))
        message, hint = self.message.replace("{at}", at), self.hint.replace("{at}", at)
        return Mistake(self.code, message, hint, match.start("at") + 1, mend, joins=self.joins)


#: Full-width punctuation, as Chinese input methods write it.
ASCII = str.maketrans("：；（）", ":;()")
_PARENTHESES = str.maketrans("（）", "()")
_ACTION_AND_MORE = re.compile(r"(\s*:[^;]*;)\s*([^\s;<'].*)")


def _statements(text: str) -> tuple[str, ...]:
    """Lines, and of a line `:step; more` the two statements that it holds."""
    lines = text.split("\n")
    while match := _ACTION_AND_MORE.fullmatch(lines[-1]):
        lines[-1:] = match.groups()
    return tuple(lines)


def shape(code: str, pattern: str, message: str, hint: str, mend: str | None = None, *, joins: bool = False) -> Shape:
    """A Shape whose pattern is read in any case, after leading white space."""
    return Shape(code, re.compile(r"\s*" + pattern, re.IGNORECASE), message, hint, mend, joins)


def first(shapes: Sequence[Shape], line: str) -> Mistake | None:
    """The first shape that fits."""
    return next((mistake for known in shapes if (mistake := known.mistake(line))), None)


_TEXT = r"(?:(?:left|right|center)\s*)?(?:title|caption|legend|header|footer)"
#: What only decorates: how its line begins, what is wrong with it, and how it is written.
_DECORATIONS = tuple(
    shape("decoration", pattern, message, f"write {form}")
    for pattern, message, form in (
        (
            r"(?P<at>(?:left|right|center)\s+(?:title|caption|legend))\b",
            "only a header and a footer have a side before their name",
            "`legend right` for a legend; a title and a caption have no side",
        ),
        (
            rf"(?P<at>{_TEXT})(?:\s+(?:left|right|center|top|bottom))*\s*$",
            "the `{at}` holds no line of text, or is never closed",
            "`title text`, or the text on lines of its own and `end title` below them",
        ),
        (
            rf"(?:{_TEXT}|mainframe)(?:\s*:\s*|\s+)(?P<at>[^\w.]*)\s*$",
            "`{at}` is no text: it holds no letter and no digit",
            "a text, as in `title How to pay`",
        ),
        (r"(?P<at>mainframe)\s*$", "the frame has no name", "`mainframe name`"),
        (
            r"(?P<at>skinparam(?:locked)?)\s*\S*\s*$",
            "the skin parameter has no value",
            "`skinparam name value`",
        ),
        (
            r"(?P<at>skinparam)\b[^{]*\{",
            "the lines of the skin parameters are not all `name value`, or no `}` closes them",
            "one `name value` a line between `skinparam name {` and `}`",
        ),
        (
            r"(?P<at>skinparam(?:locked)?)\b",
            "this is not how a skin parameter is written",
            "`skinparam name value`; its name holds letters, digits and points",
        ),
        (r"(?P<at>scale)\b", "this is no scale", "`scale 1.5`, `scale 2/3`, `scale 200 width` or `scale max 800x600`"),
        (r"(?P<at>page)\b", "these are no numbers of pages", "`page 2x3`"),
        (r"(?P<at>minwidth)\b", "this is no width", "`minwidth 100`"),
        (r"(?P<at>rotate)\b", "`rotate` stands alone", "`rotate`"),
        (r"(?P<at>skin)\b", "this is no name of a skin", "`skin rose`"),
        (r"(?P<at>set)\s", "only a separator is set", "`set separator ::`"),
        (
            r"(?P<at>hide|show)\b",
            "nothing of this name is hidden or shown here",
            "`hide empty description` or `hide footbox`",
        ),
        (
            r"(?P<at><style>)\s*$",
            "the style sheet is not well formed, or never closed",
            "`selector {`, lines `name value`, `}`, and `</style>` on a line of its own",
        ),
        (
            r"(?P<at>sprite)\b",
            "the picture of the sprite cannot be read",
            "`sprite $name {`, lines of hexadecimal digits and `}`, or the packed form that PlantUML writes",
        ),
        (r"link\s+(?P<at>#\w+)\s*;?\s*$", "`{at}` is not a colour", "a name such as `#LightBlue`, or `#RRGGBB`"),
        (r"(?P<at>!pragma)\b", "the pragma has no name of letters and digits", "`!pragma name value`"),
        (r"(?P<at>!assume)\b", "nothing else is assumed", "`!assume transparent dark` or `!assume transparent light`"),
        (r"(?P<at>!(?:theme|option))\b", "`{at}` names nothing", "`!theme plain`, `!option handwritten true`"),
    )
)
#: The ends of texts, that are left where their beginning is refused.
_TEXT_END = re.compile(r"\s*(?:end[ \t]?(?:title|caption|legend|header|footer)|</style>)\s*", re.IGNORECASE)


def decoration(line: str) -> Mistake | None:
    """What is wrong with a line that was meant to decorate; None where it is another statement."""
    if _TEXT_END.fullmatch(line):
        word = line.strip()
        return Mistake("stray", f"`{word}` closes nothing", "delete it, or open the text above", mend=())
    found = first(_DECORATIONS, line)
    if found is None:
        return None
    word = re.sub(r"\W|left|right|center", "", line.split(None, 1)[0].lower())
    ends = ("</style>",) if word == "style" else (f"end {word}", f"end{word}")
    return replace(found, owes=ends)


def legacy(line: str) -> Mistake | None:
    """The legacy activity syntax, with the modern form of this very line."""
    found = modern(line)
    if found is None:
        return None
    column, lines = found
    written = ", then ".join(f"`{text}`" for text in lines)
    message = "this is PlantUML's legacy activity syntax, which FlowDial does not read"
    hint = f"the modern form of this line is {written}" if lines else "the modern form needs no such line"
    return Mistake("legacy-syntax", message, hint, column, stand_in=tuple(line for line in lines if line[:2] == "if"))
