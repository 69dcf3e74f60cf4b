"""Pack what is learnt into rows of one length.  Tasks -> Rows.  Knows token ids; knows no texts and no model.

A task is a token tree: the branches of a decision, or one line of text. Several stand in a row, kept apart by the mask,
so that every pass has the same shape (on a processor a new shape costs more than the pass) and little is padded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flowdial.decode.query import Query, Tokens
from flowdial.decode.scoring import Rivals, siblings
from flowdial.decode.tree import TokenTree, token_tree

#: Any token: what fills a row up is seen by nothing.
_PAD = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Behind the node `node` the token `wanted` is scored among `rivals`, None for the whole vocabulary."""

    node: int
    wanted: int
    rivals: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Task:
    """One tree and what is scored in it, by branch. `gold` are the right options; None where all text is learnt.

    Where `denied`, the second half of the branches denies the options of the first half.
    """

    tree: TokenTree
    asks: tuple[tuple[Ask, ...], ...]
    gold: frozenset[int] | None
    denied: bool = False


@dataclass(slots=True)
class Row:
    """Tasks and where each one's tokens begin in the row."""

    tasks: list[tuple[Task, int]] = field(default_factory=list)
    size: int = 0

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

    def trees(self, length: int) -> list[range]:
        """The nodes of each tree, and of what fills the row up."""
        found = [range(begin, begin + len(task.tree.tokens)) for task, begin in self.tasks]
        return [*found, range(self.size, length)] if self.size < length else found


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
    return Task(tree, asks, gold, denied)


def text_task(prompt: Tokens, text: Tokens) -> Task:
    """Text that follows a prompt, every token of it learnt."""
    line = (*prompt, *text)
    tree = token_tree([line[:-1]])
    return Task(tree, (tuple(Ask(len(prompt) - 1 + at, token, None) for at, token in enumerate(text)),), None)


def packed(tasks: Iterable[Task], length: int) -> Iterator[Row]:
    """Rows of at most `length` tokens; a task that is longer is left out."""
    row = Row()
    for task in tasks:
        size = len(task.tree.tokens)
        if size > length:
            continue
        if row.size + size > length:
            yield row
            row = Row()
        row.tasks.append((task, row.size))
        row.size += size
    if row.tasks:
        yield row
