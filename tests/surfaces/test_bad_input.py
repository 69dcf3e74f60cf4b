"""Bad input: exit code 2, one clear message on standard error, nothing on standard output, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

CHARTS = Path(__file__).parents[1] / "charts"
MAIN = [sys.executable, "-c", "from flowdial.surfaces.cli import main; main()"]


def flowdial(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [*MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8", cwd=cwd)


def block(*lines: str) -> bytes:
    return "\n".join(["@startuml", *lines, "@enduml", ""]).encode()


#: what the file holds, what the message says
CONTENTS = {
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ["this is a binary file"]),
    "empty-file": (b"", ["no diagram found", "@startuml"]),
    "text-without-a-diagram": (b"Dear reader,\n", ["no diagram found", ":1:1:", "Dear reader,"]),
    "empty-diagram": (block("", "' only a comment"), ["the diagram is empty", ":1:1:"]),
    "two-diagrams": (block(":a;") + block(":b;"), ["the file holds 2 diagrams", "--diagram"]),
    "class-diagram": (block("class Order {", "  total: int", "}"), ["this is a class diagram", ":2:1:"]),
    "sequence-diagram": (block("participant A", "A -> B: hello"), ["this is a sequence diagram", ":2:1:"]),
    "syntax-error": (
        block("start", "if (商品完好?) then 是", ":a;", "endif"),
        [":3:17: error[label-parentheses]", "\n  3 | if (商品完好?) then 是\n    |                     ^\n"],
    ),
    "10-MB-line": (block(":" + "x" * 10_000_000 + ";"), ["larger than 8 MiB"]),
    "7-MB-line": (block("x" * 7_000_000), [":2:1: error[unknown-statement]"]),
    "broken-utf-8": (block(":caf") + b"\xe9;\n\xff\xff", ["neither UTF-8 nor GB18030"]),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_bad_file_is_refused_with_its_name_a_reason_and_a_mend(tmp_path: Path, name: str) -> None:
    content, parts = CONTENTS[name]
    file = tmp_path / f"{name}.puml"
    file.write_bytes(content)
    done = flowdial("graph", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"flowdial: {file}:")
    for part in parts:
        assert part in done.stderr
    assert "\n  hint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 2000


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    done = flowdial("graph", tmp_path / "missing.puml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"flowdial: {tmp_path / 'missing.puml'}: no such file\n  hint: ")


def test_a_directory_is_named_with_what_to_write_instead(tmp_path: Path) -> None:
    done = flowdial("graph", tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path}: this is a directory" in done.stderr
    assert f"{tmp_path}/*.puml" in done.stderr


@pytest.mark.parametrize("name", ["bad\udc80name.puml", "x" * 300 + ".puml", "a\nb.puml"])
def test_an_odd_file_name_is_refused_like_any_other(tmp_path: Path, name: str) -> None:
    done = flowdial("graph", tmp_path / name)
    assert done.returncode == 2
    assert "flowdial: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("format_", ["json", "jsonl", "puml"])
def test_an_output_that_cannot_be_written_is_named(tmp_path: Path, format_: str) -> None:
    target = tmp_path / "missing" / "flow.out"
    done = flowdial("graph", CHARTS / "while_plain.puml", "-f", format_, "-o", target)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(target) in done.stderr
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["graph", "x.puml", "--format", "xml"], ["xml", "json", "mermaid"]),
        (["graph"], ["FILES", "flowdial graph --help"]),
        (["graph", "x.puml", "--diagram", "0"], ["--diagram"]),
        (["graph", "a.puml", "b.puml"], ["`--format json` takes one file", "hint: use `--format jsonl`"]),
        (["graph", "x.puml", "--fromat", "json"], ["--fromat", "--format"]),
        (["grahp"], ["grahp"]),
    ],
    ids=["unknown-format", "no-file", "diagram-zero", "two-files", "unknown-option", "unknown-command"],
)
def test_a_wrong_command_line_says_what_is_allowed(arguments: list[str], parts: list[str]) -> None:
    done = flowdial(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    for part in parts:
        assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_a_diagram_number_beyond_the_last_says_how_many_there_are() -> None:
    done = flowdial("graph", CHARTS / "while_plain.puml", "--diagram", 4)
    assert done.returncode == 2
    assert "there is no diagram 4" in done.stderr
    assert "the file holds 1" in done.stderr


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_files_as_chinese_editors_save_them_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "退货.puml"
    file.write_bytes("@startuml\r\nstart\r\n:查询订单;\r\nstop\r\n@enduml\r\n".encode(encoding))
    done = flowdial("graph", file, "-f", "puml")
    assert (done.returncode, done.stderr) == (0, "")
    assert ":查询订单;" in done.stdout


def test_a_failed_run_leaves_an_existing_output_alone(tmp_path: Path) -> None:
    target = tmp_path / "flow.json"
    target.write_text("before", encoding="utf-8")
    done = flowdial("graph", tmp_path / "missing.puml", "-o", target)
    assert done.returncode == 2
    assert target.read_text(encoding="utf-8") == "before"
