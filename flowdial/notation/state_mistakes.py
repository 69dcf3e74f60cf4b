"""The mistakes that people make in state diagrams.  refused line + open blocks -> Mistake."""

from __future__ import annotations

from collections.abc import Sequence

from flowdial.notation.mistakes import Mistake, first, shape

_NAME = r"[\w.:]+"
_END = rf"(?:{_NAME}(?:\[H\*?\])?|\[\*\]|\[H\*?\])"
_LINE = r"x?-+(?:\[[^\]]*\])?\w*(?:\[[^\]]*\])?-*"
_ARROW = rf"{_LINE}>"
#: What follows a sign that was meant for the line of an arrow.
_LED = rf"(?=[-\s]*[>＞》〉\[]|\w+-|\s*{_END}\s*(?::|$))"

#: Signs that another language, or an input method, writes instead.
_FOREIGN = (
    shape(
        "full-width",
        rf"{_END}\s*<?-*(?P<at>－+){_LED}",
        "a full-width `{at}` is not the line of an arrow",
        "write `-->` in ASCII signs",
        "{before}--{after}",
    ),
    shape(
        "full-width",
        rf"{_END}\s*{_LINE}(?P<at>[＞》〉])",
        "a full-width `{at}` is not the head of an arrow",
        "write `-->` in ASCII signs",
        "{before}>{after}",
    ),
    shape(
        "full-width",
        rf"{_END}\s*(?P<at>[＜《〈])(?=[-－])",
        "a full-width `{at}` is not the head of an arrow",
        "write `<--` in ASCII signs",
        "{before}<{after}",
    ),
    shape(
        "full-width",
        r"(?:state|frame)\b(?:\"[^\"]*\"|[^:\"])*(?P<at>｛)\s*$",
        "a full-width `{at}` does not open a state",
        "write the ASCII brace `{`",
        "{before}{{",
    ),
    shape(
        "full-width",
        r"(?P<at>｝)\s*$",
        "a full-width `{at}` does not close a state",
        "write the ASCII brace `}`",
        "{before}}}",
    ),
    shape(
        "arrow-line",
        rf"{_END}\s*<?-*(?P<at>[—–―─−]+){_LED}",
        "`{at}` is not the line of an arrow",
        "write `-->`, with the dashes of the keyboard",
        "{before}--{after}",
    ),
    shape(
        "arrow-line",
        rf"{_END}\s*(?P<at>[=~]+>|[→⟶⇒])",
        "`{at}` is not an arrow of a state diagram",
        "write `-->`",
        "{before}-->{after}",
    ),
    shape(
        "arrow-line",
        rf"{_END}\s*(?P<at><[=~]+(?!>)|[←⟵⇐](?!→))",
        "`{at}` is not an arrow of a state diagram",
        "write `<--`",
        "{before}<--{after}",
    ),
    shape(
        "arrow-line",
        rf"{_END}\s*(?P<at>-[-\s]*\s-*>)",
        "a blank stands within the arrow",
        "write `-->`",
        "{before}-->{after}",
    ),
    shape(
        "arrow-line",
        rf"{_END}\s*(?P<at><\s+-+)",
        "a blank stands within the arrow",
        "write `<--`",
        "{before}<--{after}",
    ),
    shape(
        "arrow-head",
        rf"{_END}\s*{_LINE}(?P<at>>>+|\|+>)",
        "`{at}` is not the head of a transition",
        "write `-->`",
        "{before}>{after}",
    ),
    shape(
        "arrow-head",
        rf"{_END}\s*(?P<at><<+|<\|+)-",
        "`{at}` is not the head of a transition",
        "write `<--`",
        "{before}<{after}",
    ),
    shape(
        "json",
        r"json\b[^{]*(?P<at>\{)\s*(?=\S).*[^\s}]\s*$",
        "data of several lines begin below the line of their name",
        "begin a new line after `{`",
        "{before}{{\n{after}",
    ),
    shape(
        "json",
        r"json\s+\S+\s*(?P<at>\[)[^\]]*$",
        "an array stands on one line",
        "write it on one line, or between the lines `json Name {` and `}`",
    ),
)
_SHAPES = (
    shape(
        "full-width",
        rf"(?:state\s+)?{_END}(?:\s*{_ARROW}\s*{_END})?\s*(?P<at>：)",
        "a full-width `{at}` is not punctuation in PlantUML",
        "write the ASCII colon `:`",
        "{before}: {after}",
    ),
    shape(
        "empty-label",
        rf"{_END}\s*{_ARROW}\s*{_END}\s+(?P<at>:)\s*$",
        "nothing follows the colon",
        "write the event after it, or leave the colon out",
        "{before}",
    ),
    shape(
        "trailing-comment",
        rf"(?:{_END}\s*{_ARROW}\s*{_END}|state\s+[^']*\S)\s+(?P<at>')",
        "a comment cannot follow a statement",
        "give it a line of its own",
        "{before}",
    ),
    shape(
        "trailing-semicolon",
        rf"(?:{_END}\s*{_ARROW}\s*{_END}|state\s+{_NAME})\s*(?P<at>;)\s*$",
        "a state diagram has no `;` at the end of a line",
        "leave it out",
        "{before}",
    ),
    shape(
        "quoted-state",
        rf"(?:{_END}\s*{_ARROW}\s*)?(?P<at>\"[^\"]*\")\s*(?:{_ARROW}|:|$)",
        "a name in quotes cannot be an end of a transition",
        "declare `state {at} as Name` and write `Name` here",
    ),
    shape(
        "double-arrow",
        r"\S+\s*(?P<at><[-=]+>|←→|[↔⇔⟷])",
        "an arrow has one head",
        "write two transitions, one each way",
        "{before}-->{after}\n{before}<--{after}",
    ),
    shape(
        "arrow-head",
        rf"{_END}\s*-+(?:\[[^\]]*\])?\w*-*(?P<at>>x)",
        "the arrow `-->x` is not one of a state diagram",
        "write `-->`",
        "{before}> {after}",
    ),
    shape(
        "arrow-line",
        rf"{_END}\s*(?P<at>\.+>)",
        "a transition is drawn with dashes",
        "write `-->`, or `-[dotted]->` for a dotted line",
        "{before}-[dotted]-> {after}",
    ),
    shape(
        "arrow-head",
        rf"{_END}\s*(?P<at>-+)\s*{_END}\s*(?::.*)?$",
        "the arrow has no head",
        "write `-->`",
        "{before}-->{after}",
    ),
    shape(
        "chained-arrow",
        rf"{_END}\s*{_ARROW}\s*{_END}\s*(?P<at>{_ARROW})",
        "a line holds one transition",
        "write a line for each arrow",
    ),
    shape(
        "inline-body",
        r"(?:state|frame)\b[^{]*(?P<at>\{)\s*\S",
        "the body of a state cannot stand on its line",
        "begin a new line after `{`, and one before `}`",
        "{before}{{\n{after}",
    ),
    shape(
        "inline-body",
        r".*\S\s*(?P<at>\})\s*$",
        "a closing `}` stands on a line of its own",
        "begin a new line before it",
        "{before}\n}}",
    ),
    shape(
        "arrow-style",
        rf"{_END}\s*x?-+\[(?P<at>[^\]]*)\]",
        "`{at}` is not the style of an arrow",
        "write a colour such as `#red`, or `dashed`, `dotted`, `bold`, `hidden`, with commas between",
    ),
    shape(
        "missing-source",
        r"(?P<at>-+\w*-*>)",
        "the transition comes from nowhere",
        "write the state before the arrow: `A --> B`",
    ),
    shape(
        "missing-colon",
        rf"{_END}\s*{_ARROW}\s*{_END}\s+(?P<at>[^\s:'\"].*)$",
        "`{at}` stands after the transition without a colon",
        'write the event as `A --> B : event`; a name of several words needs `state "…" as Name`',
    ),
    shape(
        "brace",
        r"(?P<at>\{)\s*$",
        "a brace stands on a line of its own",
        "write it at the end of the `state` line: `state Name {`",
        " {{",
        joins=True,
    ),
    shape(
        "unclosed-quote",
        r"state\s*(?P<at>[\"“])[^\"”]*$",
        "the quoted name is never closed",
        'write `state "Long name" as Name`',
    ),
    shape(
        "unclosed-note",
        r"(?P<at>note)\b[^:]*$",
        "the note is never closed",
        "write `note right of Name : text`, or close it with `end note`, and a `{{` in it with `}}`",
    ),
    shape(
        "other-kind",
        r"(?P<at>participant|actor|class|interface|enum|usecase|component|rectangle|partition|together|package)\b",
        "`{at}` is not a statement of a state diagram",
        "declare states with `state Name`",
    ),
    shape(
        "state-alias",
        r"(?:state|frame)\s+[\w.:]+\s+as\s+(?P<at>[^\"\s{][^{]*?)\s*(?:\{\s*)?$",
        "the long name is not in quotes",
        'write `state "Long name" as Name`',
        '{before}"{at}"{after}',
    ),
    shape(
        "state-alias",
        r"(?:state|frame)\s+(?P<at>[\"“][^\"“”]*[\"”])\s*\{\s*$",
        "a composite state with a long name needs a short one",
        "write `state {at} as Name {`",
        "{before}{at} as {name}{after}",
    ),
    shape(
        "state-name",
        r"(?:state|frame)\s+(?P<at>[^\s\"“{:<#][^\"“{:<#]*?)\s*(?:\{\s*)?$",
        "`{at}` is not a state's name",
        'a name has letters, digits, `_` and `.`; declare others as `state "{at}" as Name`',
        '{before}"{at}" as {name}{after}',
    ),
    shape(
        "state-name",
        r"(?P<at>[$\w.:]*[^\s\w.:\[\]\"=<>'][^\s]*)\s*(?:-+\w*-*>|<-)",
        "`{at}` is not a state's name",
        'a name has letters, digits, `_` and `.`; declare others as `state "{at}" as Name`',
    ),
    shape(
        "state-name",
        rf"{_END}\s*{_ARROW}\s*(?P<at>\S+)",
        "`{at}` is not a state's name",
        'a name has letters, digits, `_` and `.`; declare others as `state "{at}" as Name`',
    ),
)


#: Words that do begin statements, and how the statement is written.
_WRITTEN = {
    "state": "state Name",
    "note": "note right of Name : text",
    "json": "json Name { … }",
    "title": "title text",
    "hide": "hide empty description",
}


def explain(line: str, column: int, opened: Sequence[str]) -> Mistake:
    """The best wording for a line that is refused at `column` (from 1) within the blocks `opened`, outermost first."""
    short = line[:2000]
    if short.strip().lower() in ("}", "end state", "endstate") and not opened:
        return Mistake("stray", f"`{short.strip()}` closes no state", "delete it, or open the state above", mend=())
    return first((*_FOREIGN, *_SHAPES), short) or _unknown(short[column - 1 :])


def _unknown(rest: str) -> Mistake:
    word = rest.split(None, 1)[0][:40] if rest.split() else "the end of the diagram"
    if written := _WRITTEN.get(word.lower()):
        return Mistake("unknown-statement", f"this is not how a `{word}` statement is written", f"write `{written}`")
    message = f"`{word}` begins no statement of a state diagram"
    return Mistake("unknown-statement", message, "write `state Name`, `A --> B : event` or `Name : description`")
