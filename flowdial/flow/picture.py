"""Draw a Flow.  Flow -> SVG or PNG bytes by Graphviz.  Knows fonts and Graphviz; knows no terminal."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections.abc import Collection
from typing import Literal

from flowdial.errors import PictureError
from flowdial.flow.export import to_dot
from flowdial.flow.model import Flow

_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_CJK_FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
)
_LATIN = "Helvetica"


def draw(flow: Flow, format: Literal["svg", "png"] = "svg", *, active: Collection[str] = ()) -> bytes:
    """The picture of a flow; nodes in `active` are marked.

    Raises PictureError where Graphviz, or for Chinese text a font that has it, is not installed.
    """
    import graphviz

    dot = to_dot(flow, active=active, font=_font(flow, format))
    try:
        picture: bytes = graphviz.Source(dot).pipe(format=format)
    except graphviz.ExecutableNotFound:
        raise PictureError("Graphviz is not installed: `dot` was not found", hint=_install("graphviz")) from None
    except graphviz.CalledProcessError as error:
        raise PictureError(f"Graphviz could not draw the flow: {error}") from None
    return picture


def _font(flow: Flow, format: str) -> str:
    if not _CJK.search(to_dot(flow)):
        return _LATIN
    family = _chinese_family()
    if family is None and format == "png":
        raise PictureError(
            "no installed font has Chinese characters, they would be drawn as boxes",
            hint=f"{_install('fonts-noto-cjk')}, or draw `--format svg`, which uses the viewer's fonts",
        )
    return family or _CJK_FAMILIES[0]


@functools.cache
def _chinese_family() -> str | None:
    """An installed family with Chinese characters, as fontconfig tells; a well-known name where it is absent."""
    if shutil.which("fc-list") is None:
        return _CJK_FAMILIES[0]
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    families = [line.split(",")[0].strip() for line in listed.stdout.splitlines() if line.strip()]
    return next((name for name in _CJK_FAMILIES if name in families), families[0] if families else None)


def _install(package: str) -> str:
    return f"install it, e.g. `apt-get install {package}`"
