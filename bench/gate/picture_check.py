"""A picture from outside: refused unless it is a plain PNG of reasonable size, and made anew from its pixels."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO

from bench.errors import InputError

MOST_BYTES = 2_000_000
SMALLEST_SIDE, LARGEST_SIDE = 16, 4_096
"""Pixels. A picture of 4,096 × 4,096 takes 67 MB while it is decoded."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">I4sII")
"""Length and type of the first chunk, and width and height, which it begins with."""


def checked_picture(content: bytes) -> bytes:
    """Return the pixels of the PNG ``content`` as a PNG of our own, without anything that the file carried beside them.

    The size is read from the header before anything is decoded. Raises InputError.
    """
    from PIL import Image

    if len(content) > MOST_BYTES:
        raise InputError(f"it has {len(content):,} bytes; the most are {MOST_BYTES:,}")
    if not content.startswith(_SIGNATURE) or len(content) < len(_SIGNATURE) + _HEADER.size:
        raise InputError("it is no PNG; SVG and other kinds are not accepted")
    _, kind, width, height = _HEADER.unpack_from(content, len(_SIGNATURE))
    if kind != b"IHDR" or not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise InputError(f"it has {width:,} × {height:,} pixels; each side has {SMALLEST_SIDE} to {LARGEST_SIDE:,}")
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(content), formats=("PNG",)) as image:
            warnings.simplefilter("error")
            if image.size != (width, height) or getattr(image, "n_frames", 1) != 1:
                raise InputError("it is not one picture")
            pixels = image.convert("RGBA")
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        struct.error,
        zlib.error,
        Image.DecompressionBombError,
    ) as error:
        raise InputError(f"it cannot be decoded: {type(error).__name__}") from error
    # On white, because a transparent picture would be unreadable on a dark page; and nothing but pixels goes on.
    whole = Image.new("RGB", pixels.size, "white")
    whole.paste(pixels, mask=pixels.getchannel("A"))
    target = BytesIO()
    whole.save(target, format="PNG")
    return target.getvalue()
