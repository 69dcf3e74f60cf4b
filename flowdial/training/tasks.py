"""Write decisions and replies as tasks.  Decision, reply + tokenizer -> Task.

Through the prompt and the query of inference, so that what is trained is what is decoded. Knows texts and tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from flowdial.constraint import after
from flowdial.dataset.decisions import Decision, asked
from flowdial.decode.decider import query
from flowdial.decode.protocol import Scorer
from flowdial.session import prompt
from flowdial.training.rows import Task, decision_sample, joined, text_task


def decisions(model: Scorer, found: Sequence[Decision], layout: str, length: int) -> list[Task]:
    """What is said to one question as tasks of at most `length` tokens, where they can be so short."""
    made = []
    for each in found:
        wanted = asked(each, layout)
        made.append(decision_sample(query(model, wanted), each.gold, denied=bool(wanted.against)))
    return joined(made, length)


def reply(model: Scorer, words: str, step: str, text: str) -> Task:
    """The task of answering `text` to the user's words where the process comes to `step`."""
    before, turn, end = prompt.reply(words, step)
    prefix = tuple(model.encode(before))
    read = (*prefix, *after(before, turn, model.encode))
    return text_task(read, after(turn, f" {prompt.one_line(text)}{end}", model.encode))
