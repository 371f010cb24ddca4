"""No text from outside makes a mention, a link, HTML or an escape sequence, and every one can still be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len

from bench.analysis.compare import compare
from bench.analysis.history import history_of
from bench.cli.main import main
from bench.cli.progress import Lines
from bench.compliance.conformance.page import render_conformance, render_conformance_markdown
from bench.compliance.conformance.record import Conformance
from bench.compliance.reads.page import render_reads, render_reads_markdown
from bench.compliance.reads.record import ReadResults
from bench.gate.comment import MARKER, render_comment, render_verdict_comment
from bench.gate.comment_pictures import PICTURES_BEGIN, PICTURES_END
from bench.gate.text import render_verdict
from bench.report.comparison import render_comparison, render_comparison_markdown
from bench.report.history import HISTORY_METRICS, render_history
from bench.report.markdown import ZERO_WIDTH_SPACE
from bench.report.promises import render_promises, render_promises_markdown
from bench.report.run_text import render_table
from bench.report.terminal import WIDTH
from bench.results.promises import PromiseTrial
from bench.words import plain
from tests.support.conformance_runs import implementation, run
from tests.support.hostile import TEXTS, hostile_results, hostile_verdict
from tests.support.promise_records import point, race, trial
from tests.support.reads_runs import read_results
from tests.support.rendered_markdown import report

pytestmark = pytest.mark.server

PARSER = MarkdownIt("gfm-like")
assert PARSER.linkify is not None
# GitHub links no bare domain, so "task.py" is none for it.
PARSER.linkify.set({"fuzzy_link": False, "fuzzy_email": True})

URL = "https://ci.example/runs/1"

GITHUB = {
    "mention": r"@(?=\w)",
    "issue": r"#(?=\d)|\bGH-(?=\d)",
    "commit": r"(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z])",
    "address": r":(?=//)|\bwww(?=\.)|\w@(?=\w)|\w\.com\b",
    "emoji": r":(?:[+-]1|[a-z_]+):",
}
"""What GitHub, or a program that shows its mail, makes a mention, a link or a picture of outside code."""


def conformance(text: str) -> Conformance:
    made = run(implementation(f"{text} "), implementation("b"), differences={("one-failure", f"{text} "): text})
    return replace(made, created=text, command=text, server_version=text, warnings=(text,))


def promises(text: str) -> tuple[PromiseTrial, ...]:
    points = (point(kind=text, place=text, ended=text, rerun=text, left_over=text), point(kind=text, struck=False))
    tried = trial(text, scan=text, source=text, server_version=text, created=text, points=points, failure=text)
    return (replace(tried, races=(race(ended=(text, ""), wrong=text),)),)


def reads(text: str) -> ReadResults:
    made = read_results()
    first = replace(made.reads[0], read=text)
    dataset = replace(made.dataset, scan=text)
    environment = replace(made.environment, cpu=text, server_version=text)
    return replace(
        made, reads=(first, *made.reads[1:]), dataset=dataset, environment=environment, created=text, command=text
    )


OWN = f"{MARKER}|{PICTURES_BEGIN}|{PICTURES_END}"
"""Comments of ours, which GitHub does not show."""

MARKDOWN: dict[str, Callable[[str], str]] = {
    "report": lambda text: report(hostile_results(text)),
    "comment": lambda text: render_comment(hostile_results(text), hostile_verdict(text), URL),
    "comment without a gate": lambda text: render_comment(hostile_results(text), None, URL),
    "comment without results": lambda text: render_verdict_comment(hostile_verdict(text), URL),
    "comparison": lambda text: render_comparison_markdown(compare(*[hostile_results(text)] * 2)),
    "conformance": lambda text: render_conformance_markdown(conformance(text)),
    "promises": lambda text: render_promises_markdown(promises(text)),
    "reads": lambda text: render_reads_markdown(reads(text)),
}
TERMINAL: dict[str, Callable[[str], str]] = {
    "report": lambda text: render_table(hostile_results(text)),
    "gate": lambda text: render_verdict(hostile_verdict(text)),
    "comparison": lambda text: render_comparison(compare(*[hostile_results(text)] * 2)),
    "conformance": lambda text: render_conformance(conformance(text)),
    "promises": lambda text: render_promises(promises(text)),
    "reads": lambda text: render_reads(reads(text)),
    "history": lambda text: render_history(
        history_of([hostile_results(text)] * 2, f"{text}.json", HISTORY_METRICS), [text]
    ),
}


def blocks(markdown: str) -> Iterator[Token]:
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()


def texts(markdown: str) -> Iterator[str]:
    """Yield the text outside code of each inline part: what GitHub looks through for mentions and links."""
    for token in PARSER.parse(markdown):
        inside = 0
        parts: list[str] = []
        for child in token.children or ():
            inside += {"<code>": 1, "</code>": -1}.get(child.content, 0) if child.type == "html_inline" else 0
            if child.type.startswith("text") and not inside:
                parts.append(child.content)
            elif child.type in {"code_inline", "softbreak", "hardbreak", "html_inline"}:
                parts.append(" ")
        yield "".join(parts)
        if token.type == "html_block":
            yield token.content


def readable(markdown: str) -> str:
    """Return what a reader sees, without the zero-width spaces."""
    parts: list[str] = []
    for token in blocks(markdown):
        if token.type in {"fence", "code_inline"} or token.type.startswith("text"):
            parts.append(token.content)
        elif token.type == "html_block":
            parts.append(unescape(token.content))
        elif token.type.endswith(("_close", "break")):
            parts.append(" ")
    return " ".join("".join(parts).replace(ZERO_WIDTH_SPACE, "").split())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("page", MARKDOWN)
def test_a_page_shows_the_text_and_holds_no_markup_but_ours(page: str, text: str) -> None:
    markdown = MARKDOWN[page](text)
    markdown.encode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", markdown)
    for token in blocks(markdown):
        if token.type == "html_block":
            assert re.fullmatch(rf"{OWN}|<details><summary>[^<>]*</summary>|</details>", token.content.strip()), (
                token.content
            )
        if token.type == "html_inline":
            assert token.content in {"<code>", "</code>"}
        if token.type == "link_open":
            assert re.fullmatch(rf"plots/[a-z-]+\.svg|{URL}", str(token.attrs["href"]))
        if token.type == "image":
            assert re.fullmatch(r"plots/[a-z-]+\.png", str(token.attrs["src"]))
        if token.type == "fence":
            assert token.info in {"text", "mermaid"}
        assert token.type not in {"s_open", "math_inline", "hr", "ordered_list_open", "blockquote_open"}
        assert token.type != "heading_open" or token.markup.startswith("#")
    for shown in texts(markdown):
        for what, pattern in GITHUB.items():
            found = re.search(pattern, shown, re.IGNORECASE)
            assert not found, f"{what}: {shown[max(found.start() - 40, 0) : found.end() + 40]!r}"
    if len(text) < 150:
        assert plain(text) in readable(markdown)


@pytest.mark.parametrize("page", MARKDOWN)
def test_a_long_text_is_cut_and_its_length_given(page: str) -> None:
    markdown = MARKDOWN[page]("x" * 100_000)
    assert "x" * 5_000 not in markdown


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("page", TERMINAL)
def test_a_terminal_gets_printable_lines_of_100_columns(page: str, text: str) -> None:
    shown = TERMINAL[page](text)
    shown.encode()
    for line in shown.splitlines():
        assert line.replace("\N{NO-BREAK SPACE}", " ").isprintable()
        assert cell_len(line) <= WIDTH == 100


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "{}", "{}"],
        ["comment", "{}"],
        ["comment", "{}", "--artifact-url", "{}"],
        ["run", "--implementation", "{}"],
        ["run", "--scan", "{}"],
        ["run", "--catalogue", "{}"],
        ["run", "--catalogue-file", "{}"],
        ["run", "--scan-file", "{}"],
        ["run", "--scenario", "{}"],
        ["run", "--{}"],
        ["{}"],
        ["gate", "--policy", "{}"],
        ["history", "{}"],
        ["baseline", "accept", "{}"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("text", ["\x1b[31mred\x1b]8;;https://evil.example\x07x", "a\x9b31m\u202eb", "x" * 100_000])
def test_an_error_about_a_hostile_argument_is_one_plain_line(
    arguments: list[str], text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([one.format(text) for one in arguments]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("bench: ")
    assert error.removesuffix("\n").isprintable()
    assert len(error) < 5_000


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_progress_and_warnings_are_plain_lines(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.begin(1)
    lines.stage(text)
    lines.warn(text)
    error = capsys.readouterr().err
    assert [line.isprintable() for line in error.splitlines()] == [True, True]
