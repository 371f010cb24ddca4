"""The page in a real browser: nothing goes wrong, nothing is asked for, and all of it can be used."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.pages import ALL_RUNS, FOLDS, Opener
from tests.support.processes import wait_until
from tests.support.report_runs import with_paths


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ALL_RUNS)
def test_every_run_opens_without_a_complaint_and_with_its_pictures(opened: Opener, name: str, scheme: str) -> None:
    page = opened(ALL_RUNS[name], color_scheme=scheme)
    assert "Benchmark" in page.title()
    page.click("#unfold")
    other = {"light": "dark", "dark": "light"}[scheme]
    assert page.locator(f"figure img.on-{other}:visible").count() == 0
    pictures = page.locator("figure img:visible")
    for place in range(pictures.count()):
        picture = pictures.nth(place)
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("one => one.complete && one.naturalWidth > 100")
        assert len(picture.get_attribute("alt")) > 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_icicles_are_drawn_where_they_are_unfolded_and_lead_into_a_caller(opened: Opener, scheme: str) -> None:
    page = opened(with_paths, color_scheme=scheme)
    page.click("#unfold")
    charts = page.locator("div.icicle")
    assert charts.count() > 1
    for place in range(charts.count()):
        chart = charts.nth(place)
        chart.scroll_into_view_if_needed()
        chart.locator("g.slice").first.wait_for()
        assert len(chart.get_attribute("aria-label")) > 40
    page.click("#theme")
    first = charts.first
    boxes = first.locator("g.slice").count()
    first.locator("g.slice").nth(1).click()
    page.wait_for_timeout(1_500)  # plotly moves the boxes for a while
    assert first.locator("g.slice").count() <= boxes


def test_every_fold_opens_and_closes_by_mouse_and_by_key(opened: Opener) -> None:
    page = opened()
    folds = page.locator(FOLDS)
    assert folds.count() > 8
    for place in range(folds.count()):
        fold, summary = folds.nth(place), folds.nth(place).locator("summary")
        body = fold.locator(":scope > :not(summary)").first
        before = fold.evaluate("one => one.open")
        assert body.is_visible() == before
        summary.click()
        assert fold.evaluate("one => one.open") != before
        assert body.is_visible() != before
        summary.focus()
        page.keyboard.press("Enter")
        assert fold.evaluate("one => one.open") == before
        page.keyboard.press("Space")
        assert body.is_visible() != before


def test_all_folds_open_and_close_at_once(opened: Opener) -> None:
    page = opened()
    page.click("#unfold")
    assert page.locator(f"{FOLDS}:not([open])").count() == 0
    page.click("#fold")
    assert page.locator(f"{FOLDS}[open]").count() == 0


def test_every_column_of_every_table_is_sorted_up_down_and_back(opened: Opener) -> None:
    page = opened()
    page.click("#unfold")
    tables = page.locator("table")
    assert tables.count() > 8
    for place in range(tables.count()):
        table = tables.nth(place)
        first = _rows(table)
        for column in range(len(first[0]) if first else 0):
            button = table.locator("thead button").nth(column)
            heading = table.locator("th").nth(column)
            button.click()
            assert heading.get_attribute("aria-sort") == "ascending"
            up = _rows(table)
            button.press("Enter")
            assert heading.get_attribute("aria-sort") == "descending"
            down = _rows(table)
            button.press("Space")
            assert heading.get_attribute("aria-sort") is None
            assert _rows(table) == first
            assert sorted(up) == sorted(down) == sorted(first)
            numbers = [float(cell) for cell in _order(table, column, up) if cell]
            assert numbers == sorted(numbers)
            filled = [row[column] for row in down if row[column] not in ("", "–")]
            assert [row[column] for row in down][: len(filled)] == filled


def test_figures_are_sorted_by_size_and_not_as_text(opened: Opener) -> None:
    page = opened()
    table = page.locator("#figures table")
    places = {name.split("↕")[0].strip(): place for place, name in enumerate(table.locator("th").all_inner_texts())}
    table.locator("thead button").nth(places["peak heap"]).click()
    peaks = [row[places["peak heap"]] for row in _rows(table)]
    assert peaks[0] == "1.61 MB"
    assert peaks[-1] == "99.2 MB"
    table.locator("thead button").nth(places["scan"]).click()
    assert list(dict.fromkeys(row[places["scan"]] for row in _rows(table))) == ["100/3", "1k/8", "10k/20"]


def _rows(table: Any) -> list[list[str]]:
    return table.evaluate("one => [...one.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent))")  # type: ignore[no-any-return]  # playwright is not in this environment


def _order(table: Any, column: int, rows: list[list[str]]) -> list[str]:
    """Return the sort keys of a column in the order of ``rows``, which are as they were when it was sorted."""
    keys = dict(
        table.evaluate(
            "(one, at) => [...one.tBodies[0].rows].map(row => "
            "[row.cells[at].textContent, row.cells[at].dataset.order || ''])",
            column,
        )
    )
    return [keys[row[column]] for row in rows]


def test_the_filter_hides_a_scan_and_an_implementation_in_every_table(opened: Opener) -> None:
    page = opened()
    page.click("#unfold")
    every = page.locator("tbody tr:visible").count()
    page.click("#filter summary")
    page.get_by_label("100/3", exact=True).uncheck()
    assert 0 < page.locator("tbody tr:visible").count() < every
    shown = page.evaluate(
        "[...document.querySelectorAll('tbody tr')].filter(row => row.offsetParent)"
        ".flatMap(row => [...row.cells].filter(cell => cell.textContent === '100/3')).length"
    )
    assert shown == 0
    page.get_by_label("packed", exact=True).focus()
    page.keyboard.press("Space")
    named = page.evaluate(
        "[...document.querySelectorAll('main td, main th')].filter(cell => cell.offsetParent"
        " && cell.textContent === 'packed').length"
    )
    assert named == 0
    status = page.inner_text("#shown")
    assert status.endswith("rows of tables are shown")
    assert int(status.split(" of ")[0]) == page.locator("tbody tr:visible").count()
    for button in page.locator("#filter .all").all():
        button.click()
    assert page.locator("tbody tr:visible").count() == every
    assert page.inner_text("#shown") == ""


def test_a_filter_survives_sorting(opened: Opener) -> None:
    page = opened()
    page.click("#filter summary")
    page.get_by_label("streaming", exact=True).uncheck()
    page.locator("#figures thead button").first.click()
    assert page.locator("#figures tbody tr:visible").count() == 15


@pytest.mark.parametrize("how", ["link", "address"])
def test_a_link_to_a_part_leads_there_and_opens_it(opened: Opener, how: str) -> None:
    page = opened(fragment="#environment" if how == "address" else "")
    if how == "link":
        page.locator("nav a", has_text="Environment").press("Enter")
    part = page.locator("#environment")
    wait_until(lambda: page.locator("#environment > details").evaluate("one => one.open"), "the part is open")
    assert part.locator("table").first.is_visible()
    assert part.evaluate("one => one.getBoundingClientRect().top < innerHeight")
    assert page.url.endswith("#environment")
