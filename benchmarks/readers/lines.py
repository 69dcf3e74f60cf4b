"""A reader of activity diagrams that tries a few regexes on each line and skips what it does not know.

It knows what the plantuml2drawio project knows: start, stop, actions of one or several lines, if/else/endif. It was
written for this comparison, from that list; it is kinder than the original, which draws the flow on behind a `stop`,
appends a stop to every diagram and wants a label on each branch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_IF = re.compile(r"if\s*\((.*)\)\s*then\s*(?:\((.*)\))?$", re.IGNORECASE)
_ELSE = re.compile(r"else\s*(?:\((.*)\))?$", re.IGNORECASE)
_ENDIF = re.compile(r"end\s?if;?$", re.IGNORECASE)
_END = re.compile(r"(start|stop);?$", re.IGNORECASE)


@dataclass
class _If:
    decision: int
    otherwise: bool = False
    loose: list[tuple[int, str]] = field(default_factory=list)


def read_lines(text: str) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    loose: list[tuple[int, str]] = []  # arrows that wait for the next node
    open_ifs: list[_If] = []
    action: list[str] | None = None

    def add(kind: str, label: str) -> int:
        number = len(nodes)
        nodes.append({"id": number, "kind": kind, "label": label})
        edges.extend({"source": source, "target": number, "label": text} for source, text in loose)
        return number

    for raw in text.splitlines():
        line = raw.strip()
        if action is None and line.startswith(":"):
            action, line = [], line[1:]
        if action is not None:
            before, ended, _ = line.partition(";")
            action.append(before)
            if ended:
                loose = [(add("action", "\n".join(action)), "")]
                action = None
        elif found := _END.match(line):
            kind = found[1].lower()
            number = add(kind, "")
            loose = [(number, "")] if kind == "start" else []
        elif found := _IF.match(line):
            decision = add("decision", found[1])
            loose = [(decision, found[2] or "")]
            open_ifs.append(_If(decision))
        elif open_ifs and (found := _ELSE.match(line)):
            block = open_ifs[-1]
            block.loose += loose
            block.otherwise = True
            loose = [(block.decision, found[1] or "")]
        elif open_ifs and _ENDIF.match(line):
            block = open_ifs.pop()
            loose = loose + block.loose + ([] if block.otherwise else [(block.decision, "")])
    return {"kind": "activity", "nodes": nodes, "edges": edges}
