"""What `!include` reads, and what it never opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdial.errors import NotationError
from flowdial.notation.preprocessor import Line, preprocess


def made(text: str, folder: Path | None) -> list[str]:
    lines = [Line(line, number) for number, line in enumerate(text.split("\n"), 1)]
    return [line.text for line in preprocess(lines, folder=folder) if line.text.strip()]


def refused(text: str, folder: Path | None) -> str:
    with pytest.raises(NotationError) as caught:
        made(text, folder)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A diagram's folder, with files beside it that are none of its business."""
    inside = tmp_path / "flows"
    (inside / "lib").mkdir(parents=True)
    (tmp_path / "secret.puml").write_text(":secret;\n", encoding="utf-8")
    (inside / "plain.puml").write_text("' a comment\n:plain;\n/' more\n:not me;\n'/\n", encoding="utf-8")
    (inside / "two.puml").write_text(
        "@startuml\n:first;\n@enduml\n@startuml(id=OTHER)\n:second;\n@enduml\n@startuml THIRD\n:third;\n@enduml\n",
        encoding="utf-8",
    )
    (inside / "subs.puml").write_text(
        "@startuml\n:a;\n!startsub ONE\n:b;\n!endsub\n:c;\n!startsub ONE\n:d;\n!endsub\n@enduml\n", encoding="utf-8"
    )
    (inside / "lib" / "procs.puml").write_text(
        "!procedure $p($x)\n:$x;\n!endprocedure\n!include deep.puml\n", encoding="utf-8"
    )
    (inside / "lib" / "deep.puml").write_text("!$deep = 1\n", encoding="utf-8")
    (inside / "loop_a.puml").write_text("!include loop_b.puml\n", encoding="utf-8")
    (inside / "loop_b.puml").write_text("!include loop_a.puml\n", encoding="utf-8")
    (inside / "wrong.puml").write_text(":a;\n!$x = ((\n", encoding="utf-8")
    return inside


@pytest.mark.parametrize(
    ("what", "lines"),
    [
        ("plain.puml", [":plain;"]),
        ("./lib/../plain.puml", [":plain;"]),
        ('"plain.puml"', [":plain;"]),
        ("two.puml", [":first;"]),
        ("two.puml!0", [":first;"]),
        ("two.puml!1", [":second;"]),
        ("two.puml!OTHER", [":second;"]),
        ("two.puml!THIRD", [":third;"]),
    ],
)
def test_a_file_or_one_of_its_blocks_is_included(folder: Path, what: str, lines: list[str]) -> None:
    assert made(f"!include {what}", folder) == lines


def test_a_file_brings_its_names_and_finds_files_beside_itself(folder: Path) -> None:
    assert made('!include lib/procs.puml\n$p("x")\n:$deep;', folder) == [":x;", ":1;"]


def test_the_name_of_a_file_may_come_from_a_variable(folder: Path) -> None:
    assert made('!$name = "plain"\n!include $name.puml', folder) == [":plain;"]


def test_a_file_is_included_once_or_as_often_as_is_said(folder: Path) -> None:
    assert made("!include plain.puml\n!include plain.puml", folder) == [":plain;"]
    assert made("!include_many plain.puml\n!include_many plain.puml", folder) == [":plain;"] * 2
    assert "`plain.puml` is included twice" in refused("!include_once plain.puml\n!include_once plain.puml", folder)


def test_parts_of_a_file_are_included_by_name(folder: Path) -> None:
    assert made("!includesub subs.puml!ONE", folder) == [":b;", ":d;"]
    assert "has no `!startsub TWO`" in refused("!includesub subs.puml!TWO", folder)


def test_parts_of_the_same_text_are_included_by_name() -> None:
    assert made("!startsub X\n:a;\n!endsub\n:b;\n!includesub X", None) == [":a;", ":b;", ":a;"]


def test_the_lines_of_a_part_have_the_number_of_the_line_that_includes_them() -> None:
    text = "!startsub X\n:a;\n!endsub\n!includesub X\n:b;"
    lines = preprocess([Line(line, number) for number, line in enumerate(text.split("\n"), 1)])
    assert [(line.text, line.number) for line in lines] == [(":a;", 2), (":a;", 4), (":b;", 5)]


def test_included_lines_have_the_number_of_the_include(folder: Path) -> None:
    lines = preprocess([Line(":a;", 1), Line("!include two.puml", 2)], folder=folder)
    assert [(line.text, line.number) for line in lines] == [(":a;", 1), (":first;", 2)]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("../secret.puml", "lies outside of the diagram's folder"),
        ("lib/../../secret.puml", "lies outside of the diagram's folder"),
        ("/etc/passwd", "lies outside of the diagram's folder"),
        ("link.puml", "lies outside of the diagram's folder"),
        ("https://example.org/a.puml", "an address is not included"),
        ("file:///etc/passwd", "an address is not included"),
        ("<awslib/AWSCommon>", "PlantUML's library is not included"),
        ("missing.puml", "`missing.puml` cannot be included: no such file"),
        ("lib", "`lib` cannot be included: this is a directory"),
        ("two.puml!9", "has no block `9`"),
        ("two.puml!NONE", "has no block `NONE`"),
        ("a\x00b", "a"),
    ],
)
def test_nothing_outside_of_the_folder_is_opened(folder: Path, what: str, why: str) -> None:
    (folder / "link.puml").symlink_to(folder.parent / "secret.puml")
    told = refused(f"!include {what}", folder)
    assert "[include]" in told
    assert why in told
    assert "secret;" not in told


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("missing.puml", "check the name; it is looked for in the folder of the diagram"),
        ("lib/nested.puml", "check the name; it is looked for in the folder of `lib/nested.puml`"),
        ("lib", "name a file in it: `!include lib/file.puml`"),
        ("lib/", "name a file in it: `!include lib/file.puml`"),
        ("*.puml", "an include names one file, without `*` or `?`: write one `!include` for each"),
        ("lib\\procs.puml", "write `/` between a folder and what is in it"),
        ("/etc/passwd", "an absolute path must lead into that folder too"),
        ("../secret.puml", "`..` leads out of the folder, and only files in it are read: copy the file into it"),
        ("link.puml", "it is a link to another place: copy the file itself into the folder"),
        ("https://example.org/a.puml", "save the file beside the diagram and name it: `!include file.puml`"),
        ('""', "write `!include file.puml`"),
        ("a" * 300, "check the name"),
    ],
)
def test_what_is_not_included_is_told_with_the_mend_of_its_case(folder: Path, what: str, hint: str) -> None:
    (folder / "link.puml").symlink_to(folder.parent / "secret.puml")
    (folder / "lib" / "nested.puml").write_text("!include none.puml\n", encoding="utf-8")
    told = refused(f"!include {what}", folder)
    assert "[include]" in told
    assert f"  hint: {hint}" in told
    assert str(folder) not in told


@pytest.mark.parametrize("line", ["!import a.zip", "!includeurl https://example.org/a", "!includedef a"])
def test_other_ways_to_include_are_refused(folder: Path, line: str) -> None:
    assert "[include]" in refused(line, folder)


def test_a_text_that_is_no_file_includes_nothing() -> None:
    assert "the text does not come from a file" in refused("!include plain.puml", None)


def test_files_that_include_one_another_are_refused_with_their_chain(folder: Path) -> None:
    assert "loop_a.puml -> loop_b.puml -> loop_a.puml" in refused("!include loop_a.puml", folder)


def test_an_error_in_an_included_file_names_the_file(folder: Path) -> None:
    told = refused(":x;\n!include wrong.puml", folder)
    assert "in `wrong.puml`: " in told
    assert ":2:" in told
