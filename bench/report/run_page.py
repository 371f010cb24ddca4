"""A run's report as one page of HTML that needs no other file and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby

import jinja2
from markupsafe import Markup, escape

from bench.analysis.verdict import Standing
from bench.report.figure_order import order_key
from bench.report.icicle_page import icicle_fragment, icicle_script, packed_icicle_script
from bench.report.judged_run import JudgedRun
from bench.report.plots.chart import Chart, ForestChart
from bench.report.plots.icicle import IcicleChart
from bench.report.run_markdown import report_title
from bench.report.section import Block, Drawn, Fold, Section
from bench.report.table import Column, Content
from bench.words import plain, plain_lines

_MARKS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")
"""Code, strong and slanted words in our own prose."""

SCRIPT_NONE = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render_page(run: JudgedRun, sections: Sequence[Section], drawn: Mapping[str, Drawn]) -> str:
    """Return report.html; ``drawn`` holds every picture of the sections by its name."""
    results = run.results
    return render_sections(
        report_title(run),
        run.verdict.standing,
        sections,
        drawn,
        datasets=tuple(one.scan for one in results.datasets),
        implementations=results.implementations,
        noun=results.job.noun,
    )


def render_sections(
    title: str,
    standing: Standing,
    sections: Sequence[Section],
    drawn: Mapping[str, Drawn],
    *,
    datasets: Sequence[str],
    implementations: Sequence[str],
    noun: str,
) -> str:
    """Return a page of ``sections``; its tables can be filtered by the names of ``datasets`` and ``implementations``.

    ``noun`` is what a column of data sets is headed with.
    """
    icicles = any(isinstance(block, IcicleChart) for section in sections for block in section.blocks)
    scripts = (_file("script.js"), *((_file("icicles.js"),) if icicles else ()))
    # The page runs the unpacked script, which is why the policy names that.
    allowed = (*scripts, *((icicle_script(),) if icicles else ()))
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=title,
            standing=standing,
            sections=sections,
            pictures=drawn,
            datasets=tuple(dict.fromkeys(map(plain, datasets))),
            implementations=tuple(dict.fromkeys(map(plain, implementations))),
            noun=plain(noun),
            style=_file("style.css"),
            packed=packed_icicle_script() if icicles else "",
            scripts=scripts,
            policy=f"{SCRIPT_NONE}; script-src {' '.join(map(_hash, allowed))}",
        )
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_file),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "prose": _prose,
        "kind": _kind,
        "order": order_key,
        "plain": plain,
        "lines": _lines,
        "address": _address,
        "groups": _groups,
        "icicle": _icicle,
    }
    environment.globals |= {"Fold": Fold, "Content": Content, "role": _role}
    return environment


@cache
def _file(name: str) -> str:
    return (files("bench.report") / "page" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """Return the name by which the policy allows ``script`` and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _address(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def _icicle(chart: IcicleChart) -> Markup:
    return Markup(icicle_fragment(chart))  # noqa: S704 - escaped there


def _kind(block: Block) -> str:
    """Return the name of a block's record, by which the template sets it."""
    return type(block).__name__


def _prose(text: str) -> Markup:
    """Return our own words with their marks as HTML."""

    def marked(found: re.Match[str]) -> str:
        code, strong, slanted = found.groups()
        return f"<code>{code}</code>" if code else f"<strong>{strong}</strong>" if strong else f"<em>{slanted}</em>"

    return Markup(_MARKS.sub(marked, str(escape(text))))  # noqa: S704 - of our own words, escaped as well


def _groups(blocks: Sequence[Block]) -> list[tuple[bool, list[Block]]]:
    """Return neighbouring pictures together, which share the width of a page, and other neighbours together."""
    return [
        (pictures, list(group))
        for pictures, group in groupby(blocks, lambda block: isinstance(block, Chart | ForestChart))
    ]


def _lines(text: str) -> str:
    return "\n".join(plain_lines(text.rstrip()))


def _role(column: Column, noun: str, implementations: Sequence[str]) -> str:
    """Return what the filter needs to know of a column: whether it names data sets, implementations, or is of one."""
    if column.content is Content.FIGURE and column.heading not in implementations:
        return ""
    if column.heading == noun:
        return "dataset"
    if column.heading == "implementation":
        return "implementation"
    return "own" if column.heading in implementations else ""
