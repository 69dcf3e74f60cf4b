"""Pack what is learnt into rows of one length.  Tasks -> Rows.  Knows token ids; knows no texts and no model.

A task is a token tree: the branches of decisions that begin alike, or one line of text. Several stand in a row, kept
apart by the mask, so that every pass has the same shape (on a processor a new shape costs more than the pass) and
little is padded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flowdial.decode.query import Query, Tokens
from flowdial.decode.scoring import Rivals, siblings
from flowdial.decode.tree import TokenTree, token_tree

#: Any token: what fills a row up is seen by nothing.
_PAD = 0
#: Rows that are filled at a time.
_OPEN = 8


@dataclass(frozen=True, slots=True)
class Ask:
    """Behind token `at` of its branch the token `wanted` is scored among `rivals`, None for the whole vocabulary."""

    at: int
    wanted: int
    rivals: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Item:
    """One decision, or one text: what is scored of it, by branch. `gold` are the right options; None for a text.

    Where `denied`, the second half of the branches denies the options of the first half.
    """

    asks: tuple[tuple[Ask, ...], ...]
    gold: frozenset[int] | None
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One decision, and the tokens of its branches."""

    lines: tuple[Tokens, ...]
    item: Item


@dataclass(frozen=True, slots=True)
class Task:
    """One tree, and the items whose branches are its paths, in their order."""

    tree: TokenTree
    items: tuple[Item, ...]

    def asked(self) -> Iterator[tuple[int, Ask]]:
        """What is asked, each with the node of the tree behind which it is, in the order of the items."""
        branches = (asks for item in self.items for asks in item.asks)
        for path, asks in zip(self.tree.paths, branches, strict=True):
            yield from ((path[ask.at], ask) for ask in asks)


@dataclass(slots=True)
class Row:
    """Tasks and where each one's tokens begin in the row."""

    tasks: list[tuple[Task, int]] = field(default_factory=list)
    size: int = 0

    @property
    def items(self) -> list[Item]:
        """The items of all tasks."""
        return [item for task, _ in self.tasks for item in task.items]

    def forest(self, length: int) -> TokenTree:
        """All trees as one, filled up to `length` tokens with tokens that stand alone."""
        tokens: list[int] = []
        parents: list[int] = []
        depths: list[int] = []
        paths: list[tuple[int, ...]] = []
        for task, begin in self.tasks:
            tokens += task.tree.tokens
            parents += [begin + parent if parent >= 0 else -1 for parent in task.tree.parents]
            depths += task.tree.depths
            paths += [tuple(begin + node for node in path) for path in task.tree.paths]
        spare = range(len(tokens), length)
        paths += [(node,) for node in spare]
        more = len(spare)
        roots = (None,) * len(paths)
        return TokenTree(
            (*tokens, *[_PAD] * more), (*parents, *[-1] * more), (*depths, *[0] * more), tuple(paths), roots
        )


def decision_sample(query: Query, gold: frozenset[int], *, denied: bool) -> Sample:
    """A decision; `gold` counts the options, `denied` says that the query's second half denies them."""
    among: Sequence[Rivals] = [[None] * len(ending) for ending in query.endings]
    if query.among == "siblings":
        among = siblings(query.endings, query.stems)
    lines, asks = [], []
    for stem, ending, rivals in zip(query.stems, query.endings, among, strict=True):
        begun = (*query.prefix, *stem)
        scored = [at for at, others in enumerate(rivals) if others != ()]
        lines.append((*begun, *ending[: scored[-1] if scored else 0]))
        asks.append(tuple(Ask(len(begun) - 1 + at, ending[at], rivals[at]) for at in scored))
    return Sample(tuple(lines), Item(tuple(asks), gold, denied))


def text_task(prompt: Tokens, text: Tokens) -> Task:
    """Text that follows a prompt, every token of it learnt."""
    asks = tuple(Ask(len(prompt) - 1 + at, token, None) for at, token in enumerate(text))
    return Task(token_tree([(*prompt, *text[:-1])]), (Item((asks,), None),))


def joined(samples: Sequence[Sample], length: int) -> list[Task]:
    """All in one tree, so that what they begin with is read once; in several where it were over `length` tokens.

    What several people say to one question costs half as much together.
    """
    tree = token_tree([line for sample in samples for line in sample.lines])
    if len(tree.tokens) > length and len(samples) > 1:
        half = len(samples) // 2
        return [*joined(samples[:half], length), *joined(samples[half:], length)]
    return [Task(tree, tuple(sample.item for sample in samples))]


def packed(tasks: Iterable[Task], length: int) -> Iterator[Row]:
    """Rows of at most `length` tokens, a few open at a time; no task may be longer."""
    still: list[Row] = []
    for task in tasks:
        size = len(task.tree.tokens)
        fitting = [row for row in still if row.size + size <= length]
        if not fitting and len(still) == _OPEN:
            fullest = max(still, key=lambda row: row.size)
            still.remove(fullest)
            yield fullest
        row = max(fitting, key=lambda row: row.size, default=Row())
        if not row.tasks:
            still.append(row)
        row.tasks.append((task, row.size))
        row.size += size
    yield from still
