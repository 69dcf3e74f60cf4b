"""The mistakes that people make in state diagrams.  refused line + open blocks -> Mistake."""

from __future__ import annotations

from collections.abc import Sequence

from flowdial.notation.mistakes import Mistake, first, shape
from flowdial.notation.words import STATE

_NAME = r"[\w.:]+"
_END = rf"(?:{_NAME}(?:\[H\*?\])?|\[\*\]|\[H\*?\])"
_LINE = r"x?-+(?:\[[^\]]*\])?\w*(?:\[[^\]]*\])?-*"
_ARROW = rf"{_LINE}>"
#: Before and behind the end of a transition, whichever it is.
_FROM = rf"(?:{_END}\s*{_ARROW}\s*)?"
_OR_TO = rf"\s*(?:{_ARROW}|<-|:|$)"
_WORD = r"[\w.]+"
_WORDS = rf"{_NAME}(?:[ \t]+{_NAME})*"
_BRACKETED = r"(?!\[\*\]|\[H)[\[(（【][^\])）】:]+[\])）】]"
#: What follows a sign that was meant for the line of an arrow.
_LED = rf"(?=[-\s]*[>＞》〉\[]|\w+-|\s*{_END}\s*(?::|$))"

#: Signs that another language, or an input method, writes instead.
_FOREIGN = (
    shape(
        "mermaid",
        r"(?P<at>stateDiagram(?:-v2)?)\s*$",
        "`{at}` is a line of Mermaid",
        "leave it out",
        "",
    ),
    *(
        shape(
            "mermaid",
            rf"(?P<at>direction\s+(?:{words}))\s*$",
            "`{at}` is a line of Mermaid",
            f"write `{meant} direction`",
            f"{meant} direction",
        )
        for words, meant in (("LR|RL", "left to right"), ("TB|TD|BT", "top to bottom"))
    ),
    shape(
        "full-width",
        r"[^:：]*?(?P<at>[【［]\s*[*＊]\s*[】］])",
        "`{at}` is not the initial or the final state",
        "write `[*]` in ASCII signs",
        "{before}[*]{after}",
    ),
    shape(
        "full-width",
        rf"{_END}\s*<?-*(?P<at>[－﹣]+|(?<=\s)一+(?=[>＞])){_LED}",
        "a full-width `{at}` is not the line of an arrow",
        "write `-->` in ASCII signs",
        "{before}--{after}",
    ),
    shape(
        "full-width",
        rf"{_END}\s*{_LINE}>?(?P<at>[＞》〉]+)",
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
#: A colour, or several looks, as they may be; what stands in a line before them.
_LOOKS = r"#(?:\w\w+(?:[-\\|/]\w+)?|(?:\w+;)?(?:text|back|header|line|shadowing)[\w.:;]*)(?=[\s:{]|$)"
_BEFORE_LOOKS = r"(?:state|frame|note|json|map)\b(?:\"[^\"]*\"|[^:\"#\[])*"
_SHAPES = (
    shape(
        "point",
        rf"{_FROM}(?P<at>\(+\*\)+|\*|[\[(<](?:start|initial|begin|end|final|stop)[\])>]){_OR_TO}",
        "`{at}` is not the initial or the final state",
        "write `[*]`",
        "{before}[*]{after}",
    ),
    shape(
        "state-brackets",
        rf"{_FROM}(?P<at>[\[(（【]\s*[\w.]+\s*[\])）】]){_OR_TO}",
        "a state's name has no brackets",
        "write the name alone",
        "{before}{name}{after}",
    ),
    shape(
        "several-states",
        rf"(?:(?:state|frame)\s+|{_FROM})(?P<at>{_WORDS}(?:\s*[,，、]\s*{_WORDS})+){_OR_TO}",
        "`{at}` is more than one state",
        "write a line for each",
    ),
    shape(
        "extra-word",
        rf"(?P<at>state\s+){_END}\s*{_ARROW}",
        "a transition does not begin with `state`",
        "leave the word out",
        "{before}{after}",
    ),
    *(
        shape(
            "event-place",
            pattern,
            "the event does not stand within the arrow",
            "write it behind the transition: `A --> B : event`",
            "{source} --> {target} : {event}",
        )
        for pattern in (
            rf"(?P<source>{_END})\s*(?:{_ARROW}|-+)\s*(?P<at>[\"“(（|]\s*(?P<event>[^\"“”()（）|]+?)\s*[\"”)）|])\s*"
            rf"(?:-*>)?\s*(?P<target>{_END})\s*$",
            rf"(?P<source>{_END})\s*--+\s*(?P<at>(?P<event>[^\s\->\[][^\->\[]*?))\s*--*>\s*(?P<target>{_END})\s*$",
        )
    ),
    shape(
        "event-place",
        rf"{_END}\s*-(?!(?:left|right|up|down|le?|ri?|u|do?)-)(?P<at>\w+)-*>\s*{_END}",
        "`{at}` is not a direction of an arrow",
        "write `up`, `down`, `left` or `right`, and an event behind the transition: `A --> B : {at}`",
    ),
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
        rf"(?:{_END}\s*{_ARROW}\s*{_END}|state\s+[^':]*[^\s:]|\}}|\{{)\s+(?P<at>'|//|%%|#\s)",
        "a comment cannot follow a statement",
        "give it a line of its own",
        "{before}",
    ),
    shape(
        "comment-sign",
        r"(?P<at>//|%%|#(?=\s))",
        "a comment does not begin with `{at}`",
        "write `'` before it",
        "",
    ),
    shape(
        "comment-sign",
        r"(?P<at>--+)\s+[^\s>]",
        "`{at}` stands alone, between the regions of a state",
        "write `--` on a line of its own, or a comment behind `'`",
    ),
    shape(
        "region-sign",
        r"(?P<at>={2,}|_{2,}|\.{3,}|\*{3,}|~{2,}|[—–―─－]+)\s*$",
        "`{at}` does not set regions apart",
        "write `--`",
        "{before}--",
    ),
    shape(
        "trailing-semicolon",
        rf"(?:(?:{_END}\s*{_ARROW}\s*{_END}|\}}|--+|\|\|+)\s*|(?:state|frame)\s[^:;；]*)(?P<at>[;；]+)\s*$",
        "a state diagram has no `{at}` at the end of a line",
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
        rf"{_END}\s+(?P<at>[*o+#^]-+)\s*{_END}\s*(?::.*)?$",
        "`{at}` is not an arrow of a state diagram",
        "write `-->`",
        "{before}-->{after}",
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
        rf"{_END}\s*(?P<at>-*\.[-.]*>)",
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
        rf"{_END}\s*(?:{_ARROW}|<-+)\s*{_END}\s*(?P<at>{_ARROW}|<-+)",
        "a line holds one transition",
        "write a line for each arrow",
    ),
    shape(
        "inline-body",
        r"map\s[^{]*(?P<at>\{)\s*(?P<rows>[^{}]*?)\s*\}\s*$",
        "the rows of a map begin below the line of its name",
        "begin a new line after `{`, and one before `}`",
        "{before}{{\n{rows}\n}}",
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
        "write a colour such as `#red`, or `dashed`, `dotted`, `bold`, `hidden`, with commas between; an event stands "
        "behind the transition: `A --> B : event`",
    ),
    shape(
        "missing-source",
        r"(?P<at>-+\w*-*>)",
        "the transition comes from nowhere",
        "write the state before the arrow: `A --> B`",
    ),
    shape(
        "missing-target",
        rf"{_END}\s*(?P<at>{_ARROW}|<-+)\s*(?::.*)?$",
        "the transition leads nowhere",
        "write the state behind the arrow: `A --> B`",
    ),
    shape(
        "missing-colon",
        rf"{_END}\s*{_ARROW}\s*{_END}\s+(?P<at>(?:[\[(（/]|(?:when|if|on|after)\b).*)$",
        "`{at}` stands after the transition without a colon",
        "write the event as `A --> B : event`",
        "{before}: {at}",
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
        "note-place",
        r"(?!note\s+\w+\s+of\b)(?P<at>note\s+(?:(?:left|right|top|bottom)\s+)?(?:(?:over|at|for|about|of)\s+)?"
        rf"(?!(?:of|on|as|left|right|top|bottom)\b)(?P<owner>{_WORD}))(?=\s*(?::|$))",
        "this is not how a note of a state begins",
        "write `note left of Name` or `note right of Name`",
        "{before}note right of {owner}{after}",
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
        "other-kind",
        r"(?P<at>allow_?mixing|link\s+#\w+)\s*$",
        "`{at}` is not a statement of a state diagram",
        "leave it out",
        "",
    ),
    shape(
        "line-style",
        r"(?P<head>(?:state|frame|map)\b[^:]*##)\[(?P<at>(?!(?:dotted|dashed|bold)\])[^\]]*)\](?P<tail>.*)$",
        "`{at}` is not the style of a line",
        "write `dotted`, `dashed` or `bold`",
        "{head}{tail}",
    ),
    shape(
        "link",
        rf"{_BEFORE_LOOKS}(?P<at>\[\[(?:\s*\]\]|[^\]]*\]?\s*$))",
        "this is not how a link is written",
        "write `[[http://address]]`",
        "{before}{after}",
    ),
    shape(
        "color",
        rf"{_BEFORE_LOOKS}(?P<at>(?!##|{_LOOKS})#[^\s{{:]*)",
        "`{at}` is not a colour",
        "write a name such as `#LightBlue`, or `#RRGGBB`; with other looks `#red;line:blue`",
        "{before}{after}",
    ),
    shape(
        "state-alias",
        r"(?P<head>state|frame)\s+(?P<long>[\"“][^\"“”]*[\"”])\s*(?P<at>(?!as\b|begin\b)[\w.]+)(?=\s*(?:$|[{:#<]|\[\[))",
        "`as` is missing between the two names",
        'write `state "Long name" as {at}`',
        "{head} {long} as {at}{after}",
    ),
    shape(
        "state-alias",
        r"map\s+(?P<at>[\"“][^\"“”]*[\"”])\s*\{\s*$",
        "a map with a long name needs a short one",
        "write `map {at} as Name {`",
        "{before}{at} as {name}{after}",
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
        "quotes",
        r"(?:state|frame)\s+(?P<at>[「『‘'«](?P<long>[^」』’'»]*)[」』’'»])",
        "`{at}` is not in PlantUML's quotes",
        'write `"…"`',
        '{before}"{long}"{after}',
    ),
    shape(
        "state-alias",
        r"(?P<head>state|frame)\s+(?P<short>[\w.:]+)\s*(?P<at>=?\s*(?P<long>[\"“][^\"“”]*[\"”]))",
        "`as` is missing between the two names",
        'write `state "Long name" as Name`',
        "{head} {short} as {long}{after}",
    ),
    shape(
        "state-alias",
        r"(?:state|frame)\s+[\"“][^\"“”]*[\"”]\s*as\s+(?P<at>[\"“][^\"“”]*[\"”])",
        "the short name is in quotes",
        'write `state "Long name" as Name`',
        "{before}{name}{after}",
    ),
    shape(
        "state-alias",
        r"(?:state|frame)\s+[\"“][^\"“”]*[\"”]\s*as\s+(?P<at>[^\s\"“{<#:]+(?:\s+[^\s\"“{<#:]+)*)\s*(?:\{\s*)?$",
        "`{at}` is not a short name",
        "write letters, digits, `_` and `.` in it",
        "{before}{name}{after}",
    ),
    shape(
        "stereotype",
        r"(?:state|frame)\s+(?:[\"“][^\"“”]*[\"”]\s*as\s+)?[\w.:]+\s+(?P<at>[<《«＜(（\[]+\s*(?P<kind>[\w*]+)\s*[>》»＞)）\]]*)\s*$",
        "`{at}` is not a stereotype",
        "write `<<choice>>` or its like",
        "{before}<<{kind}>>",
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
        r"(?P<at>[$\w.:]*[^\s\w.:\[\]\"=<>'][^\s]*)\s*(?:-[\w-]*>|<-)",
        "`{at}` is not a state's name",
        'a name has letters, digits, `_` and `.`; declare others as `state "{at}" as Name`',
    ),
    shape(
        "state-name",
        rf"(?!state\b|frame\b|note\b)(?P<at>{_NAME}[ \t]+{_WORDS}|{_BRACKETED})\s*(?:{_ARROW}|<-)",
        "`{at}` is not a state's name",
        'a name has letters, digits, `_` and `.`; declare others as `state "{at}" as Name`',
    ),
    shape(
        "state-name",
        rf"{_END}\s*{_ARROW}\s*(?P<at>{_BRACKETED}|\S+)",
        "`{at}` is not a state's name",
        'a name has letters, digits, `_` and `.`; declare others as `state "{at}" as Name`',
    ),
)


def explain(line: str, column: int, opened: Sequence[str]) -> Mistake:
    """The best wording for a line that is refused at `column` (from 1) within the blocks `opened`, outermost first."""
    short = line[:2000]
    word = short.strip().lower()
    if word in ("}", "end state", "endstate") and not opened:
        return Mistake("stray", f"`{short.strip()}` closes no state", "delete it, or open the state above", mend=())
    if word in ("end note", "endnote"):
        return Mistake("stray", f"`{word}` closes no `note`", "delete it, or open the note above", mend=())
    return first((*_FOREIGN, *_SHAPES), short) or STATE.explain(short, column)
