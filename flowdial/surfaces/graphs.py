"""`flowdial graph`.  files + format -> text or picture on standard output.  `-` is standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import click

from flowdial.diagnostics import Diagnostic
from flowdial.errors import FlowDialError, NotationError
from flowdial.flow import build, loads
from flowdial.flow.export import to_dot, to_json, to_mermaid
from flowdial.flow.graphml import to_graphml
from flowdial.flow.load import load, load_all
from flowdial.flow.model import Flow
from flowdial.flow.puml import to_puml
from flowdial.flow.scxml import to_scxml
from flowdial.notation import parse_all, read_stream

_WRITERS: dict[str, Callable[[Flow], str]] = {
    "dot": to_dot,
    "mermaid": to_mermaid,
    "graphml": to_graphml,
    "scxml": to_scxml,
    "puml": to_puml,
}


def run(files: Sequence[Path], format_: str, output: Path | None, diagram: int | None, recover: bool) -> int:
    """Print the graphs; gives the exit code."""
    if output is not None and any(output.resolve() == file.resolve() for file in files):
        raise FlowDialError(f"{output} is the diagram itself", hint="write to another file")
    if format_ == "jsonl":
        return _lines(files, output, recover)
    if len(files) > 1:
        raise FlowDialError(f"`--format {format_}` takes one file", hint="use `--format jsonl` for several")
    flow = _load(files[0], diagram, recover)
    warn(flow, files[0])
    _write(_one(flow, format_, files[0]), output)
    return 0


def _load(file: Path, diagram: int | None, recover: bool) -> Flow:
    if str(file) != "-":
        return load(file, diagram=diagram, recover=recover)
    try:
        return loads(_input(), diagram=diagram, recover=recover)
    except NotationError as error:
        raise error.in_file(str(file)) from None


def _load_all(file: Path, recover: bool) -> Iterator[Flow | NotationError]:
    if str(file) != "-":
        yield from load_all(file, recover=recover)
        return
    for parsed in parse_all(_input(), recover=recover):
        try:
            yield parsed if isinstance(parsed, NotationError) else build(parsed)
        except NotationError as error:
            yield error


def _input() -> str:
    """Standard input without the byte order mark that it may begin with."""
    return read_stream(sys.stdin).removeprefix("\ufeff")


def warn(flow: Flow, file: Path) -> None:
    """Say on standard error what recovery mended."""
    for warning in flow.warnings:
        click.echo(warning.render(str(file)), err=True)


def _one(flow: Flow, format_: str, file: Path) -> bytes:
    if format_ in ("svg", "png"):
        from flowdial.flow.picture import draw

        return draw(flow, cast(Literal["svg", "png"], format_))
    if format_ == "json":
        text = json.dumps(to_json(flow, str(file)), ensure_ascii=False, indent=2) + "\n"
    else:
        text = _WRITERS[format_](flow)
    return text.encode("utf-8", "replace")


def _write(data: bytes, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _lines(files: Sequence[Path], output: Path | None, recover: bool) -> int:
    refused = False
    sink = output.open("wb") if output is not None else sys.stdout.buffer
    for file in files:
        for found in _objects(file, recover):
            refused = refused or "error" in found
            sink.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sink.flush()
    if output is not None:
        sink.close()
    return 2 if refused else 0


def _objects(file: Path, recover: bool) -> Iterator[dict[str, Any]]:
    try:
        found = list(_load_all(file, recover))
    except FlowDialError as error:
        yield _error(file, error)
        return
    for result in found:
        yield _graph(file, result) if isinstance(result, Flow) else _error(file, result)


def _graph(file: Path, flow: Flow) -> dict[str, Any]:
    found = to_json(flow, str(file))
    return found | {"warnings": _told(flow.warnings)} if flow.warnings else found


def _error(file: Path, error: FlowDialError) -> dict[str, Any]:
    """The first mistake, and all of them in `errors`."""
    found: dict[str, Any] = {"file": str(file), "error": error.message, "hint": error.hint}
    if isinstance(error, NotationError):
        found |= {"line": error.line, "column": error.column, "errors": _told(error.diagnostics)}
    return found


def _told(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    keys = ("code", "message", "line", "column", "hint")
    return [{key: getattr(told, key) for key in keys} for told in diagnostics]
