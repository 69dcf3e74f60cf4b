"""`flowdial graph`.  files + format -> text or picture on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from flowdial.errors import FlowDialError, NotationError
from flowdial.flow.export import to_dot, to_json, to_mermaid
from flowdial.flow.load import load, load_all
from flowdial.flow.model import Flow
from flowdial.notation import parse, read_source, render


def run(files: Sequence[Path], format_: str, output: Path | None, diagram: int | None) -> int:
    """Print the graphs; gives the exit code."""
    if format_ == "jsonl":
        return _lines(files, output)
    if len(files) > 1:
        raise FlowDialError(f"`--format {format_}` takes one file", hint="use `--format jsonl` for several")
    _write(_one(files[0], format_, diagram), output)
    return 0


def _one(file: Path, format_: str, diagram: int | None) -> bytes:
    flow = load(file, diagram=diagram)
    if format_ in ("svg", "png"):
        from flowdial.flow.picture import draw

        return draw(flow, cast(Literal["svg", "png"], format_))
    if format_ == "json":
        text = json.dumps(to_json(flow, str(file)), ensure_ascii=False, indent=2) + "\n"
    elif format_ == "puml":
        text = render(parse(read_source(file), index=(diagram or 1) - 1))
    else:
        text = {"dot": to_dot, "mermaid": to_mermaid}[format_](flow)
    return text.encode("utf-8", "replace")


def _write(data: bytes, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _lines(files: Sequence[Path], output: Path | None) -> int:
    refused = False
    sink = output.open("wb") if output is not None else sys.stdout.buffer
    for file in files:
        for found in _objects(file):
            refused = refused or "error" in found
            sink.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sink.flush()
    if output is not None:
        sink.close()
    return 2 if refused else 0


def _objects(file: Path) -> Iterator[dict[str, Any]]:
    try:
        found = load_all(file)
    except FlowDialError as error:
        yield _error(file, error)
        return
    for result in found:
        yield to_json(result, str(file)) if isinstance(result, Flow) else _error(file, result)


def _error(file: Path, error: FlowDialError) -> dict[str, Any]:
    place = {"line": error.line, "column": error.column} if isinstance(error, NotationError) else {}
    return {"file": str(file), "error": error.message, "hint": error.hint, **place}
