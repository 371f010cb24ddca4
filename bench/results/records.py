"""The records of a results file: frozen, made of tuples, holding raw samples in bytes, seconds and counts.

Readers derive summaries from the samples; the file holds none.

Schema history:
1: the first.
2: `Results.unfinished`, `Results.planned_samples` and `Measurement.incomplete`; the copy baseline was "copy-limit".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.declare.laws import Law
from bench.results.promises import PromiseTrial

COPY_BASELINE = "copy-baseline"
"""The pseudo-implementation that COPYs the same rows from a file: the bare cost, not a competitor."""

SCHEMA = 2

Case = tuple[str, str]
"""A scan's label and an implementation's name."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A Dataset is one loaded scan: what was asked for, and the fingerprint of every byte that was loaded."""

    scan: str
    """The label as typed (``10k/20``), or the file name of a recorded scan."""
    seed: int
    fingerprint: str
    findings: int
    regions: int
    """Regions asked for; ``counted_regions`` is how many have counted findings."""
    rows: int
    """Rows that the rules give: counted regions × requirements."""
    counted_regions: int = 0
    """Regions with at least one counted finding."""
    counted_findings: int = 0
    """Findings of the scan that are not muted and PASS or FAIL."""
    provider: str
    catalogue: str
    """Where the catalogue came from: ``synthetic`` or a file's name."""
    catalogue_fingerprint: str
    frameworks: int
    requirements: int


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A Measurement is all samples of one metric for one implementation on one scan, in the order taken."""

    scan: str
    implementation: str
    metric: str
    unit: str
    samples: tuple[float, ...]
    warnings: tuple[str, ...] = ()
    incomplete: str = ""
    """Why the figure does not cover all of the work, such as "forked 4 child processes"; '' where it does."""


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A Digest is the server's SHA-256 over all columns but id and inserted_at, ordered, of what one sample left."""

    scan: str
    implementation: str
    rows: str
    summaries: str
    row_count: int
    summary_count: int
    bystanders_unchanged: bool
    """Whether every other tenant's and scan's rows and summaries kept their digest."""


@dataclass(frozen=True, kw_only=True)
class StatementTexts:
    """The statements of one run in order, as Django logs them and as the server sees them."""

    scan: str
    implementation: str
    django: tuple[str, ...]
    server: tuple[str, ...]
    server_source: str
    """``log``, ``pg_stat_statements`` or ``unavailable``."""
    django_sites: tuple[str, ...] = ()
    """For each of ``django`` the line that issued it, ``file:line``, or ''; empty where it was not recorded."""
    server_sites: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeclaredLaws:
    """What an implementation declares about its statements."""

    implementation: str
    laws: tuple[Law, ...]


@dataclass(frozen=True, kw_only=True)
class HeapPoint:
    """Heap and RSS at one moment of a traced run; ``seconds`` since its start, under the tracer."""

    seconds: float
    heap_bytes: int
    rss_bytes: int


@dataclass(frozen=True, kw_only=True)
class HeapSeries:
    """Heap over time in one traced run."""

    scan: str
    implementation: str
    points: tuple[HeapPoint, ...]


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """One call site's share of the heap at its peak."""

    function: str
    file: str
    line: int
    bytes: int
    count: int


@dataclass(frozen=True, kw_only=True)
class AllocationSites:
    """The largest call sites at the peak of one traced run, largest first."""

    scan: str
    implementation: str
    sites: tuple[Allocation, ...]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A sample that could not be taken, kept beside the results.

    ``kind`` is error, timeout, killed, wrong-rows or disturbed.
    """

    scan: str
    implementation: str
    probe: str
    kind: str
    message: str
    log_tail: str = ""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where the figures were taken."""

    python: str
    platform: str
    cpu: str
    cores: int
    memory_bytes: int
    kernel: str
    packages: Mapping[str, str]
    server_version: str
    server_source: str
    """``embedded`` or ``own`` (the user's)."""
    server_settings: Mapping[str, str]
    load_average: tuple[float, ...]
    revision: str
    """The commit of the working tree, with ``+changes`` where it is dirty; empty outside a checkout."""


@dataclass(frozen=True, kw_only=True)
class NoiseFloor:
    """How small a change this machine can detect, found by measuring one implementation against itself.

    ``deviations`` holds, by metric, the standard deviation of a pair's log ratio; the smallest detectable change for
    any number of pairs follows from it.
    """

    created: str
    environment_fingerprint: str
    scan: str
    implementation: str
    pairs: int
    deviations: Mapping[str, float]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Results:
    """One whole run."""

    schema: int
    created: str
    """ISO 8601, UTC."""
    command: str
    environment: Environment
    implementations: tuple[str, ...]
    """In the order asked for; the first is what the others are compared with."""
    datasets: tuple[Dataset, ...]
    measurements: tuple[Measurement, ...]
    digests: tuple[Digest, ...]
    statements: tuple[StatementTexts, ...]
    heap: tuple[HeapSeries, ...]
    allocations: tuple[AllocationSites, ...]
    failures: tuple[Failure, ...]
    warnings: tuple[str, ...] = ()
    scenario: str = "first"
    """``first``: the scan has no rows yet; ``rerun``: it has those of an earlier run."""
    laws: tuple[DeclaredLaws, ...] = ()
    noise_floor: NoiseFloor | None = None
    promises: tuple[PromiseTrial, ...] = ()
    """What ``bench prove promises`` found for this exact code."""
    unfinished: str = ""
    """Why the run stopped before the end of its plan, such as "interrupted"; '' where it did not."""
    planned_samples: int | None = None
    """How many time samples of each case the plan asked for; None in files of schema 1."""
