"""`flowdial chat`.  A terminal dialogue, or the line protocol for programs, on one Engine."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowdial.engine import Engine
from flowdial.engine.engine import MARGIN
from flowdial.errors import FlowDialError, ModelError
from flowdial.flow import load
from flowdial.reply import PIPELINES
from flowdial.surfaces.graphs import warn
from flowdial.surfaces.models import connect, open_here

if TYPE_CHECKING:
    from flowdial.session import Session


def run(
    path: Path,
    *,
    as_json: bool,
    diagram: int | None,
    recover: bool,
    replies: str | None,
    margin: float | None,
    server: str | None = None,
    server_kind: str | None = None,
    **model: Any,
) -> int:
    """Open flow and model, then talk; gives the exit code."""
    flow = load(path, diagram=diagram, recover=recover)
    warn(flow, path)
    if server_kind and not server:
        raise ModelError("`--server-kind` tells what a server is, and there is none", hint="give `--server URL` too")
    chosen = MARGIN if margin is None else margin
    pipeline = PIPELINES[replies or ("free" if server else "guided")]
    opened = partial(connect, server, server_kind, **model) if server else partial(open_here, **model)
    engine = Engine(flow, model=opened, margin=chosen, replies=pipeline)
    session = engine.session()
    if flow.kind == "state" or any(len(flow.out(node)) > 1 for node in flow.nodes):
        engine.model  # noqa: B018  opened now, so that a missing model is said before the dialogue
    if as_json:
        return _protocol(engine, session)
    from flowdial.surfaces.terminal import Terminal

    return Terminal(engine, session, path).run()


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
