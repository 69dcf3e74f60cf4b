"""A token tree holds every branch, and what branches share it holds once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdial.decode.tree import token_tree

branch_lists = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=8)


@given(branch_lists)
def test_the_path_of_a_leaf_is_its_branch(branches: list[list[int]]) -> None:
    tree = token_tree(branches)
    assert [[tree.tokens[node] for node in leaf] for leaf in tree.paths] == branches


@given(branch_lists)
def test_a_node_hangs_below_the_one_before_it(branches: list[list[int]]) -> None:
    tree = token_tree(branches)
    for leaf in tree.paths:
        assert [tree.parents[node] for node in leaf] == [-1, *leaf[:-1]]
        assert [tree.depths[node] for node in leaf] == list(range(len(leaf)))


@given(branch_lists)
def test_there_is_one_node_for_every_distinct_beginning(branches: list[list[int]]) -> None:
    tree = token_tree(branches)
    beginnings = {tuple(branch[:end]) for branch in branches for end in range(1, len(branch) + 1)}
    assert len(tree.tokens) == len(tree.parents) == len(tree.depths) == len(beginnings)


@given(branch_lists)
def test_a_parent_stands_before_its_children(branches: list[list[int]]) -> None:
    assert all(parent < node for node, parent in enumerate(token_tree(branches).parents))


@given(branch_lists)
def test_branches_share_a_node_exactly_where_they_begin_alike(branches: list[list[int]]) -> None:
    tree = token_tree(branches)
    for one, left in zip(branches, tree.paths, strict=True):
        for other, right in zip(branches, tree.paths, strict=True):
            common = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
            length = min(len(one), len(other)) if common is None else common
            assert left[:length] == right[:length]
            assert not set(left[length:]) & set(right[length:])


@pytest.mark.parametrize(
    ("branches", "tokens", "parents"),
    [
        ([[1, 2], [1, 3]], (1, 2, 3), (-1, 0, 0)),
        ([[1], [2]], (1, 2), (-1, -1)),
        ([[1, 2], [1, 2]], (1, 2), (-1, 0)),
        ([[1, 2, 3], [1]], (1, 2, 3), (-1, 0, 1)),
        ([[5, 5, 5]], (5, 5, 5), (-1, 0, 1)),
        ([], (), ()),
        ([[]], (), ()),
    ],
)
def test_small_trees_look_as_drawn(
    branches: list[list[int]], tokens: tuple[int, ...], parents: tuple[int, ...]
) -> None:
    tree = token_tree(branches)
    assert (tree.tokens, tree.parents) == (tokens, parents)
