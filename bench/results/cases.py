"""Cases: which scans and implementations a results file measured."""

from __future__ import annotations

from collections.abc import Sequence

from bench.results.records import COPY_BASELINE, Case, Results

_MOST_NAMED = 6


def measured_cases(results: Results) -> tuple[Case, ...]:
    """Return the cases with at least one sample, in their order; the copy baseline is not one."""
    measured = (one for one in results.measurements if one.samples and one.implementation != COPY_BASELINE)
    return tuple(dict.fromkeys((one.scan, one.implementation) for one in measured))


def planned_cases(results: Results) -> tuple[Case, ...]:
    """Return every implementation of the run on every scan that it loaded."""
    return tuple((one.scan, name) for one in results.datasets for name in results.implementations)


def failed_cases(results: Results) -> frozenset[Case]:
    """Return the cases in which a sample failed, which explains figures that are missing."""
    return frozenset((one.scan, one.implementation) for one in results.failures)


def named_cases(cases: Sequence[Case]) -> str:
    """Name ``cases`` in a sentence: ``'streaming' on '1k/8', … and 3 more``; ``nothing`` where there are none."""
    if not cases:
        return "nothing"
    named = ", ".join(f"{implementation!r} on {scan!r}" for scan, implementation in cases[:_MOST_NAMED])
    return f"{named} and {len(cases) - _MOST_NAMED} more" if len(cases) > _MOST_NAMED else named
