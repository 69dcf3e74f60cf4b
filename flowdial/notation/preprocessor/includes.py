"""Find what is included.  `!include` text -> lines of a file in the folder.

Knows files and blocks; knows no variables. Nothing outside of the folder is ever opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from flowdial.errors import SourceError
from flowdial.notation.comments import without_comments
from flowdial.notation.preprocessor.limits import MAX_INCLUDES, Budget, Trouble, over
from flowdial.notation.source import read_source

_OPEN = re.compile(r"\s*@start\w+\b(?:[ \t]*\([ \t]*id[ \t]*=[ \t]*(?P<id>[^)]*?)[ \t]*\))?(?P<name>[^\n]*)")
_CLOSE = re.compile(r"\s*@end\w+\b")
_SUB = re.compile(r"\s*!(?P<word>startsub|endsub)\b[ \t]*(?P<name>\S*)")
#: Finding a file costs as much as reading so many characters.
_COST = 2000
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Includes:
    """The files of one folder; remembers which were included and which are being included now."""

    def __init__(self, folder: Path | None, budget: Budget) -> None:
        self._budget = budget
        self._root = folder.resolve() if folder is not None else None
        self._chain: list[Path] = []
        self._seen: set[tuple[Path, str]] = set()

    def open(self, word: str, what: str) -> list[str] | None:
        """The lines that `!word what` stands for; None where they are there already. `leave` is due after them.

        Raises Trouble of code `include`.
        """
        path, _, part = what.strip().strip('"').rpartition("!") if "!" in what else (what.strip().strip('"'), "", "")
        self._budget.spend(_COST)
        path = path.strip()
        file = self._file(path)
        self._check_chain(file)
        if word != "includesub":
            seen = (file, part) in self._seen
            if seen and word == "include_once":
                raise _refused(f"`{path}` is included twice", "use `!include` to pass over the second time")
            if seen and word == "include":
                return None
        text = self._text(file, path)
        self._budget.spend(len(text))
        lines = join(line for _, line in without_comments(text.split("\n")))
        in_sub = word == "includesub"
        found = [lines[at] for at in sub(lines, part, path)] if in_sub else _block(lines, part, path)
        self._seen.add((file, part))
        self._chain.append(file)
        return _bare(found)

    def leave(self) -> None:
        """The file that was opened last is done."""
        self._chain.pop()

    @property
    def current(self) -> str:
        """Name of the file that is being included now; empty outside of all."""
        return self._name(self._chain[-1]) if self._chain else ""

    def _file(self, path: str) -> Path:
        if self._root is None:
            hint = "read the diagram from a file; an include then finds the files of its folder"
            raise _refused("the text does not come from a file, so nothing can be included", hint)
        if not path:
            raise _refused("the include names no file", "write `!include file.puml`")
        if _REMOTE.match(path):
            hint = "save the file beside the diagram and name it: `!include file.puml`"
            raise _refused("an address is not included: a flow reads files of its own folder", hint)
        if path.startswith("<"):
            raise _refused(
                "PlantUML's library is not included", "it draws icons, which a flow does without: take it out"
            )
        base = self._chain[-1].parent if self._chain else self._root
        try:
            file = (base / path).resolve()
        except (OSError, ValueError, RuntimeError):
            raise _refused(f"`{path[:80]}` is no file name", "name a file of this folder") from None
        if not file.is_relative_to(self._root):
            raise _refused(f"`{path}` lies outside of the diagram's folder", _way_in(self._root, base, path))
        return file

    def _text(self, file: Path, path: str) -> str:
        try:
            if file.is_dir():
                hint = f"name a file in it: `!include {path.rstrip('/')}/file.puml`"
                raise _refused(f"`{path}` cannot be included: this is a directory", hint)
            if not file.exists():
                raise _refused(f"`{path}` cannot be included: no such file", self._mend_of_missing(path))
            if not file.is_file():
                raise _refused(f"`{path}` is no file", "name a text file")
            return read_source(file).replace("\r\n", "\n").replace("\r", "\n")
        except SourceError as error:
            raise _refused(f"`{path}` cannot be included: {error.message.rpartition(': ')[2]}", error.hint) from None
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            raise _refused(f"`{path[:80]}` cannot be included: {reason}", "check the name") from None

    def _mend_of_missing(self, path: str) -> str:
        if any(sign in path for sign in "*?["):
            return "an include names one file, without `*` or `?`: write one `!include` for each"
        if "\\" in path:
            return "write `/` between a folder and what is in it"
        beside = f"`{self.current}`" if self._chain else "the diagram"
        return f"check the name; it is looked for in the folder of {beside}"

    def _check_chain(self, file: Path) -> None:
        if file in self._chain:
            chain = " -> ".join(self._name(one) for one in [*self._chain[self._chain.index(file) :], file])
            hint = "take one of these includes out"
            raise Trouble(f"the files include one another: {chain}", hint, code="include", ends=True)
        if len(self._chain) >= MAX_INCLUDES:
            raise over(f"more than {MAX_INCLUDES} files within one another", "include them one after the other")

    def _name(self, file: Path) -> str:
        return file.relative_to(self._root).as_posix() if self._root else file.name


def _way_in(root: Path, base: Path, path: str) -> str:
    """What to do where `path`, seen from the folder `base`, leads out of `root`."""
    if Path(path).is_absolute():
        return "an absolute path must lead into that folder too: copy the file there and write its path from there"
    if Path(os.path.normpath(base / path)).is_relative_to(root):
        return "it is a link to another place: copy the file itself into the folder"
    return "`..` leads out of the folder, and only files in it are read: copy the file into it"


def sub(lines: Sequence[str], name: str, path: str = "") -> list[int]:
    """Places of the lines between `!startsub name` and `!endsub`, all of them. Raises Trouble where there are none."""
    found, inside, known = [], False, False
    for at, line in enumerate(lines):
        match = _SUB.match(line) if "sub" in line else None
        if match:
            inside = match["word"] == "startsub" and match["name"] == name
            known = known or inside
        elif inside:
            found.append(at)
    if not known:
        where = f"`{path}` has" if path else "before this line there is"
        raise _refused(f"{where} no `!startsub {name}`", "write `!includesub file.puml!NAME` with a NAME of that file")
    return found


def _block(lines: list[str], part: str, path: str) -> list[str]:
    """The block asked for by number (from 0) or name; the first where none is asked for; a file may have none."""
    opened = [index for index, line in enumerate(lines) if "@" in line and _OPEN.match(line)]
    if not opened and not part:
        return lines
    chosen = int(part) if part.isdecimal() and len(part) < 6 else 0
    if part and not part.isdecimal():
        opened = [index for index in opened if part in _names(lines[index])]
    if chosen >= len(opened):
        hint = "blocks are counted from 0; a name is written `@startuml(id=NAME)`"
        raise _refused(f"`{path}` has no block `{part or 0}`", hint)
    begin = opened[chosen] + 1
    end = next((index for index in range(begin, len(lines)) if _CLOSE.match(lines[index])), len(lines))
    return lines[begin:end]


def _names(line: str) -> tuple[str, str]:
    match = _OPEN.match(line)
    return ((match["id"] or "").strip(), match["name"].strip()) if match else ("", "")


def _bare(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if not ("@" in line and (_OPEN.match(line) or _CLOSE.match(line)))]


def join(lines: Iterable[str]) -> list[str]:
    """Lines that end in a backslash go on in the next one."""
    joined: list[str] = []
    for line in lines:
        if joined and joined[-1].endswith("\\"):
            joined[-1] = joined[-1][:-1] + line.lstrip()
        else:
            joined.append(line)
    return joined


def _refused(message: str, hint: str) -> Trouble:
    return Trouble(message, hint, code="include")
