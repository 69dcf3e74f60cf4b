"""Pack what is learnt into rows of one length.  Tasks -> Rows.  Knows token ids; knows no texts and no model.

A task is a token tree: the branches of decisions that begin alike, or one line of text. Several stand in a row, kept
apart by the mask, so that every pass has the same shape (on a processor a new shape costs more than the pass) and
little is padded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from flowdial.decode.query import Query, Tokens
from flowdial.decode.scoring import Rivals, siblings
from flowdial.decode.tree import TokenTree, token_tree

#: Any token: what fills a row up is seen by nothing.
_PAD = 0
#: Rows that are filled at a time.
_OPEN = 8


@dataclass(frozen=True, slots=True)
class Ask:
    """Behind the node `node` the token `wanted` is scored among `rivals`, None for the whole vocabulary."""

    node: int
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
class Task:
    """One tree, and the items whose branches are its paths, in their order."""

    tree: TokenTree
    items: tuple[Item, ...]


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


def decision_task(query: Query, gold: frozenset[int], *, denied: bool) -> Task:
    """A decision; `gold` counts the options, `denied` says that the query's second half denies them."""
    among: Sequence[Rivals] = [[None] * len(ending) for ending in query.endings]
    if query.among == "siblings":
        among = siblings(query.endings, query.stems)
    lasts = [max((at for at, rivals in enumerate(found) if rivals != ()), default=0) for found in among]
    begun = [(*query.prefix, *stem) for stem in query.stems]
    tree = token_tree([(*b, *end[:last]) for b, end, last in zip(begun, query.endings, lasts, strict=True)])
    asks = tuple(
        tuple(Ask(path[len(b) - 1 + at], end[at], rivals) for at, rivals in enumerate(found) if rivals != ())
        for path, b, end, found in zip(tree.paths, begun, query.endings, among, strict=True)
    )
    return Task(tree, (Item(asks, gold, denied),))


def text_task(prompt: Tokens, text: Tokens) -> Task:
    """Text that follows a prompt, every token of it learnt."""
    line = (*prompt, *text)
    tree = token_tree([line[:-1]])
    asks = tuple(Ask(len(prompt) - 1 + at, token, None) for at, token in enumerate(text))
    return Task(tree, (Item((asks,), None),))


def joined(tasks: Sequence[Task], length: int) -> list[Task]:
    """All items in one tree, so that what they begin with is read once; in several where it were over `length` tokens.

    What several people say to one question costs half as much together.
    """
    lines = [[task.tree.tokens[node] for node in path] for task in tasks for path in task.tree.paths]
    tree = token_tree([tuple(line) for line in lines])
    if len(tree.tokens) > length and len(tasks) > 1:
        half = len(tasks) // 2
        return [*joined(tasks[:half], length), *joined(tasks[half:], length)]
    paths = iter(zip([path for task in tasks for path in task.tree.paths], tree.paths, strict=True))
    items = [item for task in tasks for item in task.items]
    return [
        Task(tree, tuple(replace(item, asks=tuple(_moved(asks, *next(paths)) for asks in item.asks)) for item in items))
    ]


def _moved(asks: Sequence[Ask], old: Sequence[int], new: Sequence[int]) -> tuple[Ask, ...]:
    """What is asked along the path `old`, asked along the path `new` of the same tokens."""
    return tuple(replace(ask, node=new[old.index(ask.node)]) for ask in asks)


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
