"""The process as a value.  nodes + edges -> immutable Flow over a networkx MultiDiGraph.

A node is a position in the diagram, never a label; its id counts its kind in reading order (`action3`), so
formatting does not change it. Knows graphs; knows no notation, sessions or models.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowdial.errors import FlowError

if TYPE_CHECKING:
    import networkx as nx

    from flowdial.diagnostics import Diagnostic
    from flowdial.notation.ast import Diagram

#: Nodes that a dialogue passes through within one move; at the others it rests and speaks.
SILENT = frozenset(
    {"start", "fork", "split", "join", "loop", "connector", "label", "region", "history", "deep_history"}
)
#: Nodes of a state diagram at which a dialogue rests.
STATES = frozenset({"state", "composite", "json", "choice"})
#: Nodes at which a path is over. `exit` is the end of a diagram that writes no `stop` there.
FINAL = frozenset({"stop", "end", "detach", "exit"})


@dataclass(frozen=True, slots=True)
class Node:
    """One position of the process.

    `label` is the text as drawn, `line` the line of the file (from 1), `lane` the swimlane it stands in,
    `note` the text of its notes, `say` the canned text of a `' flowdial: say="…"` annotation, `opener` the
    fork or split that a join closes. Of a state diagram: `name` is the state's own name, `parent` the id of the
    composite state or region it stands in, `text` its description, `stereotype` what stands in its `<<…>>`.
    """

    id: str
    kind: str
    label: str = ""
    line: int = 0
    lane: str = ""
    note: str = ""
    say: str = ""
    opener: str = ""
    name: str = ""
    parent: str = ""
    text: str = ""
    stereotype: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from node to node; `id` is unique in the flow, also among parallel edges.

    `entry` is what stands before the `elseif` it leads to: PlantUML draws it, and leaves it out of its graph.
    """

    id: str
    source: str
    target: str
    label: str = ""
    entry: str = ""

    @property
    def text(self) -> str:
        """What is drawn at the way."""
        return self.label or self.entry


@dataclass(frozen=True, eq=False)
class Flow:
    """One process. Equal flows have equal `hash`; `graph` is the frozen networkx view of the same data.

    `source` is the syntax tree the flow was built of: it holds the nesting, which a graph does not.
    """

    kind: str
    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    title: str = ""
    lang: str = ""
    source: Diagram | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flow) and self.hash == other.hash

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What recovery mended."""
        return self.source.warnings if self.source else ()

    def __hash__(self) -> int:
        return hash(self.hash)

    @functools.cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of what the process means and says; lines and formatting are left out."""
        nodes = [(n.id, n.kind, n.label, n.lane, n.note, n.say, n.parent, n.text) for n in self.nodes.values()]
        edges = [(e.source, e.target, e.text) for e in self.edges]
        data = json.dumps([self.kind, self.lang, nodes, edges], ensure_ascii=False)
        return hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()

    @functools.cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The flow as a frozen networkx MultiDiGraph; attributes are those of Node and Edge."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(kind=self.kind, title=self.title, lang=self.lang)
        for node in self.nodes.values():
            graph.add_node(node.id, kind=node.kind, label=node.label, line=node.line, lane=node.lane)
        for edge in self.edges:
            graph.add_edge(edge.source, edge.target, key=edge.id, label=edge.label, entry=edge.entry)
        return nx.freeze(graph)

    @functools.cached_property
    def _outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped(self.nodes, ((edge.source, edge) for edge in self.edges))

    @functools.cached_property
    def _incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped(self.nodes, ((edge.target, edge) for edge in self.edges))

    def out(self, node_id: str) -> tuple[Edge, ...]:
        """Edges that leave a node, in the order in which they are written."""
        return self._outgoing[node_id]

    def into(self, node_id: str) -> tuple[Edge, ...]:
        """Edges that enter a node."""
        return self._incoming[node_id]

    def speaking(self, node_id: str) -> Node:
        """The first node at or behind this one at which a dialogue may rest, by the first way on of those between."""
        seen: set[str] = set()
        while self.nodes[node_id].kind in SILENT and node_id not in seen and self.out(node_id):
            seen.add(node_id)
            node_id = self.out(node_id)[0].target
        return self.nodes[node_id]

    def find(self, label: str) -> tuple[str, ...]:
        """All ids of the nodes with this label (white space collapsed); labels repeat in real diagrams."""
        wanted = " ".join(label.split())
        return tuple(n.id for n in self.nodes.values() if " ".join(n.label.split()) == wanted)

    @property
    def start(self) -> str:
        """Id of the first start node that stands in no composite state. Raises FlowError where there is none."""
        for node in self.nodes.values():
            if node.kind == "start" and not node.parent:
                return node.id
        written = "`[*] --> First`" if self.kind == "state" else "`start` on a line before the first step"
        raise FlowError("the flow has no start node", hint=f"write {written}")


def _grouped(nodes: Iterable[str], pairs: Iterable[tuple[str, Edge]]) -> Mapping[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {node: [] for node in nodes}
    for key, edge in pairs:
        found[key].append(edge)
    return {key: tuple(edges) for key, edges in found.items()}
