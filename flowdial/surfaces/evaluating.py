"""`flowdial eval`: files or flows in, a table or JSON objects out.  Translates; judges nothing itself."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flowdial.dataset.examples import sources
from flowdial.dataset.journal import Journal
from flowdial.dataset.pfdial import read_pfdial
from flowdial.decode.extras import needs_extra
from flowdial.decode.store import cache_root
from flowdial.errors import SourceError
from flowdial.evaluation.cases import Case, flow_cases, pfdial_cases
from flowdial.evaluation.methods import by_model, by_overlap, by_writing, guided, plainly, writing
from flowdial.evaluation.run import Judge, evaluate, spread
from flowdial.surfaces.models import open_here
from flowdial.surfaces.progress import progress

#: Cases on which the unconstrained baseline is tried, which writes at length.
WRITTEN = 60
_SHOWN = (
    "n",
    "exact_match",
    "exact_match_sequential",
    "exact_match_decision",
    "gold_legal",
    "chosen_legal",
    "ece",
    "false_stays",
    "stays_off_topic",
    "ms_per_decision",
    "calls_saved",
)


def pfdial(files: Sequence[Path], *, edges: str, **options: Any) -> int:
    """Evaluate on PFDial's files; gives the exit code."""
    found = [(str(file), list(pfdial_cases(read_pfdial(file), edges))) for file in files]
    for file, cases in found:
        unread = [case.unread for case in cases if case.unread]
        if len(unread) == len(cases):
            raise SourceError(f"{file}: no chart can be read: {unread[0]}", hint="charts are PlantUML diagrams")
        if unread:
            sys.stderr.write(f"{file}: {len(unread)} turns count as wrong for their charts: {unread[0]}\n")
    return _run(found, {"edges": edges}, **options)


def flows(folders: Sequence[Path], **options: Any) -> int:
    """Evaluate on flows with sayings, each language by itself; gives the exit code."""
    found = []
    for folder in folders:
        cases = list(flow_cases(sources([folder])))
        if not any(len(case.names) > 1 for case in cases):
            hint = "put what users say beside each flow: NAME.said beside NAME.puml"
            raise SourceError(f"{folder}: nothing is said at a decision of these flows", hint=hint)
        for lang in sorted({case.lang for case in cases}):
            found.append((f"{folder} ({lang})", [case for case in cases if case.lang == lang]))
    return _run(found, {}, **options)


def _run(
    found: Sequence[tuple[str, list[Case]]],
    about: dict[str, Any],
    *,
    limit: int | None,
    replies: int,
    baselines: bool,
    resume: Path | None,
    as_json: bool,
    model: str | None,
    adapter: str | None,
    **how: Any,
) -> int:
    with needs_extra("train"):  # before anything is judged
        import sacrebleu  # noqa: F401
    tuned = open_here(model=model, adapter=adapter, **how)
    base = open_here(model=model, adapter="none", **how) if baselines else tuned
    journal = _journal(resume, [name for name, _ in found], about, limit)
    for name, cases in found:
        others: dict[str, tuple[Judge, int | None]] = {}
        if baselines:
            others = {
                "overlap": (Judge("overlap", by_overlap, plainly), None),
                "base": (Judge(base.identity, by_model(base), guided(base)), None),
                "unconstrained": (
                    Judge(f"writing {tuned.identity}", by_writing(tuned), writing(tuned), constrained=False),
                    WRITTEN,
                ),
            }
        judge = Judge(tuned.identity, by_model(tuned), guided(tuned))
        with progress() as report:
            figures = evaluate(
                spread(cases, limit), judge, others, replies=replies or None, journal=journal, report=report
            )
        told = {"file": name, "model": tuned.name, **about, **figures}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n" if as_json else "\n".join(_table(told)) + "\n")
        sys.stdout.flush()
    if resume is None:
        journal.forget()
    return 0


def _journal(resume: Path | None, names: Sequence[str], about: dict[str, Any], limit: int | None) -> Journal:
    """Where what was judged is kept: until the evaluation is through, or for good in a file that was named."""
    if resume:
        return Journal(resume)
    what = hashlib.sha256(repr((names, about, limit)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    file = cache_root() / "judged" / f"{what}.jsonl"
    journal = Journal(file, may_fail=True)
    if len(journal):
        sys.stderr.write(f"going on from {len(journal)} judgements of a run that was broken off ({file})\n")
    return journal


def _table(told: dict[str, Any]) -> Iterator[str]:
    """The figures beside those of the baselines, as Markdown."""
    columns = {told["model"]: told, **told["baselines"]}
    yield f"{told['file']}\n"
    yield f"| | {' | '.join(columns)} |"
    yield f"| --- |{' --- |' * len(columns)}"
    for key in _SHOWN:
        yield f"| {key.replace('_', ' ')} | {' | '.join(_cell(key, column.get(key)) for column in columns.values())} |"
    for part in told["deferred"]:
        cells = (_cell("share", column["deferred"][part]) for column in columns.values())
        yield f"| decisions right, {part} deferred | {' | '.join(cells)} |"
    if told["replies"]:
        yield f"\n{told['replies_naming_another_step']} of {told['replies']} replies name another step;"
        yield f" chrF {told['reply_chrf']} (plain rendering {told['plain_chrf']}), "
        yield f"BLEU {told['reply_bleu']} ({told['plain_bleu']})"


def _cell(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key == "n":
        return str(value)
    if key == "ece":
        return f"{value:.3f}"
    return f"{value:.0f}" if key == "ms_per_decision" else f"{value:.1%}"
