"""What earlier commands found out and belongs to a run: the noise floor of the machine, and promises of the code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.analysis.comparable import environment_fingerprint
from bench.declare.registry import locate
from bench.errors import InputError
from bench.results import noise_floor, promises
from bench.results.records import Results
from bench.worker.source import source_fingerprint


def with_known(results: Results, reports: Path) -> Results:
    """Add what is known from ``reports``, the folder in which commands leave what outlasts a single run."""
    return _with_promises(_with_noise_floor(results, reports), reports)


def _with_noise_floor(results: Results, reports: Path) -> Results:
    """Add what ``bench doctor`` found on this machine; another machine's floor does not apply."""
    try:
        floor = noise_floor.read_noise_floor(reports / noise_floor.FILE)
    except InputError as error:
        return _warned(results, error)
    if floor is None or floor.environment_fingerprint != environment_fingerprint(results.environment):
        return results
    return replace(results, noise_floor=floor)


def _with_promises(results: Results, reports: Path) -> Results:
    """Add what ``bench prove promises`` found about this very code; trials of other code do not apply."""
    try:
        trials = promises.read_promises(reports / promises.FILE)
    except InputError as error:
        return _warned(results, error)
    sources = {name: _source(name) for name in results.implementations}
    return replace(results, promises=tuple(one for one in trials if sources.get(one.implementation) == one.source))


def _source(implementation: str) -> str | None:
    """The fingerprint of an implementation; None for one of another revision, which no name of today's leads to."""
    try:
        return source_fingerprint(locate(implementation).partition(":")[0])
    except InputError:
        return None


def _warned(results: Results, error: InputError) -> Results:
    # A damaged file beside it must not cost what was measured.
    return replace(results, warnings=(*results.warnings, str(error)))
