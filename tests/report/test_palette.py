"""A colour and a marker belong to an implementation: by its name, in every picture, readable in both themes."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from bench.report.plots.palette import (
    ANYWHERE,
    DARK,
    LIGHT,
    MARKERS,
    THEMES,
    WORDS,
    Theme,
    colour,
    contrast,
    marker,
    slots,
)

OWN = ("single-transaction", "materializing", "streaming", "pushdown", "pushdown-fast", "packed")


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: str(theme.name))
def test_whatever_is_written_has_enough_contrast(theme: Theme) -> None:
    """4.5, as WCAG 2.2 asks of text; labels are written in the colours of the lines."""
    for shade in (theme.text, theme.muted, *theme.colours):
        assert contrast(shade, theme.background) >= 4.5, shade


def test_the_colours_for_any_background_can_be_seen_on_both() -> None:
    """3, as WCAG 2.2 asks of what is no text: Mermaid draws lines and bars of them."""
    for shade in ANYWHERE:
        assert min(contrast(shade, theme.background) for theme in THEMES.values()) >= 3


def test_contrast_is_computed_as_wcag_has_it() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_themes_have_a_colour_for_every_word_and_marker() -> None:
    assert len(WORDS) == len(MARKERS) == len(set(MARKERS)) == len(set(LIGHT.colours)) == len(set(DARK.colours))


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: str(theme.name))
def test_colours_can_be_distinguished_without_red_green_or_blue(theme: Theme) -> None:
    """By Machado's matrices for full protanopia, deuteranopia and tritanopia; the distance is that of CIELAB."""
    for matrix in VISION.values():
        seen = [lab(shade, matrix) for shade in theme.colours]
        assert min(distance(first, second) for first, second in combinations(seen, 2)) >= LEAST_DISTANCE


def test_the_suite_s_own_implementations_have_six_colours_wherever_they_are() -> None:
    whole = slots(OWN)
    assert len(set(whole.values())) == len(OWN)
    for name in OWN:
        assert slots([name]) == {name: whole[name]}
    for some in permutations(OWN, 2):
        assert slots(some) == {name: whole[name] for name in some}


def test_a_revision_has_its_implementation_s_colour_and_the_other_side_another() -> None:
    own = slots(["streaming"])["streaming"]
    assert slots(["streaming@main"]) == {"streaming@main": own}
    sides = slots(["streaming@main", "streaming"])
    assert sides["streaming"] == own != sides["streaming@main"]
    both = slots(["streaming@main~3", "streaming@main"])
    assert both["streaming@main~3"] == own != both["streaming@main"]


def test_more_implementations_than_colours_differ_by_their_markers() -> None:
    names = [f"implementation {number}" for number in range(3 * len(WORDS))]
    found = slots(names)
    looks = {(colour(LIGHT, slot), marker(slot)) for slot in found.values()}
    assert len(looks) == len(names)


VISION: dict[str, tuple[tuple[float, float, float], ...]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
LEAST_DISTANCE = 24.0


def lab(shade: str, matrix: tuple[tuple[float, float, float], ...]) -> tuple[float, float, float]:
    """The place of a colour in CIELAB, as somebody with that vision sees it."""
    parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    red, green, blue = (min(max(sum(k * v for k, v in zip(row, linear, strict=True)), 0.0), 1.0) for row in matrix)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    f_x, f_y, f_z = (one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, y, z))
    return 116 * f_y - 16, 500 * (f_x - f_y), 200 * (f_y - f_z)


def distance(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5)
