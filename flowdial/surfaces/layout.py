"""`flowdial fmt`.  files -> the same files, laid out.  Writes a file whole or not at all.

What is laid out is read again: a file whose diagrams would mean something else is left as it is.
"""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import click

from flowdial.errors import FlowDialError, NotationError
from flowdial.flow import Flow, build
from flowdial.notation import format_text, parse_all, read_source, read_stream
from flowdial.notation.ast import Diagram
from flowdial.notation.format import MARK

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def run(files: Sequence[Path], *, check: bool, diff: bool) -> int:
    """Lay out each file; gives the exit code: 1 where `check` finds a file that is not laid out, 2 for a bad one."""
    code = 0
    for file in files:
        try:
            code = max(code, _one(file, check=check, diff=diff))
        except FlowDialError as error:
            click.echo(f"flowdial: {error}", err=True)
            code = 2
    return code


def _one(file: Path, *, check: bool, diff: bool) -> int:
    text, encoding = (read_stream(sys.stdin), "utf-8") if str(file) == "-" else _read(file)
    laid = _laid_out(file, text)
    if diff:
        sys.stdout.writelines(_difference(str(file), text, laid))
    elif str(file) == "-" and not check:
        sys.stdout.write(laid)
    if laid == text:
        return 0
    if check or diff:
        click.echo(f"{file}: not laid out", err=True)
        return int(check)
    if str(file) != "-":
        _replace(file, laid.encode(encoding))
        click.echo(f"{file}: laid out", err=True)
    return 0


def _read(file: Path) -> tuple[str, str]:
    """Text of a file with the byte order mark it may have, and the encoding that gives its bytes again."""
    text, data = read_source(file), file.read_bytes()
    kept = ((written, encoding) for encoding in _ENCODINGS for written in (text, MARK + text))
    return next((pair for pair in kept if pair[0].encode(pair[1]) == data), (text, "utf-8"))


def _laid_out(file: Path, text: str) -> str:
    """The text laid out, with its line ends. Raises FlowDialError where it is refused or would mean something else."""
    folder = None if str(file) == "-" else file.parent
    try:
        laid = format_text(text, folder)
        flows = [_flow(diagram) for diagram in _diagrams(text, folder)]
    except NotationError as error:
        raise error.in_file(str(file)) from None
    if "\r\n" in text:
        laid = laid.replace("\n", "\r\n")
    if laid != text:
        _check_meaning(file, flows, _diagrams(laid, folder))
    return laid


def _diagrams(text: str, folder: Path | None) -> Iterator[Diagram | NotationError]:
    return parse_all(text.removeprefix(MARK), folder=folder)


def _flow(diagram: Diagram | NotationError) -> Flow:
    if isinstance(diagram, NotationError):
        raise diagram
    return build(diagram)


def _check_meaning(file: Path, flows: list[Flow], laid: Iterator[Diagram | NotationError]) -> None:
    """Raise FlowDialError where a diagram that is laid out does not mean the flow that it meant before."""
    for number, (flow, diagram) in enumerate(zip_longest(flows, laid), 1):
        try:
            same = diagram is not None and _flow(diagram) == flow
        except NotationError:
            same = False
        if not same:
            raise FlowDialError(
                f"{file}: diagram {number} would mean something else if it were laid out; nothing is changed",
                hint="this is a fault of FlowDial: please report it, with the file",
            )


def _difference(name: str, before: str, after: str) -> list[str]:
    return list(difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, f"{name} (laid out)"))


def _replace(file: Path, data: bytes) -> None:
    """Put the new bytes in the place of the file in one step, so that no failure leaves half of it."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as new:
            new.write(data)
        Path(new.name).chmod(file.stat().st_mode & 0o777)
        os.replace(new.name, file)  # noqa: PTH105
    except OSError as error:
        raise FlowDialError(f"{file}: cannot be written: {error.strerror}", hint="check its permissions") from None
