"""What each chart of tests/charts means: its edges, in reading order.

A node is named by its text, or by its kind where it has none; the second of a name is `name#2`. `exit` is the
end of a chart that writes no `stop` there.
"""

from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from flowdial.flow import Flow, load

CHARTS = Path(__file__).parents[1] / "charts"

EDGES = {
    "if_elseif_else": """
        start -> Weight under 1 kg?
        Weight under 1 kg? -> Send as letter [yes]
        Send as letter -> Print the receipt
        Weight under 1 kg? -> Under 20 kg?
        Under 20 kg? -> Send as parcel [yes]
        Send as parcel -> Print the receipt
        Under 20 kg? -> Book a truck [no]
        Book a truck -> Print the receipt
        Print the receipt -> stop
    """,
    "else_if_two_words": """
        start -> a
        a -> A [1]
        A -> after
        a -> b
        b -> B [2]
        B -> after
        b -> after
        after -> end
    """,
    "if_without_then": """
        start -> paid (in full)?
        paid (in full)? -> ship
        ship -> stop
        paid (in full)? -> stop
    """,
    "if_is": """
        start -> lamp
        lamp -> go [green]
        go -> stop
        lamp -> wait [red]
        wait -> stop
    """,
    "if_empty_yes": """
        start -> stamp there?
        stamp there? -> Post it [yes]
        stamp there? -> Buy a stamp [no]
        Buy a stamp -> Post it
        Post it -> stop
    """,
    "if_both_stop": """
        start -> ok?
        ok? -> stop [yes]
        ok? -> end [no]
        never reached -> stop#2
    """,
    "switch": """
        start -> Which desk?
        Which desk? -> Desk A [A]
        Desk A -> Leave
        Which desk? -> Desk B [B]
        Desk B -> stop
        Which desk? -> Leave [C]
        Leave -> stop#2
    """,
    "while_labels": """
        start -> letters left?
        letters left? -> read one [yes]
        read one -> letters left?
        letters left? -> go home [no]
        go home -> stop
    """,
    "while_plain": """
        start -> hungry?
        hungry? -> eat
        eat -> hungry?
        hungry? -> stop
    """,
    "while_backward": """
        start -> tank full?
        tank full? -> pump [no]
        pump -> check the gauge
        check the gauge -> tank full?
        tank full? -> stop [yes]
    """,
    "while_break": """
        start -> more guests?
        more guests? -> greet [yes]
        greet -> fire alarm?
        fire alarm? -> close [yes]
        fire alarm? -> seat
        seat -> more guests?
        more guests? -> close [no]
        close -> stop
    """,
    "while_exit_detached": """
        always -> tick [yes]
        tick -> always
        always -> exit
    """,
    "repeat_plain": """
        start -> loop
        loop -> knock
        knock -> door open?
        door open? -> loop [no]
        door open? -> enter [yes]
        enter -> stop
    """,
    "repeat_first_action": """
        start -> take a card
        take a card -> look at it
        look at it -> ace?
        ace? -> take a card [no]
        ace? -> stop
    """,
    "repeat_backward": """
        start -> loop
        loop -> measure
        measure -> in range?
        in range? -> adjust [no]
        adjust -> loop
        in range? -> stop [yes]
    """,
    "repeat_not_alone": """
        start -> loop
        loop -> try
        try -> again?
        again? -> loop
        again? -> stop [enough]
    """,
    "repeat_no_test": """
        start -> loop
        loop -> spin
        spin -> decision
        decision -> loop
        decision -> stop
    """,
    "repeat_break": """
        start -> loop
        loop -> dial
        dial -> busy?
        busy? -> hang up [no]
        busy? -> wait
        wait -> patience?
        patience? -> loop [yes]
        patience? -> hang up [none]
        hang up -> stop
    """,
    "break_outside_loop": """
        start -> a
        a -> exit
        b -> stop
    """,
    "fork_stop": """
        start -> fork
        fork -> fry
        fry -> join
        fork -> burn
        burn -> stop
        fork -> cook
        cook -> join
        join -> serve
        serve -> stop#2
    """,
    "detach_behind_blocks": """
        start -> fork
        fork -> pick
        pick -> join
        fork -> weigh
        weigh -> detach
        join -> size?
        size? -> small [s]
        small -> detach#2
        size? -> m?
        m? -> medium [m]
        medium -> way?
        m? -> large [l]
        large -> detach#3
        way? -> by air [air]
        by air -> send
        way? -> by sea [sea]
        by sea -> detach#4
        send -> stop
    """,
    "split_detach": """
        start -> split
        split -> left
        left -> join
        split -> right
        right -> detach
        join -> on
        on -> end
    """,
    "fork_all_end": """
        start -> fork
        fork -> a
        a -> stop
        fork -> b
        b -> detach
    """,
    "loops_in_fork": """
        start -> fork
        fork -> loop
        loop -> load
        load -> jam?
        jam? -> clear [yes]
        clear -> jam?
        jam? -> more? [no]
        more? -> loop [yes]
        more? -> join [no]
        fork -> count
        count -> join
        join -> stop
    """,
    "fork_empty_branch": """
        start -> fork
        fork -> join
        fork -> work
        work -> join
        join -> stop
    """,
    "goto_label": """
        start -> ask
        ask -> again
        again -> listen
        listen -> clear?
        clear? -> again [no]
        clear? -> note down
        note down -> stop
    """,
    "goto_unknown": """
        start -> a
        a -> exit
        b -> stop
    """,
    "connectors": """
        start -> first
        first -> A
        A#2 -> second
        second -> stop
        A -> A#2
    """,
    "swimlanes": """
        start -> order
        order -> pack
        pack -> unpack
        unpack -> file
        file -> stop
    """,
    "partitions": """
        start -> a
        a -> b
        b -> c
        c -> d
        d -> stop
    """,
    "notes": """
        start -> real
        real -> second
        second -> stop
    """,
    "decorations": """
        start -> boil
        boil -> stop
    """,
    "title_block": """
        start -> a
        a -> stop
    """,
    "multi_line_action": r"""
        start -> first\n\nif (this is text)\n; still text\nlast
        first\n\nif (this is text)\n; still text\nlast -> next
        next -> stop
    """,
    "two_actions_one_line": """
        start -> a;:b
        a;:b -> c;d
        c;d -> stop
    """,
    "full_width_semicolon": r"""
        查询订单；\n:发货 -> exit
    """,
    "shapes_and_colours": """
        green -> input
        input -> proc
        proc -> old style
        old style -> exit
    """,
    "arrows": r"""
        start -> a [begin]
        a -> b [slow\nway]
        b -> c
        c -> d
        d -> e [yes]
        e -> stop [merged]
        d -> f [otherwise]
        f -> stop [merged]
    """,
    "list_items": """
        start -> one
        one -> two; really
        two; really -> -> three;
        -> three; -> stop
    """,
    "after_stop": """
        start -> a
        a -> stop
        b -> c
        c -> exit
    """,
    "several_starts": """
        start -> a
        a -> stop
        start#2 -> b
        b -> end
    """,
    "start_in_a_path": """
        a -> start
        start -> b
        b -> stop
    """,
    "no_start": """
        a -> b
        b -> exit
    """,
    "left_open": """
        start -> a?
        a? -> b? [yes]
        b? -> c [more]
        c -> b?
        b? -> exit
        a? -> exit
    """,
    "fork_left_open": """
        start -> fork
        fork -> a
        a -> join
        fork -> b
        b -> join
        join -> exit
    """,
    "comments": """
        start -> it's fine
        it's fine -> path 'quoted'
        path 'quoted' -> after the comment
        after the comment -> stop
    """,
    "joined_lines": """
        start -> one two
        one two -> long question
        long question -> x [yes]
        x -> stop
        long question -> stop
    """,
    "case_and_semicolons": """
        start -> Q
        Q -> a [Yes]
        a -> x
        Q -> b [No]
        b -> x
        x -> c [y]
        c -> x
        x -> fork
        fork -> d
        d -> join
        fork -> e
        e -> join
        join -> stop
    """,
    "chinese": """
        start -> 客户申请退货；请核对
        客户申请退货；请核对 -> 商品（含配件）完好?
        商品（含配件）完好? -> 同意退货 [是]
        同意退货 -> 通知客户
        商品（含配件）完好? -> 拒绝退货 [否]
        拒绝退货 -> stop
        通知客户 -> 已收到?
        已收到? -> 通知客户 [否]
        已收到? -> stop#2 [是]
    """,
    "annotations": """
        start -> 询问订单号
        询问订单号 -> 有订单号?
        有订单号? -> 查询 [有]
        查询 -> stop
        有订单号? -> stop
    """,
    "repeated_labels": """
        start -> Ask
        Ask -> Known?
        Known? -> Ask#2 [no]
        Ask#2 -> Known?#2
        Known? -> Greet [yes]
        Greet -> Known?#2
        Known?#2 -> stop [no]
        Known?#2 -> Ask#3
        Ask#3 -> stop#2
    """,
    "parallel_edges": """
        start -> heads?
        heads? -> go on [yes]
        heads? -> go on [no]
        go on -> stop
    """,
    "nested_ifs": """
        start -> a
        a -> b [y]
        b -> ab [y]
        ab -> end of all
        b -> a only [n]
        a only -> end of all
        a -> c [n]
        c -> stop [y]
        c -> end of all
        end of all -> stop#2
    """,
    "markup": r"""
        start -> <b>bold</b> and //slanted// text\nwith [[http://x.example link]] & "quotes" <i>
        <b>bold</b> and //slanted// text\nwith [[http://x.example link]] & "quotes" <i> -> a < b && c > d
        a < b && c > d -> [x] {y} (z) #1 [<color:red>yes</color>]
        [x] {y} (z) #1 -> stop
        a < b && c > d -> stop
    """,
    "one_action": """
        only this -> exit
    """,
    "crlf": r"""
        start -> line one\nline two
        line one\nline two -> q
        q -> z [y]
        z -> stop
        q -> stop
    """,
}


def named(flow: Flow) -> dict[str, str]:
    """The name of each node in the tables above."""
    seen: Counter[str] = Counter()
    names = {}
    for node in flow.nodes.values():
        text = node.label.replace("\n", "\\n") or node.kind
        seen[text] += 1
        names[node.id] = text if seen[text] == 1 else f"{text}#{seen[text]}"
    return names


def edge_table(flow: Flow) -> str:
    names = named(flow)
    rows = []
    for edge in flow.edges:
        label = f" [{edge.label}]" if edge.label else ""
        rows.append(f"{names[edge.source]} -> {names[edge.target]}{label}".replace("\n", "\\n"))
    return "\n".join(rows)


def chart(name: str) -> Flow:
    return load(CHARTS / f"{name}.puml")


@pytest.mark.parametrize("name", EDGES)
def test_a_chart_means_these_edges(name: str) -> None:
    assert edge_table(chart(name)) == dedent(EDGES[name]).strip()


def test_every_chart_has_a_table() -> None:
    assert {file.stem for file in CHARTS.glob("*.puml")} == set(EDGES)


def only(flow: Flow, label: str) -> str:
    (found,) = flow.find(label)
    return found


def targets(flow: Flow, label: str) -> list[str]:
    return [flow.nodes[edge.target].kind for edge in flow.out(only(flow, label))]


def test_a_stop_after_endwhile_belongs_to_the_exit() -> None:
    assert targets(chart("while_plain"), "hungry?") == ["action", "stop"]


def test_a_branch_that_stops_does_not_reach_the_join() -> None:
    flow = chart("fork_stop")
    assert [edge.source for edge in flow.into("join1")] == [only(flow, "fry"), only(flow, "cook")]


def test_a_join_knows_the_fork_that_it_closes() -> None:
    assert chart("fork_stop").nodes["join1"].opener == "fork1"
    assert chart("split_detach").nodes["join1"].opener == "split1"


def test_a_fork_that_nothing_leaves_has_no_join() -> None:
    assert all(node.kind != "join" for node in chart("fork_all_end").nodes.values())


def test_code_after_a_stop_is_kept_but_nothing_leads_there() -> None:
    flow = chart("after_stop")
    assert flow.into(only(flow, "b")) == ()


def test_steps_know_their_swimlane_by_its_title() -> None:
    """A lane declared as `|shop|The shop|` keeps its title where it is named again as `|shop|`."""
    flow = chart("swimlanes")
    lanes = {node.label: node.lane for node in flow.nodes.values() if node.kind == "action"}
    assert lanes == {"order": "Customer", "pack": "The shop", "unpack": "Customer", "file": "The shop"}


def test_notes_belong_to_the_step_before_and_their_text_is_no_code() -> None:
    flow = chart("notes")
    assert flow.nodes[only(flow, "real")].note == ("if (not read) then (no)\n  :not a step;\n  stop\nalso; not a step")
    assert flow.nodes[only(flow, "second")].note == "coloured"


@pytest.mark.parametrize(
    ("name", "title"),
    [("decorations", "Tea"), ("title_block", "Two\nlines"), ("switch", "")],
)
def test_a_flow_has_the_title_of_its_chart(name: str, title: str) -> None:
    assert chart(name).title == title


def test_annotations_are_comments_that_set_the_language_and_the_words_of_a_step() -> None:
    flow = chart("annotations")
    assert flow.lang == "zh"
    assert {node.label: node.say for node in flow.nodes.values() if node.say} == {
        "询问订单号": '请告诉我 "订单号"',
        "有订单号?": "简短",
    }


@pytest.mark.parametrize(
    ("name", "label", "line"),
    [
        ("multi_line_action", "next", 9),
        ("comments", "it's fine", 7),
        ("comments", "after the comment", 10),
        ("joined_lines", "x", 7),
        ("crlf", "z", 7),
        ("notes", "second", 11),
    ],
)
def test_a_node_knows_its_line_of_the_file(name: str, label: str, line: int) -> None:
    flow = chart(name)
    assert flow.nodes[only(flow, label)].line == line
