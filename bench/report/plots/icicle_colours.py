"""The colours of icicles, for pictures and for the page, which is written without Matplotlib."""

from __future__ import annotations

from bench.report.plots.icicle import IcicleBox, Shade

FILLS = {Shade.OWN: "#F2C6A8", Shade.LIBRARY: "#C3DAEA", Shade.WAITING: "#D9D2E9", Shade.REST: "#E6E6E6"}
GROWN, SHRUNK, SAME = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2), (0xF0, 0xF0, 0xF0)
"""Okabe and Ito's orange and blue, which nobody confuses, from the grey of what stayed."""
DARK, LIGHT = "#111111", "#FFFFFF"


def fill_of(box: IcicleBox, *, compares: bool) -> str:
    """Return the colour of a box: what it is, or how much of it is new or gone."""
    if not compares:
        return FILLS[box.shade]
    end = GROWN if box.change > 0 else SHRUNK
    part = abs(box.change) ** 0.7  # a small change shows, too
    red, green, blue = (round(low + (high - low) * part) for low, high in zip(SAME, end, strict=True))
    return f"#{red:02X}{green:02X}{blue:02X}"


def ink_on(fill: str) -> str:
    """Return the colour of text on ``fill`` with the better contrast."""
    red, green, blue = (_linear(int(fill[place : place + 2], 16) / 255) for place in (1, 3, 5))
    # WCAG 2: relative luminance, and the contrast (L1 + 0.05) / (L2 + 0.05).
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return DARK if (luminance + 0.05) / 0.055 >= 1.05 / (luminance + 0.05) else LIGHT


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
