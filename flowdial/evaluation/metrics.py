"""Sum up what was judged.  Results -> figures.  Knows numbers only."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Shares of the decisions that are deferred (the bot asks back) in the risk-coverage table.
DEFERRED = (0.0, 0.05, 0.1, 0.2)
_BINS = 10


@dataclass(frozen=True, slots=True)
class Result:
    """One case as a method judged it.

    `judged` are the probabilities of the moves and last of staying, None where the method named neither; the other
    fields are those of the case. `ms` is 0 and `called` False where the graph left no choice.
    """

    id: str
    kind: str
    judged: tuple[float, ...] | None
    gold: frozenset[int]
    stays: bool
    backward: frozenset[int]
    ambiguous: bool
    ms: float
    called: bool

    @property
    def moves(self) -> tuple[float, ...]:
        """The probabilities of the moves."""
        return self.judged[:-1] if self.judged else ()

    @property
    def chosen(self) -> int | None:
        """The likeliest move; None where none has a share."""
        return self.moves.index(max(self.moves)) if any(self.moves) else None

    @property
    def stayed(self) -> bool:
        """Whether staying was likelier than every move."""
        return bool(self.moves) and self.judged is not None and self.judged[-1] > max(self.moves)

    @property
    def right(self) -> bool:
        """Whether the likeliest move is right; a case in which staying is right has no such move."""
        return self.chosen in self.gold

    @property
    def confidence(self) -> float:
        """Probability of the likeliest move among the moves."""
        return max(self.moves, default=0.0) / (sum(self.moves) or 1.0)


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """The figures of a method; shares are from 0 to 1, None where there is nothing to share."""
    moving = [r for r in results if not r.stays]
    staying = [r for r in results if r.stays]
    decisions = [r for r in moving if r.kind == "decision" and r.called]
    return {
        "n": len(results),
        "exact_match": share(moving),
        "exact_match_sequential": share([r for r in moving if r.kind == "sequential"]),
        "exact_match_decision": share([r for r in moving if r.kind == "decision"]),
        "decisions": sum(r.kind == "decision" for r in moving),
        "gold_legal": _mean([bool(r.gold) for r in moving]),
        "chosen_legal": _mean([r.chosen is not None for r in moving]),
        "ambiguous": _mean([r.ambiguous for r in results]),
        "false_backward": _mean([r.chosen in r.backward for r in moving if not r.gold & r.backward]),
        "ece": calibration_error(decisions),
        "deferred": {f"{part:.0%}": share(_surest(decisions, part)) for part in DEFERRED},
        "false_stays": _mean([r.stayed for r in moving if r.kind == "decision"]),
        "stays_off_topic": _mean([r.stayed for r in staying]),
        "ms_per_decision": statistics.median(r.ms for r in results if r.called)
        if any(r.called for r in results)
        else None,
        "calls_saved": _mean([not r.called for r in results]),
    }


def share(results: Sequence[Result]) -> float | None:
    """Share of the results that are right."""
    return _mean([r.right for r in results])


def calibration_error(results: Sequence[Result]) -> float | None:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017, arXiv 1706.04599)."""
    if not results:
        return None
    bins: dict[int, list[Result]] = {}
    for result in results:
        bins.setdefault(min(_BINS - 1, int(result.confidence * _BINS)), []).append(result)
    gaps = (abs(sum(r.right for r in part) - sum(r.confidence for r in part)) for part in bins.values())
    return sum(gaps) / len(results)


def _surest(results: Sequence[Result], deferred: float) -> list[Result]:
    """The results without the least sure ones; how far the best leads the next tells how sure it is."""
    order = sorted(results, key=_lead, reverse=True)
    return order[: len(order) - round(len(order) * deferred)]


def _lead(result: Result) -> float:
    best, second = (*sorted(result.moves, reverse=True), 0.0, 0.0)[:2]
    return best - second


def _mean(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 6) if values else None


def reply_figures(pairs: Sequence[tuple[str, str, str]], lang: str) -> Mapping[str, float]:
    """chrF (Popović 2015) and BLEU of replies, from 0 to 100, by sacrebleu.

    `pairs` are reference, reply and plain rendering.
    """
    import sacrebleu

    references = [[reference for reference, _, _ in pairs]]
    cut = "zh" if lang == "zh" else "13a"
    found = {}
    for name, at in (("reply", 1), ("plain", 2)):
        texts = [pair[at] for pair in pairs]
        found[f"{name}_chrf"] = round(sacrebleu.corpus_chrf(texts, references).score, 2)
        found[f"{name}_bleu"] = round(sacrebleu.corpus_bleu(texts, references, tokenize=cut).score, 2)
    return found
