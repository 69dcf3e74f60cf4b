"""The readers written in Python: FlowDial, line regexes, pumllint."""

from __future__ import annotations

import functools
import gc
import importlib.metadata
from typing import Any

from flowdial.flow.export import to_json
from flowdial.flow.load import loads
from flowdial.flow.model import Flow
from readers.base import Found, InProcess, Missing
from readers.lines import read_lines


class FlowDial(InProcess):
    name = "FlowDial"
    right = "graph"

    def version(self) -> str:
        return importlib.metadata.version("flowdial")

    def read(self, text: str) -> Flow:
        return loads(text)

    def forget(self) -> None:
        caches = [thing for thing in gc.get_objects() if type(thing) is functools._lru_cache_wrapper]
        for cache in caches:
            bound = cache.cache_parameters()["maxsize"]  # None: it holds a compiled grammar
            if bound and str(cache.__module__).startswith("flowdial."):
                cache.cache_clear()

    def judge(self, result: Flow) -> Found:
        return Found(result.kind, graph=to_json(result))


class LineRegexes(InProcess):
    name = "line regexes, as in plantuml2drawio"
    right = "graph"
    kinds = ("activity",)

    def version(self) -> str:
        return "`readers/lines.py`"

    def read(self, text: str) -> dict[str, Any]:
        return read_lines(text)

    def judge(self, result: dict[str, Any]) -> Found:
        return Found("activity", graph=result)


class Pumllint(InProcess):
    name = "pumllint"
    does = "text to lists"
    right = "actions or edges only"

    def version(self) -> str:
        try:
            from pumllint.parser import parse_source  # type: ignore[import-untyped,import-not-found,unused-ignore]
        except ImportError:
            raise Missing("`pip install pumllint`") from None
        self._parse = parse_source
        return importlib.metadata.version("pumllint")

    def read(self, text: str) -> Any:
        return self._parse(text)

    def judge(self, result: Any) -> Found | None:
        if len(result) != 1:
            return None
        diagram = result[0]
        if diagram.diagram_type == "state":
            edges = [(_simple(t.source, "start"), _simple(t.target, "end"), t.label) for t in diagram.transitions]
            return Found("state", parts=frozenset(edges))
        actions = [node.label for node in diagram.activity_nodes if node.kind in ("action", "backward")]
        return Found(diagram.diagram_type, parts=frozenset(actions))


def _simple(name: str, pseudo: str) -> str:
    return f"<{pseudo}>" if name == "[*]" else name.rpartition(".")[2]
