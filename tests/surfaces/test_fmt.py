"""`flowdial fmt` and `--recover`, as processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowdial.flow import loads
from flowdial.surfaces import layout

MAIN = [sys.executable, "-c", "from flowdial.surfaces.cli import main; main()"]
FLOWS = Path(__file__).parents[2] / "flows"
CROOKED = "@startuml\nSTART\n  ' why\nif(q)then(yes)\n:a;\nELSE\n:b;\nend if\nstop\n@enduml\n"
STRAIGHT = "@startuml\nstart\n' why\nif (q) then (yes)\n  :a;\nelse\n  :b;\nendif\nstop\n@enduml\n"


def flowdial(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MAIN, *map(str, arguments)], capture_output=True, text=True, input=stdin, check=False)


@pytest.fixture
def crooked(tmp_path: Path) -> Path:
    file = tmp_path / "crooked.puml"
    file.write_text(CROOKED, encoding="utf-8")
    return file


def test_a_file_is_laid_out_in_place(crooked: Path) -> None:
    done = flowdial("fmt", crooked)
    assert (done.returncode, done.stdout) == (0, "")
    assert "laid out" in done.stderr
    assert crooked.read_text(encoding="utf-8") == STRAIGHT


def test_a_file_that_is_laid_out_already_is_not_touched(crooked: Path) -> None:
    crooked.write_text(STRAIGHT, encoding="utf-8")
    os.utime(crooked, (1, 1))
    done = flowdial("fmt", crooked)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert crooked.stat().st_mtime == 1


def test_check_changes_nothing_and_ends_with_one(crooked: Path) -> None:
    done = flowdial("fmt", "--check", crooked)
    assert done.returncode == 1
    assert "not laid out" in done.stderr
    assert crooked.read_text(encoding="utf-8") == CROOKED


def test_diff_shows_what_would_change(crooked: Path) -> None:
    done = flowdial("fmt", "--diff", crooked)
    assert done.returncode == 0
    assert "-if(q)then(yes)\n" in done.stdout
    assert "+if (q) then (yes)\n" in done.stdout
    assert crooked.read_text(encoding="utf-8") == CROOKED


def test_standard_input_is_laid_out_to_standard_output() -> None:
    assert flowdial("fmt", "-", stdin=CROOKED).stdout == STRAIGHT


def test_a_bad_file_is_refused_and_the_others_are_laid_out(crooked: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.puml"
    bad.write_text("@startuml\nstart\nif x then (yes)\n:a;\nendif\nnonsense\n@enduml\n", encoding="utf-8")
    done = flowdial("fmt", bad, tmp_path / "none.puml", crooked)
    assert done.returncode == 2
    assert f"{bad}:3:4: error[condition-parentheses]" in done.stderr
    assert f"{bad}:6:1: error[unknown-statement]" in done.stderr
    assert "no such file" in done.stderr
    assert crooked.read_text(encoding="utf-8") == STRAIGHT


def test_a_folder_that_cannot_be_written_leaves_the_file_whole(crooked: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    crooked.parent.chmod(0o500)
    done = flowdial("fmt", crooked)
    crooked.parent.chmod(0o700)
    assert (done.returncode, crooked.read_text(encoding="utf-8")) == (2, CROOKED)


def test_a_diagram_of_macros_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "macros.puml"
    text = "@startuml\n!procedure $s($x)\n:$x;\n!endprocedure\nstart\n   $s(a)\nstop\n@enduml\n"
    file.write_text(text, encoding="utf-8")
    assert flowdial("fmt", file).returncode == 0
    assert file.read_text(encoding="utf-8") == text


def test_directives_stay_between_the_statements(tmp_path: Path) -> None:
    file = tmp_path / "directives.puml"
    file.write_text("@startuml\n!$a = 1\nSTART\n!if $a == 1\n:a;\n!endif\nstop\n@enduml\n", encoding="utf-8")
    flowdial("fmt", file)
    expected = "@startuml\n!$a = 1\nstart\n!if $a == 1\n:a;\n!endif\nstop\n@enduml\n"
    assert file.read_text(encoding="utf-8") == expected


def test_the_example_flows_are_laid_out() -> None:
    assert flowdial("fmt", "--check", *sorted(FLOWS.glob("*/*.puml"))).returncode == 0


def test_graph_mends_with_recover_and_tells_it(tmp_path: Path) -> None:
    file = tmp_path / "hasty.puml"
    file.write_text("@startuml\nstart\nif (好?) then 是\n:a；\nendif\nstop\n@enduml\n", encoding="utf-8")
    assert flowdial("graph", file).returncode == 2
    done = flowdial("graph", file, "--recover", "-f", "puml")
    assert done.returncode == 0
    assert loads(done.stdout).hash == loads("@startuml\nstart\nif (好?) then (是)\n:a;\nendif\nstop\n@enduml").hash
    assert f"{file}:3:14: warning[label-parentheses]" in done.stderr
    assert f"{file}:4:3: warning[full-width]" in done.stderr


def test_jsonl_tells_every_mistake_and_every_mend(tmp_path: Path) -> None:
    file = tmp_path / "hasty.puml"
    file.write_text("@startuml\nstart\nif (a?) then yes\n:b;\nendif\nelif\nstop\n@enduml\n", encoding="utf-8")
    refused = json.loads(flowdial("graph", "-f", "jsonl", file).stdout)
    assert [(each["code"], each["line"]) for each in refused["errors"]] == [("label-parentheses", 3), ("elsif", 6)]
    good = "@startuml\nstart\nif (a?) then yes\n:b;\nendif\nstop\n@enduml\n"
    file.write_text(good, encoding="utf-8")
    mended = json.loads(flowdial("graph", "-f", "jsonl", "--recover", file).stdout)
    assert [(each["code"], each["line"]) for each in mended["warnings"]] == [("label-parentheses", 3)]


def test_a_diagram_in_markdown_is_read(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("# Page\n\n```plantuml\nstart\n:a;\nstop\n```\n\ntext\n", encoding="utf-8")
    found = json.loads(flowdial("graph", file).stdout)
    assert [node["kind"] for node in found["nodes"]] == ["start", "action", "stop"]
    assert found["nodes"][1]["line"] == 5


@pytest.mark.parametrize(
    ("written", "laid"),
    [
        ("A -left-> l", "A -left-> l"),
        ("A-r->r:r", "A -r-> r:r"),
        ("A -[#red]r-> r : go", "A -[#red]r-> r : go"),
        ("A -->o o", "A -->o o"),
        ("A x--> x", "A x--> x"),
        ("A   <-up-   u:go", "A <-up- u:go"),
        ("A <<x-y>>   -->B   :   go", "A <<x-y>> --> B : go"),
        ("[*]->A", "[*] -> A"),
        ("start /' why '/", "start /' why '/"),
    ],
)
def test_a_statement_is_laid_out_and_keeps_its_meaning_and_its_comment(written: str, laid: str) -> None:
    head = "" if written.startswith("start") else "[*] --> A\n"
    text = f"@startuml\n{head}{written}\n@enduml\n"
    done = flowdial("fmt", "-", stdin=text)
    assert done.stdout == f"@startuml\n{head}{laid}\n@enduml\n"
    assert loads(done.stdout).hash == loads(text).hash


def test_a_file_without_a_diagram_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "plain.txt"
    file.write_text("some prose\n\n\n", encoding="utf-8")
    done = flowdial("fmt", file)
    assert done.returncode == 2
    assert "no diagram found" in done.stderr
    assert file.read_text(encoding="utf-8") == "some prose\n\n\n"


def test_an_include_of_the_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "steps.puml").write_text(":a;\n", encoding="utf-8")
    file = tmp_path / "main.puml"
    file.write_text("@startuml\nSTART\n!include steps.puml\nstop\n@enduml\n", encoding="utf-8")
    assert flowdial("fmt", file).returncode == 0
    assert file.read_text(encoding="utf-8") == "@startuml\nstart\n!include steps.puml\nstop\n@enduml\n"


def test_line_ends_and_the_margin_of_a_fence_stay(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_bytes(b"- item\r\n\r\n  ```plantuml\r\n  START\r\n  :a;\r\n  ```\r\n\r\n")
    assert flowdial("fmt", file).returncode == 0
    assert file.read_bytes() == b"- item\r\n\r\n  ```plantuml\r\n  start\r\n  :a;\r\n  ```\r\n\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_keeps_its_encoding_and_its_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "marked.puml"
    file.write_bytes("@startuml\r\nSTART\r\n:查询;\r\n@enduml\r\n".encode(encoding))
    assert flowdial("fmt", file).returncode == 0
    assert file.read_bytes() == "@startuml\r\nstart\r\n:查询;\r\n@enduml\r\n".encode(encoding)
    assert flowdial("fmt", "--check", file).returncode == 0


def test_a_byte_order_mark_of_standard_input_stays() -> None:
    assert flowdial("fmt", "-", stdin="\ufeff" + CROOKED).stdout == "\ufeff" + STRAIGHT


FALSE = "@startuml\n!define start :other;\nSTART\nstop\n@enduml\n"


@pytest.mark.parametrize(
    "text",
    [FALSE, CROOKED + FALSE, "```plantuml\nSTART\n```\n\n```plantuml\n!define start :b;\nSTART\nstop\n```\n"],
    ids=["one", "the second", "in Markdown"],
)
@pytest.mark.parametrize("option", [(), ("--check",), ("--diff",)], ids=["in place", "check", "diff"])
def test_a_file_that_would_mean_something_else_is_left_alone(
    tmp_path: Path, text: str, option: tuple[str, ...]
) -> None:
    file = tmp_path / "other.puml"
    file.write_text(text, encoding="utf-8")
    done = flowdial("fmt", *option, file)
    assert (done.returncode, done.stdout) == (2, "")
    number = 1 if text == FALSE else 2
    assert f"{file}: diagram {number} would mean something else" in done.stderr
    assert "please report it" in done.stderr
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "laid",
    [
        STRAIGHT.replace(":a;", ":c;"),
        STRAIGHT.replace("(yes)", "(no)"),
        STRAIGHT.replace("stop\n", ""),
        STRAIGHT.replace("endif", "nonsense"),
        STRAIGHT * 2,
        "",
    ],
    ids=["step", "label", "end", "refused", "one more", "none"],
)
def test_what_is_laid_out_is_read_again(
    crooked: Path, laid: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layout, "format_text", lambda _text, _folder: laid)
    assert layout.run([crooked], check=False, diff=False) == 2
    assert "would mean something else" in capsys.readouterr().err
    assert crooked.read_text(encoding="utf-8") == CROOKED


def test_an_include_is_read_where_the_file_stands_when_it_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "words.puml").write_text("!define start :other;\n", encoding="utf-8")
    file = tmp_path / "main.puml"
    file.write_text("@startuml\n!include words.puml\nSTART\nstop\n@enduml\n", encoding="utf-8")
    done = flowdial("fmt", file)
    assert (done.returncode, "would mean something else" in done.stderr) == (2, True)


def test_a_diagram_whose_states_are_refused_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lost.puml"
    text = "@startuml\n[*]-->A\nNOTE LEFT OF B : lost\n@enduml\n"
    file.write_text(text, encoding="utf-8")
    done = flowdial("fmt", file)
    assert (done.returncode, f"{file}:3:1: error[note]" in done.stderr) == (2, True)
    assert file.read_text(encoding="utf-8") == text
