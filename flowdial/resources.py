"""Find the files that ship beside the code.  name -> path.  Knows the layout.

In a wheel `grammars/` and `adapters/` lie inside the package; in a checkout they lie beside it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def adapter(name: str) -> Path | None:
    """Folder of the adapter `name`, None where it does not ship with this installation."""
    found = _folder("adapters") / name
    return found if found.is_dir() else None


def grammar(name: str) -> Path:
    """Path of the Lark grammar `name` (without its ending)."""
    return _folder("grammars") / f"{name}.lark"


@cache
def code_hash(*packages: str) -> str:
    """SHA-256 (16 hex digits) of the code and lists of some packages, so that what others made is known as such."""
    found = [file for package in packages for file in sorted((_PACKAGE / package).rglob("*"))]
    files = [file for file in found if file.suffix in {".py", ".tsv"}]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
