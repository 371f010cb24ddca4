"""A run's report as Markdown: verdict, figures and one picture open, everything else folded."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.judged_run import JudgedRun
from bench.report.markdown import block, code, escape, html, link, markdown_table
from bench.report.plots.chart import Picture
from bench.report.section import Block, Fold, Heading, Items, Links, Log, Prose, Section, Sentence
from bench.report.table import Content, Table
from bench.words import plain


def report_title(run: JudgedRun) -> str:
    """Return the report's title: the job and the verdict in one word."""
    job = f" of {plain(run.results.job.name)}" if run.results.job.name else ""
    return f"{run.verdict.symbol} Benchmark{job}: {run.verdict.standing.value}"


def render_markdown(run: JudgedRun, sections: Sequence[Section]) -> str:
    """Return report.md; its pictures are linked as ``plots/NAME.png`` and ``plots/NAME.svg`` beside it."""
    parts = [f"# {escape(report_title(run))}"]
    for section in sections:
        parts += _section(section)
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> list[str]:
    blocks = [_block(one) for one in section.blocks]
    if section.fold is Fold.OPEN:
        return blocks
    # Blank lines around them, or GitHub shows what stands between as it is written.
    return [f"<details><summary>{html(section.title)}</summary>", *blocks, "</details>"]


def _block(shown: Block) -> str:
    match shown:
        case Heading():
            return f"#### {escape(shown.text)}"
        case Sentence():
            return f"**{escape(shown.text)}**" if shown.strong else escape(shown.text)
        case Prose():
            return shown.text
        case Items():
            return "\n".join(f"- {_item(text, shown)}" for text in shown.texts)
        case Links():
            return "\n".join(f"- {link(title, address)}" for title, address in shown.links)
        case Log():
            return block(shown.text)
        case Table():
            return markdown_table(shown)
        case _:
            return _picture(shown)


def _item(text: str, items: Items) -> str:
    if items.content is Content.CODE:
        return code(text)
    if not items.verdicts:
        return escape(text)
    head, dash, tail = text.partition(" – ")
    return f"**{escape(head)}**{dash}{escape(tail)}"


def _picture(chart: Picture) -> str:
    return f"[![{escape(chart.alt)}](plots/{chart.name}.png)](plots/{chart.name}.svg)"
