"""Laws of reading and writing, on random diagrams: parse, render, build and the ids of nodes.

A diagram is drawn as a list of chunks; a chunk is one statement, which may hold several lines.
"""

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.errors import NotationError
from flowdial.flow import Flow, build, loads
from flowdial.notation import format_text, parse, parse_all, render
from flowdial.notation.ast import Diagram, Json, Span

FAST = settings(max_examples=60, deadline=None)

Chunks = list[str]

_SIGNS = "ab 查询?？，；（）：<>&#'\"[]|*-/=!"
words = st.text(_SIGNS, max_size=8)
some_words = words.filter(str.strip)
short_tests = st.one_of(words, st.builds("{} ({})".format, words, words))
tests = st.one_of(short_tests, st.builds("{}\n x{}".format, words, words))


def _lines(first: str, others: list[str]) -> str:
    """Later lines begin with `x`: a line that begins with a quote sign is a comment."""
    return "\n".join([first, *("x" + line if line else "" for line in others)])


actions = st.builds(_lines, words, st.lists(words, max_size=3)).map(lambda text: f":{text};")
says = st.text(_SIGNS + "\\", max_size=6).map(lambda text: text.replace("\\", "\\\\").replace('"', '\\"'))


@st.composite
def singles(draw: st.DrawFn) -> Chunks:
    """One statement that holds no others, sometimes with an annotation before it."""
    statement = draw(
        st.one_of(
            actions,
            st.sampled_from(
                ["start", "stop", "end", ":d;\ndetach", ":k;\nkill", "break", "(A)", "(B)", "|lane|", "|other|Title"]
            ),
            st.sampled_from(["label one", "label two", "goto one", "goto two", "goto lost"]),
            st.sampled_from(["->", "- item", "-", "* item;"]),
            some_words.map("-> {};".format),
            words.map("note left: {}".format),
            st.builds("note right\n x{}\n:x{};\nend note".format, words, words),
            st.just("skinparam x {\n  a b\n}"),
        )
    )
    return [f'\' flowdial: say="{draw(says)}"', statement] if draw(st.integers(0, 5)) == 0 else [statement]


def _labelled(head: str, word: str, label: str | None) -> str:
    return head if label is None else f"{head} {word} ({label})"


labels = st.none() | words


@st.composite
def ifs(draw: st.DrawFn, bodies: st.SearchStrategy[Chunks]) -> Chunks:
    head = draw(st.sampled_from(["then", "is"]))
    opening = f"if ({draw(tests)})"
    label = draw(labels)
    chunks = [f"{opening} then" if label is None else f"{opening} {head} ({label})", *draw(bodies)]
    for _ in range(draw(st.integers(0, 2))):
        word = draw(st.sampled_from(["elseif", "else if"]))
        entry = draw(labels)
        before = "" if entry is None else f"({entry}) "
        chunks += [f"{before}{word} ({draw(tests)}) then ({draw(words)})", *draw(bodies)]
    if draw(st.booleans()):
        label = draw(labels)
        chunks += ["else" if label is None else f"else ({label})", *draw(bodies)]
    return [*chunks, draw(st.sampled_from(["endif", "end if"]))]


@st.composite
def switches(draw: st.DrawFn, bodies: st.SearchStrategy[Chunks]) -> Chunks:
    chunks = [f"switch ({draw(short_tests)})"]
    for _ in range(draw(st.integers(0, 3))):
        chunks += [f"case ({draw(words)})", *draw(bodies)]
    return [*chunks, "endswitch"]


@st.composite
def loops(draw: st.DrawFn, bodies: st.SearchStrategy[Chunks]) -> Chunks:
    body = draw(bodies) + draw(st.sampled_from([[], ["backward :again;"]]))
    if draw(st.booleans()):
        opening = _labelled(f"while ({draw(short_tests)})", "is", draw(labels))
        closing = draw(words.filter(bool).map("endwhile ({})".format) | st.just("end while"))
        return [opening, *body, closing]
    opening = draw(words.map("repeat :{};".format) | st.just("repeat"))
    closing = draw(tests.map("repeat while ({})".format) | st.just("repeat while"))
    if closing != "repeat while":
        closing = _labelled(_labelled(closing, "is", draw(labels)), "not", draw(labels))
    return [opening, *body, closing]


@st.composite
def frames(draw: st.DrawFn, bodies: st.SearchStrategy[Chunks]) -> Chunks:
    """Forks, splits, partitions and groups."""
    word = draw(st.sampled_from(["fork", "split", "partition", "group"]))
    if word in ("fork", "split"):
        chunks = [word, *draw(bodies)]
        for _ in range(draw(st.integers(0, 2))):
            chunks += [f"{word} again", *draw(bodies)]
        return [*chunks, f"end {word}"]
    if word == "partition":
        return ['partition "two words" {', *draw(bodies), "}"]
    return [draw(st.sampled_from(['group a "b" c', "group one"])), *draw(bodies), "end group"]


def _bodies(inner: st.SearchStrategy[Chunks]) -> st.SearchStrategy[Chunks]:
    bodies = st.lists(inner, max_size=3).map(lambda parts: [chunk for part in parts for chunk in part])
    return st.one_of(ifs(bodies), switches(bodies), loops(bodies), frames(bodies))


diagrams = st.lists(st.recursive(singles(), _bodies, max_leaves=12), min_size=1, max_size=4).map(
    lambda parts: [chunk for part in parts for chunk in part]
)


def written(chunks: Chunks) -> str:
    return "\n".join(["@startuml", *in_lanes(chunks), "@enduml", ""])


def in_lanes(chunks: Chunks) -> Chunks:
    """A diagram that has lanes must begin with one."""
    return ["|first|", *chunks] if any(chunk.startswith("|") for chunk in chunks) else chunks


def rewritten(chunks: Chunks, random: Random) -> str:
    """The same diagram with other white space, line ends and comments."""
    lines = ["", "' before the diagram", "@startuml"]
    for chunk in in_lanes(chunks):
        lines += random.choice([[], [""], ["' stop"], ["/' :not a step;", "endif '/"], ["  ' flow", "\t"]])
        lines.append(random.choice(["", "  ", "\t"]) + chunk + random.choice(["", " ", "\t "]))
    end = random.choice(["\n", "\r\n", "\r"])
    return "\n".join([*lines, "  @enduml"]).replace("\n", end)


@FAST
@given(diagrams)
def test_a_rendered_diagram_means_the_same(chunks: Chunks) -> None:
    first = parse(written(chunks))
    assert build(parse(render(first))).hash == build(first).hash


@FAST
@given(diagrams, st.randoms(use_true_random=False))
def test_a_diagram_that_is_laid_out_means_the_same_and_keeps_its_comments(chunks: Chunks, random: Random) -> None:
    text = rewritten(chunks, random)
    laid = format_text(text)
    assert loads(laid).hash == loads(text).hash
    assert format_text(laid) == laid
    assert [line for line in laid.split() if "step" in line] == [line for line in text.split() if "step" in line]


@FAST
@given(diagrams)
def test_rendering_again_changes_nothing(chunks: Chunks) -> None:
    once = render(parse(written(chunks)))
    assert render(parse(once)) == once


_LETTERS = "ab 查询{}[]\\:,'#-"
long_names = st.text(_LETTERS, min_size=1, max_size=8).filter(str.strip)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.floats(-9, 9) | st.text(_LETTERS + '"\n', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(_LETTERS + '"', max_size=4), inner, max_size=3),
    max_leaves=6,
)
colors = st.sampled_from(["", " #red", " <<s>> #LightBlue"])


@st.composite
def one_line_data(draw: st.DrawFn) -> str:
    """A scalar, an array or an object on the line of its name."""
    name = draw(st.sampled_from(["J", "J.k", "数据"]) | long_names.map('"{}" as J'.format))
    value = draw(values.filter(lambda value: value != {} and not isinstance(value, float)))
    return f"json {name}{draw(colors)} {json.dumps(value, ensure_ascii=draw(st.booleans()))}"


@st.composite
def block_data(draw: st.DrawFn) -> str:
    """An object or an array over several lines."""
    names = st.sampled_from(["J", "J-k", "J:k", "数据"]) | st.sampled_from(['"{}"', '"{}" as J', 'J as "{}"']).flatmap(
        lambda form: long_names.map(form.format)
    )
    value = draw(st.dictionaries(st.text(_LETTERS, max_size=4), values, min_size=1, max_size=3))
    return f"json {draw(names)}{draw(colors)} {json.dumps(value, indent=draw(st.integers(0, 2)))}"


def data_of(diagram: Diagram) -> list[Json]:
    return [replace(found, span=Span(0, 0, 0, 0)) for found in diagram.body if isinstance(found, Json)]


@FAST
@given(one_line_data() | block_data())
def test_data_are_the_same_after_they_are_rendered_and_laid_out(data: str) -> None:
    text = f"@startuml\n[*] --> A\n{data}\n@enduml\n"
    first = parse(text)
    assert len(data_of(first)) == 1
    for written in (render(first), format_text(text)):
        assert data_of(parse(written)) == data_of(first)
        assert build(parse(written)).hash == build(first).hash
    assert render(parse(render(first))) == render(first)


@FAST
@given(diagrams, st.randoms(use_true_random=False))
def test_white_space_and_comments_change_neither_ids_nor_hash(chunks: Chunks, random: Random) -> None:
    plain, other = loads(written(chunks)), loads(rewritten(chunks, random))
    assert list(other.nodes) == list(plain.nodes)
    assert other.edges == plain.edges
    assert other.hash == plain.hash


@FAST
@given(diagrams)
def test_every_edge_leads_from_a_node_to_a_node(chunks: Chunks) -> None:
    flow = loads(written(chunks))
    assert all(edge.source in flow.nodes and edge.target in flow.nodes for edge in flow.edges)
    assert len({edge.id for edge in flow.edges}) == len(flow.edges)
    assert sum(len(flow.out(node)) for node in flow.nodes) == len(flow.edges)
    assert sum(len(flow.into(node)) for node in flow.nodes) == len(flow.edges)


@FAST
@given(diagrams)
def test_only_final_nodes_and_decisions_without_a_way_lack_an_edge(chunks: Chunks) -> None:
    """Every path goes on until a stop, end, detach or exit; only a connector may be left by `detach`."""
    flow = loads(written(chunks))
    dead = {node.kind for node in flow.nodes.values() if not flow.out(node.id)}
    assert dead <= {"stop", "end", "detach", "exit", "connector"}


@FAST
@given(diagrams)
def test_every_node_knows_a_line_of_the_text(chunks: Chunks) -> None:
    text = written(chunks)
    last = text.count("\n") + 1
    assert all(1 < node.line <= last for node in loads(text).nodes.values())


def refused_or_read(text: str) -> None:
    """Neither parsing nor what follows it fails in another way than by a NotationError."""
    try:
        found: Diagram | NotationError = parse(text)
        flow = build(found)
    except NotationError as error:
        found = error
    if isinstance(found, Diagram):
        assert isinstance(flow, Flow)
        assert build(parse(render(found))).hash == flow.hash
    else:
        assert found.line >= 1
        assert found.column >= 1
        assert str(found)
    assert all(isinstance(each, Diagram | NotationError) for each in parse_all(text))


@FAST
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    refused_or_read(text)


@FAST
@given(st.text())
def test_any_text_in_a_block_is_read_or_refused(text: str) -> None:
    refused_or_read(f"@startuml\n{text}\n@enduml\n")


LINES = """
start|stop|end|:a;|:b|c;|if (a) then (b)|if (a)|elseif (c) then|else if (d) then (e)|else|else (f)|endif|while (g)|
endwhile (h)|repeat|repeat :i;|repeat while (j) is (k) not (l)|repeat while|backward :m;|fork|fork again|end fork|split|
split again|end split|switch (n)|case (o)|endswitch|partition p {|}|group q|end group|-> r;|-> s|label t|goto t|break|
detach|(A)|note right|end note|note left: u|title v|title|end title|legend|end legend|' w|/' x|'/|y \\|- z|
<style>|</style>|!theme b|' flowdial: say="c"|' flowdial: d|@startuml|@enduml|；|if （e） then|if (f|'g|
""".replace("\n", "").split("|")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*LINES, "|lane|", "|#red|l|t"]), max_size=14))
def test_statements_in_any_order_are_read_or_refused(lines: list[str]) -> None:
    refused_or_read("\n".join(["@startuml", *lines, "@enduml"]))


@FAST
@given(diagrams, st.data())
def test_a_diagram_with_a_piece_cut_out_is_read_or_refused(chunks: Chunks, data: st.DataObject) -> None:
    text = written(chunks)
    begin = data.draw(st.integers(10, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    refused_or_read(text[:begin] + text[end:])


NESTS = [
    ("if (a) then (b)\n", "endif\n"),
    ("if (a) then (b)\n:x;\nelse\n", "endif\n"),
    ("while (a)\n", "endwhile\n"),
    ("repeat\n", "repeat while (a) is (b)\n"),
    ("fork\n", "end fork\n"),
    ("split\n", "end split\n"),
    ("switch (a)\ncase (b)\n", "endswitch\n"),
    ('partition "a" {\n', "}\n"),
    ("if (a) then\nwhile (b)\nfork\n", ""),
]


@pytest.mark.parametrize(
    ("opening", "closing"), NESTS, ids=[nest[0].split()[0] + str(i) for i, nest in enumerate(NESTS)]
)
def test_two_thousand_levels_of_nesting_cost_no_stack(opening: str, closing: str) -> None:
    diagram = parse("@startuml\nstart\n" + opening * 2000 + ":deep;\n" + closing * 2000 + "stop\n@enduml\n")
    flow = build(diagram)
    assert len(flow.find("deep")) == 1
    assert build(parse(render(diagram))).hash == flow.hash
