"""Laws of what state diagrams are written as, on the charts and on random diagrams with regions and odd labels."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowdial.errors import NotationError
from flowdial.flow import Flow, load, loads
from flowdial.flow.export import to_dot, to_mermaid
from flowdial.flow.graphml import to_graphml
from flowdial.flow.nesting import ROOT, Nesting
from flowdial.flow.puml import to_puml
from flowdial.flow.scxml import OWN, SCXML, Label, to_scxml
from flowdial.flow.xml import name, writable
from flowdial.notation import format_text

FAST = settings(max_examples=60, deadline=None)
CHARTS = sorted((Path(__file__).parents[1] / "charts" / "state").glob("*.puml"))

#: What may stand in what, of the elements that are written (W3C SCXML 1.0, sections 3.2 to 3.10).
CONTENT: dict[str, set[str]] = {
    "scxml": {"state", "parallel", "final"},
    "state": {"initial", "transition", "state", "parallel", "final", "history"},
    "parallel": {"transition", "state", "parallel", "history"},
    "initial": {"transition"},
    "history": {"transition"},
    "final": set(),
    "transition": set(),
}


# ---- random diagrams ----
names = st.sampled_from(["A", "B", "C", "state", "订单", "x1"])
labels = st.text('ab 查:[]/;#<>&"{}\x01', max_size=7).map(str.strip)
ends = st.one_of(names, names, st.just("[*]"), st.just("[H]"), names.map("{}[H*]".format))
kinds = st.sampled_from(["", "", "<<choice>>", "<<fork>>", "<<join>>", "<<end>>", "<<start>>", "<<history>>"])


def _group(name: str, bodies: list[str]) -> str:
    return f"state {name} {{\n" + "\n--\n".join(bodies) + "\n}"


transitions = st.builds("{} --> {}{}".format, ends, ends, labels.map(lambda text: f" : {text}" if text else ""))
singles = st.one_of(transitions, transitions, st.builds("state {} {}".format, names, kinds), st.just("A : what it is"))
bodies = st.recursive(
    st.lists(singles, max_size=4).map("\n".join),
    lambda inner: st.lists(
        st.one_of(singles, st.builds(_group, names, st.lists(inner, min_size=1, max_size=3))), max_size=4
    ).map("\n".join),
    max_leaves=6,
)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A state diagram; those are left out whose names cannot be used where they stand."""
    try:
        flow = loads(f"@startuml\n[*] --> A\n{draw(bodies)}\n@enduml")
    except NotationError:
        assume(False)
    assume(flow.kind == "state")
    return flow


# ---- PlantUML ----
def check_written(flow: Flow) -> None:
    """The canonical form means the same and is its own canonical form; so does the laid-out form."""
    canonical = to_puml(flow)
    assert loads(canonical).hash == flow.hash
    assert to_puml(loads(canonical)) == canonical
    laid = format_text(canonical)
    assert loads(laid).hash == flow.hash
    assert format_text(laid) == laid


@FAST
@given(flows())
def test_a_rendered_state_diagram_means_the_same(flow: Flow) -> None:
    check_written(flow)


@pytest.mark.parametrize("path", CHARTS, ids=lambda path: path.stem)
def test_a_rendered_state_chart_means_the_same(path: Path) -> None:
    check_written(load(path))


# ---- DOT and Mermaid ----
def check_dot(flow: Flow) -> None:
    """Each leaf is a node and each group a cluster, once; braces close."""
    nesting, dot = Nesting(flow), to_dot(flow)
    for node in flow.nodes.values():
        if node.kind != "region":
            begins = rf'subgraph "cluster_{re.escape(node.id)}" {{$' if nesting.parts(node.id) else _node(node.id)
            assert len(re.findall(rf"^ *{begins}", dot, re.MULTILINE)) == 1
    lines = [line.strip() for line in dot.split("\n")]
    assert sum(line.endswith(" {") for line in lines) == lines.count("}")


def _node(node: str) -> str:
    return rf'"{re.escape(node)}" \['


def check_mermaid(flow: Flow) -> None:
    """Every transition stands there once; blocks close; ids are plain words."""
    lines = [line.strip() for line in to_mermaid(flow).split("\n")]
    assert lines[0] == "stateDiagram-v2"
    arrows = [line for line in lines if re.match(r"(\w+|\[\*\]) --> (\w+|\[\*\])( : .+)?$", line)]
    assert len(arrows) == len(flow.edges)
    assert sum(line.endswith(" {") for line in lines) == lines.count("}")
    assert not any(re.search(r'[:"<>{}]', line.partition(" : ")[2].replace("<br/>", "")) for line in arrows)


# ---- GraphML ----
def check_graphml(flow: Flow) -> None:
    """networkx reads the same graph back; a sign that XML cannot hold is a question mark."""
    read = nx.parse_graphml(to_graphml(flow), force_multigraph=True)
    assert list(read.nodes) == [writable(node) for node in flow.nodes]
    for node in flow.nodes.values():
        told = {key: getattr(node, key) for key in ("kind", "label", "parent", "text", "note")}
        assert {key: read.nodes[writable(node.id)].get(key, "") for key in told} == {
            key: writable(value) for key, value in told.items()
        }
    edges = {
        key: (source, target, label) for source, target, key, label in read.edges(keys=True, data="label", default="")
    }
    assert edges == {e.id: (writable(e.source), writable(e.target), writable(e.label)) for e in flow.edges}


# ---- nesting ----
def check_nesting(flow: Flow) -> None:
    """A walk passes every node once and closes what it opens, in both orders; paths agree with it."""
    nesting = Nesting(flow)
    for last_first in (False, True):
        open_: list[str] = []
        seen: list[str] = []
        for step in nesting.walk(last_first=last_first):
            assert step.depth == len(open_) - step.mark.startswith("end")
            if step.mark.startswith("end"):
                assert open_.pop() == step.id
            elif step.mark == "leaf":
                assert [place.id for place in nesting.path(step.id)] == [*open_, step.id]
            else:
                open_.append(step.id)
            seen += [step.id] if step.mark in ("leaf", "group") else []
        assert Counter(seen) == Counter(node.id for node in flow.nodes.values() if node.kind != "region")
    assert nesting.parallel(ROOT) == any(node.startswith("[2]") and nesting.held[node] for node in nesting.held)


def parsed(flow: Flow) -> ElementTree.Element:
    return ElementTree.fromstring(to_scxml(flow).encode())


def tag(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(f"{{{SCXML}}}")


def own(element: ElementTree.Element, attribute: str) -> str | None:
    return element.get(f"{{{OWN}}}{attribute}")


# ---- SCXML ----
def check_nothing_is_lost(flow: Flow) -> None:
    """Every state and every transition stands there once, between the right states and with its label."""
    root, nesting = parsed(flow), Nesting(flow)
    ids = {own(element, "node"): element.get("id") for element in root.iter()}
    nodes = Counter(own(element, "node") for element in root.iter() if own(element, "node"))
    written = (node.id for node in flow.nodes.values() if node.kind != "region" or nesting.held[node.id])
    assert nodes == Counter(written)
    edges = {edge.id: edge for edge in flow.edges}
    seen: list[str] = []
    for home in root.iter():
        for found in home.findall(f"{{{SCXML}}}transition"):
            names = (own(found, "edge") or "").split()
            seen += names
            assert [edges[edge].source for edge in names] == [own(home, "node")] * len(names)
            if names:
                assert (found.get("target") or "").split() == [ids[edges[edge].target] for edge in names]
                told = Label(found.get("event", ""), found.get("cond", ""), own(found, "effect") or "")
                label = own(found, "label")
                assert {writable(edges[edge].label) for edge in names} == {str(told) if label is None else label}
    assert Counter(seen) == Counter(list(edges))


def check_structure(flow: Flow) -> None:
    """The rules of W3C SCXML 1.0 on what may stand where, and on the targets of `<initial>` and `<history>`."""
    root = parsed(flow)
    states = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert len(states) == sum(1 for element in root.iter() if element.get("id"))
    assert (root.tag, root.get("version")) == (f"{{{SCXML}}}scxml", "1.0")
    for element in root.iter():
        assert {tag(child) for child in element} <= CONTENT[tag(element)]
        assert set((element.get("target") or element.get("initial") or "").split()) <= states.keys()
        if element.get("id"):
            assert name(element.get("id") or "") == element.get("id")
        if tag(element) in ("initial", "history"):
            check_default(root, element)


def check_default(root: ElementTree.Element, element: ElementTree.Element) -> None:
    """One transition, without event or condition, to a descendant; that of a shallow history to a child."""
    home = next(parent for parent in root.iter() if element in list(parent))
    (found,) = list(element)
    shallow = element.get("type") == "shallow"
    around = list(home) if shallow else [inner for inner in home.iter() if inner is not home]
    assert found.get("target") in {inner.get("id") for inner in around}
    assert not {"event", "cond"} & set(found.keys())
    if tag(element) == "initial":
        assert home.get("initial") is None
        assert sum(tag(child) == "initial" for child in home) == 1


LAWS = [check_dot, check_mermaid, check_graphml, check_nesting, check_nothing_is_lost, check_structure]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("chart", CHARTS, ids=lambda file: file.stem)
def test_the_laws_hold_for_every_chart(chart: Path, law: Callable[[Flow], None]) -> None:
    law(load(chart))


@FAST
@given(flows())
def test_the_laws_hold_for_random_diagrams(flow: Flow) -> None:
    for law in LAWS:
        law(flow)
