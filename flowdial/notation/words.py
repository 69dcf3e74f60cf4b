"""Tell what the word that begins a refused line was meant for.  line -> Mistake.  Knows words; knows no shapes.

The word may be a keyword with a slip of the pen, a keyword of another language, or one whose statement is written
otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from flowdial.notation.decoration_mistakes import decoration
from flowdial.notation.mistakes import Mistake

#: A word of letters; of a Chinese one also a keyword with which it begins.
_WORD = re.compile(r"else if\b|[a-z]+|否则如果|如果|否则|\w+")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind of diagram: `written` are its own with their form, `foreign` what other languages say.

    `keywords` are those that a slip of the pen is compared with; `hint` is for a word that nobody knows.
    """

    diagram: str
    hint: str
    written: Mapping[str, str]
    foreign: Mapping[str, str]
    keywords: tuple[str, ...]

    def explain(self, line: str, column: int) -> Mistake:
        """What to tell of a line that is refused at `column` (from 1)."""
        if told := decoration(line):
            return told
        rest = line[column - 1 :]
        word = rest.split(None, 1)[0][:40] if rest.split() else "the end of the diagram"
        found = _WORD.match(rest.lstrip().lower())
        known = found[0] if found else ""
        if meant := self.foreign.get(known):
            message = f"`{rest.lstrip()[: len(known)]}` is not a keyword of {self.diagram}s"
            return Mistake("foreign-keyword", message, f"write {meant}")
        if form := self.written.get(known) or (known if known in self.keywords else ""):
            message = f"this is not how a `{known}` statement is written"
            return Mistake("unknown-statement", message, f"write `{form}`")
        message = f"`{word}` begins no statement of {_a(self.diagram)}"
        if meant := self._meant(known):
            mended = line[: column - 1] + meant + rest.lstrip()[len(known) :]
            return Mistake("misspelt", message, f"write `{meant}`", mend=(mended,))
        return Mistake("unknown-statement", message, self.hint)

    def _meant(self, word: str) -> str:
        """The keyword whose letters changed places, or of which one is missing or too many."""
        if len(word) < 3 or word in self.keywords:
            return ""
        shuffled = [known for known in self.keywords if sorted(known) == sorted(word)]
        return next(iter([*shuffled, *get_close_matches(word, self.keywords, 1, 0.85)]), "")


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"


_CHOICE = "`if (…) then (…)`"
_LOOP = "`while (…)` … `endwhile`"
_FORK = "`fork` … `fork again` … `end fork`"
_LANE = "`|name|`, which opens a lane"
ACTIVITY = Words(
    diagram="activity diagram",
    hint="a step is written `:text;` on lines of its own",
    written={
        "if": "if (…) then (…)",
        "else": "else (…)",
        **dict.fromkeys(("elseif", "else if"), "elseif (…) then (…)"),
        "while": "while (…) is (…)",
        "switch": "switch (…)",
        "case": "case (…)",
        "backward": "backward :text;",
        "goto": "goto name",
        "label": "label name",
        "partition": 'partition "name" {',
        "endwhile": "endwhile (…)",
        "title": "title text",
        "note": "note right: text",
    },
    foreign={
        "until": "`repeat while (…)`, which goes on while its condition holds",
        **dict.fromkeys(("loop", "for", "foreach", "循环"), _LOOP),
        **dict.fromkeys(("do", "重复"), "`repeat` … `repeat while (…)`"),
        **dict.fromkeys(("return", "exit", "finish", "结束", "停止", "终止"), "`stop`"),
        **dict.fromkeys(("begin", "开始"), "`start`"),
        "continue": "`goto name`, with `label name` at the place to go on",
        **dict.fromkeys(("parallel", "par", "并行"), _FORK),
        "and": "`fork again`",
        "join": "`end fork`",
        **dict.fromkeys(("function", "subgraph"), '`partition "name" {` … `}`'),
        "then": f"{_CHOICE} on one line",
        "try": "`if (…) then (ok)` … `else (error)` … `endif`",
        **dict.fromkeys(("catch", "except"), "`else (…)` within an `if`"),
        "finally": "the steps that always follow behind the `endif`",
        **dict.fromkeys(("done", "wend", "next", "结束循环"), "`endwhile`"),
        **dict.fromkeys(("fi", "结束如果", "结束判断"), "`endif`"),
        **dict.fromkeys(("actor", "participant", "pool", "lane"), _LANE),
        **dict.fromkeys(("如果", "判断"), _CHOICE),
        "否则": "`else (…)`",
        "否则如果": "`elseif (…) then (…)`",
        "当": "`while (…) is (…)`",
        "分支": "`switch (…)` … `case (…)` … `endswitch`",
        "结束分支": "`endswitch`",
        "结束并行": "`end fork`",
    },
    keywords=(
        *("start", "stop", "end", "detach", "kill", "break", "if", "else", "elseif", "endif", "switch", "endswitch"),
        *("case", "while", "endwhile", "repeat", "backward", "label", "goto", "fork", "endfork", "split", "endsplit"),
        *("partition", "package", "rectangle", "group", "endgroup", "swimlane", "note", "title", "legend"),
    ),
)
STATE = Words(
    diagram="state diagram",
    hint="write `state Name`, `A --> B : event` or `Name : description`",
    written={
        "state": "state Name",
        "note": "note right of Name : text",
        "json": "json Name { … }",
        "map": "map Name {` above its rows and `}",
        "title": "title text",
        "hide": "hide empty description",
        "show": "show empty description",
        "remove": "remove Name",
        "restore": "restore Name",
        "url": "url of Name is [[http://…]]",
        "set": "set separator .",
    },
    foreign={
        **dict.fromkeys(("initial", "start", "begin", "开始"), "`[*] --> Name`"),
        **dict.fromkeys(("final", "stop", "结束"), "`Name --> [*]`"),
        **dict.fromkeys(("choice", "if", "switch", "如果"), "`state Name <<choice>>` and a transition for each way"),
        **dict.fromkeys(("else", "elseif", "case", "否则"), "a transition of its own, as in `Name --> B : [else]`"),
        **dict.fromkeys(("fork", "parallel"), "`state Name <<fork>>`, or regions apart by `--`"),
        **dict.fromkeys(("endif", "endfork"), "nothing: a transition ends with its line"),
        "join": "`state Name <<join>>`",
        "end": "`}` behind the states within a state, `Name --> [*]` for the final one",
        "region": "`--` between the regions of a state",
        "history": "`[H]`",
        **dict.fromkeys(("transition", "event"), "`A --> B : event`"),
        **dict.fromkeys(("entry", "exit", "do"), "`Name : entry / action`"),
        "状态": "`state Name`",
    },
    keywords=("state", "frame", "note", "json", "map", "title", "legend", "hide", "show", "skinparam"),
)
