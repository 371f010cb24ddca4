"""The page of a history says what changed first, shows every scan, and loads nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from bench.analysis.history import history_of
from bench.report.history import HISTORY_METRICS
from bench.report.history_page import render_history_page
from bench.results.records import Results
from bench.words import plain
from tests.support import variants
from tests.support.builders import at_revision, production_results
from tests.support.run_pairs import regressed, small_run, with_samples


def page(*runs: Results, scan: str | None = None, warnings: tuple[str, ...] = ()) -> str:
    return render_history_page(history_of(runs, scan, HISTORY_METRICS), warnings)


def words(html: str) -> str:
    return " ".join(re.sub(r"<script>.*?</script>|<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


@pytest.fixture(scope="module")
def changed() -> str:
    return page(small_run(), regressed(), warnings=("skipped: x.json is not a results file",))


def test_the_newest_change_for_the_worse_is_the_verdict(changed: str) -> None:
    assert (
        "❌ In 2 runs 2 figures got worse and 1 better. Newest for the worse: With 4567def of 2026-01-03 "
        "(before it 0123abc of 2026-01-02): Peak heap of streaming on 1k/8: 34.4 → 38.6 MB (+12.2 %); "
        "Statements (Django) of streaming on 1k/8: 18 → 19 (+5.6 %). Certain, near-exact"
    ) in words(changed)
    assert 'class="verdict failed"' in changed


def test_each_change_has_its_row_and_its_picture(changed: str) -> None:
    assert (
        "4567def 2026-01-03 0123abc 1k/8 streaming Peak heap 34.4 → 38.6 MB (+12.2 %) worse near-exact 1 + 1"
        in words(changed)
    )
    alternatives = re.findall(r'<img class="on-light" src="data:image/svg\+xml;base64,[^"]+" alt="([^"]+)"', changed)
    titles = [one.partition(" on ")[0] for one in alternatives]
    assert titles == ["Peak heap", "Time (wall)", "WAL", "Statements (Django)"]
    assert "changed" not in alternatives[1]
    assert "with 4567def" in alternatives[0]


def test_runs_are_repeated_in_rows_that_can_be_sorted_and_warnings_are_shown(changed: str) -> None:
    assert words(changed).count("2026-01-03 09:00 4567def") == 2
    assert "skipped: x.json is not a results file" in words(changed)


def test_nothing_is_loaded(changed: str) -> None:
    assert "default-src 'none'" in unescape(changed)
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", changed)


def test_every_scan_has_its_part_unless_one_is_chosen() -> None:
    runs = production_results(), at_revision(replace(production_results(), created="2026-02-01T00:00:00+00:00"), "beef")
    assert re.findall(r'<section id="([^"]+)">', page(*runs)) == ["changes", "scan-1", "scan-2", "scan-3"]
    whole = words(page(*runs))
    assert "✅ No change was found in 2 runs." in whole
    assert whole.index("10k/20: 2 of 2") < whole.index("100/3: 2 of 2")


def test_times_that_cannot_be_judged_yet_and_a_failed_newest_run_are_said() -> None:
    text = words(page(small_run(), variants.failed(), scan="100/3"))
    assert "Newest run: ❌ FAILED" in text
    assert "no change can be found yet; it takes 6 runs of the same data on one machine" in text


def test_hostile_names_stay_text() -> None:
    hostile = at_revision(variants.hostile(), variants.HOSTILE)
    text = page(hostile, with_samples(hostile, hostile.implementations[0], "statements_django", (1,)))
    assert "<script>alert" not in text
    assert plain(variants.HOSTILE)[:20] in unescape(words(text))
