"""Plots are drawn for what was measured, deterministically, with their numbers in words."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.report.plots.chart import Bar, BarChart, Callout, Chart, Level, PanelChart, Picture
from bench.report.plots.draw import draw, draw_svg, drawn
from bench.report.plots.palette import DARK, slots
from bench.report.plots.run_charts import CHART_NAMES, charts
from bench.report.run_files import write_report
from bench.results.records import Results
from tests.support import variants
from tests.support.builders import production_results
from tests.support.report_runs import RUNS, large

pytestmark = pytest.mark.slow


def charts_of(results: Results) -> tuple[Picture, ...]:
    summaries = summaries_of(results)
    return tuple(charts(results, summaries, judge(results, summaries)))


def lines_of(results: Results) -> Chart:
    """The first chart of a run with several data sets."""
    chart = charts_of(results)[0]
    assert isinstance(chart, Chart)
    return chart


def bars_of(picture: Picture) -> tuple[Bar, ...]:
    assert isinstance(picture, BarChart)
    return picture.bars


@pytest.mark.parametrize("name", [*RUNS, "large"])
def test_every_run_gives_pictures_that_can_be_read(tmp_path: Path, name: str) -> None:
    written = write_report(tmp_path, large() if name == "large" else RUNS[name]())
    assert written[0] == tmp_path / "report.md"
    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    report = written[0].read_text(encoding="utf-8")
    for path in written[2:]:
        assert f"plots/{path.name}" in report
        if path.suffix == ".svg":
            assert ET.fromstring(path.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314  our own file
        else:
            header = path.read_bytes()[:24]
            assert header.startswith(b"\x89PNG")
            width, height = struct.unpack(">II", header[16:])
            assert width == 1600
            # Pictures by call path are as deep as something can be read in them.
            assert 300 <= height < 920 if path.name.startswith("where-") else height == 920


def test_the_same_chart_gives_the_same_bytes_whatever_the_user_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl

    chart = lines_of(production_results())
    first = draw(chart)
    monkeypatch.setitem(mpl.rcParams, "lines.linewidth", 9.0)
    monkeypatch.setitem(mpl.rcParams, "axes.facecolor", "black")
    assert draw(chart) == first
    assert mpl.rcParams["axes.facecolor"] == "black"


def test_a_name_with_dollar_signs_is_drawn_as_it_is_written() -> None:
    """It is no formula; as one it would not even be valid."""
    chart = lines_of(production_results())
    png, svg = draw(replace(chart, title=r"$\frac$", lines=(replace(chart.lines[0], label=r"$\frac$"),)))
    assert png
    assert svg


def test_a_line_without_a_label_gets_no_label_and_no_leader() -> None:
    chart = lines_of(production_results())
    second = chart.lines[-1]
    named, unnamed = (
        draw(replace(chart, lines=(chart.lines[0], replace(second, label=label))))[1].count(b'id="patch_')
        for label in (second.label, "")
    )
    assert unnamed == named - 1


def test_levels_and_callouts_are_drawn_with_their_words() -> None:
    chart = lines_of(production_results())
    callout = Callout(text="690k", colour=0, point=chart.lines[0].points[0])
    drawn = draw(replace(chart, levels=(Level(label="512 MiB", value=60.0),), callouts=(callout,)))[1]
    assert b"<!-- 512 MiB -->" in drawn
    assert b"<!-- 690k -->" in drawn


def test_titles_state_the_message_and_alternative_texts_every_number() -> None:
    peak, heap, time = charts_of(production_results())
    assert (peak.name, heap.name, time.name) == CHART_NAMES
    assert peak.title == "streaming needs 46 % of the memory of materializing at 108,420 rows"
    assert (
        heap.title == "While 108,420 rows are written, the heap reaches 99.2 MB (materializing) and 45.2 MB (streaming)"
    )
    assert time.title == "streaming takes 85 % of the time of materializing on 10k/20"
    for number in ("35.4 MB at 16,263 rows", "52.3 MB at 43,368 rows", "99.2 MB at 108,420 rows", "34.4 MB", "45.2 MB"):
        assert number in peak.alt
    assert "heap up to 99.2 MB, RSS up to 219 MB" in heap.alt
    assert "1.10 s at 100/3, 3.60 s at 1k/8 and 8.59 s at 10k/20" in time.alt


def test_no_title_claims_a_ratio_where_the_rows_differ() -> None:
    peak, _, time = charts_of(variants.mismatch())
    assert peak.title == "At 108,420 rows the heap peaks at 99.2 MB (materializing) and 45.2 MB (streaming)"
    assert time.title == "10k/20 takes 8.59 s (materializing) and 7.29 s (streaming)"


def test_no_title_claims_a_ratio_that_is_not_distinguished() -> None:
    """Of ``stopped`` the last scan's pairs did not decide."""
    assert charts_of(variants.stopped())[2].title == "10k/20 takes 2.00 s (materializing) and 1.96 s (streaming)"


def test_the_time_chart_shows_every_sample() -> None:
    time = charts_of(production_results())[2]
    assert isinstance(time, Chart)
    assert [len(line.dots) for line in time.lines] == [16, 16]
    assert isinstance(time, Chart)
    assert time.x_ticks[2][1] == "108,420\n10k/20"


def test_heap_over_time_is_a_panel_for_each_implementation_without_the_tracer_s_rss() -> None:
    results = production_results()
    heap = charts_of(results)[1]
    assert isinstance(heap, PanelChart)
    assert [(panel.label, panel.text) for panel in heap.panels] == [
        ("materializing", "peak 99.2 MB"),
        ("streaming", "peak 45.2 MB"),
    ]
    assert max(y for panel in heap.panels for _, y in panel.points) < 100  # the RSS goes up to 219 MB
    with drawn(heap) as figure:
        assert len({axes.get_ylim() for axes in figure.axes}) == len({axes.get_xlim() for axes in figure.axes}) == 1


def test_an_implementation_keeps_its_colour_where_another_is_missing() -> None:
    results = production_results()
    own = slots(["streaming"])["streaming"]
    alone = tuple(one for one in results.heap if one.implementation == "streaming")
    heap = charts_of(replace(results, heap=alone))[1]
    assert isinstance(heap, PanelChart)
    assert [panel.colour for panel in heap.panels] == [own]
    (bar,) = bars_of(charts_of(variants.single())[0])
    assert bar.colour == own


def test_a_single_data_set_is_drawn_as_bars() -> None:
    """An axis of sizes with one place on it would be empty."""
    peak, time = charts_of(variants.single())
    assert [(bar.label, bar.text) for bar in bars_of(peak)] == [("streaming", "32.2 MB")]
    assert bars_of(time)[0].dots == (1.01, 1.0, 1.09, 0.99, 1.03)


def test_sizes_are_at_their_true_distances() -> None:
    """A line through equally distant sizes would bend although the growth is straight."""
    peak, _, time = charts_of(production_results())
    for chart in (peak, time):
        assert isinstance(chart, Chart)
        assert [place for place, _ in chart.x_ticks] == [16_263, 43_368, 108_420]
        assert [x for x, _ in chart.lines[0].points] == [16_263, 43_368, 108_420]
        with drawn(chart) as figure:
            (axes,) = figure.axes
            first, second, third = (axes.transData.transform((x, 1))[0] for x, _ in chart.lines[0].points)
        assert (third - second) / (second - first) == pytest.approx((108_420 - 43_368) / (43_368 - 16_263))


def test_wide_spans_get_logarithmic_axes_and_narrow_ones_do_not() -> None:
    peak, _, time = charts_of(large())
    assert isinstance(peak, Chart)
    assert isinstance(time, Chart)
    assert (peak.x_logarithmic, peak.y_logarithmic, time.y_logarithmic) == (True, True, True)
    peak, _, time = charts_of(production_results())
    assert isinstance(peak, Chart)
    assert isinstance(time, Chart)
    assert (peak.x_logarithmic, peak.y_logarithmic, time.y_logarithmic) == (False, False, False)


def test_a_plot_of_an_earlier_run_goes_when_there_is_no_data_for_it(tmp_path: Path) -> None:
    write_report(tmp_path, production_results())
    write_report(tmp_path, variants.single())
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        f"{name}.{suffix}" for name in ("peak-heap-by-rows", "time-by-size") for suffix in ("png", "svg")
    ]


def test_the_dark_theme_has_another_background_and_the_same_size() -> None:
    chart = lines_of(production_results())
    light, dark = draw_svg(chart).decode(), draw_svg(chart, DARK).decode()
    assert DARK.background.lower() in dark.lower()
    assert DARK.background.lower() not in light.lower()
    assert draw(chart)[1] == light.encode()
