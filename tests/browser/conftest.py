"""A browser, and pages that it has opened; every page is checked for errors and requests when its test ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.report.run_files import write_report
from bench.results.records import Results
from tests.browser.pages import Opener
from tests.support.report_runs import six

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _found() -> str:
    named = os.environ.get("BENCH_BROWSER")
    path = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.exit("no browser: install Debian's chromium, or name another in BENCH_BROWSER", returncode=2)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    # Here, because `make test` loads this file too, and has no playwright.
    from playwright.sync_api import sync_playwright

    # Chromium refuses its sandbox to root; a container's root is no user of a desktop.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_found(), args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[], Results]], Path]:
    """Write the report of a run once, and return its page."""
    pages: dict[str, Path] = {}

    def page_of(make: Callable[[], Results]) -> Path:
        if make.__name__ not in pages:
            folder = tmp_path_factory.mktemp("report")
            pages[make.__name__] = write_report(folder, make())[1]
        return pages[make.__name__]

    return page_of


@pytest.fixture
def complaints() -> list[str]:
    """What pages of this test have said on the console or asked for; it has to be empty at the end."""
    return []


@pytest.fixture
def opened(browser: Any, written: Callable[[Callable[[], Results]], Path], complaints: list[str]) -> Iterator[Opener]:
    """Return a function that opens a run's page; a message on the console or a request fails the test at its end."""
    contexts = []

    def open_page(make: Callable[[], Results] = six, fragment: str = "", **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        address = written(make).as_uri()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("popup", lambda popup: complaints.append(f"window: {popup.url}"))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((address, "data:")) else complaints.append(f"request: {request.url}")
            ),
        )
        page.goto(address + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
