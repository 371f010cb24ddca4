"""What earlier commands found out and belongs to a run: the noise floor of the machine, and promises of the code."""

from __future__ import annotations

from dataclasses import replace

from bench.analysis.comparable import environment_fingerprint
from bench.declare.registry import locate
from bench.declare.source import source_fingerprint
from bench.errors import InputError
from bench.results import noise_floor, promises
from bench.results.records import Results


def with_noise_floor(results: Results) -> Results:
    """Add what ``bench doctor`` found on this machine; a floor of another machine says nothing here."""
    try:
        floor = noise_floor.read_noise_floor(noise_floor.DEFAULT_PATH)
    except InputError as error:
        return _warned(results, error)
    if floor is None or floor.environment_fingerprint != environment_fingerprint(results.environment):
        return results
    return replace(results, noise_floor=floor)


def with_promises(results: Results) -> Results:
    """Add what ``bench promises`` tried on the implementations as they are now; other code's trials prove nothing."""
    try:
        trials = promises.read_promises(promises.DEFAULT_PATH)
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
    # What was measured is not lost for the sake of a file beside it.
    return replace(results, warnings=(*results.warnings, str(error)))
