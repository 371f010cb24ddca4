"""The first table says what was gained, near zero too, and keeps names apart on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.gate.comment import MARKER, render_comment
from bench.report.run_text import render_table
from bench.report.table import Table
from bench.report.tables.overview import headline_table
from bench.report.terminal import WIDTH
from bench.results.records import Results
from tests.support.builders import digest, measurement, production_results
from tests.support.rendered_markdown import report
from tests.support.variants import empty, mismatch, single


def with_peaks(results: Results, base: tuple[float, ...], other: tuple[float, ...]) -> Results:
    """Return ``results`` with these peaks on the largest scan."""
    sides = {"materializing": base, "streaming": other}
    return replace(
        results,
        measurements=tuple(
            replace(one, samples=sides[one.implementation])
            if (one.scan, one.metric) == ("10k/20", "peak_heap_bytes")
            else one
            for one in results.measurements
        ),
    )


def table(results: Results) -> Table:
    summaries = summaries_of(results)
    return headline_table(results, summaries, judge(results, summaries))


@pytest.mark.parametrize(
    ("base", "other", "shown", "gained"),
    [
        ((57e6,), (1e6,), "57.00 → 1.00 MB", "over 57.0× less"),
        ((57e6,), (10e3,), "57,000.0 → 10.0 kB", "over 57.0× less"),
        ((900e3,), (57e6,), "0.90 → 57.00 MB", "over 57.0× more"),
        ((2.5e6,), (0.0,), "2.50 → 0.00 MB", "over 2.50× less"),
        ((570e3,), (10e3,), "570.0 → 10.0 kB", "560 kB less"),
        ((10e3,), (570e3,), "10.0 → 570.0 kB", "560 kB more"),
        ((570e3, 590e3), (565e3, 575e3), "580 → 570 kB", "~10.0 kB less"),
        ((0.0,), (0.0,), "0 → 0 B", "same"),
        ((57e6,), (2e6,), "57.00 → 2.00 MB", "28.5× less"),
    ],
)
def test_a_gain_below_the_floor_of_ratios_is_shown(
    base: tuple[float, ...], other: tuple[float, ...], shown: str, gained: str
) -> None:
    """Never as a ratio to almost nothing: as a lower bound, or in bytes, with the floor below the table."""
    found = table(with_peaks(production_results(), base, other))
    assert found.rows[2][4:6] == (shown, gained)
    if min(*base, *other) <= 1e6:
        assert any("1.00 MB" in note for note in found.footnotes)


def test_no_gain_is_shown_where_the_rows_differ() -> None:
    found = table(with_peaks(mismatch(), (57e6,), (10e3,)))
    assert found.rows[2][5].startswith("– [")


LONG = "organisation.compliance.tasks.overviews:create_compliance_requirements_variant"


@pytest.mark.parametrize("count", [2, 3, 12, 40])
@pytest.mark.parametrize("name", [f"{LONG}_{{}}", f"organisation_{{}}.{LONG}", "a{}.b:{}"])
def test_long_names_of_many_implementations_fit_and_stay_apart(count: int, name: str) -> None:
    results = production_results()
    names = tuple(name.format(place, place) for place in range(count))
    scans = results.datasets[:1]
    run = replace(
        results,
        implementations=names,
        datasets=scans,
        measurements=tuple(
            measurement("100/3", one, metric, *samples)
            for place, one in enumerate(names)
            for metric, samples in (
                ("wall_seconds", (1.0 + place, 1.1 + place)),
                ("peak_heap_bytes", (1e8 + place,)),
                ("statements_django", (19,)),
            )
        ),
        digests=tuple(digest("100/3", one, scans[0].rows) for one in names),
        statements=(),
        heap=(),
        allocations=(),
    )
    text = render_table(run)
    assert max(map(cell_len, text.splitlines())) <= WIDTH == 100
    rows = [line for line in text.splitlines() if line.startswith("100/3 ")]
    if count > 2:
        shown = {line.split("16,263")[1].split()[0] for line in rows}
        assert len(shown) == len(rows) == count


def first_lines(results: Results) -> tuple[str, str, str]:
    """Return the first sentence of the text, of the report and of the comment."""
    comment = render_comment(results).removeprefix(f"{MARKER}\n\n")
    text = " ".join(render_table(results).partition("Same rows: ")[0].split())
    return text, report(results).split("\n\n")[1], comment.partition("\n\n- ")[0]


def test_the_first_line_says_what_was_found() -> None:
    text, page, comment = first_lines(production_results())
    found = "streaming against materializing on 10k/20: peak heap 2.19× less, time (wall) 1.18× faster (1.18–1.18)"
    assert text.startswith(f"✅ PASSED – {found}; ")
    assert page.startswith(f"**✅ PASSED – {found}; ")
    assert comment == f"## ✅ Benchmark: passed\n\n{found}"
    text, page, comment = first_lines(mismatch())
    assert text.startswith("❌ FAILED – streaming on 10k/20 wrote 108,419 rows, expected 108,420")
    assert page.startswith("**❌ FAILED – streaming on 10k/20 wrote 108,419 rows")
    assert comment.startswith("## ❌ Benchmark: failed\n\nstreaming on 10k/20 wrote 108,419 rows")


def test_the_first_line_of_one_implementation_gives_its_figures_and_of_many_the_ends() -> None:
    assert first_lines(single())[0].startswith(
        "✅ PASSED – streaming on 100/3: peak heap 32.2 MB, time (wall) 1.01 s; "
    )
    results = production_results()
    names = ("materializing", *(f"other-{place}" for place in range(6)))
    many = replace(
        results,
        implementations=names,
        measurements=tuple(
            replace(
                one,
                implementation=name,
                samples=tuple(value * (2 if name == "other-4" else 1) for value in one.samples),
            )
            for name in names
            for one in results.measurements
            if one.implementation == ("materializing" if name == "materializing" else "streaming")
        ),
        digests=tuple(replace(one, implementation=name) for name in names for one in results.digests[::2]),
    )
    text = first_lines(many)[0]
    assert text.startswith(
        "✅ PASSED – against materializing on 10k/20: "
        "peak heap from 1.10× less with other-4 to 2.19× less with other-0, "
        "time (wall) from 1.70× slower (1.69–1.70) with other-4 to 1.18× faster (1.18–1.18) with other-0; "
    )


@pytest.mark.parametrize("results", [replace(production_results(), unfinished="interrupted"), empty()])
def test_the_first_line_of_an_unfinished_or_empty_run_claims_nothing(results: Results) -> None:
    for line in first_lines(results):
        assert "✅" not in line
        assert "× less" not in line
        assert ("interrupted" in line) is bool(results.unfinished)


@pytest.mark.parametrize("make", [production_results, single])
def test_time_has_a_column_where_a_call_was_to_be_timed(make: Callable[[], Results]) -> None:
    """A sweep times none, so that its columns would hold nothing; where every timed call failed, that is shown."""
    results = make()
    kept = tuple(one for one in results.measurements if one.metric != "wall_seconds")
    failed, swept = (replace(results, measurements=kept, planned_samples=planned) for planned in (3, 0))
    titles = {name: [column.heading for column in table(one).columns] for name, one in (("f", failed), ("s", swept))}
    assert "time (wall)" in titles["f"]
    assert "time (wall)" not in titles["s"]
    assert "peak heap" in titles["s"]
    assert all(len(row) == len(titles["s"]) for row in table(swept).rows)
