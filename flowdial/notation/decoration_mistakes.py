"""The mistakes that people make in what only decorates.  refused line -> Mistake.  For both kinds of diagram."""

from __future__ import annotations

import re
from dataclasses import replace

from flowdial.notation.mistakes import Mistake, first, shape

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
