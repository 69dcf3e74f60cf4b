"""A tree cut into blocks is attended to as the whole tree is."""

from __future__ import annotations

from unittest import mock

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdial.decode import blocks
from flowdial.decode.blocks import Blocks, cut
from flowdial.decode.tree import token_tree

_CPU = torch.device("cpu")
_trees = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=20)


def _seen(tree):
    """Each token sees those above it and itself."""
    seen = torch.eye(len(tree.tokens), dtype=torch.bool)
    for node, parent in enumerate(tree.parents):
        if parent >= 0:
            seen[node] |= seen[parent]
    return torch.zeros(seen.shape).masked_fill_(~seen, torch.finfo(torch.float32).min)[None, None]


@pytest.mark.parametrize("heads", [(4, 4), (6, 2), (3, 1)])
@pytest.mark.parametrize("size", [2, 7, 64])
@given(branches=_trees)
@settings(max_examples=25, deadline=None)
def test_values_and_gradients_are_those_of_a_masked_product(heads, size, branches):
    """Whatever the shape of the tree, the size of the blocks and the number of heads that share a key."""
    tree = token_tree(branches)
    asking, shared = heads
    torch.manual_seed(0)
    given_ = [torch.randn(1, count, len(tree.tokens), 4, requires_grad=True) for count in (asking, shared, shared)]
    mask = _seen(tree)
    with mock.patch.object(blocks, "_SIZE", size):
        found = Blocks.of(cut(tree.parents), _CPU).attended(*given_, mask, 0.5)
    wanted = torch.nn.functional.scaled_dot_product_attention(
        *given_, attn_mask=mask, scale=0.5, enable_gqa=True
    ).transpose(1, 2)
    assert torch.allclose(found, wanted, atol=1e-5)
    weights = torch.randn(found.shape)
    for got, want in zip(
        torch.autograd.grad((found * weights).sum(), given_),
        torch.autograd.grad((wanted * weights).sum(), given_),
        strict=True,
    ):
        assert torch.allclose(got, want, atol=1e-4)


@given(branches=_trees)
@settings(deadline=None)
def test_every_token_is_in_one_line_with_all_above_it(branches):
    """No more tokens are multiplied together than a block holds, where no branch is longer."""
    tree = token_tree(branches)
    lines = cut(tree.parents)
    for nodes, columns in lines:
        assert len(nodes) <= 64
        assert {tree.parents[node] for node in nodes} - {-1} <= set(columns)
    assert sorted(node for nodes, _ in lines for node in nodes) == list(range(len(tree.tokens)))
