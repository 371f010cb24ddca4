"""The page in a real browser: nothing goes wrong, nothing is asked for, and all of it can be used and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.results.records import Results
from bench.words import plain
from tests.support.hostile import TEXTS, hostile_results
from tests.support.processes import wait_until
from tests.support.report_runs import RUNS, large, six, with_paths

Opener = Callable[..., Any]
"""Opens the page of a run, six implementations unless another is given; options are those of a browser's context."""

ALL_RUNS = {**RUNS, "large": large, "six": six}
NARROW = {"width": 400, "height": 800}
FOLDS = "main section > details"


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


def test_the_theme_follows_the_system_until_it_is_chosen(opened: Opener) -> None:
    page = opened(color_scheme="dark")
    dark = _background(page)
    page.emulate_media(color_scheme="light")
    light = _background(page)
    assert dark != light
    button = page.locator("#theme")
    assert button.inner_text() == "Dark"
    button.press("Enter")
    assert (_background(page), button.inner_text()) == (dark, "Light")
    page.reload()
    assert _background(page) == dark


def _background(page: Any) -> Any:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


CONTRAST = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const parts = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.offsetParent) continue;
    const [text, back] = [parts(getComputedStyle(element).color), behind(element)].map((c) => light(c.slice(0, 3)));
    const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
    found.push([ratio, element.tagName, element.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["six", "failed", "stopped", "empty"])
def test_text_has_a_contrast_of_at_least_four_and_a_half(opened: Opener, name: str, scheme: str) -> None:
    page = opened(ALL_RUNS[name], color_scheme=scheme)
    page.click("#unfold")
    found = page.evaluate(CONTRAST)
    assert len(found) > 50
    assert min(found) > [4.5]


@pytest.mark.parametrize("name", ["six", "sweep", "hostile", "large", "failed", "paths"])
def test_at_400_pixels_nothing_is_cut_off_and_text_is_not_small(opened: Opener, name: str) -> None:
    page = opened(ALL_RUNS[name], viewport=NARROW)
    page.click("#unfold")
    page.click("#filter summary")
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    cut = page.evaluate("""[...document.querySelectorAll("main *, header *")].filter((one) => one.offsetParent
        && !one.closest(".scroll, pre") && one.getBoundingClientRect().right > 401).map((one) => one.outerHTML)""")
    assert cut == []
    sizes = page.evaluate("""[...document.querySelectorAll("body *")].filter((one) => one.offsetParent)
        .map((one) => parseFloat(getComputedStyle(one).fontSize))""")
    assert min(sizes) >= 12


def test_a_wide_table_scrolls_by_keyboard(opened: Opener) -> None:
    page = opened(viewport=NARROW)
    around = page.locator("#figures .scroll")
    assert around.evaluate("one => one.scrollWidth > one.clientWidth")
    around.focus()
    page.keyboard.press("ArrowRight")
    wait_until(lambda: around.evaluate("one => one.scrollLeft > 0"), "the table has scrolled")
    assert around.get_attribute("aria-label") == "Figures"


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_from_outside_stays_text(opened: Opener, name: str) -> None:
    def make() -> Results:
        return hostile_results(TEXTS[name])

    make.__name__ = f"hostile {name}"
    page = opened(make)
    page.click("#unfold")
    assert page.locator("script").count() == 1
    assert page.locator("iframe, object, embed, form, base, main script").count() == 0
    assert page.locator("img:not([src^='data:'])").count() == 0
    assert page.locator("a:not([href^='#'])").count() == 0
    text = plain(TEXTS[name])
    if 0 < len(text) < 150:
        assert text in " ".join(page.inner_text("main").split())


def test_what_got_into_the_page_by_a_fault_would_not_run(opened: Opener, complaints: list[str]) -> None:
    """The policy lets no script run but ours, and nothing be fetched; Chromium says on the console what it refused."""
    page = opened()
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'ran'";
      document.body.append(script);
      const picture = document.createElement("img");
      picture.src = "https://evil.example/x.png";
      document.body.append(picture);
    }""")
    page.wait_for_timeout(200)
    assert page.title() != "ran"
    assert {directive for one in complaints for directive in ("script-src", "img-src") if directive in one} == {
        "script-src",
        "img-src",
    }
    assert all("Content Security Policy" in one or "evil.example" in one for one in complaints)
    complaints.clear()


def test_the_first_key_leads_past_the_head_and_every_control_can_be_reached(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").evaluate("one => one.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "report"
    page.reload()
    wanted = page.locator("button:visible, summary:visible, a[href]:visible, input:visible, .scroll:visible").count()
    reached = set()
    for _ in range(2 * wanted):
        page.keyboard.press("Tab")
        place = page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")
        if place in reached:
            break
        reached.add(place)
    assert len(reached) >= wanted


def test_print_shows_everything_that_is_folded_and_none_of_the_controls(opened: Opener) -> None:
    page = opened(color_scheme="dark")
    folded = page.locator(f"{FOLDS}:not([open])")
    assert folded.count() > 5
    page.emulate_media(media="print")
    assert _background(page) == "rgb(255, 255, 255)"
    assert not page.locator(".tools").is_visible()
    for place in range(folded.count()):
        assert (
            folded.nth(place)
            .locator("table, p, pre")
            .first.evaluate(
                "one => one.checkVisibility({ contentVisibilityAuto: true }) && one.getBoundingClientRect().height > 0"
            )
        )
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_without_scripts_all_of_it_can_be_read(opened: Opener) -> None:
    page = opened(java_script_enabled=False)
    assert not page.locator(".tools").is_visible()
    page.locator("#environment summary").click()
    assert page.locator("#environment table").first.is_visible()
    assert page.locator("#figures table").first.is_visible()
