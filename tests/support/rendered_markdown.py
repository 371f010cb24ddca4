"""The report of a run as Markdown, and its tokens."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bench.report.judged_run import JudgedRun
from bench.report.run_markdown import render_markdown
from bench.report.sections.order import sections_of
from bench.results.records import Results

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def report(results: Results) -> str:
    run = JudgedRun.of(results)
    return render_markdown(run, sections_of(run))


def tokens(markdown: str) -> Iterator[Token]:
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()
