"""Whatever the text, reading ends soon, with a diagram or with a NotationError, with and without recovery.

Also: long and deeply nested diagrams cost time in proportion to their length, and no stack.
"""

import contextlib
import re
import time
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flowdial.errors import NotationError
from flowdial.flow import Flow, build, loads
from flowdial.notation import parse, render
from flowdial.notation.checks import MAX_DEPTH
from flowdial.notation.lines import blocks
from flowdial.notation.preprocessor.limits import MAX_LINES

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ACTIVITY = """@startuml parcel
|shop|
start
:pick; <<input>>
if (in stock?) then (yes)
  #pink:pack
gift;
  note right: wrap
else (no)
  repeat :call;
  repeat while (busy?) is (yes) not (no)
endif
fork
  while (more?)
    :load;
  endwhile (none)
fork again
  -> go;
end fork
switch (way?)
case (air)
  stop
endswitch
@enduml
"""
STATE = """@startuml lamp
state "Lamp on" as On #yellow {
  [*] -up-> Dim : press [dark] / beep
  Dim --> Bright
  --
  state c <<choice>>
  On[H] <-- c
}
[*] --> Off
note right of Off
  no light
end note
Off --> ==bar== : +go
state Off : cold
json J {
 "a": 1
}
@enduml
"""
CHINESE = """@startuml
title 退货
start
:查询订单；核对;
if (完好（含配件）？) then (是)
  :退款;
else (否)
  :拒绝;
  stop
endif
@enduml
@startuml
[*] --> 待审核
待审核 --> 已退：通过
state "等待" as 等
@enduml
"""
#: What recovery changes in a text that PlantUML reads.
REPAIRED = re.compile(r"[；：]|;\s*;")
CHARTS = {"activity": ACTIVITY, "state": STATE, "chinese": CHINESE}


def read(text: str, *, recover: bool) -> Flow | NotationError:
    """What a text gives; any other exception is a failure of the test."""
    try:
        return loads(text, diagram=1, recover=recover)
    except NotationError as error:
        return error


def both(text: str) -> None:
    """Read with and without recovery: what is right needs none, and a warning stands on a line of the text."""
    strict, mended = (read(text, recover=recover) for recover in (False, True))
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    if isinstance(strict, Flow):
        assert not strict.warnings
        assert isinstance(mended, Flow) or REPAIRED.search(text)
    least = 1 if blocks(text) else 0  # see test_an_empty_text_is_refused_at_its_first_line
    for found in (strict, mended):
        told = found.warnings if isinstance(found, Flow) else found.diagnostics
        assert all(least <= each.line <= last and each.column >= 1 and each.render() for each in told)
        assert isinstance(found, Flow) or str(found)


def seconds(act: Callable[[], object], runs: int = 3) -> float:
    """The least of several runs: the others were disturbed."""
    found = []
    for _ in range(runs):
        begin = time.perf_counter()
        act()
        found.append(time.perf_counter() - begin)
    return min(found)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_cut_off_at_any_byte_is_refused_and_may_be_mended(name: str) -> None:
    data = CHARTS[name].encode()
    begin = time.perf_counter()
    for end in range(len(data) + 1):
        text = data[:end].decode("utf-8", errors="replace")
        both(text)
        assert "@enduml" in text or isinstance(read(text, recover=False), NotationError)
    assert time.perf_counter() - begin < 60


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_that_begins_at_any_line_is_read_or_refused(name: str) -> None:
    lines = CHARTS[name].split("\n")
    for first in range(1, len(lines)):
        both("\n".join([lines[0], *lines[first:]]))


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_without_any_one_line_or_with_it_twice_is_read_or_refused(name: str) -> None:
    lines = CHARTS[name].split("\n")
    for at, line in enumerate(lines):
        both("\n".join([*lines[:at], *lines[at + 1 :]]))
        both("\n".join([*lines[:at], line, *lines[at:]]))


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_with_a_wrong_character_anywhere_is_read_or_refused(name: str) -> None:
    text, random = CHARTS[name], Random(7)
    for _ in range(120):
        at = random.randrange(10, len(text))
        both(text[:at] + random.choice("\x00\t\r\n\\'\"(){}[]<>|:;：；（）#-*/\u2028\ud800") + text[at + 1 :])


@QUICK
@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    text = data.decode("utf-8", errors="replace")
    both(text)
    both(f"@startuml\n{text}\n@enduml\n")


@QUICK
@given(st.text(max_size=200), st.sampled_from(["start\n:a;\n", "[*] --> A\n", "state A {\n", "if (a) then\n"]))
def test_random_text_within_a_diagram_is_read_or_refused(text: str, first: str) -> None:
    both(f"@startuml\n{first}{text}\n@enduml\n")


WORDS = {
    "activity": """start|stop|end|:a;|:b|c;|;;|；|：d;|if|(a)|（b）|then|is|not|else|elseif|elif|endif|while|endwhile|
repeat|repeat while|backward|:|fork|fork again|end fork|split|switch|case|endswitch|partition|{|}|group|end group|->|
-[#red]->|note|right|end note|label|goto|x|break|detach|kill|(A)|#pink|<<input>>|title|legend|end legend|skinparam|
'|/'|'/|\\|' flowdial: say="c"|<style>|</style>|-|*""",
    "state": """[*]|A|B|A.B|-->|->|<--|-up->|-[#red]->|--|x-->|-->o|:|event|state|frame|"long name"|“甲”|as|{|}|begin|
end state|<<choice>>|<<fork>>|[H]|[H*]|A[H]|==b==|note|left of|on link|end note|floating|json|#red|##blue|[[u]]|$tag|
hide|remove|skinparam|title|legend|end legend|set separator|none|::|.|;|：|'|/'|'/|\\|*|+|#""",
}
TOKENS = {kind: [*words.replace("\n", "").split("|"), "||", *["\n"] * 15] for kind, words in WORDS.items()}


def shuffled(kind: str) -> st.SearchStrategy[str]:
    tokens = st.lists(st.sampled_from(TOKENS[kind]), max_size=30)
    first = "start" if kind == "activity" else "[*] --> A"
    return tokens.map(lambda words: f"@startuml\n{first}\n{' '.join(words)}\n@enduml\n")


def reads_back(text: str) -> None:
    """What is read, mended or not, can be written and read again."""
    both(text)
    try:
        diagram = parse(text, recover=True)
        flow = build(diagram)
    except NotationError:
        return
    assert build(parse(render(diagram))).hash == flow.hash


@settings(QUICK, max_examples=300)
@given(shuffled("activity"))
@example("@startuml\nstart\ntitle a \\ \nstart\n@enduml\n")  # what ends with a backslash does not join two lines
def test_words_of_activity_diagrams_in_any_order_are_read_or_refused(text: str) -> None:
    reads_back(text)


@settings(QUICK, max_examples=300)
@given(shuffled("state"))
def test_words_of_state_diagrams_in_any_order_are_read_or_refused(text: str) -> None:
    reads_back(text)


@QUICK
@given(st.permutations(ACTIVITY.split("\n")[1:-2]))
def test_the_lines_of_an_activity_chart_in_any_order_are_read_or_refused(lines: list[str]) -> None:
    reads_back("\n".join(["@startuml", *lines, "@enduml"]))


@QUICK
@given(st.permutations(STATE.split("\n")[1:-2]))
def test_the_lines_of_a_state_chart_in_any_order_are_read_or_refused(lines: list[str]) -> None:
    reads_back("\n".join(["@startuml", *lines, "@enduml"]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", TOKENS)
def test_a_long_run_of_shuffled_words(kind: str) -> None:
    @LONG
    @given(shuffled(kind))
    def run(text: str) -> None:
        reads_back(text)

    run()


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_a_long_run_of_damaged_charts(name: str) -> None:
    text, random = CHARTS[name], Random(11)
    for _ in range(3000):
        damaged = list(text)
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(damaged))
            damaged[at : at + random.randint(0, 12)] = random.choices(text + "；：（）;{}\n", k=random.randint(0, 6))
        both("".join(damaged) or "@startuml")


def long_activity(lines: int) -> str:
    """Steps, conditions and loops, one after the other."""
    chunk = (
        ":step {0};\nif (q{0}?) then (yes)\n:a{0};\nelse (no)\n:b{0};\nendif\nwhile (w{0})\n:c{0};\nendwhile\n-> go;\n"
    )
    body = "".join(chunk.format(number) for number in range(lines // 10))
    return f"@startuml\nstart\n{body}stop\n@enduml\n"


def long_states(lines: int) -> str:
    """Composite states with a history, a description and transitions between them."""
    chunk = (
        'state "Order {0}" as S{0} {{\n[*] --> A{0}\nA{0} --> B{0} : go\nB{0} --> [*]\n--\nC{0} --> D{0}\n}}\n'
        "S{0} : text\nS{0} --> S{1} : next [ok]\nA{0} -up-> S{1}\n"
    )
    body = "".join(chunk.format(number, number + 1) for number in range(lines // 10))
    return f"@startuml\n[*] --> S0\n{body}@enduml\n"


def long_wrong(lines: int) -> str:
    return long_activity(lines).replace("@enduml", "endif\n@enduml")


@pytest.mark.parametrize("make", [long_activity, long_states, long_wrong])
def test_ten_times_the_lines_take_at_most_fourteen_times_the_time(make: Callable[[int], str]) -> None:
    """Measured up to six times, as the machine may be busy."""
    short, long = make(1000), make(10_000)
    read(short, recover=False)
    factors = (
        seconds(lambda: read(long, recover=False)) / seconds(lambda: read(short, recover=False)) for _ in range(6)
    )
    assert any(factor <= 14 for factor in factors)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "nodes"), [(long_activity, 100_000), (long_states, 90_000)])
def test_a_diagram_of_a_hundred_thousand_lines_is_read(make: Callable[[int], str], nodes: int) -> None:
    begin = time.perf_counter()
    flow = loads(make(100_000))
    assert time.perf_counter() - begin < 120
    assert len(flow.nodes) > nodes / 2


DEPTH = 2000


@pytest.mark.parametrize("opening", ["fork\n", "if (a) then\n", "repeat\n", "group a\n"])
def test_blocks_within_one_another_have_a_limit(opening: str) -> None:
    """Names of states within states would need memory without bounds."""
    found = read("@startuml\n" + opening * 20_000 + "@enduml\n", recover=False)
    assert isinstance(found, NotationError)
    assert [(told.code, told.line) for told in found.diagnostics] == [("too-deep", MAX_DEPTH + 1)]


def test_names_of_states_within_states_have_a_limit() -> None:
    found = read("@startuml\n" + f"state {'A' * 200} {{\n" * 2000 + "@enduml\n", recover=False)
    assert isinstance(found, NotationError)
    assert [told.code for told in found.diagnostics] == ["too-deep"]


def test_lines_have_a_limit() -> None:
    found = read("@startuml\n" + ":a;\n" * (MAX_LINES + 1) + "@enduml\n", recover=True)
    assert isinstance(found, NotationError)
    assert [(told.code, told.line) for told in found.diagnostics] == [("too-long", MAX_LINES + 2)]


def test_connectors_cost_time_in_proportion_to_their_number() -> None:
    def text(count: int) -> str:
        return "@startuml\nstart\n" + ":a;\n(A)\ndetach\n" * count + "(A)\n:b;\nstop\n@enduml\n"

    assert seconds(lambda: loads(text(8000))) < 20 * seconds(lambda: loads(text(1000)))


@pytest.mark.parametrize("recover", [False, True])
def test_two_thousand_levels_of_composite_states_cost_no_stack(recover: bool) -> None:
    opened = "".join(f"state S{level} {{\n" for level in range(DEPTH))
    text = f"@startuml\n{opened}A --> B : deep\n" + "}\n" * DEPTH + "@enduml\n"
    diagram = parse(text, recover=recover)
    flow = build(diagram)
    (edge,) = flow.edges
    assert edge.source.count(".") == DEPTH
    assert build(parse(render(diagram))).hash == flow.hash


@pytest.mark.parametrize("recover", [False, True])
def test_two_thousand_levels_of_conditions_cost_no_stack(recover: bool) -> None:
    text = "@startuml\nstart\n" + "if (a) then (b)\n" * DEPTH + ":deep;\n" + "endif\n" * DEPTH + "stop\n@enduml\n"
    flow = build(parse(text, recover=recover))
    assert len(flow.nodes) == DEPTH + 3


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("state S {\n", ""),
        ("}\n", ""),
        ("if (a) then\n", "nonsense\n"),
        ("endif\n", ""),
        ("if (a) then (b)\n", "end fork\n"),
    ],
)
def test_two_thousand_levels_that_are_wrong_end_soon(opening: str, closing: str) -> None:
    begin = time.perf_counter()
    read(f"@startuml\n{opening * DEPTH}{closing}@enduml\n", recover=False)
    read(f"@startuml\n{opening * DEPTH}{closing}@enduml\n", recover=True)
    assert time.perf_counter() - begin < 20


@pytest.mark.parametrize(
    "line",
    [
        "[*] --> A\nstate B " + "<<a>> " * 1000 + "!",
        "[*] --> A\nstate B" + " " * 5000 + "!",
        "start\nif (a)" + " " * 5000 + "x",
        "[*] --> A\nA <" + "-" * 5000,
        "start\nif (a) " + "is (x) " * 800 + "x",
        "start\npartition a" + " #a" * 800 + " :",
        "repeat\n:x;\nrepeat while (" + ") is (" * 800,
    ],
    ids=["stereotypes", "blanks", "blanks-if", "dashes", "labels", "colours", "labels-repeat"],
)
def test_a_long_run_before_a_wrong_sign_is_told_at_once(line: str) -> None:
    begun = time.perf_counter()
    with contextlib.suppress(NotationError):
        loads(f"@startuml\n{line}\n@enduml")
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    "body",
    [":a\n" + "{{\n" * 2000 + ";", ":a\n" + "{{\n" * 2000, "-> x\n" * 4000, ":a;\n" + "note right\n{{\n" * 800],
    ids=["open code", "open code and action", "open arrows", "open code in notes"],
)
def test_what_is_never_closed_is_read_or_refused_soon(body: str) -> None:
    begin = time.perf_counter()
    with contextlib.suppress(NotationError):
        parse(f"@startuml\nstart\n{body}\n@enduml")
    assert time.perf_counter() - begin < 10
