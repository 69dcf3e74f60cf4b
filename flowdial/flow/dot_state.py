"""Write a state diagram for Graphviz.  Flow -> DOT.  Knows clusters and their borders; draws nothing.

A composite state is a cluster. Graphviz draws edges between nodes only and cuts them at a cluster's border
(`lhead`, `ltail`), so an edge at a composite state is given a leaf within: on the way in the start, on the way out
the leaf farthest down. It cannot cut an edge that stays within the cluster: that one goes by a point outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from flowdial.flow.dot import ACTIVE, BOX, SHAPES, label, lines_of, quoted
from flowdial.flow.labels import drawn
from flowdial.flow.model import Edge, Flow, Node
from flowdial.flow.nesting import ROOT, Nesting, Place, Step
from flowdial.flow.order import backward, levels
from flowdial.flow.tables import Row, tables

_HISTORY = "shape=circle style=filled fillcolor=white width=0.3 fixedsize=true"
_SHAPES = {
    "start": SHAPES["start"],
    "end": SHAPES["stop"],
    "fork": SHAPES["fork"],
    "join": SHAPES["join"],
    "choice": 'shape=diamond style=filled fillcolor="#fff4d6" label="" width=0.34 height=0.34 fixedsize=true',
    "history": f'{_HISTORY} label="H"',
    "deep_history": f'{_HISTORY} label="H*"',
}
_RECORD = 'shape=Mrecord style=filled fillcolor="#eaf2fb"'
_TABLE = 'shape=record style=filled fillcolor="#fbfaf3" color="#8a8468"'
_GROUP = 'style="rounded,filled" labeljust=c margin=14'
_REGION = 'style="rounded,dashed" label="" penwidth=1 color="#8aa1b8" margin=10'
_QUIET = 'penwidth=1 color="#6f8aa5"'
#: Of an edge that leads back: it does not lift its target below its source.
_FREE = ("constraint=false",)
#: Groups within groups take turns in these.
_FILLS = ("#ffffff", "#f5f8fc")
_KEPT = str.maketrans({char: f"\\{char}" for char in "{}|<>"})


def state_dot(flow: Flow, active: Collection[str], font: str) -> str:
    """Graphviz DOT; states and composite states in `active` are drawn with a thick red border."""
    return "\n".join([*_head(flow, font), *_Writer(flow, active).lines(), "}", ""])


def _head(flow: Flow, font: str) -> list[str]:
    title = f"labelloc=t label={label(drawn(flow.title))}"
    return [
        "digraph flow {",
        f'  graph [rankdir=TB compound=true fontname="{font}" fontsize=12 nodesep=0.35 ranksep=0.45 {title}]',
        f'  node [fontname="{font}" fontsize=11]',
        f'  edge [fontname="{font}" fontsize=10 arrowsize=0.8]',
    ]


class _Writer:
    def __init__(self, flow: Flow, active: Collection[str]) -> None:
        self.flow = flow
        self.active = active
        self.nesting = Nesting(flow)
        self.tables = tables(flow)
        self.backward = backward(flow, self.nesting)
        self.borders = _borders(flow, self.nesting, levels(flow, self.nesting, self.backward))
        self.detours: defaultdict[Place, list[Edge]] = defaultdict(list)
        for edge in flow.edges:
            if group := self.around(edge):
                self.detours[self.home(group)].append(edge)

    def lines(self) -> list[str]:
        found = self.points(Place(ROOT), 0)
        for step in self.nesting.walk(last_first=True):  # Graphviz draws the last cluster of a cluster on the left
            found += self.step(step)
        for edge in self.flow.edges:
            found += self.detour(edge) if self.around(edge) else [self.edge(edge)]
        return found

    # ---- nodes ----
    def step(self, step: Step) -> list[str]:
        indent = "  " * (step.depth + 1)
        if step.mark == "leaf":
            return [f"{indent}{quoted(step.id)} [{self.leaf(self.flow.nodes[step.id])}]"]
        if step.mark.startswith("end"):
            return [f"{indent}}}"]
        place = Place(step.id, part=step.mark == "part")
        attributes = _REGION if place.part else self.group(step)
        opened = [f"{indent}subgraph {_cluster(place)} {{", f"{indent}  graph [{attributes}]"]
        return opened + self.points(place, step.depth + 1)

    def points(self, place: Place, depth: int) -> list[str]:
        """The labels that edges which leave and enter the same group pass through."""
        indent = "  " * (depth + 1)
        return [f"{indent}{_point(edge)} [{_pointed(edge)}]" for edge in self.detours[place]]

    def leaf(self, node: Node) -> str:
        if node.kind in _SHAPES:
            shape = _SHAPES[node.kind]
        elif node.kind == "json":
            shape = f"{_TABLE} label={_table(node, self.tables.get(node.line, []))}"
        elif node.text:
            shape = f'{_RECORD} label="{{{_centred(node.label)}|{_left(node.text)}}}"'
        else:
            shape = f"{BOX} height=0.4 label={label(lines_of(node.label))}"
        return f"{shape} {ACTIVE}" if node.id in self.active else shape

    def group(self, step: Step) -> str:
        node = self.flow.nodes[step.id]
        text = label([*lines_of(node.label), *lines_of(node.text)])
        fill = _FILLS[sum(not place.part for place in self.nesting.path(step.id)) % 2]
        border = ACTIVE if step.id in self.active else _QUIET
        return f'{_GROUP} fillcolor="{fill}" {border} label={text}'

    # ---- edges ----
    def around(self, edge: Edge) -> str:
        """The cluster that Graphviz could not cut an edge at."""
        group = self.nesting.around(edge)
        return group if group in self.borders else ""

    def home(self, group: str) -> Place:
        return next(iter(self.nesting.path(group)[-2:-1]), Place(ROOT))

    def edge(self, edge: Edge) -> str:
        back = edge.id in self.backward
        source = self.first(edge.source) if back else self.last(edge.source)
        target = self.last(edge.target) if back else self.first(edge.target)
        free = _FREE if back and not self.neighbours(edge) else ()
        attributes = [f"label={_spoken(edge)}", *self.cut("ltail", edge.source), *self.cut("lhead", edge.target), *free]
        return f"  {source} -> {target} [{' '.join(attributes)}]"

    def neighbours(self, edge: Edge) -> bool:
        """Whether an edge joins two leaves side by side: Graphviz itself sees which of these lead back."""
        source, target = self.flow.nodes[edge.source], self.flow.nodes[edge.target]
        return source.parent == target.parent and not {source.id, target.id} & self.borders.keys()

    def detour(self, edge: Edge) -> list[str]:
        """Two edges by way of the label, on both sides of it where they make a loop."""
        loop = edge.source == edge.target
        left, right, free = (":w", ":e", ()) if loop else ("", "", _FREE)
        out = " ".join(["dir=none", *self.cut("ltail", edge.source)])
        back = " ".join([*self.cut("lhead", edge.target), *free])
        return [
            f"  {self.last(edge.source)} -> {_point(edge)}{left} [{out}]",
            f"  {_point(edge)}{right} -> {self.last(edge.target)} [{back}]",
        ]

    def cut(self, attribute: str, node: str) -> list[str]:
        return [f"{attribute}={_cluster(Place(node))}"] if node in self.borders else []

    def first(self, node: str) -> str:
        return quoted(self.borders.get(node, (node, node))[0])

    def last(self, node: str) -> str:
        return quoted(self.borders.get(node, (node, node))[1])


def _borders(flow: Flow, nesting: Nesting, levels: Mapping[str, int]) -> dict[str, tuple[str, str]]:
    """Of each group the leaf that an edge to it is drawn to, its start, and the one that an edge from it comes from."""
    found: dict[str, tuple[str, str]] = {}
    depths: dict[str, int] = {}
    open_: list[list[str]] = [[]]
    for step in nesting.walk():
        if step.mark == "leaf":
            depths[step.id] = step.depth
            open_[-1].append(step.id)
        elif step.mark.startswith("end"):
            within = open_.pop()
            first = min(within, key=lambda leaf: (flow.nodes[leaf].kind != "start", depths[leaf]))
            last = max(within, key=lambda leaf: (levels.get(leaf, 0), -depths[leaf]))
            open_[-1] += [first, last]
            if step.mark == "end group":
                found[step.id] = (first, last)
        else:
            open_.append([])
    return found


def _cluster(place: Place) -> str:
    return quoted(f"cluster-{place.id}" if place.part else f"cluster_{place.id}")


def _point(edge: Edge) -> str:
    """No state is named so: `->` begins an arrow."""
    return quoted(f"-> {edge.id}")


def _pointed(edge: Edge) -> str:
    if not edge.label:
        return 'shape=point width=0.02 height=0.02 color="#222222"'
    return f'shape=plaintext fontsize=10 margin="0,0.02" width=0 height=0 label={_spoken(edge)}'


def _spoken(edge: Edge) -> str:
    """The label of an edge with some air, for Graphviz puts it close to the line."""
    return label([f" {line} " for line in lines_of(edge.label)])


# ---- records ----
def _table(node: Node, rows: list[Row]) -> str:
    """Key and value stand in columns; a cell has as many lines as its neighbour, so that the rows meet."""
    keys, values = [], []
    for key, value in rows:
        right = lines_of(value) or [" "]
        left = lines_of(key)
        height = max(len(left), len(right))
        keys.append(_column(left, height))
        values.append(_column(right, height))
    body = f"|{{{{{'|'.join(keys)}}}|{{{'|'.join(values)}}}}}" if rows else ""
    return f'"{{{_centred(node.label)}{body}}}"'


def _column(lines: list[str], height: int) -> str:
    return "".join(f"{_kept(line)}\\l" for line in [*lines, *[" "] * (height - len(lines))])


def _centred(text: str) -> str:
    return "\\n".join(map(_kept, lines_of(text)))


def _left(text: str) -> str:
    return "".join(f"{_kept(line)}\\l" for line in lines_of(text))


def _kept(text: str) -> str:
    """`text` within a record, where braces, bars and angles have a meaning."""
    return label([text])[1:-1].translate(_KEPT)
