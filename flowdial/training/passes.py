"""Score a row with gradients.  Row + Backbone -> log-probabilities, losses.  Knows tensors; knows no texts.

The same trees, attention, rows of the output embedding and softmax as in `flowdial.decode`, without its caches.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from flowdial.decode.backbone import Backbone
from flowdial.training.rows import Ask, Item, Row


@dataclass(frozen=True, slots=True)
class Losses:
    """Sums over a row: negative log-likelihoods of decisions and of tokens of text, with how many there were."""

    decisions: torch.Tensor
    decided: int
    tokens: torch.Tensor
    written: int


def losses(backbone: Backbone, row: Row, length: int) -> Losses:
    """What the model has yet to learn of a row."""
    scored = list(zip(row.items, item_scores(backbone, row, length), strict=True))
    nothing = torch.zeros((), device=backbone.decoder.device)
    decisions = [decision_loss(item, found) for item, found in scored if item.gold is not None]
    texts = [-found.sum() for item, found in scored if item.gold is None]
    written = sum(len(item.asks[0]) for item in row.items if item.gold is None)
    return Losses(sum(decisions, nothing), len(decisions), sum(texts, nothing), written)


def decision_loss(item: Item, scores: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihood of the right options, all else that is legal being the rest."""
    shares = scores.log_softmax(0)
    gold = sorted(item.gold or ()) or [len(scores) - 1]
    return -shares[gold].logsumexp(0)


def item_scores(backbone: Backbone, row: Row, length: int) -> list[torch.Tensor]:
    """Of every item the scores of its options and last of staying, or the log-probability of its text."""
    hidden = backbone.learn(row.forest(length))
    asks = [(begin + node, ask) for task, begin in row.tasks for node, ask in task.asked()]
    found = iter(_log_probabilities(backbone, hidden, asks))
    return [_scores(item, [torch.stack([next(found) for _ in asks]).sum() for asks in item.asks]) for item in row.items]


def _scores(item: Item, branches: list[torch.Tensor]) -> torch.Tensor:
    """A verdict counts with its log-odds, as in `flowdial.decode.decider`; staying is even."""
    totals = torch.stack(branches)
    if item.gold is None or not item.denied:
        return totals
    right, wrong = totals.chunk(2)
    return torch.cat([right - wrong, totals.new_zeros(1)])


def _log_probabilities(backbone: Backbone, hidden: torch.Tensor, asks: list[tuple[int, Ask]]) -> list[torch.Tensor]:
    out: dict[int, torch.Tensor] = {}
    bound = [(at, node, ask.wanted, ask.rivals) for at, (node, ask) in enumerate(asks) if ask.rivals is not None]
    if bound:
        rows = sorted({token for *_, rivals in bound for token in rivals})
        column = {token: i for i, token in enumerate(rows)}
        logits = backbone.logits(hidden[[node for _, node, _, _ in bound]], rows)
        for among, (at, _, wanted, rivals) in zip(logits, bound, strict=True):
            out[at] = among[[column[token] for token in rivals]].log_softmax(0)[rivals.index(wanted)]
    free = {at: (node, ask.wanted) for at, (node, ask) in enumerate(asks) if ask.rivals is None}
    if free:
        nodes, tokens = (list(each) for each in zip(*free.values(), strict=True))
        logits = backbone.logits(hidden[nodes])
        shares = logits.log_softmax(-1)[torch.arange(len(free)), torch.tensor(tokens)]
        out |= dict(zip(free, shares, strict=True))
    return [out[at] for at in range(len(asks))]
