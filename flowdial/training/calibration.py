"""Weigh the model against what the words alone say.  feature rows + right answers -> weights.

Regularised maximum likelihood of the linear layer of `flowdial.decode.decider`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from flowdial.decode.decider import FEATURES

#: Features of each option, the last row for staying; and the rows that are right.
Judged = tuple[Sequence[Sequence[float]], Sequence[int]]


def fit(
    judged: Sequence[Judged],
    *,
    near: Mapping[str, float],
    held: Mapping[str, float] | None = None,
    decay: float = 0.005,
) -> list[float]:
    """Weights in the order of FEATURES, drawn towards `near` (0 where it says nothing), those of `held` as they are."""
    fixed = held or {}
    start = torch.tensor([fixed.get(name, near.get(name, 0.0)) for name in FEATURES])
    free = torch.tensor([0.0 if name in fixed else 1.0 for name in FEATURES])
    change = torch.zeros(len(FEATURES), requires_grad=True)
    data = [(torch.tensor(rows), list(gold)) for rows, gold in judged]
    optimiser = torch.optim.LBFGS([change], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        weights = start + change * free
        parts = [-(rows @ weights).log_softmax(0)[gold].logsumexp(0) for rows, gold in data]
        loss = torch.stack(parts).mean() + decay * (change**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return [round(float(value), 3) for value in (start + change.detach() * free)]
