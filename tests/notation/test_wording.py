"""Diagrams as beginners, language models and Chinese input methods write them wrong: what is told, and what recovery
makes of them.
"""

from typing import NamedTuple

import pytest

from flowdial.errors import NotationError
from flowdial.flow import loads

Told = list[tuple[int, str]]


class Wrong(NamedTuple):
    """A body that begins on line 2; line and code of each mistake, the first hint; what is meant, if it is plain."""

    body: str
    told: Told
    hint: str
    meant: str = ""


WRONG = {
    "branches in braces": Wrong(
        "start\nif (完好?) {\n:退款;\n} else {\n:拒绝;\n}\nstop",
        [(3, "branch-braces"), (5, "branch-braces")],
        "write `if (…) then` … `else` … `endif`, `while (…)` … `endwhile`",
    ),
    "colons of Python": Wrong(
        "start\nif (库存?) then (有):\n:发货;\nelse (无):\n:补货;\nendif\n"
        "while (more?) is (yes):\n:pack;\nendwhile (no):",
        [(3, "trailing-colon"), (5, "trailing-colon"), (8, "trailing-colon"), (10, "trailing-colon")],
        "leave it out",
        "start\nif (库存?) then (有)\n:发货;\nelse (无)\n:补货;\nendif\nwhile (more?) is (yes)\n:pack;\nendwhile (no)",
    ),
    "a condition of Python": Wrong(
        "start\nif heavy:\n:fetch a cart;\nelse:\n:carry it;\nendif",
        [(3, "condition-parentheses"), (5, "trailing-colon")],
        "write the condition in parentheses, as in `if (…) then (yes)` or `while (…)`",
        "start\nif (heavy)\n:fetch a cart;\nelse\n:carry it;\nendif",
    ),
    "a loop of another language": Wrong(
        "start\nfor each parcel\n:weigh it;\nend for\nstop",
        [(3, "foreign-keyword"), (5, "foreign-end")],
        "write `while (…)` … `endwhile`",
    ),
    "a loop with `do` and `done`": Wrong(
        "start\nwhile (more?) do\n:weigh it;\ndone\nstop",
        [(3, "extra-word"), (5, "foreign-keyword")],
        "leave it out",
    ),
    "paths of another language": Wrong(
        "start\nparallel\n:洗菜;\nand\n:煮饭;\nend parallel\nstop",
        [(3, "foreign-keyword"), (5, "foreign-keyword"), (7, "foreign-end")],
        "write `fork` … `fork again` … `end fork`",
    ),
    "exceptions": Wrong(
        "start\ntry\n:pay;\ncatch (refused)\n:ask again;\nend try\nstop",
        [(3, "foreign-keyword"), (5, "foreign-keyword"), (7, "foreign-end")],
        "write `if (…) then (ok)` … `else (error)` … `endif`",
    ),
    "`then` below its `if`": Wrong(
        "start\nif (paid?)\nthen (yes)\n:ship;\nelse then (no)\n:wait;\nendif",
        [(4, "foreign-keyword"), (6, "extra-word")],
        "write `if (…) then (…)` on one line",
    ),
    "slips of the pen": Wrong(
        "strat\nif (paid?) then (yes)\n:ship;\nesle (no)\n:wait;\nedif\nstpo",
        [(2, "misspelt"), (5, "misspelt"), (7, "misspelt"), (8, "misspelt")],
        "write `start`",
        "start\nif (paid?) then (yes)\n:ship;\nelse (no)\n:wait;\nendif\nstop",
    ),
    "Chinese keywords": Wrong(
        "开始\n:提交;\n如果 (通过?) 那么 (是)\n:发货;\n否则 (否)\n:退回;\n结束如果\n结束",
        [(line, "foreign-keyword") for line in (2, 4, 6, 8, 9)],
        "write `start`",
    ),
    "an action that takes in a choice": Wrong(
        "start\n:提交订单；\nif （有货？） then （是）\n：发货；\nelse （否）\n:补货;\nendif\nstop",
        [(8, "stray")],
        "end the action of line 3 with `;`: it takes line 4 for its text",
        "start\n:提交订单;\nif (有货？) then (是)\n:发货;\nelse (否)\n:补货;\nendif\nstop",
    ),
    "arrows between steps": Wrong(
        "start --> :weigh;\n:label; --> stop",
        [(2, "arrow-between"), (3, "arrow-between")],
        "write each step on a line of its own: they follow one another",
        "start\n:weigh;\n:label;\nstop",
    ),
    "notes that name a step": Wrong(
        "start\n:weigh;\nnote right of weigh : in grams\n:label;\nnote over label\nby hand\nend note\nstop",
        [(4, "note-place"), (6, "note-place")],
        "write `note right: text` or `note left: text` below the step",
        "start\n:weigh;\nnote right : in grams\n:label;\nnote right\nby hand\nend note\nstop",
    ),
    "actors and messages": Wrong(
        "start\nactor Clerk\nClerk -> Scale : weigh\n:label;\nstop",
        [(3, "foreign-keyword"), (4, "transition")],
        "write `|name|`, which opens a lane",
    ),
    "a comment of another language behind a step": Wrong(
        "start\n:weigh; // in grams\n:label;\nstop",
        [],
        "",
        "start\n:weigh;\n:label;\nstop",
    ),
    "Mermaid's state diagram": Wrong(
        "stateDiagram-v2\ndirection LR\n%% a call\n[*] --> Ringing\n"
        "Ringing -->|lift| Talking\nTalking --hang up--> [*]",
        [(2, "mermaid"), (3, "mermaid"), (4, "comment-sign"), (6, "event-place"), (7, "event-place")],
        "leave it out",
        "left to right direction\n[*] --> Ringing\nRinging --> Talking : lift\nTalking --> [*] : hang up",
    ),
    "full-width signs": Wrong(
        "【*】 －－> 待取件\n待取件 ——> 已取件：扫码\n已取件 → 【*】\n待取件 -->[*]；",
        [(2, "full-width"), (3, "arrow-line"), (4, "full-width"), (5, "trailing-semicolon")],
        "write `[*]` in ASCII signs",
        "[*] --> 待取件\n待取件 --> 已取件 : 扫码\n已取件 --> [*]\n待取件 --> [*]",
    ),
    "states in brackets": Wrong(
        "[*] --> [Ringing]\n[Ringing] --> (Talking) : lift\nTalking --> (*)\n[Not there] --> Lost",
        [(2, "state-brackets"), (3, "state-brackets"), (4, "point"), (5, "state-name")],
        "write the name alone",
    ),
    "events without a colon": Wrong(
        "[*] --> Ringing\nRinging --> Lost [nobody]\nLost --> Ringing / redial\nRinging --> Talking when lifted",
        [(3, "missing-colon"), (4, "missing-colon"), (5, "missing-colon")],
        "write the event as `A --> B : event`",
        "[*] --> Ringing\nRinging --> Lost : [nobody]\nLost --> Ringing : / redial\nRinging --> Talking : when lifted",
    ),
    "names of several words": Wrong(
        "[*] --> Ringing\nOn Hold --> Ringing : back\nOn Hold, Ringing --> Lost",
        [(3, "state-name"), (4, "several-states")],
        'a name has letters, digits, `_` and `.`; declare others as `state "On Hold" as Name`',
    ),
    "first and last states": Wrong(
        "initial state Ringing\nfinal state Lost\nRinging --> Lost : timeout\nchoice Busy",
        [(2, "foreign-keyword"), (3, "foreign-keyword"), (5, "foreign-keyword")],
        "write `[*] --> Name`",
    ),
    "notes without `of`": Wrong(
        "[*] --> Ringing\nnote right Ringing : loud\nnote over Ringing\nvery loud\nend note",
        [(3, "note-place"), (4, "note-place")],
        "write `note left of Name` or `note right of Name`",
        "[*] --> Ringing\nnote right of Ringing : loud\nnote right of Ringing\nvery loud\nend note",
    ),
    "semicolons and comments of C": Wrong(
        "state Call {\n[*] --> Ringing; \n};\n// all\n[*] --> Call // first\nstate Busy <<choice>>;",
        [
            (3, "trailing-semicolon"),
            (4, "trailing-semicolon"),
            (5, "comment-sign"),
            (6, "trailing-comment"),
            (7, "trailing-semicolon"),
        ],
        "leave it out",
        "state Call {\n[*] --> Ringing\n}\n[*] --> Call\nstate Busy <<choice>>",
    ),
    "regions, stereotypes and names": Wrong(
        "state Call {\n[*] --> Ringing\n====\n[*] --> Shown\n}\nstate Busy <choice>\n"
        "state “Not there” as “Lost”\n[*] --> Call",
        [(4, "region-sign"), (7, "stereotype"), (8, "state-alias")],
        "write `--`",
        "state Call {\n[*] --> Ringing\n--\n[*] --> Shown\n}\nstate Busy <<choice>>\n"
        'state "Not there" as Lost\n[*] --> Call',
    ),
    "statements of an activity": Wrong(
        "[*] --> Ringing\nif (lifted) then (yes)\nRinging --> Talking\nelse\nRinging --> Lost\nendif\nstop",
        [(3, "foreign-keyword"), (5, "foreign-keyword"), (7, "foreign-keyword"), (8, "foreign-keyword")],
        "write `state Name <<choice>>` and a transition for each way",
    ),
}


def block(body: str) -> str:
    return f"@startuml\n{body}\n@enduml\n"


@pytest.mark.parametrize("name", [name for name, wrong in WRONG.items() if wrong.told])
def test_what_is_wrong_is_told_and_nothing_else(name: str) -> None:
    body, told, hint, _ = WRONG[name]
    with pytest.raises(NotationError) as caught:
        loads(block(body))
    assert [(mistake.line, mistake.code) for mistake in caught.value.diagnostics] == told
    assert caught.value.hint == hint


@pytest.mark.parametrize("name", [name for name, wrong in WRONG.items() if wrong.meant])
def test_what_is_plainly_meant_is_read_by_recovery(name: str) -> None:
    body, _, __, meant = WRONG[name]
    flow = loads(block(body), recover=True)
    assert flow.hash == loads(block(meant)).hash
    assert flow.warnings


@pytest.mark.parametrize("name", [name for name, wrong in WRONG.items() if not wrong.meant])
def test_what_may_mean_several_things_is_refused_by_recovery_too(name: str) -> None:
    with pytest.raises(NotationError):
        loads(block(WRONG[name].body), recover=True)


@pytest.mark.parametrize(
    ("action", "opener", "word"),
    [
        (":a", "if (b) then", "endif"),
        ("#red:a；", "switch (b)", "endswitch"),
        (":a\nmore", "while (b)", "end while"),
        (":a", "repeat", "repeat while (b)"),
        (":a", "fork", "end fork"),
        (":a", "split", "end split"),
        (":a", "partition b {", "}"),
        (":a", "note right", "end note"),
    ],
)
def test_a_stray_word_names_the_action_that_took_its_block(action: str, opener: str, word: str) -> None:
    with pytest.raises(NotationError) as caught:
        loads(block(f"start\n:x;\n{action}\n{opener}\n:c;\n{word}\nstop"))
    at = 4 + action.count("\n") + 1
    assert caught.value.hint == f"end the action of line 4 with `;`: it takes line {at} for its text"


@pytest.mark.parametrize("above", [":a;\nnote right: if (b)", ":if (b) then;", ":a\nif (b) then;\n:c;"])
def test_a_stray_word_without_a_swallowed_block_is_to_be_deleted(above: str) -> None:
    with pytest.raises(NotationError) as caught:
        loads(block(f"start\n{above}\nendwhile\nstop"))
    assert caught.value.hint == "delete it, or open the block above"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("whlie (a)", "while"),
        ("swich (a)", "switch"),
        ("repaet", "repeat"),
        ("partion x {", "partition"),
        ("frok", "fork"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_the_keyword(line: str, meant: str) -> None:
    with pytest.raises(NotationError) as caught:
        loads(block(f"start\n:a;\n{line}\n:b;"))
    assert caught.value.diagnostics[0].code == "misspelt"
    assert caught.value.hint == f"write `{meant}`"


@pytest.mark.parametrize("line", ["step one", "weigh it", "xx", "开始称重"])
def test_a_word_that_is_no_slip_of_the_pen_is_not_told_as_one(line: str) -> None:
    with pytest.raises(NotationError) as caught:
        loads(block(f"start\n:a;\n{line}\n:b;"))
    assert caught.value.diagnostics[0].code == "unknown-statement"
