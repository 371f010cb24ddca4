"""The report of a run as Markdown, and its tokens."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.report.run_markdown import render_markdown, report_charts
from bench.results.records import Results

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def report(results: Results) -> str:
    summaries = summaries_of(results)
    verdict = judge(results, summaries)
    return render_markdown(results, summaries, verdict, report_charts(results, summaries, verdict))


def tokens(markdown: str) -> Iterator[Token]:
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()
