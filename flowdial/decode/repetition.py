"""Stop a text that only repeats itself.  pieces of text -> the same pieces, up to where they go round.

Small models that are decoded greedily fall into loops. Knows strings; knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator

#: A passage of so many characters or more that stands three times is a loop; a shorter one needs eight times.
_PASSAGE = 4
_LONGEST = 60


def until_it_repeats(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces, as long as the text does not end in the same passage again and again."""
    text = ""
    for piece in pieces:
        yield piece
        text = (text + piece)[-8 * _LONGEST :]
        if piece and _goes_round(text):
            return


def _goes_round(text: str) -> bool:
    return any(
        text.endswith(text[-length:] * (3 if length >= _PASSAGE else 8))
        for length in range(1, min(_LONGEST, len(text) // 3) + 1)
    )
