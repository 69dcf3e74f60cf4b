"""Find the files that ship beside the code.  name -> path.  Knows the layout; reads nothing.

In a wheel `grammars/` and `adapters/` lie inside the package; in a checkout they lie beside it.
"""

from __future__ import annotations

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
