"""Judge cases by several methods.  Cases + model -> a report; what was judged is kept, so a run can be resumed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from flowdial.dataset.journal import Journal
from flowdial.decode.store import Progress
from flowdial.evaluation.cases import Case
from flowdial.evaluation.methods import Method, Reply, plainly, situation
from flowdial.evaluation.metrics import Result, figures, reply_figures
from flowdial.reply.guards import names_another_step
from flowdial.resources import code_hash

_Each = TypeVar("_Each")
#: The packages that make a judgement or a reply of a case: what other code judged is not taken for its own.
_JUDGES = ("constraint", "decode", "evaluation", "reply", "session")


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges cases and answers them; `name` tells judges apart in the journal.

    `constrained` says that where one move is legal, or none, the graph has decided.
    """

    name: str
    method: Method
    reply: Reply
    constrained: bool = True

    def results(self, cases: Sequence[Case], journal: Journal, report: Progress) -> Iterator[Result]:
        """One result a case, in order."""
        for at, case in enumerate(cases):
            report(f"turn {at} of {len(cases)}", at / len(cases))
            yield self._result(case, journal)

    def replied(self, case: Case, move: int, journal: Journal) -> str:
        """The reply to a move of a case."""
        text: str = journal.once(
            f"reply {self.name} {code_hash(*_JUDGES)} {_digest(case)} {move}", partial(self.reply, case, move)
        )
        return text

    def _result(self, case: Case, journal: Journal) -> Result:
        judged, ms, called = journal.once(
            f"{self.name} {code_hash(*_JUDGES)} {_digest(case)}", partial(self._judge, case)
        )
        return Result(
            case.id,
            case.kind,
            None if judged is None else tuple(judged),
            case.gold,
            case.stays,
            case.backward,
            case.ambiguous,
            ms,
            called,
        )

    def _judge(self, case: Case) -> tuple[list[float] | None, float, bool]:
        if self.constrained and not case.names:
            return None, 0.0, False
        if self.constrained and len(case.names) == 1:
            return [1.0, 0.0], 0.0, False
        begun = time.perf_counter()
        judged = self.method(case)
        return judged, (time.perf_counter() - begun) * 1000, True


def _digest(case: Case) -> str:
    read = (case.lang, case.question, case.names, case.targets, case.user, case.flowchart, case.current)
    return f"{case.id} {hashlib.sha256(repr(read).encode('utf-8', 'replace')).hexdigest()[:16]}"


def spread(cases: Sequence[_Each], count: int | None) -> list[_Each]:
    """`count` of them, evenly taken; all where `count` is None."""
    if count is None or count >= len(cases):
        return list(cases)
    return [cases[at * len(cases) // count] for at in range(count)]


def evaluate(
    cases: Sequence[Case],
    judge: Judge,
    baselines: Mapping[str, tuple[Judge, int | None]],
    *,
    replies: int | None,
    journal: Journal,
    report: Progress,
) -> dict[str, Any]:
    """All figures: of the judge, and of each baseline on so many of the cases, with their replies on so many again."""
    found = _figures(judge, cases, replies, journal, report)
    found["baselines"] = {
        name: _figures(other, spread(cases, count), replies, journal, partial(_report_of, name, report))
        for name, (other, count) in baselines.items()
    }
    return found


def _report_of(baseline: str, report: Progress, text: str, share: float | None) -> None:
    report(f"baseline {baseline}: {text}", share)


def _figures(
    judge: Judge, cases: Sequence[Case], replies: int | None, journal: Journal, report: Progress
) -> dict[str, Any]:
    results = list(judge.results(cases, journal, report))
    moved = [(case, r.chosen) for case, r in zip(cases, results, strict=True) if case.robot and r.chosen is not None]
    return figures(results) | answers(judge, spread(moved, replies), journal, report)


def answers(judge: Judge, moved: Sequence[tuple[Case, int]], journal: Journal, report: Progress) -> dict[str, Any]:
    """Quality of the replies to the chosen moves, beside that of the plain rendering of the step."""
    pairs = []
    strays = 0
    for at, (case, move) in enumerate(moved):
        report(f"reply {at} of {len(moved)}", at / len(moved))
        reply = judge.replied(case, move, journal)
        strays += names_another_step(situation(case, move), reply)
        pairs.append((case.robot, reply, plainly(case, move)))
    if not pairs:
        return {"replies": 0, "reply_chrf": None}
    figured = reply_figures(pairs, moved[0][0].lang)
    return {"replies": len(pairs), **figured, "replies_naming_another_step": strays}
