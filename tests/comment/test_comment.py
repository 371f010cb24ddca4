"""A comment stands alone: the verdict first, what failed and why, and never too long for GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bench.analysis.verdict import Check, Standing, Verdict
from bench.gate.comment import MARKER, render_comment, render_verdict_comment
from bench.gate.comment_pictures import PICTURES_BEGIN, PICTURES_END
from bench.report.plots.mermaid import MOST_SCANS
from bench.report.plots.palette import ANYWHERE, slots
from bench.results.metrics import METRICS
from bench.results.records import Failure, Results
from tests.support import variants, verdicts
from tests.support.builders import dataset, digest, measurement, production_results, statement_texts
from tests.support.call_runs import with_calls
from tests.support.report_golden import assert_golden
from tests.support.report_runs import RUNS
from tests.support.variants import HOSTILE

pytestmark = pytest.mark.slow

GITHUB_LIMIT = 65_536
URL = "https://ci.example/artifacts/1"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

TEXTS = st.one_of(
    st.text(max_size=40), st.sampled_from([HOSTILE, "x" * 5_000, "|" * 3_000, "日本語" * 2_000, "`" * 999])
)


def tokens(markdown: str) -> Iterator[Token]:
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()


def of_type(markdown: str, kind: str) -> list[Token]:
    return [token for token in tokens(markdown) if token.type == kind]


def test_functions_whose_calls_changed_stand_in_a_table_that_is_folded_away() -> None:
    comment = render_comment(with_calls())
    assert "<summary>Functions whose calls changed: streaming against materializing on 10k/20</summary>" in comment
    row = "| `optimized_impl.task:_status` | `optimized_impl/task.py:105` | 0 | 108,420 | +108,420 |"
    assert row in comment
    assert "Functions whose calls changed" not in render_comment(production_results())


def test_the_whole_comment_on_a_regression_is_as_in_its_golden_file() -> None:
    assert_golden("comment-regressed.md", render_comment(production_results(), verdicts.regressed(), URL))


@pytest.mark.parametrize(
    ("verdict", "title"),
    [
        (verdicts.regressed(), "## ❌ Benchmark gate: failed"),
        (verdicts.passing(), "## ✅ Benchmark gate: passed"),
        (verdicts.failed(), "## ❌ Benchmark gate: error"),
    ],
)
def test_marker_and_verdict_come_first(verdict: Verdict, title: str) -> None:
    marker, _, heading, *_ = render_comment(production_results(), verdict).splitlines()
    assert (marker, heading) == (MARKER, title)
    assert render_verdict_comment(verdict).splitlines()[:3] == [MARKER, "", title]


def test_without_a_gate_the_run_s_own_verdict_comes_first() -> None:
    good = render_comment(production_results())
    assert good.startswith(
        f"{MARKER}\n\n## ✅ Benchmark: passed\n\nstreaming against materializing on 10k/20: peak heap 2.19× less, "
    )
    bad = render_comment(variants.mismatch())
    assert bad.startswith(
        f"{MARKER}\n\n## ❌ Benchmark: failed\n\nstreaming on 10k/20 wrote 108,419 rows, expected 108,420; "
    )
    assert "streaming, peak\\_heap: killed" not in good
    assert "the worker was killed by signal 9" in render_comment(variants.failed())


def test_what_failed_shows_measured_limit_sql_and_call_site() -> None:
    text = render_comment(production_results(), verdicts.regressed())
    failed = text.partition("### What failed, and why")[2].partition("### What improved")[0]
    assert "61.0 MB, its ceiling is 46.5 MB" in failed
    assert "`optimized_impl/task.py:120 in copy_batch: 12.5 → 40.5 MB at the peak (+28.0 MB)`" in failed
    assert f"optimized_impl/task.py:88: 20 times, +17 against the smallest scan: 0a1b2c3d4e5f {verdicts.SQL}" in failed
    assert "WAL of streaming" not in failed
    assert "### What failed" not in render_comment(production_results(), verdicts.passing())


def test_the_chart_draws_the_peaks_in_the_plots_colours() -> None:
    text = render_comment(production_results(), verdicts.passing())
    (fence,) = of_type(text, "fence")
    assert fence.info == "mermaid"
    assert "xychart-beta" in fence.content
    assert 'x-axis "rows (scan)" ["16,263 (100/3)", "43,368 (1k/8)", "108,420 (10k/20)"]' in fence.content
    assert "line [35.4, 52.3, 99.2]\n    line [32.2, 34.4, 45.2]\n" in fence.content
    assert "by rows: blue materializing and pink streaming." in text
    places = slots(["materializing", "streaming"])
    assert ", ".join(ANYWHERE[place] for place in places.values()) in fence.content


def test_one_scan_is_drawn_as_bars_and_a_long_sweep_by_some_of_its_scans() -> None:
    assert "    bar [32.2]\n" in render_comment(variants.single())
    names = ("a", "b")
    scans = tuple(dataset(f"{n}/1", n, 1, rows=n) for n in range(1, 101))
    peaks = tuple(measurement(one.scan, name, "peak_heap_bytes", 1e6 * one.rows) for one in scans for name in names)
    long = replace(variants.empty(), implementations=names, datasets=scans, measurements=peaks)
    (fence,) = of_type(render_comment(long), "fence")
    line = fence.content.partition("line [")[2].partition("]")[0].split(", ")
    assert (len(line), line[0], line[-1]) == (MOST_SCANS, "1.00", "100.00")


def test_a_digest_mismatch_draws_no_chart() -> None:
    assert "mermaid" not in render_comment(variants.mismatch(), verdicts.regressed())


@pytest.mark.parametrize("name", RUNS)
def test_every_run_gets_a_comment_whose_folds_close(name: str) -> None:
    for verdict in (None, verdicts.hostile()):
        text = render_comment(RUNS[name](), verdict, URL)
        opened = [line for line in text.splitlines() if line.startswith("<details>")]
        assert len(opened) == text.splitlines().count("</details>")
        assert all(line.endswith("</summary>") for line in opened)
        assert text.count(f"(<{URL}>)") == 1


def test_hostile_text_adds_no_html_and_no_link() -> None:
    text = render_comment(variants.hostile(), verdicts.hostile(), URL)
    for one in tokens(text):
        if one.type == "html_block":
            assert one.content.startswith((MARKER, PICTURES_BEGIN, PICTURES_END, "<details><summary>", "</details>"))
            assert "<script" not in one.content
        assert one.type != "html_inline" or one.content in {"<code>", "</code>"}
        assert one.type != "image"
    assert [token.attrs["href"] for token in of_type(text, "link_open")] == [URL]
    (chart,) = [token.content for token in of_type(text, "fence") if token.info == "mermaid"]
    assert chart.count('"') % 2 == 0
    assert "<" not in chart


@st.composite
def huge_runs(draw: st.DrawFn) -> Results:
    """Return runs of many scans, implementations, failures and warnings, with long texts everywhere."""
    names = tuple(f"{place} {draw(TEXTS)}" for place in range(draw(st.integers(1, 8))))
    scans = tuple(dataset(f"{n} {draw(TEXTS)}", 100 + n, 1 + n) for n in range(draw(st.integers(0, 15))))
    cases = [(one, name) for one in scans for name in names]
    note = draw(TEXTS)
    failures = tuple(
        Failure(scan=note, implementation=names[0], probe=note, kind="error", message=note, log_tail=note)
        for _ in range(draw(st.sampled_from([0, 3, 90])))
    )
    return replace(
        production_results(),
        implementations=names,
        datasets=scans,
        measurements=tuple(
            replace(measurement(one.scan, name, metric, one.rows + 1.5, one.rows), warnings=(f"{one.scan} {note}",))
            for one, name in cases
            for metric in draw(st.sampled_from([("peak_heap_bytes", "wall_seconds"), tuple(METRICS)]))
        ),
        digests=tuple(digest(one.scan, name, one.rows) for one, name in cases),
        statements=tuple(replace(statement_texts(one, "streaming"), implementation=name) for one, name in cases[:9]),
        failures=failures,
        warnings=(note,) * draw(st.sampled_from([0, 200])),
        command=note,
    )


@st.composite
def huge_verdicts(draw: st.DrawFn) -> Verdict | None:
    text = draw(TEXTS)
    check = Check(name=text, standing=Standing.FAILED, sentence=text, evidence=(text,) * draw(st.integers(0, 15)))
    number = draw(st.sampled_from([0, 1, 5, 100]))
    passed = (replace(check, standing=Standing.PASSED),) * draw(st.sampled_from([0, 200]))
    return Verdict.of((check,) * number + passed) if draw(st.booleans()) else None


# No shrinking: an example is tens of thousands of characters, and a smaller one says no more.
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(huge_runs(), huge_verdicts())
def test_whatever_the_run_github_takes_the_comment(results: Results, verdict: Verdict | None) -> None:
    """In characters, and in UTF-16 units, which are as many or more."""
    text = render_comment(results, verdict, URL)
    assert len(text.encode("utf-16-le", "surrogatepass")) // 2 < GITHUB_LIMIT
    assert text.startswith(f"{MARKER}\n\n## ")
    assert f"(<{URL}>)" in text
    opened = [line for line in text.splitlines() if line.startswith("<details>")]
    assert len(opened) == text.splitlines().count("</details>")
    if verdict is not None and verdict.standing is Standing.FAILED:
        assert "### What failed, and why" in text


def test_what_matters_least_is_left_out_first_and_a_line_says_so() -> None:
    many = tuple(
        Check(name=f"check {n}", standing=Standing.PASSED, sentence=f"{n} holds, as it did before")
        for n in range(5_000)
    )
    results = production_results()
    text = render_comment(results, Verdict.of((*verdicts.regressed().checks, *many)), URL)
    assert GITHUB_LIMIT - 500 < len(text) < GITHUB_LIMIT, "the room is used"
    assert text.endswith("*Shortened to fit a comment; the artifact's report.md has the whole.*\n")
    whole = render_comment(results, verdicts.regressed(), URL)
    assert "Shortened" not in whole
    for heading in ("### What failed", "```mermaid", "Every metric, the client", "Statements, 10k/20"):
        assert heading in whole
        assert heading in text
    assert "- **check 0**: 0 holds" in text
    assert " more.\n\n</details>" in text
    assert "check 4999" not in text
