"""What each chart of tests/charts/state means: its nodes, then its edges, both in the order of the flow.

A node is written `kind id in parent = label : description # note`; what it lacks is left out, the label also where
it is the state's own name.
"""

from pathlib import Path
from textwrap import dedent

import pytest

from flowdial.flow import Flow, build, load, loads
from flowdial.flow.model import Node
from flowdial.notation import parse, read_source, render

CHARTS = Path(__file__).parents[1] / "charts" / "state"

MEANING = {
    "start_and_end": """
        start [*]
        state Draft
        state Sent
        state Paid
        end [*]end
        [*] -> Draft
        Draft -> Sent [send]
        Sent -> Paid [payment arrives]
        Paid -> [*]end
    """,
    "points_of_every_level": """
        composite Order
        composite Return
        start [*]
        start Order.[*] in Order
        state Order.Packed in Order
        end Order.[*]end in Order
        start Return.[*] in Return
        state Return.Checked in Return
        end Return.[*]end in Return
        end [*]end
        [*] -> Order
        Order.[*] -> Order.Packed
        Order.Packed -> Order.[*]end [handed over]
        Order -> Return
        Return.[*] -> Return.Checked
        Return.Checked -> Return.[*]end
        Return -> [*]end
    """,
    "composite": """
        composite Open
        start [*]
        start Open.[*] in Open
        state Open.Unassigned in Open
        state Open.Assigned in Open
        state Solved
        state Rejected
        end [*]end
        [*] -> Open
        Open.[*] -> Open.Unassigned
        Open.Unassigned -> Open.Assigned [take]
        Open.Assigned -> Open.Unassigned [give back]
        Open.Assigned -> Solved [solve]
        Open -> Rejected [spam]
        Solved -> [*]end
        Rejected -> [*]end
    """,
    "nested_three_deep": """
        composite Device
        composite Device.Running in Device
        composite Device.Running.Printing in Device.Running
        state Device.Running.Printing.Heating in Device.Running.Printing
        state Device.Running.Printing.Feeding in Device.Running.Printing
        state Device.Running.Idle in Device.Running
        state Device.Fault in Device
        start [*]
        Device.Running.Printing.Heating -> Device.Running.Printing.Feeding [warm]
        Device.Running.Printing -> Device.Running.Idle [done]
        Device.Running -> Device.Fault [jam]
        [*] -> Device
    """,
    "begin_end_state": """
        composite Printer
        composite Scanner
        start [*]
        start Printer.[*] in Printer
        state Printer.Idle in Printer
        state Printer.Busy in Printer
        state Scanner.Ready in Scanner
        state Scanner.Scanning in Scanner
        [*] -> Printer
        Printer.[*] -> Printer.Idle
        Printer.Idle -> Printer.Busy [job]
        Scanner.Ready -> Scanner.Scanning
        Printer -> Scanner
    """,
    "frame": """
        composite Warehouse
        composite Out = Goods out
        start Warehouse.[*] in Warehouse
        state Warehouse.Picked in Warehouse
        state Warehouse.Packed in Warehouse
        state Out.Loaded in Out
        state Out.Gone in Out
        Warehouse.[*] -> Warehouse.Picked
        Warehouse.Picked -> Warehouse.Packed
        Out.Loaded -> Out.Gone
        Warehouse -> Out
    """,
    "empty_composite": """
        composite Shelf
        start [*]
        end [*]end
        [*] -> Shelf
        Shelf -> [*]end
    """,
    "left_open": """
        composite Cart
        start Cart.[*] in Cart
        state Cart.Empty in Cart
        state Cart.Full in Cart
        Cart.[*] -> Cart.Empty
        Cart.Empty -> Cart.Full
    """,
    "regions_dashes": """
        composite Device
        region Device.[2] in Device
        region Device.[3] in Device
        start [*]
        start Device.[*] in Device
        state Device.LampOff in Device
        state Device.LampOn in Device
        start Device.[2].[*] in Device.[2]
        state Device.[2].FanOff in Device.[2]
        state Device.[2].FanOn in Device.[2]
        state Device.[3].Muted in Device.[3]
        state Device.[3].Loud in Device.[3]
        end [*]end
        [*] -> Device
        Device.[*] -> Device.LampOff
        Device.LampOff -> Device.LampOn [switch]
        Device.[2].[*] -> Device.[2].FanOff
        Device.[2].FanOff -> Device.[2].FanOn [warm]
        Device.[3].Muted -> Device.[3].Loud
        Device -> [*]end
    """,
    "regions_bars": """
        composite Ticket
        region Ticket.[2] in Ticket
        start Ticket.[*] in Ticket
        state Ticket.Unread in Ticket
        state Ticket.Read in Ticket
        start Ticket.[2].[*] in Ticket.[2]
        state Ticket.[2].Unpaid in Ticket.[2]
        state Ticket.[2].Paid in Ticket.[2]
        end Ticket.[2].[*]end in Ticket.[2]
        start [*]
        Ticket.[*] -> Ticket.Unread
        Ticket.Unread -> Ticket.Read
        Ticket.[2].[*] -> Ticket.[2].Unpaid
        Ticket.[2].Unpaid -> Ticket.[2].Paid
        Ticket.[2].Paid -> Ticket.[2].[*]end
        [*] -> Ticket
    """,
    "regions_of_the_whole_diagram": """
        region [2]
        start [*]
        state Day
        state Night
        start [2].[*] in [2]
        state [2].Open in [2]
        state [2].Closed in [2]
        [*] -> Day
        Day -> Night
        [2].[*] -> [2].Open
        [2].Open -> [2].Closed
    """,
    "history": """
        composite Washer
        composite Pause
        state Pause.Asleep in Pause
        start Washer.[*] in Washer
        state Washer.Filling in Washer
        state Washer.Washing in Washer
        history Washer.[H] in Washer
        deep_history Washer.[H*] in Washer
        start [*]
        Washer.[*] -> Washer.Filling
        Washer.Filling -> Washer.Washing
        Washer.Washing -> Washer.[H]
        Washer.Washing -> Washer.[H*]
        [*] -> Washer
        Washer -> Pause [door]
        Pause -> Washer.[H] [shut]
        Pause -> Washer.[H*] [power back]
    """,
    "stereotypes": """
        start begin
        choice stock = in stock?
        fork split
        join both
        end done
        history last
        deep_history deep
        state Invoice
        state Parcel
        begin -> stock
        stock -> split [yes]
        stock -> last [no]
        stock -> deep [never]
        split -> Invoice
        split -> Parcel
        Invoice -> both
        Parcel -> both
        both -> done
    """,
    "stereotype_on_the_arrow": """
        start [*]
        state Weighed
        choice size
        state Letter
        state Parcel
        [*] -> Weighed
        Weighed -> size [weight known]
        size -> Letter [[< 1 kg]]
        size -> Parcel [[else]]
    """,
    "entry_and_exit_points": """
        composite Repair
        state Repair.broken in Repair
        state Repair.working in Repair
        state Repair.Opened in Repair
        start [*]
        end [*]end
        Repair.broken -> Repair.Opened
        Repair.Opened -> Repair.working [fixed]
        [*] -> Repair.broken
        Repair.working -> [*]end
    """,
    "pins": """
        composite Mill
        state Mill.grain in Mill
        state Mill.flour in Mill
        state Mill.sacks in Mill
        state Mill.carts in Mill
        state Mill.Grinding in Mill
        state Silo
        state Bakery
        start [*]
        Mill.grain -> Mill.Grinding
        Mill.Grinding -> Mill.flour
        Mill.sacks -> Mill.Grinding
        Mill.Grinding -> Mill.carts
        Silo -> Mill.grain
        Mill.flour -> Bakery
        [*] -> Silo
    """,
    "bars": """
        start [*]
        state Ordered
        fork split
        state Invoiced
        state Packed
        fork both
        state Shipped
        [*] -> Ordered
        Ordered -> split
        split -> Invoiced
        split -> Packed
        Invoiced -> both
        Packed -> both
        both -> Shipped
    """,
    "long_names": """
        state Waiting = Waiting for the customer
        state Review = Under review (second level)
        composite Office = Back office
        start [*]
        start Office.[*] in Office
        state Office.Desk in Office
        [*] -> Waiting
        Waiting -> Review [answer]
        Office.[*] -> Office.Desk
        Review -> Office
    """,
    "quoted_names": """
        state Lost
        state In transit : since monday
        state On the way back : by ship
        start [*]
        [*] -> Lost
    """,
    "curly_quotes": """
        state Waiting = Waiting room
        state Cashier = Cash desk no. 3
        state Exit
        start [*]
        [*] -> Waiting
        Waiting -> Cashier
        Cashier -> Exit
    """,
    "descriptions": r"""
        state Rented : since the contract was signed\nthe tenant pays monthly
        state Notice : three months\nin writing\na\nb
        state Empty
        start [*]
        [*] -> Rented
        Rented -> Notice
    """,
    "colon_without_spaces": r"""
        state Asked : by phone\ntwice
        start [*]
        state Sent:reply
        [*] -> Asked
        Asked -> Sent:reply
    """,
    "arrows": """
        start [*]
        state Parked
        state Started
        state Driving
        state Braking
        state Stopped
        state Towed
        state Sold
        end [*]end
        [*] -> Parked
        Parked -> Started
        Started -> Driving
        Driving -> Braking
        Braking -> Stopped
        Stopped -> Parked
        Parked -> Towed
        Towed -> Parked
        Parked -> Sold
        Sold -> [*]end
    """,
    "arrows_backwards": """
        start [*]
        state Parked
        state Started
        state Driving
        state Stopped
        end [*]end
        [*] -> Parked
        Parked -> Started
        Started -> Driving
        Driving -> Stopped
        Stopped -> [*]end [ends here]
    """,
    "arrow_heads": """
        start [*]
        state Dialled
        state Ringing
        state Busy
        state Talking
        [*] -> Dialled
        Dialled -> Ringing
        Ringing -> Busy [no answer]
        Ringing -> Talking [answer]
    """,
    "arrows_without_spaces": """
        start [*]
        state Asked
        state Answered
        end [*]end
        [*] -> Asked
        Asked -> Answered
        Answered -> [*]end
    """,
    "events": """
        start [*]
        state Listed
        state Reserved
        state Sold
        end [*]end
        [*] -> Listed
        Listed -> Reserved [reserve [stock > 0] / hold item]
        Reserved -> Listed [after(24 h)]
        Reserved -> Sold [pay: in full]
        Sold -> Sold [print receipt]
        Reserved -> Listed [cancel]
        Sold -> [*]end [after(30 d) / archive; forget]
    """,
    "visibility_signs": """
        start [*]
        state Held
        [*] -> Held [hold]
        Held -> Held [drop]
        Held -> Held [count]
        Held -> Held [wait]
        Held -> Held [all]
        Held -> Held [++faster]
        Held -> Held [-1]
        Held -> Held [a-b]
    """,
    "loops_and_parallel_edges": """
        start [*]
        state Trying
        state Done
        [*] -> Trying
        Trying -> Trying [again]
        Trying -> Trying [once more]
        Trying -> Done [luck]
        Trying -> Done [skill]
    """,
    "forward_references": """
        state Signed = Signed by both
        composite Filed
        start [*]
        start Filed.[*] in Filed
        state Filed.Boxed in Filed
        [*] -> Signed
        Signed -> Filed
        Filed.[*] -> Filed.Boxed
    """,
    "inner_state_from_above": """
        composite Archive
        state Archive.Boxed in Archive
        start [*]
        state Shelf
        state Archive.Labelled in Archive
        end [*]end
        [*] -> Archive.Boxed
        Archive.Boxed -> Shelf
        Archive.Boxed -> Archive.Labelled
        Archive.Labelled -> [*]end
    """,
    "one_name_everywhere": """
        composite Shop
        state Shop.Counter in Shop
        composite Back
        state Back.Store in Back
        start Shop.[*] in Shop
        end [*]end
        Shop.[*] -> Shop.Counter
        Back.Store -> Shop.Counter [bring]
        Shop.Counter -> [*]end
    """,
    "same_name_twice": """
        composite Kitchen
        composite Hall
        state Hall.Waiting in Hall
        start Kitchen.[*] in Kitchen
        state Kitchen.Cooking in Kitchen
        start Hall.[*] in Hall
        state Hall.Seated in Hall
        start [*]
        Kitchen.[*] -> Hall.Waiting
        Hall.Waiting -> Kitchen.Cooking
        Hall.[*] -> Hall.Waiting
        Hall.Waiting -> Hall.Seated
        [*] -> Kitchen
        Kitchen -> Hall
    """,
    "deep_transition_outwards": """
        composite House
        composite House.Room in House
        state House.Room.Sleeping in House.Room
        end House.Room.[*]end in House.Room
        state House.Room.Street in House.Room
        end House.[*]end in House
        start [*]
        House.Room.Sleeping -> House.Room.[*]end [wake]
        House.Room.Sleeping -> House.Room.Street [fire]
        House.Room -> House.[*]end
        [*] -> House
    """,
    "redeclared": """
        composite Bike = The red bike : rusty
        start [*]
        state Bike.Wheel in Bike
        state Bike.Chain in Bike
        [*] -> Bike
        Bike.Wheel -> Bike.Chain
    """,
    "qualified_names": """
        composite Lift
        composite Lift.Cabin in Lift
        state Lift.Cabin.Closed in Lift.Cabin
        state Lift.Cabin.Open in Lift.Cabin
        start [*]
        state Alarm
        [*] -> Lift
        Lift.Cabin.Closed -> Lift.Cabin.Open [arrive]
        Lift.Cabin.Open -> Alarm
    """,
    "qualified_declaration": """
        composite Lift
        state Lift.Shaft in Lift
        state Lift.Cabin in Lift : steel
        start [*]
        [*] -> Lift.Shaft
        Lift.Shaft -> Lift.Cabin
    """,
    "separator_none": """
        state v1.0
        start [*]
        state v1.1
        [*] -> v1.0
        v1.0 -> v1.1 [patch]
    """,
    "separator_other": """
        composite Net
        state Net.Modem in Net
        state v2.0
        start [*]
        [*] -> Net.Modem
        Net.Modem -> v2.0
    """,
    "notes_of_states": r"""
        state Shelf # by number\ndusty
        start [*]
        state Borrowed # four weeks
        state Late # state Unread\n  Late --> [*]
        [*] -> Borrowed
        Borrowed -> Late
    """,
    "notes_on_links": """
        start [*]
        state Asked
        state Answered
        end [*]end
        [*] -> Asked
        Asked -> Answered
        Answered -> [*]end
    """,
    "floating_notes": """
        start [*]
        state Sealed
        state Opened
        [*] -> Sealed
        Sealed -> Opened
    """,
    "json": """
        json Settings
        json saved = Saved values
        start [*]
        state Configured
        [*] -> Configured
        Configured -> Settings
    """,
    "json_texts": """
        json Shelf
        json Limits
        composite Depot
        json Depot.Bin in Depot = The bin
        start [*]
        start Depot.[*] in Depot
        [*] -> Shelf
        Depot.[*] -> Depot.Bin
    """,
    "hide_and_show": """
        state Visible
        state Secret
        start [*]
        [*] -> Visible
        Visible -> Secret
    """,
    "looks": """
        start [*]
        state Warm
        state Hot
        [*] -> Warm
        Warm -> Hot
    """,
    "title_and_legend": """
        start [*]
        state Posted
        end [*]end
        [*] -> Posted
        Posted -> [*]end
    """,
    "comments": """
        start [*]
        state Found
        state Kept
        end [*]end
        [*] -> Found
        Found -> Kept [it's mine]
        Kept -> [*]end
    """,
    "joined_lines": """
        start [*]
        state Ready
        state Steady
        [*] -> Ready
        Ready -> Steady [set]
    """,
    "colours_links_and_tags": """
        state Red
        state Blue
        state Linked
        state Tagged
        composite Room
        start Room.[*] in Room
        state Room.Dark in Room
        start [*]
        Room.[*] -> Room.Dark
        [*] -> Red
        Red -> Blue
    """,
    "stereotype_of_ones_own": """
        state Parcel
        state Broken : in two
        start [*]
        [*] -> Parcel
        Parcel -> Broken
    """,
    "no_points": """
        state Dreaming
        state Asleep
        state Awake
        Asleep -> Awake [alarm]
        Awake -> Asleep [tired]
    """,
    "keywords_in_any_case": """
        state Off # dark
        composite On = Switched on
        start On.[*] in On
        state On.Blinking in On
        start [*]
        On.[*] -> On.Blinking
        [*] -> Off
        Off -> On
    """,
    "chinese": """
        state 待寄回 = 等待客户寄回（含配件） : 客户须在七天内寄出；逾期作废
        composite 已收货
        start [*]
        state 待审核
        state 已拒绝 # 说明原因
        start 已收货.[*] in 已收货
        state 已收货.质检中 in 已收货
        state 已收货.质检完成 in 已收货
        end [*]end
        [*] -> 待审核
        待审核 -> 待寄回 [审核通过［材料齐全］/ 通知客户]
        待审核 -> 已拒绝 [审核不通过]
        已收货.[*] -> 已收货.质检中
        已收货.质检中 -> 已收货.质检完成 [完好]
        待寄回 -> 已收货 [签收：快递]
        已收货 -> [*]end
        已拒绝 -> [*]end
    """,
    "annotations": """
        state 登记
        start [*]
        state 借出
        [*] -> 登记
        登记 -> 借出
    """,
    "crlf": """
        start [*]
        state One
        state Two
        [*] -> One
        One -> Two
    """,
}


def node_row(node: Node) -> str:
    signs = [("in", node.parent), ("=", node.label if node.label != node.name else ""), (":", node.text)]
    told = [f" {sign} {text}" for sign, text in [*signs, ("#", node.note)] if text]
    return f"{node.kind} {node.id}{''.join(told)}".replace("\n", "\\n")


def table(flow: Flow) -> str:
    rows = [node_row(node) for node in flow.nodes.values()]
    for edge in flow.edges:
        rows.append(f"{edge.source} -> {edge.target}" + (f" [{edge.label}]" if edge.label else ""))
    return "\n".join(rows)


def chart(name: str) -> Flow:
    return load(CHARTS / f"{name}.puml")


@pytest.mark.parametrize("name", MEANING)
def test_a_state_chart_means_these_nodes_and_edges(name: str) -> None:
    flow = chart(name)
    assert flow.kind == "state"
    assert table(flow) == dedent(MEANING[name]).strip()


def test_every_state_chart_has_a_table() -> None:
    assert {file.stem for file in CHARTS.glob("*.puml")} == set(MEANING)


@pytest.mark.parametrize("name", MEANING)
def test_a_state_chart_that_is_rendered_and_read_again_means_the_same(name: str) -> None:
    diagram = parse(read_source(CHARTS / f"{name}.puml"))
    written = render(diagram)
    assert table(build(parse(written))) == table(build(diagram))
    assert render(parse(written)) == written


@pytest.mark.parametrize("name", MEANING)
def test_white_space_and_comments_change_no_state_chart(name: str) -> None:
    lines = read_source(CHARTS / f"{name}.puml").splitlines()
    spaced = [f"  {line}" + ("" if line.endswith("\\") else "\t ") for line in lines]
    flow = loads("\r\n".join(["", "' before the diagram", *spaced]))
    assert list(flow.nodes) == list(chart(name).nodes)
    assert flow.edges == chart(name).edges


def labels(text: str) -> list[str]:
    return [edge.label for edge in loads(f"@startuml\n{text}\n@enduml").edges]


def ends(arrow: str) -> tuple[str, str]:
    """Where the one transition of `A <arrow> B` leads from and to."""
    (edge,) = loads(f"@startuml\nstate A\nA {arrow} B\n@enduml").edges
    return edge.source, edge.target


@pytest.mark.parametrize(
    "arrow",
    """-> --> ----> -up-> -down-> -left-> -right-> -u-> -d-> -l-> -r-> -le-> -ri-> -do-> -UP-> -up> --up-->
    -[#red]-> -[#red,dashed]-> -[dotted]left-> -left[bold]-> -[#0A0]up[dashed]-> -[hidden]-> -[norank]->
    -[thickness=3]-> -[single]-> -[plain]-> x--> X-> x-up-> -->o --->O x-->o""".split(),
)
def test_an_arrow_leads_to_its_head(arrow: str) -> None:
    assert ends(arrow) == ("A", "B")


@pytest.mark.parametrize(
    "arrow",
    """<- <-- <---- <-up- <-left-- <-d- <-[#red]- <-[#red,dashed]- <-[hidden]up- <--x <-X <-r-x""".split(),
)
def test_an_arrow_backwards_leads_to_its_head(arrow: str) -> None:
    assert ends(arrow) == ("B", "A")


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("+open", "open"),
        ("-open", "open"),
        ("#open", "open"),
        ("~open", "open"),
        ("*open", "open"),
        ("+ open", "open"),
        ("++open", "++open"),
        ("--open", "--open"),
        ("+-open", "-open"),
        ("-1", "-1"),
        ("-10", "10"),
        ("*", "*"),
        ("@open", "@open"),
        ("a+b", "a+b"),
    ],
)
def test_a_visibility_sign_at_the_beginning_of_a_label_is_not_drawn(written: str, label: str) -> None:
    """PlantUML drops one sign of a label of more than two characters, unless the second character is the same."""
    assert labels(f"A --> B : {written}\n[*] --> A")[0] == label


def test_a_label_keeps_its_colons_brackets_and_quotes() -> None:
    label = 'a: b; "c" [d] / e -> f <g> //h//'
    assert labels(f"[*] --> A : {label}") == [label]


@pytest.mark.parametrize(
    ("stereotype", "kind"),
    [
        ("choice", "choice"),
        ("fork", "fork"),
        ("join", "join"),
        ("start", "start"),
        ("end", "end"),
        ("history", "history"),
        ("history*", "deep_history"),
        ("entryPoint", "state"),
        ("exitPoint", "state"),
        ("inputPin", "state"),
        ("outputPin", "state"),
        ("expansionInput", "state"),
        ("sdlreceive", "state"),
        ("mine", "state"),
    ],
)
def test_a_stereotype_gives_a_state_its_kind_in_any_case(stereotype: str, kind: str) -> None:
    for written in (stereotype, stereotype.upper(), stereotype.title()):
        assert loads(f"@startuml\nstate P <<{written}>>\n@enduml").nodes["P"].kind == kind


def test_a_choice_keeps_its_long_name() -> None:
    assert chart("stereotypes").nodes["stock"].label == "in stock?"


def test_the_start_and_the_end_of_a_group_are_two_nodes() -> None:
    flow = chart("points_of_every_level")
    assert [node.id for node in flow.nodes.values() if node.kind == "start"] == ["[*]", "Order.[*]", "Return.[*]"]
    assert flow.start == "[*]"


def test_a_state_knows_the_line_of_its_declaration_else_of_its_first_use() -> None:
    flow = chart("forward_references")
    assert {name: flow.nodes[name].line for name in ("[*]", "Signed", "Filed", "Filed.Boxed")} == {
        "[*]": 2,
        "Signed": 4,
        "Filed": 5,
        "Filed.Boxed": 6,
    }


def test_a_joined_line_and_a_comment_do_not_shift_the_lines_below() -> None:
    assert chart("joined_lines").nodes["Steady"].line == 4
    assert chart("comments").nodes["Kept"].line == 7


@pytest.mark.parametrize(
    ("name", "title"), [("title_and_legend", "The life of a parcel"), ("chinese", "退货单的状态"), ("looks", "")]
)
def test_a_state_flow_has_the_title_of_its_chart(name: str, title: str) -> None:
    assert chart(name).title == title


def test_an_annotation_gives_a_state_its_words_and_the_flow_its_language() -> None:
    flow = chart("annotations")
    assert flow.lang == "zh"
    assert {node.id: node.say for node in flow.nodes.values() if node.say} == {"登记": "请先登记"}


def test_a_note_of_several_lines_is_no_code() -> None:
    flow = chart("notes_of_states")
    assert "Unread" not in flow.nodes
    assert flow.nodes["Late"].note == "state Unread\n  Late --> [*]"


def test_a_transition_to_a_floating_note_is_no_way_of_the_process() -> None:
    flow = chart("floating_notes")
    assert not {"care", "lines"} & set(flow.nodes)
    assert [edge.target for edge in flow.out("Sealed")] == ["Opened"]


@pytest.mark.parametrize("first", ["state Wait", "state X {\nstate Wait\n}", "state X {\nstate Y {\nWait --> Z\n}\n}"])
def test_a_single_state_of_a_name_is_meant_from_everywhere(first: str) -> None:
    flow = loads(f"@startuml\n{first}\nstate Other {{\nA --> Wait\n}}\n[*] --> Wait\n@enduml")
    (wait,) = [node.id for node in flow.nodes.values() if node.name == "Wait"]
    assert [edge.source for edge in flow.into(wait)] == ["Other.A", "[*]"]


def test_of_two_states_of_a_name_the_one_of_the_own_group_is_meant() -> None:
    text = "state X {\nstate W\n}\nstate Y {\nstate Y.W\nA --> W\n}\nW --> X"
    flow = loads(f"@startuml\n{text}\n@enduml")
    assert [(edge.source, edge.target) for edge in flow.edges] == [("Y.A", "Y.W"), ("W", "X")]


def test_a_bar_may_have_a_qualified_name() -> None:
    flow = loads("@startuml\n[*] --> ==x.y==\n==x.y== --> B\n@enduml")
    assert flow.nodes["x.y"].kind == "fork"
