"""Draw random flows.  seed + size -> the text of a valid diagram.

Decisions, chains, switches, loops and forks, nested in one another; labels repeat now and then, as in real charts.
Knows notation by its text only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

_LABELS = {
    "zh": (("是", "否"), ("有", "没有"), ("通过", "不通过")),
    "en": (("yes", "no"), ("approved", "rejected"), ("ok", "not ok")),
}
_NAMES = {"zh": ("甲类", "乙类", "丙类", "丁类"), "en": ("first kind", "second kind", "third kind", "fourth kind")}
_STEP = {"zh": "办理事项{}", "en": "Handle item {}"}
_QUESTION = {"zh": "事项{}合格吗？", "en": "Is item {} fine?"}
_KIND = {"zh": "事项{}属于哪类", "en": "Which kind is item {}"}
_REPEATED = 0.15


def random_flow(draw: Random, *, lang: str = "en", size: int = 12) -> str:
    """The text of a flow with about `size` steps and questions."""
    made = _Drawing(draw, lang, size)
    return "\n".join(["@startuml", f"' flowdial: lang={lang}", "start", *made.block(0), "stop", "@enduml", ""])


class _Drawing:
    """What is drawn so far: how much room is left, and how many items have been named."""

    def __init__(self, draw: Random, lang: str, size: int) -> None:
        self._draw, self._lang, self._room, self._count = draw, lang, size, 0

    def block(self, depth: int) -> Iterator[str]:
        """One statement at least, more while there is room."""
        yield self._step()
        while self._room > 0 and self._draw.random() < 0.7:
            yield from self._draw.choice(self._shapes() if depth < 4 else [self._line])(depth)

    def _shapes(self) -> list[Callable[[int], Iterator[str]]]:
        return [self._line, self._line, self._if, self._chain, self._switch, self._while, self._repeat, self._fork]

    def _number(self) -> int:
        """Of a new item, or of one that was there."""
        if self._count and self._draw.random() < _REPEATED:
            return self._draw.randint(1, self._count)
        self._count += 1
        return self._count

    def _step(self) -> str:
        self._room -= 1
        return f":{_STEP[self._lang].format(self._number())};"

    def _ask(self, wording: dict[str, str] = _QUESTION) -> str:
        self._room -= 1
        return wording[self._lang].format(self._number())

    def _line(self, _depth: int) -> Iterator[str]:
        yield self._step()

    def _if(self, depth: int) -> Iterator[str]:
        yes, no = self._draw.choice(_LABELS[self._lang])
        yield f"if ({self._ask()}) then ({yes})"
        yield from self.block(depth + 1)
        yield f"else ({no})"
        if self._draw.random() < 0.6:
            yield from self.block(depth + 1)
        yield "endif"

    def _chain(self, depth: int) -> Iterator[str]:
        yes, no = self._draw.choice(_LABELS[self._lang])
        yield f"if ({self._ask()}) then ({yes})"
        yield from self.block(depth + 1)
        for _ in range(self._draw.randint(1, 2)):
            yield f"({no}) elseif ({self._ask()}) then ({yes})"
            yield from self.block(depth + 1)
        yield f"else ({no})"
        yield from self.block(depth + 1)
        yield "endif"

    def _switch(self, depth: int) -> Iterator[str]:
        yield f"switch ({self._ask(_KIND)})"
        for name in _NAMES[self._lang][: self._draw.randint(2, 4)]:
            yield f"case ({name})"
            yield from self.block(depth + 1)
        yield "endswitch"

    def _while(self, depth: int) -> Iterator[str]:
        yes, no = self._draw.choice(_LABELS[self._lang])
        yield f"while ({self._ask()}) is ({no})"
        yield from self.block(depth + 1)
        yield f"endwhile ({yes})"

    def _repeat(self, depth: int) -> Iterator[str]:
        yes, no = self._draw.choice(_LABELS[self._lang])
        yield "repeat"
        yield from self.block(depth + 1)
        if self._draw.random() < 0.3:
            yield f"backward {self._step()}"
        yield f"repeat while ({self._ask()}) is ({no}) not ({yes})"

    def _fork(self, depth: int) -> Iterator[str]:
        yield "fork"
        yield from self.block(depth + 1)
        yield "fork again"
        yield from self.block(depth + 1)
        yield "end fork"
