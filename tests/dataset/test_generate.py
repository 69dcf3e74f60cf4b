"""Random flows hold what real ones do, and all of the pipeline takes them."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.dataset.decisions import decision_of
from flowdial.dataset.examples import Source, examples
from flowdial.dataset.generate import random_flow
from flowdial.dataset.pfdial import Chart
from flowdial.dataset.tuples import coded, five_tuples
from flowdial.flow import loads
from flowdial.session import begin, is_done, legal, step
from flowdial.session.marking import STAY

_flows = st.builds(
    lambda seed, lang, size: random_flow(Random(seed), lang=lang, size=size),
    st.integers(0, 10**9),
    st.sampled_from(["zh", "en"]),
    st.integers(1, 40),
)


@given(_flows)
@settings(max_examples=60, deadline=None)
def test_a_random_flow_is_valid_and_ends(text):
    """Strictly read, every node can be reached, and a walk that tries all ways comes to the end."""
    flow = loads(text)
    graph = flow.graph
    import networkx as nx

    assert set(nx.descendants(graph, flow.start)) | {flow.start} == set(flow.nodes)
    marking, draw = begin(flow), Random(text)
    for _ in range(5000):
        if is_done(flow, marking):
            break
        moves = [move for move in legal(flow, marking) if move.id != STAY]
        marking = step(flow, marking, draw.choice(moves).id)
    assert is_done(flow, marking)


@given(_flows, st.sampled_from("ABC"))
@settings(max_examples=40, deadline=None)
def test_its_five_tuples_are_moves_of_the_chart_they_show(text, form):
    """Labels that repeat and ways back included."""
    flow = loads(text)
    source = Source("random", flow, (), text)
    found = examples(source, per_edge=1, draw=Random(1))
    written = [coded(each, flow, form) for each in five_tuples(7, text, found)]
    chart = Chart.read(written[0].flowchart)
    for example, each in zip(found, written, strict=True):
        if example.move != STAY:
            assert chart.is_move(each.current_state, each.next_state)
        decision = decision_of(example)
        if decision:
            assert bool(decision.gold) == (example.move != STAY)


def test_every_structure_occurs():
    """In a few hundred flows."""
    texts = "".join(random_flow(Random(seed), size=25) for seed in range(200))
    for word in ("if (", "elseif (", "switch (", "while (", "repeat while (", "backward :", "fork again"):
        assert word in texts
