"""What XML allows.  text -> text that may stand in a document, or be a name.  Knows XML 1.0; knows no flows."""

from __future__ import annotations

import re

_LETTERS = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
)
#: What is no letter, digit, point or dash, or stands in no name.
_ALIEN = re.compile(rf"(?:[^\w.\-]|[^{_LETTERS}.\-0-9\u0300-\u036f])+")
_FIRST = re.compile(rf"[{_LETTERS}]")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """`text` with a question mark for each sign that no document may hold, such as a control character."""
    return _UNWRITABLE.sub("?", text)


def name(text: str) -> str:
    """A name without colons (NCName); words are joined by `_`, and points are kept between words."""
    found = ".".join(filter(None, (_ALIEN.sub("_", part).strip("_") for part in text.split("."))))
    return found if _FIRST.match(found) else f"_{found}"
