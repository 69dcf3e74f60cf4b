"""Read a diagram file.  path -> text.  Knows bytes and encodings; knows no notation."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from flowdial.errors import SourceError

MAX_BYTES = 8 * 1024 * 1024
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_source(path: str | Path) -> str:
    """Text of a diagram file (UTF-8, or GB18030 as older Chinese editors write it).

    Raises SourceError for a missing file, a directory, a binary or a file over 8 MiB.
    """
    file = Path(path)
    data = _bytes(file)
    if b"\x00" in data[:65536] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(f"{file}: this is a binary file, not a diagram", hint="give a PlantUML text file")
    return _decode(file, data)


def read_stream(stream: TextIO) -> str:
    """Text of a diagram that comes by a pipe. Raises SourceError for more than 8 MiB characters."""
    text = stream.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise SourceError("-: larger than 8 MiB", hint="a diagram of this size is not read; split it")
    return text


def _bytes(file: Path) -> bytes:
    try:
        if file.is_dir():
            raise SourceError(f"{file}: this is a directory", hint=f"name a file in it, e.g. {file}/*.puml")
        with file.open("rb") as opened:  # a pipe or a device does not know its size
            data = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(f"{file}: no such file", hint="check the path; see flows/ for examples") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{file}: cannot be read: {reason}", hint="check the name and its permissions") from None
    if len(data) > MAX_BYTES:
        raise SourceError(f"{file}: larger than 8 MiB", hint="a diagram of this size is not read; split it")
    return data


def _decode(file: Path, data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(f"{file}: the text is neither UTF-8 nor GB18030", hint="save the file as UTF-8")
