"""The legacy activity syntax (`(*) --> "Step"`).  line -> the same line in the modern syntax.

Knows how both are written; it exists for messages, not for reading.
"""

from __future__ import annotations

import re

_ARROW = r"-(?:left|right|up|down|le?|ri?|up?|do?|\[[^\]]*\])?-*>"
_NODE = r"(?:\(\*(?:\s*top)?\)|\"[^\"]*\"(?:\s+as\s+\w+)?|===\s*[\w.]+\s*===|[\w.]+)(?:\s*<<[^>]*>>)?(?:\s*#\w+)?"
_STEP = re.compile(
    rf"\s*(?P<source>{_NODE})?\s*(?P<arrow>{_ARROW})\s*(?:\[(?P<label>[^\]]*)\])?\s*(?P<target>{_NODE}|if\b.*)?\s*$",
    re.IGNORECASE,
)
_TEST = re.compile(r"\s*(?P<word>if)\s*\"(?P<test>[^\"]*)\"\s*(?:then)?\s*$", re.IGNORECASE)
_LEGACY_TARGET = re.compile(r"\(\*|\"|===", re.IGNORECASE)


def modern(line: str) -> tuple[int, tuple[str, ...]] | None:
    """Column (from 1) of what is legacy in the line, and the modern lines; None where the line is not legacy."""
    if test := _TEST.match(line):
        return test.start("word") + 1, (_test(test["test"]),)
    step = _STEP.match(line)
    if step is None or not _is_legacy(step["source"], step["target"]):
        return None
    lines = [_node(step["source"], final=False)] if step["source"] else []
    lines += [f"-> {step['label']};"] if step["label"] else []
    lines += [_node(step["target"], final=True)] if step["target"] else []
    start = step.start("source") if step["source"] else step.start("arrow")
    return start + 1, tuple(filter(None, lines))


def _is_legacy(source: str | None, target: str | None) -> bool:
    if source is None:
        return target is not None
    return bool(_LEGACY_TARGET.match(source) or (target and _LEGACY_TARGET.match(target)))


def _node(text: str, *, final: bool) -> str:
    if text.startswith("(*"):
        return "stop" if final else "start"
    if text.startswith("==="):
        return "end fork" if not final else "fork"
    if text.lower().startswith("if"):
        test = _TEST.match(text)
        return _test(test["test"]) if test else _test("…")
    quoted = re.match(r"\"([^\"]*)\"", text)
    return f":{quoted[1] if quoted else text.split(maxsplit=1)[0]};"


def _test(test: str) -> str:
    return f"if ({test}) then"
