"""Whether figures of two runs are comparable, and what differs between their environments and data."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bench.results.environment import Environment, NoiseFloor
from bench.results.records import Dataset, Results

_ABSENT = "absent"
_FINGERPRINT = "fingerprint"
_FINGERPRINT_SHOWN = 64
_MEGABYTE = 1_000_000


def environment_fingerprint(environment: Environment) -> str:
    """Return the SHA-256, in hexadecimal, over the parts of ``environment`` that decide time.

    Load and revision are left out: the first varies on one machine, the second is what runs are compared for.
    """
    parts = json.dumps(_deciding_parts(environment), sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()


def environment_differences(before: Environment, after: Environment) -> tuple[str, ...]:
    """Say in words in which deciding parts two environments differ (``cores: 2 → 4``).

    Empty exactly where their fingerprints are equal.
    """
    ours, theirs = _deciding_parts(before), _deciding_parts(after)
    shown_ours, shown_theirs = _shown_parts(before), _shown_parts(after)
    names = [*ours, *(name for name in theirs if name not in ours)]
    return tuple(
        f"{name}: {shown_ours.get(name, _ABSENT)} → {shown_theirs.get(name, _ABSENT)}"
        for name in names
        if ours.get(name) != theirs.get(name)
    )


def same_machine(before: Results, after: Results, scan: str) -> bool:
    """Whether times of ``scan`` in two runs were taken on one machine and in one environment, so that they compare."""
    sides = before.environment_of(scan), after.environment_of(scan)
    return environment_fingerprint(sides[0]) == environment_fingerprint(sides[1])


def fitting_floor(results: Results, scan: str) -> NoiseFloor | None:
    """Return the noise floor of the machine that measured ``scan``; None where none was found in that environment."""
    floor = results.noise_floor_of(scan)
    if floor is None or floor.environment_fingerprint != environment_fingerprint(results.environment_of(scan)):
        return None
    return floor


def of_one_machine(results: Results, datasets: Sequence[Dataset]) -> list[Dataset]:
    """Return those of ``datasets`` whose times compare: of the machine that measured most of them, else the first."""
    found: dict[str, list[Dataset]] = {}
    for one in datasets:
        found.setdefault(environment_fingerprint(results.environment_of(one.scan)), []).append(one)
    return max(found.values(), key=len, default=[])


def differences_of_runs(before: Results, after: Results, scans: Iterable[str]) -> tuple[str, ...]:
    """Say in words in what the environments differ in which two runs measured ``scans``; without any, in general."""
    pairs = [(before.environment_of(scan), after.environment_of(scan)) for scan in scans]
    pairs = pairs or [(before.environment, after.environment)]
    return tuple(dict.fromkeys(text for ours, theirs in pairs for text in environment_differences(ours, theirs)))


def datasets_match(before: Dataset, after: Dataset) -> bool:
    """Whether two data sets hold the same bytes, and what else decides about them is the same."""
    return not data_difference(before, after)


def data_difference(before: Dataset, after: Dataset) -> str:
    """Say in words why two data sets do not hold the same data; '' where they do.

    Their fingerprints decide, those among their facts included; the other facts say where a difference comes from. A
    file of an earlier schema does not name its job.
    """
    if before.job and after.job and before.job != after.job:
        return f"the job differs: {before.job} → {after.job}"
    names = [*before.facts, *(name for name in after.facts if name not in before.facts)]
    differing = [name for name in names if before.facts.get(name) != after.facts.get(name)]
    deciding = [name for name in differing if name.endswith(_FINGERPRINT)]
    if before.fingerprint == after.fingerprint and not deciding:
        return ""
    for name in (*(name for name in differing if name not in deciding), *deciding):
        shown = [str(one.facts.get(name, _ABSENT))[:_FINGERPRINT_SHOWN] for one in (before, after)]
        return f"the {name} differs: {' → '.join(shown)}"
    return "seed or generator differ"


def _deciding_parts(environment: Environment) -> Mapping[str, str]:
    """Return by name what decides time, the memory by its class."""
    return {**_shown_parts(environment), "memory": f"class {_memory_class(environment.memory_bytes)}"}


def _shown_parts(environment: Environment) -> Mapping[str, str]:
    # The server repeats its version among its settings; a difference is reported once.
    settings = {name: value for name, value in environment.server_settings.items() if name != "server_version"}
    return {
        "processor": environment.cpu,
        "cores": str(environment.cores),
        "memory": f"{environment.memory_bytes / _MEGABYTE:,.0f} MB",
        "kernel": environment.kernel,
        "platform": environment.platform,
        "Python": environment.python,
        "PostgreSQL": environment.server_version,
        "server": environment.server_source,
        **dict(_prefixed("package", environment.packages)),
        **dict(_prefixed("setting", settings)),
    }


def _prefixed(prefix: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(values.items()):
        yield f"{prefix} {name}", value or "''"


def _memory_class(size: int) -> int:
    """Return the nearest quarter of a doubling, so that sizes fall into classes about 19 % wide.

    A kernel reports a few per cent less than the module's nominal size, and not always the same: nominal sizes are in
    the middle of a class, not at its border.
    """
    return round(4 * math.log2(size)) if size > 0 else 0
