"""Speak a label.  text as drawn -> plain text.  Knows PlantUML's inline markup; knows no graph."""

from __future__ import annotations

import re

_LINK = re.compile(r"\[\[(\S+?)(?:[ \t]+(?:\{[^}]*\}[ \t]*)?([^\]]*))?\]\]")
_TAG = re.compile(
    r"</?(?:b|i|u|s|w|font|color|size|back|img|sub|sup|plain|code)\b[^>\n]*>|<[&#:$][^>\n]*>", re.IGNORECASE
)
_CREOLE = re.compile(r"(\*\*|//|\"\"|--|__|~~)(?=\S)(.+?)(?<=\S)\1")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


_ESCAPE = re.compile(r"(<(latex|math)>.*?</\2>|\\\\)|\\([nrlt])", re.DOTALL)


def unescaped(text: str) -> str:
    """A label as it is drawn: `\\n`, `\\r` and `\\l` begin a new line, `\\t` is a tab; formulas keep theirs."""
    return _ESCAPE.sub(lambda match: match[1] or ("\t" if match[3] == "t" else "\n"), text) if "\\" in text else text


def plain(text: str) -> str:
    """`text` on one line, without colours, bold marks and link brackets."""
    text = _LINK.sub(lambda match: (match[2] or match[1]).strip(), text)
    text = _TAG.sub("", unescaped(text))
    for _ in range(3):
        text = _CREOLE.sub(r"\2", text)
    return " ".join(text.split())


def language(*texts: str) -> str:
    """`zh` where a fifth of the letters are Chinese characters, else `en`."""
    joined = "".join(texts)
    letters = sum(1 for char in joined if char.isalpha())
    return "zh" if letters and len(_CJK.findall(joined)) * 5 >= letters else "en"
