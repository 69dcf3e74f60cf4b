"""Judge the picture of a sprite.  packed digits -> whether there is a picture.  Knows PlantUML's packing only."""

from __future__ import annotations

import base64
import binascii
import zlib

#: PlantUML writes the digits of base 64 in another order than everybody else.
_DIGITS = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
)
#: No sprite is larger, unpacked.
_MAX_SPRITE = 1 << 24


def unpacks(packed: str) -> bool:
    """Whether the picture of a sprite, packed in digits of base 64, can be unpacked."""
    digits = packed.translate(_DIGITS)
    unpacked = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = base64.b64decode(digits + "A" * (-len(digits) % 4), validate=True)
        unpacked.decompress(data + bytes(256), _MAX_SPRITE)
    except (binascii.Error, zlib.error):
        return False
    return unpacked.eof
