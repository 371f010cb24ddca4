"""What earlier commands found out and belongs to a run: the machine's noise floor, promises and conformance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from bench.analysis.comparable import environment_fingerprint
from bench.errors import InputError
from bench.jobs.implementation import Implementation
from bench.results import conformed, noise_floor, promises
from bench.results.records import Results
from bench.worker.source import source_fingerprint


def with_known(results: Results, implementations: Iterable[Implementation], reports: Path) -> Results:
    """Add what is known from ``reports``, the folder in which commands leave what outlasts a single run."""
    sources = {one.name: source_fingerprint(one.function.partition(":")[0]) for one in implementations}
    return _with_conformance(_with_promises(_with_noise_floor(results, reports), sources, reports), sources, reports)


def _with_noise_floor(results: Results, reports: Path) -> Results:
    """Add what ``bench doctor`` found on this machine; another machine's floor does not apply."""
    if results.nodes:
        return results
    try:
        floor = noise_floor.read_noise_floor(reports / noise_floor.FILE)
    except InputError as error:
        return _warned(results, error)
    if floor is None or floor.environment_fingerprint != environment_fingerprint(results.environment):
        return results
    return replace(results, noise_floor=floor)


def _with_promises(results: Results, sources: Mapping[str, str], reports: Path) -> Results:
    """Add what ``bench prove promises`` found about this very code; trials of other code do not apply."""
    try:
        trials = promises.read_promises(reports / promises.FILE)
    except InputError as error:
        return _warned(results, error)
    return replace(results, promises=tuple(one for one in trials if sources.get(one.implementation) == one.source))


def _with_conformance(results: Results, sources: Mapping[str, str], reports: Path) -> Results:
    """Add what ``bench prove conform`` found about this very code."""
    try:
        found = conformed.read_conformed(reports / conformed.FILE)
    except InputError as error:
        return _warned(results, error)
    return replace(results, conformance=tuple(one for one in found if sources.get(one.implementation) == one.source))


def _warned(results: Results, error: InputError) -> Results:
    # A damaged file beside it must not cost what was measured.
    return replace(results, warnings=(*results.warnings, str(error)))
