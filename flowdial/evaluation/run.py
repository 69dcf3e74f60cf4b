"""Judge cases by several methods.  Cases + model -> a report; what was judged is kept, so a run can be resumed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flowdial.decode.protocol import LanguageModel
from flowdial.errors import SourceError
from flowdial.evaluation.cases import Case
from flowdial.evaluation.methods import Method
from flowdial.evaluation.metrics import Result, figures, reply_figures
from flowdial.reply import PIPELINES, Draft, Situation
from flowdial.reply.stages import names_another_step

Report = Callable[[str, float | None], None]


class Journal:
    """What has been judged already, in a file of JSON lines; without a file nothing is kept.

    A line that was cut off by a kill is written anew. Raises SourceError where the file cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, Any] = {}
        if path and path.exists():
            for line in path.read_text("utf-8").splitlines():
                try:
                    key, value = json.loads(line)
                except ValueError:
                    continue
                self._known[key] = value

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """The value kept for a key, or a new one."""
        if key not in self._known:
            self._known[key] = make()
            self._append(key)
        return self._known[key]

    def _append(self, key: str) -> None:
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, self._known[key]], ensure_ascii=False) + "\n")
        except OSError as error:
            message = f"{self._path}: cannot be written: {error.strerror}"
            raise SourceError(message, hint="make room and run again; what was judged so far is kept") from error


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges cases; `name` tells methods apart in the journal, which holds for one model and one file."""

    name: str
    method: Method

    def results(self, cases: Sequence[Case], journal: Journal, report: Report) -> Iterator[Result]:
        """One result a case, in order."""
        for at, case in enumerate(cases):
            report(f"{self.name}: {at} of {len(cases)}", at / len(cases))
            yield self._result(case, journal)

    def _result(self, case: Case, journal: Journal) -> Result:
        judged, ms, called = journal.once(f"{self.name} {_digest(case)}", partial(self._judge, case))
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
        """Where one move is legal, the graph has decided."""
        if not case.names:
            return None, 0.0, False
        if len(case.names) == 1:
            return [1.0, 0.0], 0.0, False
        begun = time.perf_counter()
        judged = self.method(case)
        return judged, (time.perf_counter() - begun) * 1000, True


def _digest(case: Case) -> str:
    read = (case.lang, case.question, case.names, case.targets, case.user, case.flowchart, case.current)
    return f"{case.id} {hashlib.sha256(repr(read).encode('utf-8', 'replace')).hexdigest()[:16]}"


def spread(cases: Sequence[Case], count: int | None) -> list[Case]:
    """`count` cases, evenly taken; all where `count` is None."""
    if count is None or count >= len(cases):
        return list(cases)
    return [cases[at * len(cases) // count] for at in range(count)]


def evaluate(
    cases: Sequence[Case],
    judge: Judge,
    baselines: Mapping[str, tuple[Judge, int | None]],
    model: LanguageModel,
    *,
    replies: int | None,
    journal: Journal,
    report: Report,
) -> dict[str, Any]:
    """All figures: of the judge, of its replies, and of each baseline on so many of the cases.

    Replies are those to the moves that the judge chose.
    """
    results = list(judge.results(cases, journal, report))
    found = figures(results)
    chosen = {result.id: result.chosen for result in results}
    told = spread([case for case in cases if case.robot and chosen.get(case.id) is not None], replies)
    found |= answers(told, chosen, model, journal, report)
    found["baselines"] = {}
    for name, (other, count) in baselines.items():
        found["baselines"][name] = figures(list(other.results(spread(cases, count), journal, report)))
    return found


def answers(
    cases: Sequence[Case], chosen: Mapping[str, int | None], model: LanguageModel, journal: Journal, report: Report
) -> dict[str, Any]:
    """Quality of the replies against the references, beside that of the plain rendering of the step."""
    pairs = []
    strays = 0
    for at, case in enumerate(cases):
        report(f"replies: {at} of {len(cases)}", at / len(cases))
        situation = _situation(case, chosen[case.id] or 0, model)
        reply = journal.once(f"reply {model.name} {_digest(case)} {chosen[case.id]}", partial(_reply, situation))
        plain = PIPELINES["plain"].run(situation).text(case.lang)
        strays += names_another_step(situation, reply)
        pairs.append((case.robot, reply, plain))
    if not pairs:
        return {"replies": 0, "reply_chrf": None}
    return {"replies": len(pairs), **reply_figures(pairs, cases[0].lang), "replies_naming_another_step": strays}


def _reply(situation: Situation) -> str:
    draft: Draft = PIPELINES["guided"].run(situation)
    return draft.text(situation.lang)


def _situation(case: Case, move: int, model: LanguageModel) -> Situation:
    step = case.targets[move]
    return Situation(
        lang=case.lang,
        words=case.user,
        step=step,
        asks=case.asks[move],
        done=not step,
        others=tuple(text for text in case.others if text != step),
        model=model,
    )
