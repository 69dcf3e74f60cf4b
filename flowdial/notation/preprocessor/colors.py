"""Compute colours.  colour, percent -> colour.

Colours have no meaning in a flow: one that is written otherwise than `#RRGGBB` or a basic name stays as it is.
"""

from __future__ import annotations

import colorsys
import re

_HEX = re.compile(r"#?(?:([0-9a-fA-F]{6})|([0-9a-fA-F]{3}))")
_NAMES = {
    "aqua": "00FFFF",
    "black": "000000",
    "blue": "0000FF",
    "fuchsia": "FF00FF",
    "gray": "808080",
    "green": "008000",
    "grey": "808080",
    "lime": "00FF00",
    "maroon": "800000",
    "navy": "000080",
    "olive": "808000",
    "orange": "FFA500",
    "purple": "800080",
    "red": "FF0000",
    "silver": "C0C0C0",
    "teal": "008080",
    "white": "FFFFFF",
    "yellow": "FFFF00",
}
_DARK = 128


def _channels(color: str) -> tuple[int, int, int] | None:
    text = _NAMES.get(color.strip().lstrip("#").lower(), color.strip())
    match = _HEX.fullmatch(text)
    if match is None:
        return None
    digits = match[1] or "".join(digit * 2 for digit in match[2])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def lighten(color: str, percent: int) -> str:
    """The colour with its lightness (HSL) raised by `percent` of itself; lowered where negative."""
    channels = _channels(color)
    if channels is None:
        return color
    hue, light, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in channels))
    light = min(1.0, max(0.0, light * (1 + percent / 100)))
    return _written(tuple(round(255 * part) for part in colorsys.hls_to_rgb(hue, light, saturation)))


def reverse(color: str) -> str:
    """The complement."""
    channels = _channels(color)
    return color if channels is None else _written(tuple(255 - channel for channel in channels))


def is_dark(color: str) -> bool:
    """Whether its weighted grey is in the lower half."""
    red, green, blue = _channels(color) or (255, 255, 255)
    return (red * 30 + green * 59 + blue * 11) / 100 < _DARK


def _written(channels: tuple[int, ...]) -> str:
    return "#" + "".join(f"{channel:02X}" for channel in channels)
