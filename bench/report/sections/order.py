"""The sections of a run's report in their order: a new part is one function in this list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.report.judged_run import JudgedRun
from bench.report.section import Section
from bench.report.sections.calls import calls_section
from bench.report.sections.comparisons import (
    conformance_section,
    copy_baseline_section,
    growth_section,
    promises_section,
    published_section,
)
from bench.report.sections.details import (
    client_section,
    database_section,
    datasets_section,
    laws_section,
    rows_section,
    statements_section,
)
from bench.report.sections.headline import (
    failures_section,
    figures_section,
    more_pictures_section,
    offenders_section,
    pairs_section,
    pictures_section,
    reading_section,
    verdict_section,
    warnings_section,
)
from bench.report.sections.origin import environment_section, reproduce_section
from bench.report.sections.server_work import changed_work_section, server_work_section
from bench.report.sections.where import memory_section, retained_section, time_section

SECTIONS: Sequence[Callable[[JudgedRun], Section | None]] = (
    verdict_section,
    figures_section,
    failures_section,
    offenders_section,
    warnings_section,
    pictures_section,
    more_pictures_section,
    reading_section,
    pairs_section,
    laws_section,
    statements_section,
    calls_section,
    changed_work_section,
    server_work_section,
    database_section,
    client_section,
    memory_section,
    retained_section,
    time_section,
    growth_section,
    promises_section,
    conformance_section,
    copy_baseline_section,
    published_section,
    rows_section,
    datasets_section,
    environment_section,
    reproduce_section,
)


def sections_of(run: JudgedRun) -> tuple[Section, ...]:
    """Return the sections for which the run has data."""
    return tuple(section for build in SECTIONS if (section := build(run)) is not None)
