"""`flowdial graph`, as a process: its formats, its files, its exit code."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flowdial.flow import load, loads

CHARTS = Path(__file__).parents[1] / "charts"
MAIN = [sys.executable, "-c", "from flowdial.surfaces.cli import main; main()"]
graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def flowdial(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*MAIN, *map(str, arguments)], capture_output=True, input=stdin, check=False)


def test_the_default_is_json() -> None:
    done = flowdial("graph", CHARTS / "chinese.puml")
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)
    assert found["hash"] == load(CHARTS / "chinese.puml").hash
    assert found["file"] == str(CHARTS / "chinese.puml")
    assert "同意退货".encode() in done.stdout


@pytest.mark.parametrize(
    ("format_", "begin", "holds"),
    [
        ("json", "{\n", '"label": "同意退货"'),
        ("jsonl", '{"file": ', '"label": "同意退货"'),
        ("dot", "digraph flow {\n", "同意退货"),
        ("mermaid", "flowchart TD\n", '["同意退货"]'),
        ("puml", "@startuml\n", ":同意退货;"),
        pytest.param("svg", "<?xml", "同意退货", marks=graphviz),
    ],
)
def test_a_text_format_is_printed_in_utf_8(format_: str, begin: str, holds: str) -> None:
    done = flowdial("graph", CHARTS / "chinese.puml", "--format", format_)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("utf-8")
    assert text.startswith(begin)
    assert holds in text


@pytest.mark.parametrize("format_", ["json", "jsonl", "dot", "mermaid", "graphml", "puml"])
def test_standard_input_is_read_as_a_file_is(format_: str) -> None:
    file = CHARTS / "chinese.puml"
    done = flowdial("graph", "-", "-f", format_, stdin=b"\xef\xbb\xbf" + file.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == flowdial("graph", file, "-f", format_).stdout.replace(str(file).encode(), b"-")


def test_a_bad_diagram_of_standard_input_is_refused_by_the_name_of_a_dash() -> None:
    done = flowdial("graph", "-", stdin=b"@startuml\nstart\nnonsense\n@enduml\n")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"flowdial: -:3:1: error[unknown-statement]")


def test_every_diagram_of_standard_input_is_told_or_printed() -> None:
    text = b"@startuml\nnonsense\n@enduml\n@startuml\nstate A\nnote left of B : x\n@enduml\n@startuml\n:a;\n@enduml\n"
    done = flowdial("graph", "-", "-f", "jsonl", stdin=text)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["file"], each.get("line")) for each in found] == [("-", 2), ("-", 6), ("-", None)]
    assert done.returncode == 2


def test_one_of_several_diagrams_of_standard_input_is_mended() -> None:
    text = "@startuml\n:a;\n@enduml\n@startuml\n[*] --> A\nA －> B\n@enduml\n".encode()
    done = flowdial("graph", "-", "--diagram", 2, "--recover", "-f", "puml", stdin=text)
    assert done.stdout == b"@startuml\n[*] --> A\nA --> B\n@enduml\n"
    assert done.stderr.startswith(b"-:6:3: warning[full-width]")


@graphviz
def test_a_picture_goes_into_the_file_that_is_named(tmp_path: Path) -> None:
    target = tmp_path / "flow.png"
    done = flowdial("graph", CHARTS / "while_plain.puml", "-f", "png", "-o", target)
    assert (done.returncode, done.stdout) == (0, b"")
    assert target.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_canonical_plantuml_means_the_same() -> None:
    done = flowdial("graph", CHARTS / "loops_in_fork.puml", "-f", "puml")
    assert loads(done.stdout.decode()).hash == load(CHARTS / "loops_in_fork.puml").hash


def test_one_of_several_diagrams_is_drawn_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "two.puml"
    file.write_text("@startuml\n:a;\n@enduml\n@startuml\n:b;\n@enduml\n", encoding="utf-8")
    assert b":b;" in flowdial("graph", file, "--diagram", 2, "-f", "puml").stdout
    assert json.loads(flowdial("graph", file, "--diagram", 1).stdout)["nodes"][0]["label"] == "a"


def test_jsonl_gives_one_object_a_diagram_in_order_and_never_stops(tmp_path: Path) -> None:
    (tmp_path / "good.puml").write_text("@startuml\n:a;\n@enduml\n", encoding="utf-8")
    (tmp_path / "bad.puml").write_text("@startuml\nstart\n:查询\n@enduml\n", encoding="utf-8")
    (tmp_path / "folder.puml").mkdir()
    (tmp_path / "binary.puml").write_bytes(b"\x7fELF\x00\x00\xff\xfe" * 20)
    (tmp_path / "two.puml").write_text("@startuml\n:b;\n@enduml\n@startuml\nnonsense\n@enduml\n", encoding="utf-8")
    names = ["good", "bad", "missing", "folder", "binary", "two", "good"]
    done = flowdial("graph", "--format", "jsonl", *(tmp_path / f"{name}.puml" for name in names))
    found = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    expected = ["good", "bad", "missing", "folder", "binary", "two", "two", "good"]
    assert [Path(each["file"]).stem for each in found] == expected
    errors = [each.get("error", "") for each in found]
    wanted = ["", "unclosed-action", "no such file", "directory", "binary", "", "unknown-statement", ""]
    assert all(part in error and bool(error) == bool(part) for part, error in zip(wanted, errors, strict=True)), errors
    assert all(each["hint"] for each in found if "error" in each)
    assert [(found[1]["line"], found[1]["column"]), (found[6]["line"], found[6]["column"])] == [(3, 1), (5, 1)]
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_jsonl_of_good_files_exits_with_zero_and_writes_where_it_is_told(tmp_path: Path) -> None:
    target = tmp_path / "flows.jsonl"
    files = sorted(CHARTS.glob("*.puml"))
    done = flowdial("graph", "-f", "jsonl", *files, "-o", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    lines = target.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["file"] for line in lines] == [str(file) for file in files]


def test_a_reader_that_stops_early_is_no_fault() -> None:
    files = [str(CHARTS / "chinese.puml")] * 300
    with subprocess.Popen(
        [*MAIN, "graph", "-f", "jsonl", *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert b"Traceback" not in running.stderr.read()


COMMANDS = [
    (),
    ("graph",),
    ("fmt",),
    ("chat",),
    ("bench",),
    ("data",),
    ("finetune",),
    ("eval",),
    ("eval", "pfdial"),
    ("eval", "flows"),
    ("model",),
    ("model", "fetch"),
    ("model", "list"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(command) or "flowdial" for command in COMMANDS])
def test_the_help_of_every_command_shows_an_example(command: tuple[str, ...]) -> None:
    done = flowdial(*command, "--help")
    assert done.returncode == 0
    text = done.stdout.decode()
    assert "Example" in text
    assert " ".join(["flowdial", *command]) in text.partition("Example")[2]


def test_help_covers_every_command() -> None:
    import click

    from flowdial.surfaces.cli import cli

    def paths(group: click.Group, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        found = [before]
        for name, command in group.commands.items():
            inner = (*before, name)
            found += paths(command, inner) if isinstance(command, click.Group) else [inner]
        return found

    assert set(paths(cli)) == set(COMMANDS)


def test_the_graph_command_loads_no_model_library() -> None:
    code = (
        "import sys; from flowdial.surfaces.cli import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join({'torch', 'transformers', 'peft'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, "graph", str(CHARTS / "while_plain.puml")]
    assert subprocess.run(command, capture_output=True, check=False).stderr == b""


def test_the_graph_is_not_written_over_its_diagram(tmp_path: Path) -> None:
    file = tmp_path / "a.puml"
    file.write_text("@startuml\nstart\nstop\n@enduml\n")
    done = flowdial("graph", str(file), "-o", str(tmp_path / "." / "a.puml"))
    assert done.returncode == 2
    assert b"is the diagram itself" in done.stderr
    assert file.read_text().startswith("@startuml")


def test_an_input_that_does_not_end_is_refused() -> None:
    done = flowdial("graph", "/dev/zero")
    assert done.returncode == 2
    assert b"larger than 8 MiB" in done.stderr
