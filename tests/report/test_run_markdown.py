"""report.md is whole, and no text from data gets any power in it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compliance.published import published_for
from bench.gate.comment import render_comment
from bench.report.markdown import ZERO_WIDTH_SPACE, block, code, code_cell, escape, markdown_table
from bench.report.table import Column, Content, Table
from bench.results.records import Results
from bench.words import plain
from tests.support import variants
from tests.support.builders import production_results
from tests.support.rendered_markdown import PARSER, foreign_html, report, tokens
from tests.support.report_golden import assert_golden
from tests.support.report_runs import RUNS, large, six

_PICTURE = re.compile(r"\[?!\[|%%|```|    (?:line|bar) |xychart")
NASTY = st.text(st.sampled_from("a_ `|\\<>&*[]()~$#!@\n\"'-–é日"), max_size=30)


@pytest.mark.parametrize("name", RUNS)
def test_the_whole_report_is_as_in_its_golden_file(name: str) -> None:
    assert_golden(f"{name}.md", report(RUNS[name]()))


@pytest.mark.parametrize("name", RUNS)
def test_every_table_row_has_as_many_cells_as_its_heading(name: str) -> None:
    markdown = report(RUNS[name]())
    pipes = [line for line in markdown.splitlines() if line.startswith("|")]
    rows = cells = 0
    widths: set[int] = set()
    for token in tokens(markdown):
        if token.type == "table_open":
            widths = set()
        elif token.type == "tr_open":
            rows, cells = rows + 1, 0
        elif token.type in {"th_open", "td_open"}:
            cells += 1
        elif token.type == "tr_close":
            widths.add(cells)
        elif token.type == "table_close":
            assert len(widths) == 1
    rules = [line for line in pipes if set(line) <= set("|-: ")]
    assert rows == len(pipes) - len(rules)
    # The parser pads a short row and cuts a long one, so the lines themselves are counted as well.
    heading = 0
    for line, following in zip(pipes, [*pipes[1:], ""], strict=True):
        heading = line.count("|") if following in rules else heading
        assert line.count("|") == heading


def test_hostile_text_adds_no_html_no_link_and_no_image() -> None:
    found = list(tokens(report(variants.hostile())))
    assert foreign_html(report(variants.hostile())) == set()
    links = [str(token.attrs.get("href", "")) for token in found if token.type == "link_open"]
    images = [str(token.attrs.get("src", "")) for token in found if token.type == "image"]
    assert all(link.startswith("plots/") and link.endswith(".svg") for link in links)
    assert all(image.startswith("plots/") and image.endswith(".png") for image in images)
    assert len(links) == len(images) == 4


@given(NASTY)
def test_a_cell_shows_its_text_as_it_is(text: str) -> None:
    """Both as words and as code, whatever characters it holds."""
    shown = plain(text)
    table = Table((Column("words", Content.LABEL), Column("code", Content.CODE), Column("end")), ((shown, shown, "1"),))
    inlines = [token for token in PARSER.parse(markdown_table(table)) if token.type == "inline"]
    assert len(inlines) == 6
    for inline in inlines[3:5]:
        children = inline.children or []
        assert all(one.type in {"text", "text_special", "code_inline", "html_inline"} for one in children)
        content = "".join(one.content for one in children if one.type != "html_inline")
        assert content.replace(ZERO_WIDTH_SPACE, "") == shown


@given(NASTY)
def test_a_sentence_shows_its_text_as_it_is(text: str) -> None:
    shown = plain(text)
    for markdown in (f"x {escape(shown)} x", f"x {code(shown)} x", f"x {code_cell(shown)} x"):
        children = PARSER.parseInline(markdown)[0].children or []
        assert {one.content for one in children if one.type == "html_inline"} <= {"<code>", "</code>"}
        content = "".join(one.content for one in children if one.type != "html_inline").replace(ZERO_WIDTH_SPACE, "")
        assert " ".join(content.split()) == " ".join(f"x {shown} x".split())


@given(NASTY)
def test_no_line_of_a_block_ends_it(text: str) -> None:
    (token,) = PARSER.parse(block(text))
    assert token.content.rstrip() == text.rstrip()


def test_it_says_in_words_what_the_figures_do_not_show() -> None:
    text = report(production_results())
    assert "never times under a tracer" in text
    assert "The server's count grows with a known slope" in text


def test_published_figures_stand_beside_ours_with_the_deviation() -> None:
    text = report(production_results())
    assert "| 10k/20 | Peak heap | 99.0 → 44.0 MB | 99.2 → 45.2 MB | 99.2 → 45.2 MB | 0 % → +3 % | 0 % → 0 % |" in text
    alone = tuple(one for one in production_results().measurements if one.implementation == "streaming")
    half = report(replace(production_results(), implementations=("streaming",), measurements=alone))
    assert "99.0 → 44.0 MB | 99.2 → 45.2 MB | – → 45.2 MB | – → +3 % |" in half


def test_nothing_is_published_for_another_scan_size() -> None:
    results = production_results()
    other = tuple(
        replace(one, published=published_for(one.size["findings"] + 1, one.size["regions"])) for one in results.datasets
    )
    assert "Published figures" not in report(replace(results, datasets=other))


def test_other_rows_suppress_every_claim_in_the_whole_report() -> None:
    text = report(variants.mismatch())
    assert "× less" not in text
    assert "× more" not in text
    assert "→ +3 %" not in text


def test_a_failure_is_told_with_the_end_of_its_log() -> None:
    text = report(variants.failed())
    assert "the worker was killed by signal 9" in text
    assert "not the end of the block" in text


def unfolded(markdown: str) -> str:
    """Return what is shown before anything is opened."""
    return re.sub("<details>.*?</details>\n", "", markdown, flags=re.DOTALL)


@pytest.mark.parametrize("make", [*RUNS.values(), large, six], ids=[*RUNS, "large", "six"])
@pytest.mark.parametrize("render", [report, render_comment])
def test_verdict_and_figures_come_first_and_what_is_open_fits_two_screens(
    make: Callable[[], Results], render: Callable[[Results], str]
) -> None:
    markdown = render(make())
    shown = unfolded(markdown)
    lines = [
        part for line in shown.splitlines() for part in textwrap.wrap(line, 120) or [""] if not _PICTURE.match(line)
    ]
    assert len(lines) <= 100
    assert re.match(r"(<!-- bench-comment -->\n\n)?##? (✅|❌|⚠️) Benchmark", shown)
    assert markdown.count("<details>") == markdown.count("</details>") >= 2


def test_what_is_folded_has_blank_lines_around_it() -> None:
    """Or GitHub would show the Markdown within as it is written."""
    for markdown in (report(six()), render_comment(six())):
        lines = markdown.splitlines()
        for place, line in enumerate(lines):
            if line.startswith(("<details>", "</details>")):
                assert lines[place - 1] == ""
                assert lines[place + 1 : place + 2] in ([""], [])


def test_a_long_table_of_figures_is_folded() -> None:
    results = six()
    more = tuple(replace(one, scan=f"{one.scan} {number}") for number in range(3) for one in results.datasets)
    text = report(replace(results, datasets=more))
    assert "<details><summary>Figures</summary>" in text
    assert "<details><summary>Figures</summary>" not in report(results)
