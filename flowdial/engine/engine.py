"""Run a dialogue.  session + user text -> move and reply.  Knows every part below it and no terminal.

One legal move needs no model. Several are put to the model; below the margin nothing moves and the bot asks
back with the options. A session changes only when the whole turn has succeeded.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from flowdial.decode import combining
from flowdial.decode.combining import Cancellation
from flowdial.decode.cues import says_nothing
from flowdial.decode.decider import decide
from flowdial.decode.protocol import LanguageModel
from flowdial.engine.turn import Choice, Turn
from flowdial.errors import ModelError, PromptTooLong, SessionError
from flowdial.flow import SILENT, STATES, Flow, load
from flowdial.flow.text import plain
from flowdial.reply import PIPELINES, Draft, Pipeline, Situation
from flowdial.session import STAY, Event, Move, Option, Session, active, is_done, legal, node_text, options, step
from flowdial.session import prompt as prompts
from flowdial.session.log import BACK
from flowdial.session.options import flow_language

#: A move is made where it leads the next best by this much probability; else the bot asks back.
MARGIN = 0.2
_RECENT = 4
#: Characters of the user's text that are read at least; a model that does not read so many fails.
_LEAST_WORDS = 20
#: Awaited turns that are under way at a time; a model lets fewer wait (`flowdial.decode.causal.WAITING`).
_WORKERS = 320
_SPEAKING = STATES | {"action", "decision"}


@dataclass(frozen=True, slots=True)
class _Decision:
    """A move, the probability of every legal one (empty where there was no choice), whether the bot stays only
    because it is not sure, whether a model was called, and whether it read only a part of the user's text: `words`.
    """

    move: Move
    chances: Mapping[str, float]
    words: str
    unsure: bool = False
    called: bool = False
    shortened: bool = False


ModelSupplier = Callable[[], LanguageModel]
Listener = Callable[[str], None]


class Engine:
    """A flow ready to talk.

    `flow` is a Flow or the path of a diagram. `model` is a LanguageModel, or a callable that opens one and is
    called when the first decision needs it; without it the embedded model is opened. Engines are safe to share
    by threads; a session is used by one turn at a time.
    """

    def __init__(
        self,
        flow: Flow | str | Path,
        *,
        model: LanguageModel | ModelSupplier | None = None,
        margin: float = MARGIN,
        replies: Pipeline = PIPELINES["guided"],
    ) -> None:
        if not 0 <= margin <= 1:
            raise ValueError("margin is a probability: 0 to 1")
        self.flow = flow if isinstance(flow, Flow) else load(flow)
        self.lang = flow_language(self.flow)
        self.margin = margin
        self._replies = replies
        self._opening = threading.Lock()
        self._supply = model if callable(model) else None
        self._model = None if callable(model) else model
        self._texts = {n.id: node_text(n) for n in self.flow.nodes.values() if n.kind in _SPEAKING}

    # ---- public ----
    def session(self) -> Session:
        """A new session at the beginning of the flow; `opening` is what the bot says first."""
        session = Session(self.flow)
        session.opening = self.opening(session).reply
        return session

    def opening(self, session: Session) -> Turn:
        """The opening turn of a session: no move, the first step in words."""
        begun = time.perf_counter()
        marking = session.trail[0]
        reply = self._reply(session, marking, "").text(self.lang)
        return self._turn((self.flow.start,), marking, Move("start"), 1.0, (), reply, False, begun)

    def turn(self, session: Session, text: str, *, listen: Listener | None = None) -> Turn:
        """One turn: the user's text in, one move and a reply out.

        `listen` is given the pieces of the reply as they are written. Raises SessionError where the dialogue
        is over or belongs to another flow, ModelError where the model fails; the session is then unchanged.
        """
        begun = time.perf_counter()
        self._check(session)
        before = session.marking
        moves = legal(self.flow, before)
        if not moves:
            raise SessionError("the dialogue is over", hint="start a new session, or go back")
        decision = self._choose(moves, text)
        move = decision.move
        after = step(self.flow, before, move.id)
        reply = self._reply(session, after, text, decision, listen).text(self.lang)
        combining.check()
        session.append(Event(text, move.id, reply))
        probability = decision.chances.get(move.id, 1.0)
        choices = self._choices(moves, decision.chances)
        turn = self._turn(before, after, move, probability, choices, reply, decision.called, begun)
        return replace(turn, shortened=decision.shortened)

    async def aturn(self, session: Session, text: str, *, listen: Listener | None = None) -> Turn:
        """`turn` without blocking the event loop; `listen` is called in a worker thread.

        Where the task is cancelled the session stays as it was, and the task ends when the model lets go of it.
        """
        cancellation = Cancellation()
        with cancellation.covers():
            run = functools.partial(contextvars.copy_context().run, self.turn, session, text, listen=listen)
        work = asyncio.get_running_loop().run_in_executor(_workers(), run)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            cancellation.cancel()
            with contextlib.suppress(Exception):
                await work
            raise

    def back(self, session: Session) -> Turn:
        """Go back to where the dialogue stood before the last move. Raises SessionError at the beginning."""
        begun = time.perf_counter()
        self._check(session)
        before = session.marking
        if len(session.trail) < 2:
            raise SessionError("this is the first step: there is nothing to go back to")
        after = session.trail[-2]
        reply = self._reply(session, after, "").text(self.lang)
        session.append(Event("", BACK, reply))
        return self._turn(before, after, Move(BACK), 1.0, (), reply, False, begun)

    def options(self, session: Session) -> tuple[Option, ...]:
        """What may happen next, in words."""
        return options(self.flow, legal(self.flow, session.marking))

    @property
    def model(self) -> LanguageModel:
        """The model; opened on first use."""
        with self._opening:
            if self._model is None:
                self._model = (self._supply or _embedded)()
            return self._model

    # ---- the move ----
    def _check(self, session: Session) -> None:
        if session.flow.hash != self.flow.hash:
            raise SessionError("the session belongs to another flow, or another version of it")

    def _choose(self, moves: tuple[Move, ...], text: str) -> _Decision:
        if len(moves) == 1:
            return _Decision(moves[0], {}, text)
        stay = moves[-1]
        found = options(self.flow, moves)
        if not text.strip() or says_nothing([option.name for option in found], text):
            return _Decision(stay, {m.id: float(m is stay) for m in moves}, text, unsure=True)
        chances, asked = self._decide(found, text, prompts.MAX_WORDS)
        best, second = sorted(chances.values(), reverse=True)[:2]
        top = next(move for move in moves if chances[move.id] == best)
        unsure = top is not stay and best - second < self.margin
        return _Decision(stay if unsure else top, chances, asked.words, unsure, True, asked.shortened)

    def _decide(
        self, found: tuple[Option, ...], text: str, limit: int
    ) -> tuple[dict[str, float], prompts.DecisionPrompt]:
        """Probability of each legal move, `stay` included, and what was read: less text where the model reads less."""
        questions = {option.question for option in found}
        question = questions.pop() if len(questions) == 1 else ""
        names, steps = [option.name for option in found], [option.target for option in found]
        limit = min(limit, len(text))
        asked = prompts.decision(
            self.lang, question, names, text, targets=steps, layout=self.model.skill.layout, limit=limit
        )
        try:
            values = decide(self.model, asked)
        except PromptTooLong:
            if limit < _LEAST_WORDS:
                raise
            return self._decide(found, text, limit // 2)
        return dict(zip([*(option.move.id for option in found), STAY], values, strict=True)), asked

    def _choices(self, moves: tuple[Move, ...], chances: Mapping[str, float]) -> tuple[Choice, ...]:
        names = {option.move.id: option.name for option in options(self.flow, moves)}
        return tuple(
            Choice(m.id, names.get(m.id, m.id), m.target, round(chances[m.id], 6) if chances else None) for m in moves
        )

    # ---- the reply ----
    def _reply(
        self,
        session: Session,
        marking: tuple[str, ...],
        text: str,
        decision: _Decision | None = None,
        listen: Listener | None = None,
    ) -> Draft:
        situation = self._situation(session, marking, text, decision)
        return self._replies.run(situation, listen)

    def _situation(
        self, session: Session, marking: tuple[str, ...], text: str, decision: _Decision | None
    ) -> Situation:
        here = self._speaking(active(self.flow, session.marking), active(self.flow, marking))
        nodes = [self.flow.nodes[node] for node in here]
        found = options(self.flow, legal(self.flow, marking))
        said = " / ".join(filter(None, map(node_text, nodes)))
        asks = len(nodes) == 1 and (nodes[0].kind == "decision" or said.endswith(("?", "？")))
        return Situation(
            lang=self.lang,
            words=text if decision is None else decision.words,
            step=said,
            asks=asks,
            offers=self.flow.kind == "state" and len(found) > 1 and not asks,
            names=tuple(option.name for option in found),
            say=" ".join(node.say for node in nodes if node.say),
            stayed=decision is not None and decision.move.id == STAY,
            unsure=decision is not None and decision.unsure,
            done=not found,
            others=[t for node, t in self._texts.items() if node not in here],
            recent=[event.reply for event in session.recent(_RECENT)],
            model=self._writer(decision),
        )

    def _writer(self, decision: _Decision | None) -> LanguageModel | None:
        """The model that has decided; where none was called, one that is open and was trained to answer."""
        if decision is None:
            return None
        if decision.called:
            return self.model
        return self._model if self._model is not None and self._model.skill.replies else None

    def _speaking(self, before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
        """The nodes that the reply speaks of: those that were not active before, else all."""
        speaking = tuple(n for n in after if self.flow.nodes[n].kind not in SILENT)
        return tuple(n for n in speaking if n not in before) or speaking or after

    def _turn(
        self,
        before: tuple[str, ...],
        after: tuple[str, ...],
        move: Move,
        probability: float,
        choices: tuple[Choice, ...],
        reply: str,
        model_called: bool,
        begun: float,
    ) -> Turn:
        moves = tuple(c.move for c in choices) or tuple(m.id for m in legal(self.flow, after))
        ms = (time.perf_counter() - begun) * 1000
        return Turn(
            reply,
            active(self.flow, before),
            active(self.flow, after),
            move.id,
            plain(move.label),
            probability,
            moves,
            choices,
            model_called,
            ms,
            is_done(self.flow, after),
        )


@functools.cache
def _workers() -> ThreadPoolExecutor:
    """Threads for awaited turns: enough that it is the model's queue that is full when too many wait."""
    return ThreadPoolExecutor(_WORKERS, "flowdial")


def _embedded() -> LanguageModel:
    try:
        from flowdial.decode.causal import CausalModel
        from flowdial.decode.loader import load as load_model
        from flowdial.decode.loader import shipped_adapter
    except ImportError as error:
        raise ModelError(str(error)) from error
    return CausalModel(load_model(adapter=shipped_adapter(), wording=prompts.VERSION))
