"""The page in a real browser can be read: in the dark, on a telephone, by keyboard, on paper and without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.pages import ALL_RUNS, FOLDS, Opener
from tests.support.processes import wait_until

NARROW = {"width": 400, "height": 800}


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
