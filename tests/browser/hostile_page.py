"""The page in a real browser gives no text from outside any power."""

from __future__ import annotations

import pytest

from bench.results.records import Results
from bench.words import plain
from tests.browser.pages import Opener
from tests.support.hostile import TEXTS, hostile_results


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
