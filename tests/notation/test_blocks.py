"""Where the diagrams of a text are: `@startuml` blocks and Markdown fences, each with its place in the file."""

from pathlib import Path

import pytest

from flowdial.errors import NotationError
from flowdial.flow import Flow, loads
from flowdial.flow.load import load_all
from flowdial.notation import parse, parse_all
from flowdial.notation.ast import Action, Diagram


def steps(text: str) -> list[list[str]]:
    """The texts of the steps of every diagram."""
    found = []
    for diagram in parse_all(text):
        assert isinstance(diagram, Diagram), diagram
        found.append([statement.text for statement in diagram.body if isinstance(statement, Action)])
    return found


def lines(text: str) -> list[int]:
    """The line of the file on which each diagram's first statement stands."""
    return [each.line(each.body[0].span) for each in parse_all(text) if isinstance(each, Diagram)]


FENCES = {
    "backticks": "```plantuml\n:a;\n```\n",
    "tildes": "~~~plantuml\n:a;\n~~~\n",
    "puml": "```puml\n:a;\n```\n",
    "uml": "```uml\n:a;\n```\n",
    "in any case": "```PlantUML\n:a;\n```\n",
    "with a space": "``` plantuml\n:a;\n```\n",
    "with attributes": "```{.plantuml #order}\n:a;\n```\n",
    "with words behind": "```plantuml title=Order\n:a;\n```\n",
    "long": "`````plantuml\n:a;\n`````\n",
    "long tildes": "~~~~plantuml\n:a;\n~~~~\n",
    "longer at the end": "```plantuml\n:a;\n`````\n",
    "indented": "- a list\n  ```plantuml\n  :a;\n  ```\n",
    "with a block": "```plantuml\n@startuml\n:a;\n@enduml\n```\n",
    "with a block that the fence closes": "```plantuml\n@startuml\n:a;\n```\n:no step;\n",
    "with text around a block": "```plantuml\nnot read\n@startuml\n:a;\n@enduml\nnot read\n```\n",
    "never closed": "```plantuml\n:a;\n",
    "never closed, with a block": "```plantuml\n@startuml\n:a;\n@enduml\n",
    "after other fences": "```python\nprint()\n```\n```mermaid\nA-->B\n```\n```plantuml\n:a;\n```\n",
    "with line ends of Windows": "```plantuml\r\n:a;\r\n```\r\n",
    "between text": "# Order\n\nstart\n:no step;\n\n```plantuml\n:a;\n```\n\n:no step;\n",
    "of another language, with a block": "```text\n@startuml\n:a;\n@enduml\n```\n",
}


@pytest.mark.parametrize("name", FENCES)
def test_a_fence_holds_one_diagram(name: str) -> None:
    text = FENCES[name]
    assert steps(text) == [["a"]]
    assert lines(text) == [text.split("\n").index(next(line for line in text.split("\n") if line.strip() == ":a;")) + 1]
    assert loads(text).hash == loads("@startuml\n:a;\n@enduml").hash


@pytest.mark.parametrize(
    "text",
    [
        "```\n:a;\n```\n",
        "```python\n:a;\n```\n",
        "```plantumlx\n:a;\n```\n",
        "``plantuml\n:a;\n``\n",
        "plantuml\n:a;\n",
        "text @startuml\n:a;\n@enduml\n",
        "@enduml\n",
        "",
        "\n\n",
    ],
)
def test_a_text_without_a_diagram_is_refused_at_its_first_line(text: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse(text)
    (told,) = caught.value.diagnostics
    assert (told.code, told.line, told.column) == ("no-diagram", 1, 1)
    assert "@startuml" in told.hint
    assert "Markdown" in told.hint


def test_a_document_holds_many_diagrams() -> None:
    text = (
        "# Order\n```plantuml\n:a;\n```\ntext\n~~~puml\n@startuml\n:b;\n:c;\n@enduml\n~~~\n"
        "@startuml loose\n:d;\n@enduml\n```plantuml\n@startuml\n:e;\n@enduml\n@startuml\n:f;\n@enduml\n```\n"
    )
    assert steps(text) == [["a"], ["b", "c"], ["d"], ["e"], ["f"]]
    assert lines(text) == [3, 8, 13, 17, 20]
    assert parse(text, index=2).name == "loose"
    assert loads(text, diagram=5).nodes["action1"].label == "f"


def test_a_text_with_several_diagrams_asks_which() -> None:
    text = "```plantuml\n:a;\n```\n```plantuml\n:b;\n```\n"
    with pytest.raises(NotationError, match="the file holds 2 diagrams") as caught:
        loads(text)
    assert "--diagram 1" in caught.value.hint
    for number in (0, 3):
        with pytest.raises(NotationError, match=f"there is no diagram {number}"):
            loads(text, diagram=number)


def test_activity_and_state_diagrams_stand_in_one_document() -> None:
    text = "```plantuml\n[*] --> A\n```\n```plantuml\n:a;\n```\n"
    assert [each.kind for each in parse_all(text) if isinstance(each, Diagram)] == ["state", "activity"]


def test_a_mistake_in_a_fence_is_told_with_the_line_of_the_document() -> None:
    text = "# Order\n\n```plantuml\nstart\n发货;\n```\n\n```plantuml\n:a;\n```\n"
    refused, read = parse_all(text)
    assert isinstance(refused, NotationError)
    assert (refused.line, refused.column) == (5, 1)
    assert isinstance(read, Diagram)


def test_an_empty_fence_is_an_empty_diagram() -> None:
    (error,) = parse_all("text\n```plantuml\n```\n")
    assert isinstance(error, NotationError)
    assert (error.diagnostics[0].code, error.line) == ("empty", 2)


def test_a_fence_of_the_other_sign_does_not_close() -> None:
    text = "```plantuml\n:a\n~~~\nb;\n```\n"
    assert steps(text) == [["a\n~~~\nb"]]


def test_a_shorter_fence_does_not_close() -> None:
    assert steps("````plantuml\n:a\n```\nb;\n````\n:c;\n") == [["a\n```\nb"]]


def test_a_fence_sign_within_a_block_of_its_own_is_text() -> None:
    assert steps("@startuml\n:a\n```plantuml\nb;\n@enduml\n") == [["a\n```plantuml\nb"]]


def test_a_fence_with_words_behind_does_not_close() -> None:
    assert steps("```plantuml\n:a\n```python\nb;\n```\n") == [["a\n```python\nb"]]


def test_a_fence_within_a_longer_fence_is_text() -> None:
    with pytest.raises(NotationError, match="no diagram found"):
        parse("````markdown\n```plantuml\n:a;\n```\n````\n")


@pytest.mark.parametrize("opening", ["@startuml", "@STARTUML", "  @startuml", "@startuml  ", "@startuml(id=order)"])
def test_a_block_begins_with_startuml(opening: str) -> None:
    assert steps(f"{opening}\n:a;\n@enduml") == [["a"]]
    assert steps(f"{opening}\n:a;\n@ENDUML behind") == [["a"]]


def test_a_document_is_mended_fence_by_fence() -> None:
    text = "```plantuml\nstart\n:甲；\n```\n```plantuml\nstart\n:乙;\n```\n```plantuml\nnonsense\n:a;\n```\n"
    found = list(parse_all(text, recover=True))
    assert isinstance(found[0], Diagram)
    assert [told.line for told in found[0].warnings] == [3]
    assert isinstance(found[1], Diagram)
    assert found[1].warnings == ()
    assert isinstance(found[2], NotationError)
    assert found[2].line == 10


def test_a_file_with_fences_is_loaded_diagram_by_diagram(tmp_path: Path) -> None:
    file = tmp_path / "order.md"
    file.write_text("# Order\n```plantuml\n:a;\n```\n```plantuml\nnonsense\n```\n```plantuml\n[*] --> A\n```\n")
    first, second, third = load_all(file)
    assert isinstance(first, Flow)
    assert isinstance(second, NotationError)
    assert str(second).startswith(f"{file}:6:1: error[unknown-statement]")
    assert isinstance(third, Flow)
    assert (first.kind, third.kind) == ("activity", "state")
