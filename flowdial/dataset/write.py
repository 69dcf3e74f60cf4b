"""Write a data set to a folder.  flows -> data file, card.  The same bytes for the same flows and seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from flowdial.dataset.decisions import Example
from flowdial.dataset.dialogues import dialogues, to_json
from flowdial.dataset.examples import Source, asides, examples
from flowdial.dataset.tuples import coded, five_tuples
from flowdial.decode.store import Progress
from flowdial.errors import SourceError
from flowdial.session.marking import STAY
from flowdial.session.options import flow_language

Paraphrase = Callable[[Example], list[Example]]

_MADE = "Made with `flowdial data`"
_CARD = """# {title}

{made} (seed {seed}, {per_edge} realised sentences for every move that a user can make).

| | |
| --- | --- |
{rows}

What users say comes from the sayings beside the flows and from FlowDial's realiser{paraphrased}; `id` is
chart_transition_utterance (chart_dialogue in the format `chat`). Charts are numbered in this order: {charts}.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written; `random` flows that are drawn at random are added, shared out among the languages."""

    form: str
    languages: tuple[str, ...]
    seed: int = 0
    per_edge: int = 2
    random: int = 0


def write(
    found: Sequence[Source], out: Path, plan: Plan, *, paraphrase: Paraphrase | None, report: Progress
) -> dict[str, Any]:
    """Write the data file and its card; the counts. Raises SourceError for no flows, or a folder that takes nothing."""
    _may_be_written(out / "README.md")
    chosen = [source for source in found if flow_language(source.flow) in plan.languages]
    if not chosen:
        wanted = ", ".join(plan.languages)
        raise SourceError(f"none of the flows is in {wanted}", hint="a flow names its language: ' flowdial: lang=en")
    chosen += [
        Source.random(f"random-{plan.seed}-{number}", plan.languages[number % len(plan.languages)])
        for number in range(plan.random)
    ]
    made = list(_made(chosen, plan, paraphrase, report))
    lines = list(_chat(chosen, made, plan) if plan.form == "chat" else _tuples(chosen, made, plan))
    counts = _counts(chosen, made, lines)
    file = out / ("chat.jsonl" if plan.form == "chat" else f"format{plan.form}.json")
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if plan.form != "chat":
        text = json.dumps(lines, ensure_ascii=False, indent=1) + "\n"
    try:
        out.mkdir(parents=True, exist_ok=True)
        _put(file, text)
        _put(out / "README.md", _card(out.name, plan, counts, chosen, paraphrase is not None))
    except OSError as error:
        raise SourceError(
            f"{file}: cannot be written: {error.strerror}", hint="check the folder and the room"
        ) from None
    return {"file": str(file), **counts}


def _may_be_written(card: Path) -> None:
    """Raises SourceError where a file of somebody else stands in the card's place."""
    try:
        taken = card.exists() and _MADE not in card.read_text("utf-8", "replace")
    except OSError as error:
        raise SourceError(f"{card}: cannot be read: {error.strerror}", hint="give another --out") from None
    if taken:
        raise SourceError(f"{card} is not the card of a data set, and is left as it is", hint="give another --out")


def _put(file: Path, text: str) -> None:
    """A file appears whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def _made(
    found: Sequence[Source], plan: Plan, paraphrase: Paraphrase | None, report: Progress
) -> Iterator[list[Example]]:
    off = {lang: asides(found, lang) for lang in plan.languages}
    for at, source in enumerate(found):
        report(f"{source.name}", at / len(found))
        draw = Random(f"{plan.seed} {source.name}")
        own = off[flow_language(source.flow)]
        known = examples(source, per_edge=plan.per_edge, draw=draw, asides=own)
        more = [other for example in known for other in paraphrase(example)] if paraphrase else []
        yield [*known, *more]


def _tuples(found: Sequence[Source], made: Sequence[list[Example]], plan: Plan) -> Iterator[dict[str, Any]]:
    for chart, (source, examples_) in enumerate(zip(found, made, strict=True)):
        for each in five_tuples(chart, source.text, examples_):
            yield asdict(coded(each, source.flow, plan.form))


def _chat(found: Sequence[Source], made: Sequence[list[Example]], plan: Plan) -> Iterator[dict[str, Any]]:
    for chart, (source, examples_) in enumerate(zip(found, made, strict=True)):
        draw = Random(f"{plan.seed} {source.name} chat")
        for number, walked in enumerate(dialogues(source, examples_, draw)):
            yield to_json(chart, number, flow_language(source.flow), walked)


def _counts(found: Sequence[Source], made: Sequence[list[Example]], lines: Sequence[Any]) -> dict[str, Any]:
    languages = Counter(flow_language(source.flow) for source in found)
    every = [example for examples_ in made for example in examples_]
    choosing = sum(len(example.flow.out(example.node)) > 1 for example in every)
    return {
        "entries": len(lines),
        "flows": len(found),
        **{f"flows_{lang}": count for lang, count in sorted(languages.items())},
        "edges": sum(len(source.flow.edges) for source in found),
        "turns": len(every),
        "turns_at_a_choice": choosing,
        "turns_that_stay": sum(example.move == STAY for example in every),
    }


def _card(title: str, plan: Plan, counts: dict[str, Any], found: Sequence[Source], paraphrased: bool) -> str:
    rows = "\n".join(f"| {name.replace('_', ' ')} | {count} |" for name, count in counts.items())
    return _CARD.format(
        title=title,
        made=_MADE,
        seed=plan.seed,
        per_edge=plan.per_edge,
        rows=rows,
        paraphrased=" and was paraphrased by a model" if paraphrased else "",
        charts=", ".join(source.name for source in found),
    )
