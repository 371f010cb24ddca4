"""Icicles: boxes add up, colours can be read, and nothing that comes from outside is markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from bench.report.icicle_page import icicle_figure, icicle_fragment, icicle_script
from bench.report.plots.draw import draw
from bench.report.plots.draw_icicle import laid_out
from bench.report.plots.icicle import IcicleChart, Shade
from bench.report.plots.icicle_charts import icicle_charts
from bench.report.plots.icicle_colours import FILLS, fill_of, ink_on
from bench.report.plots.palette import THEMES, Theme
from bench.results.records import Results
from tests.support.builders import production_results
from tests.support.call_trees import call_tree
from tests.support.hostile import TEXTS

BEFORE = {"call/build": 60_000_000, "call/read/fetch": 25_000_000, "call/(other)": 900_000}
AFTER = {"call/build": 10_000_000, "call/read/fetch": 30_000_000, "call/write": 4_000_000}


def run() -> Results:
    trees = [
        call_tree(lines, implementation=name, about=about)
        for about in ("peak", "time")
        for name, lines in (("materializing", BEFORE), ("streaming", AFTER))
    ]
    return replace(production_results(), allocations=(), call_trees=tuple(trees))


CHARTS = {chart.name: chart for about in ("peak", "time") for chart in icicle_charts(run(), about)}


def test_there_is_one_of_each_implementation_and_one_of_what_changed() -> None:
    assert list(CHARTS) == [
        "where-memory-change-1",
        "where-memory-0",
        "where-memory-1",
        "where-time-change-1",
        "where-time-0",
        "where-time-1",
    ]
    change = CHARTS["where-memory-change-1"]
    assert change.title == (
        "From materializing to streaming on 10k/20: 85.9 → 44.0 MB (\N{MINUS SIGN}41.9) held at the peak"
    )
    assert "build: 60.0 → 10.0 MB (\N{MINUS SIGN}50.0)" in change.alt


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_boxes_stay_within_their_caller(chart: IcicleChart) -> None:
    places = laid_out(chart.boxes)
    for place, box in zip(places, chart.boxes, strict=True):
        if box.parent >= 0:
            caller = places[box.parent]
            assert place.level == caller.level + 1
            assert caller.left - 1e-9 <= place.left
            assert place.left + place.width <= caller.left + caller.width + 1e-9
    below = [0] * len(chart.boxes)
    for box in chart.boxes[1:]:
        below[box.parent] += box.size
    assert all(inner <= box.size for inner, box in zip(below, chart.boxes, strict=True))


def test_a_change_is_as_wide_as_the_larger_side_and_its_sign_decides_its_colour() -> None:
    boxes = {box.label: box for box in CHARTS["where-memory-change-1"].boxes}
    assert (boxes["build"].size, boxes["fetch"].size, boxes["write"].size) == (60_000_000, 30_000_000, 4_000_000)
    assert boxes["build"].change < 0 < boxes["fetch"].change
    assert boxes["write"].change == 1
    assert fill_of(boxes["write"], compares=True) == "#D55E00"


def test_times_show_shares_and_no_seconds() -> None:
    texts = [line for name, chart in CHARTS.items() if "time" in name for box in chart.boxes for line in box.details]
    assert texts
    assert not any(re.search(r"\d (s|ms|µs)\b|MB", text) for text in texts)


@pytest.mark.parametrize("fill", [*FILLS.values(), "#D55E00", "#0072B2", "#F0F0F0", "#E2A77A", "#78B1D1"])
def test_names_can_be_read_on_every_colour(fill: str) -> None:
    """WCAG 2's contrast, which wants 4.5."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(fill), luminance(ink_on(fill))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_same_chart_is_drawn_as_the_same_bytes(theme: Theme) -> None:
    chart = CHARTS["where-memory-change-1"]
    png, svg = draw(chart, theme)
    assert png.startswith(b"\x89PNG")
    assert b"<svg" in svg
    assert draw(chart, theme) == (png, svg)


def test_a_page_holds_the_figure_as_data_that_nothing_can_leave() -> None:
    for text in TEXTS.values():
        tree = call_tree({"call": 5, "call/(other)": 1})
        frames = (replace(tree.frames[0], function=text, file=text), *tree.frames[1:])
        results = replace(run(), call_trees=(replace(tree, implementation="materializing", frames=frames),))
        (chart,) = icicle_charts(results, "peak")
        fragment = icicle_fragment(chart)
        assert fragment.count("<") == 4  # a place, and a script of data, each begun and ended
        data = json.loads(fragment.partition('-data">')[2].rpartition("</script>")[0])
        shown = "".join(text for name in ("labels", "text", "customdata") for text in data["data"][0][name])
        assert not re.search(r"<(?!br>)|%{", shown)


def test_the_figure_names_every_box_and_its_caller() -> None:
    chart = CHARTS["where-memory-0"]
    (trace,) = icicle_figure(chart)["data"]
    assert trace["type"] == "icicle"
    assert trace["parents"][0] == ""
    assert [int(parent) for parent in trace["parents"][1:]] == [box.parent for box in chart.boxes[1:]]
    assert trace["values"] == [box.size for box in chart.boxes]


def test_the_script_is_whole_and_ends_no_element() -> None:
    script = icicle_script()
    assert "icicle" in script
    assert "</script" not in script
    assert len(script.encode()) > 1_000_000
    assert Shade.OWN in FILLS
