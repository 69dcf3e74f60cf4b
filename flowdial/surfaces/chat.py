"""`flowdial chat`.  A terminal dialogue, or the line protocol for programs, on one Engine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowdial.engine import Engine
from flowdial.engine.engine import MARGIN
from flowdial.errors import FlowDialError
from flowdial.flow import load
from flowdial.reply import PIPELINES
from flowdial.surfaces.graphs import warn

if TYPE_CHECKING:
    from flowdial.session import Session


def run(
    path: Path,
    *,
    as_json: bool,
    diagram: int | None,
    recover: bool,
    replies: str,
    margin: float | None,
    **model: Any,
) -> int:
    """Open flow and model, then talk; gives the exit code."""
    flow = load(path, diagram=diagram, recover=recover)
    warn(flow, path)
    chosen = MARGIN if margin is None else margin
    engine = Engine(flow, model=lambda: _open(model), margin=chosen, replies=PIPELINES[replies])
    session = engine.session()
    if flow.kind == "state" or any(len(flow.out(node)) > 1 for node in flow.nodes):
        engine.model  # noqa: B018  opened now, so that a missing model is said before the dialogue
    if as_json:
        return _protocol(engine, session)
    from flowdial.surfaces.terminal import Terminal

    return Terminal(engine, session, path).run()


def _open(options: dict[str, Any]) -> Any:
    from flowdial.decode.causal import CausalModel
    from flowdial.decode.loader import load as load_model
    from flowdial.surfaces.progress import progress

    with progress() as report:
        return CausalModel(load_model(options.pop("model"), progress=report, **options))


def _protocol(engine: Engine, session: Session) -> int:
    """One user text a line in, one JSON object a line out; the first one before any input."""
    turn = engine.opening(session)
    _print(turn.to_json())
    while not turn.done:
        line = sys.stdin.readline()
        if not line:
            break
        try:
            turn = engine.turn(session, line.rstrip("\r\n"))
            _print(turn.to_json())
        except FlowDialError as error:
            _print({"error": str(error)})
    return 0


def _print(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.stdout.flush()
