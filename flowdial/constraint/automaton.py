"""Compile options into a token automaton.  strings + vocabulary -> TokenAutomaton.

Knows strings and tokens; knows no flows, models or torch. The automaton is immutable and shared; small
cursors move through it. Every option is closed by a terminator, so that an option may be the beginning of
another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

Encode = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class TokenAutomaton:
    """A token trie: `edges[state]` maps a token id to the next state, `accepts` a state to its option's index.

    State 0 is the beginning. No state is a dead end: every state has an edge or accepts. `paths` holds the
    token ids of every option, terminator included.
    """

    edges: tuple[Mapping[int, int], ...]
    accepts: Mapping[int, int]
    paths: tuple[tuple[int, ...], ...]

    def cursor(self) -> Cursor:
        """A cursor at the beginning."""
        return Cursor(self, 0)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an automaton; `advance` gives a new cursor."""

    automaton: TokenAutomaton
    state: int

    @property
    def allowed(self) -> tuple[int, ...]:
        """Token ids that may come next, ascending; empty where an option is complete."""
        return tuple(sorted(self.automaton.edges[self.state]))

    @property
    def option(self) -> int | None:
        """Index of the option that is complete here."""
        return self.automaton.accepts.get(self.state)

    @property
    def forced(self) -> tuple[int, ...]:
        """The run of tokens that has no alternative from here: it needs no model."""
        run: list[int] = []
        edges = self.automaton.edges[self.state]
        while len(edges) == 1:
            token, state = next(iter(edges.items()))
            run.append(token)
            edges = self.automaton.edges[state]
        return tuple(run)

    def advance(self, token: int) -> Cursor:
        """The cursor behind `token`. Raises ValueError for a token that is not allowed."""
        edges = self.automaton.edges[self.state]
        if token not in edges:
            raise ValueError(f"token {token} is not allowed here: {self.allowed}")
        return Cursor(self.automaton, edges[token])


def compile_options(
    options: Sequence[str], encode: Encode, *, prefix: str = "", end: str | Sequence[int] = "\n"
) -> TokenAutomaton:
    """Automaton that accepts exactly `options`, each followed by `end`, as they are tokenised after `prefix`.

    `encode` gives token ids without special tokens. `end` is text that no option holds, or token ids that no text
    becomes, such as the end token. Raises ValueError for no options, equal ones, or ones that have the same tokens.
    """
    if not options or len(set(options)) != len(options):
        raise ValueError("options must be distinct and at least one")
    encode = cache(encode)
    if isinstance(end, str):
        return from_paths([after(prefix, option + end, encode) for option in options])
    return from_paths([(*after(prefix, option, encode), *end) for option in options])


def after(prefix: str, text: str, encode: Encode) -> tuple[int, ...]:
    """Token ids of `text` as it continues `prefix`.

    The prompt is already with the model, so its tokens stay as they are: where a tokenizer would merge across the
    boundary, `text` is tokenised as it stands behind a line break, where a SentencePiece model writes no space that is
    not there.
    """
    for context in (prefix, "\n"):
        before, whole = tuple(encode(context)), tuple(encode(context + text))
        if whole[: len(before)] == before:
            return whole[len(before) :]
    return tuple(encode(text))


def from_paths(paths: Sequence[Sequence[int]]) -> TokenAutomaton:
    """Automaton over token sequences. Raises ValueError where one is empty, or the beginning of another."""
    edges: list[dict[int, int]] = [{}]
    accepts: dict[int, int] = {}
    for index, path in enumerate(paths):
        state = 0
        for token in path:
            if token not in edges[state]:
                edges[state][token] = len(edges)
                edges.append({})
            state = edges[state][token]
        if not path or state in accepts or edges[state]:
            raise ValueError(f"option {index} is empty, or equal to or the beginning of another")
        accepts[state] = index
    if any(edges[state] for state in accepts):
        raise ValueError("an option is the beginning of another")
    read_only = tuple(MappingProxyType(each) for each in edges)
    return TokenAutomaton(read_only, MappingProxyType(accepts), tuple(tuple(path) for path in paths))
