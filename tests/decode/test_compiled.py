"""What is constant in a step is tokenised once, for each model and each version of the step."""

from __future__ import annotations

from flowdial.decode import compiled
from flowdial.decode.compiled import compile_branches


class Counting:
    """A tokenizer of characters that notes what it is given."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, text: str) -> list[int]:
        self.read.append(text)
        return [ord(char) for char in text]


PREFIX, STEMS = ("Q: lit?\n",), (("A: yes\n",), ("A: no\n",))


def test_a_step_is_compiled_once_for_a_model() -> None:
    model, other = Counting(), Counting()
    first = compile_branches(model, PREFIX, STEMS)
    assert first.prefix == tuple(map(ord, PREFIX[0]))
    assert first.stems == tuple(tuple(map(ord, stem[0])) for stem in STEMS)
    read = len(model.read)
    assert compile_branches(model, PREFIX, STEMS) is first
    assert len(model.read) == read
    compile_branches(other, PREFIX, STEMS)
    assert len(other.read) == read


def test_a_step_that_changed_is_compiled_anew() -> None:
    """A flow whose option or question has another text has other keys."""
    model = Counting()
    first = compile_branches(model, PREFIX, STEMS)
    other = compile_branches(model, PREFIX, (STEMS[0], ("A: off\n",)))
    assert other.stems[1] != first.stems[1]
    assert compile_branches(model, ("Q: dark?\n",), STEMS).prefix != first.prefix
    compiled.forget(model)
    assert compile_branches(model, PREFIX, STEMS) is not first


def test_the_steps_that_are_kept_are_bounded(monkeypatch) -> None:
    monkeypatch.setattr(compiled, "MAX_STEPS", 2)
    model = Counting()
    for number in range(5):
        compile_branches(model, (f"Q: {number}\n",), STEMS)
    read = len(model.read)
    compile_branches(model, ("Q: 4\n",), STEMS)
    assert len(model.read) == read
    compile_branches(model, ("Q: 0\n",), STEMS)
    assert len(model.read) > read
