"""The report of a run as Markdown, and its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bench.report.judged_run import JudgedRun
from bench.report.run_markdown import render_markdown
from bench.report.sections.order import sections_of
from bench.results.records import Results

_OWN = re.compile("</?code>|<details><summary>[^<>]*</summary>|</details>")
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def report(results: Results) -> str:
    run = JudgedRun.of(results)
    return render_markdown(run, sections_of(run))


def foreign_html(markdown: str) -> set[str]:
    """Return all HTML of a report but that of code in cells and of what is folded."""
    written = {token.content.strip() for token in tokens(markdown) if token.type.startswith("html")}
    return {one for one in written if not _OWN.fullmatch(one)}


def tokens(markdown: str) -> Iterator[Token]:
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()
