"""The page needs nobody, gives no text any power, and shows the same figures as Markdown and terminal."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

import pytest

from bench.report.figure_order import order_key
from bench.report.icicle_page import icicle_script
from bench.report.judged_run import JudgedRun
from bench.report.run_files import pictures_of
from bench.report.run_page import render_page
from bench.report.run_text import render_table
from bench.report.section import Drawn
from bench.report.sections.order import sections_of
from bench.results.call_trees import CAPTURE_FILE
from bench.results.records import Results
from bench.words import plain
from tests.support.hostile import TEXTS, hostile_results
from tests.support.read_report import Page, read_markdown
from tests.support.rendered_markdown import report
from tests.support.report_runs import RUNS, large, with_paths

ALL_RUNS = {**RUNS, "large": large}
_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def page(results: Results) -> str:
    run = JudgedRun.of(results)
    sections = sections_of(run)
    blank = Drawn(b"\x89PNG", b"<svg/>")
    return render_page(run, sections, {one.name: blank for one in pictures_of(sections)})


@pytest.mark.parametrize("name", ALL_RUNS)
def test_page_and_markdown_show_the_same_tables_sentences_and_pictures(name: str) -> None:
    results = ALL_RUNS[name]()
    on_page, in_markdown = Page(page(results)).seen, read_markdown(report(results))
    assert on_page.tables
    assert on_page.tables == in_markdown.tables
    assert on_page.lines == in_markdown.lines
    assert on_page.pictures == in_markdown.pictures


@pytest.mark.parametrize("name", ALL_RUNS)
def test_no_figure_of_the_terminal_is_another_than_those_of_the_report(name: str) -> None:
    results = ALL_RUNS[name]()
    shown = page(results)
    seen = Page(shown).seen
    known = set(_FIGURE.findall(" ".join([*seen.lines, *(cell for one in seen.tables for row in one for cell in row)])))
    printed = set(_FIGURE.findall(render_table(results)))
    assert printed
    assert printed <= known


@pytest.mark.parametrize("name", ALL_RUNS)
def test_the_page_is_well_formed_and_every_part_can_be_linked(name: str) -> None:
    found = Page(page(ALL_RUNS[name]()))
    assert (found.open, found.unbalanced) == ([], [])
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    sections = [attributes["id"] for tag, attributes in found.tags if tag == "section"]
    links = [str(attributes["href"]) for tag, attributes in found.tags if tag == "a"]
    assert {f"#{one}" for one in sections} <= set(links)
    beside = {link for link in links if not link.startswith("#")}
    assert {link.removeprefix("#") for link in links} - beside <= set(ids)
    assert all(CAPTURE_FILE.fullmatch(link) for link in beside)


def test_nothing_is_asked_for_and_only_our_own_script_runs() -> None:
    found = Page(page(hostile_results('"><script>alert(1)</script>')))
    for tag, attributes in found.tags:
        assert not {name for name in attributes if name.startswith("on")}
        assert tag not in {"iframe", "object", "embed", "form", "base"}
        for name in ("src", "href", "action", "data"):
            assert str(attributes.get(name, "#")).startswith(("#", "data:"))
    (script,) = found.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (one["content"] for _, one in found.tags if one.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}'" in policy


def test_of_the_scripts_that_draw_icicles_only_ours_run_and_the_data_are_none() -> None:
    text = page(with_paths())
    found = Page(text)
    kinds = [attributes.get("type") for tag, attributes in found.tags if tag == "script"]
    run = [script for script, kind in zip(found.scripts, kinds, strict=True) if kind is None]
    assert (len(run), set(kinds)) == (2, {None, "application/json", "application/gzip"})
    packed = found.scripts[kinds.index("application/gzip")]
    run.append(gzip.decompress(base64.b64decode(packed, validate=True)).decode())
    assert run[-1] == icicle_script()
    (policy,) = (one["content"] for _, one in found.tags if one.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    allowed = policy.partition("script-src ")[2].split()
    assert allowed == [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in run]
    # Of the 6 MB of a page, pictures of six implementations and three scans take 1.5.
    assert len(text.encode()) < 3_000_000


TAGS = {
    *("html", "head", "meta", "title", "link", "style", "body", "a", "header", "h1", "div", "button", "details"),
    *("summary", "fieldset", "legend", "label", "input", "p", "nav", "ul", "li", "main", "section", "h2", "h3"),
    *("table", "thead", "tbody", "tr", "th", "td", "span", "code", "strong", "em", "pre", "figure", "img", "script"),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_from_outside_stays_text(text: str) -> None:
    shown = page(hostile_results(text))
    shown.encode()
    found = Page(shown)
    assert {tag for tag, _ in found.tags} <= TAGS
    assert (found.open, found.unbalanced, len(found.scripts)) == ([], [], 1)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", shown)
    if 0 < len(text) < 150:
        assert any(plain(text) in line for line in found.seen.lines)
        assert any(plain(text) in row for table in found.seen.tables for row in table)


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("783 kB", "45.2 MB"),
        ("139 (130–147) ms", "1.23 (1.19–1.24) s"),
        ("9 B", "1.38 MB [1]"),
        ("99.2 → 45.2 MB", "45.0 → 46.1 MB"),
        ("−3 %", "2 %"),
        ("2.26× (2.22–2.29)", "20.1× faster (19.1–20.9)"),
        ("100/3", "1k/8"),
        ("1k/8", "10k/20"),
        ("85", "108,420"),
        ("~1.01×", "over 1.5× less"),
        ("690k (680k to 690k) = 127 regions", "> 16M"),
    ],
)
def test_cells_are_sorted_by_what_they_amount_to(smaller: str, larger: str) -> None:
    assert float(order_key(smaller)) < float(order_key(larger))


@pytest.mark.parametrize("words", ["", "–", "streaming", "kept (12×)", "not decided", "same", "v2 of it"])
def test_a_cell_of_words_has_no_number_to_sort_by(words: str) -> None:
    assert order_key(words) == ""
