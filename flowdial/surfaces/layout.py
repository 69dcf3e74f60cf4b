"""`flowdial fmt`.  files -> the same files, laid out.  Writes a file whole or not at all."""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from flowdial.errors import FlowDialError, NotationError
from flowdial.notation import format_text, read_source


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
    text = sys.stdin.read() if str(file) == "-" else read_source(file)
    try:
        laid = format_text(text, None if str(file) == "-" else file.parent)
    except NotationError as error:
        raise error.in_file(str(file)) from None
    if "\r\n" in text:
        laid = laid.replace("\n", "\r\n")
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
        _replace(file, laid)
        click.echo(f"{file}: laid out", err=True)
    return 0


def _difference(name: str, before: str, after: str) -> list[str]:
    return list(difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, f"{name} (laid out)"))


def _replace(file: Path, text: str) -> None:
    """Put the new text in the place of the file in one step, so that no failure leaves half of it."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as new:
            new.write(text)
        Path(new.name).chmod(file.stat().st_mode & 0o777)
        os.replace(new.name, file)  # noqa: PTH105
    except OSError as error:
        raise FlowDialError(f"{file}: cannot be written: {error.strerror}", hint="check its permissions") from None
