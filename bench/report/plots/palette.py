"""The palette: which colour and marker belong to an implementation, in every picture and in both themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from zlib import crc32

from bench.jobs.registry import split_revision

WORDS = ("brown", "blue", "green", "pink", "olive", "violet", "grey", "teal")
"""What the colours are called, in the order of each theme's ``colours``; grey is black or white where there is one."""

ANYWHERE = ("#A85A40", "#376FEC", "#0BA94B", "#C769BE", "#6A660D", "#7436FF", "#7A828C", "#0B7354")
"""The same for lines on a background that is not known, light or dark: with a contrast of at least 3 to both."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
"""As matplotlib names them, in the same order."""

_SALT = b"bench 439"
"""Chosen so that this suite's own implementations get different colours."""


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A Theme is the colours of a picture: text, lines and marks on a background.

    ``colours`` and ``muted`` have a contrast of at least 4.5 to ``background``, because labels are written in them, and
    differ for people who see no red, green or blue as well: found by a search for the largest least distance.
    """

    name: str
    background: str
    text: str
    muted: str
    grid: str
    band: str
    """Of the shaded area where equal code differs by chance."""
    colours: tuple[str, ...]


LIGHT = Theme(
    name="light",
    background="#FFFFFF",
    text="#1F2328",
    muted="#57606A",
    grid="#DDE1E6",
    band="#E4E8EC",
    colours=("#A36558", "#0249FF", "#038900", "#C73E94", "#463500", "#802BB3", "#000000", "#1F4349"),
)

DARK = Theme(
    name="dark",
    background="#0D1117",
    text="#E6EDF3",
    muted="#9DA5AE",
    grid="#2A313C",
    band="#262D38",
    colours=("#A37458", "#A1CFFC", "#10A70D", "#F520A9", "#FFD177", "#C050FF", "#FFFFFF", "#16E4A6"),
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def colour(theme: Theme, slot: int) -> str:
    """Return the colour of the implementation with ``slot``."""
    return theme.colours[slot % len(theme.colours)]


def marker(slot: int) -> str:
    """Return the marker of the implementation with ``slot``; where colours repeat, it differs."""
    return MARKERS[(slot + slot // len(MARKERS)) % len(MARKERS)]


def slots(names: Sequence[str]) -> dict[str, int]:
    """Return the slot of each of a run's implementations: its place in the palette, by its name.

    The name alone decides, whatever else was measured and in whatever order, unless two names of a run want the same
    place: then the second in the alphabet moves to the next free one. Of several revisions of an implementation the
    working tree's, or else the first, has the implementation's own place.
    """
    first: dict[str, str] = {}
    for name in dict.fromkeys(names):
        bare, revision = split_revision(name)
        if bare not in first or not revision:
            first[bare] = name
    own = sorted(first.values())
    found: dict[str, int] = {}
    for name in (*own, *(name for name in dict.fromkeys(names) if name not in own)):
        found[name] = _free(_wanted(split_revision(name)[0]), set(found.values()))
    return {name: found[name] for name in dict.fromkeys(names)}


def _wanted(name: str) -> int:
    return crc32(_SALT + name.encode(errors="replace")) % len(WORDS)


def _free(wanted: int, taken: set[int]) -> int:
    size = len(WORDS)
    candidates = (turn * size + (wanted + step) % size for turn in count() for step in range(size))
    return next(slot for slot in candidates if slot not in taken)


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, ``#RRGGBB``, as WCAG 2.2 defines it: 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(shade: str) -> float:
    parts = (int(shade[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
