"""The records of a results file: frozen, made of tuples, holding raw samples in bytes, seconds and counts.

Readers derive summaries from the samples; the file holds none. Schema history:
1: the first.
2: `Results.unfinished`, `Results.planned_samples` and `Measurement.incomplete`; the copy baseline was "copy-limit".
3: any job: `Results.job` and `Results.code`; `Dataset.size`, `quantities`, `facts` and `published`; `Digest.tables`;
   `Results.stops` and `Measurement.sequential`.
4: adds members only, all with a default: `Results.calls`, `server_work`, `call_trees` (for `allocations`) and
   `captures`; `Environment.counters`; `Results.nodes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.declare.laws import Law
from bench.jobs.published import PublishedFigure
from bench.results.call_trees import CallTree, KeptCapture
from bench.results.calls import CallCounts
from bench.results.conformed import Conformed
from bench.results.environment import Environment, NoiseFloor
from bench.results.heap import AllocationSites, HeapSeries
from bench.results.nodes import MeasuringNode
from bench.results.promises import PromiseTrial
from bench.results.server_work import ServerWork
from bench.results.sharing import ALONE, Sharing
from bench.results.stops import Stop

COPY_BASELINE = "copy-baseline"
"""The pseudo-implementation that COPYs the same rows from a file: the bare cost, not a competitor."""

SCHEMA = 4

Case = tuple[str, str]
"""A data set's label and an implementation's name."""


@dataclass(frozen=True, kw_only=True)
class JobDescription:
    """A JobDescription is what readers of results need to know about the job that was measured."""

    name: str
    noun: str
    """What a data set is called in headings."""
    size: tuple[str, ...]
    """What the numbers of a size count, in the order in which they are typed."""
    rows_follow: tuple[str, ...] = ()
    """Those of ``size`` with which the number of rows grows."""
    usual: Mapping[str, str | int] = field(default_factory=dict)
    """Facts that go without saying."""
    about_published: str = ""
    """What a reader should know before comparing with published figures, in sentences."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A Dataset is one loaded data set: what was asked for, and the fingerprint of every byte that was loaded."""

    scan: str
    """The label as typed (``10k/20``), or the name of a file."""
    seed: int
    fingerprint: str
    rows: int
    """Rows of the first target: as many as must come out where the job knows it, else those of the first sample."""
    job: str
    """Its name."""
    size: Mapping[str, int]
    """By the names of ``JobDescription.size``."""
    quantities: Mapping[str, int] = field(default_factory=dict)
    """What else laws may speak of, by name."""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """What else a reader should know, such as where the data came from; comparable runs agree in them."""
    published: tuple[PublishedFigure, ...] = ()
    """What others published about this data."""

    @property
    def countable(self) -> Mapping[str, int]:
        """All that laws may speak of, by name."""
        return {**self.size, **self.quantities, "rows": self.rows}

    @property
    def order(self) -> tuple[int, ...]:
        """A key that sorts by rows, and equal rows by size."""
        return (self.rows, *self.size.values())


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A Measurement is all samples of one metric for one implementation on one data set, in the order taken."""

    scan: str
    implementation: str
    metric: str
    unit: str
    samples: tuple[float, ...]
    warnings: tuple[str, ...] = ()
    incomplete: str = ""
    """Why the figure does not cover all of the work, such as "forked 4 child processes"; '' where it does."""
    sequential: bool = False
    """Whether the samples themselves decided how many were taken; intervals have to allow for that."""


@dataclass(frozen=True, order=True, kw_only=True)
class TableDigest:
    """A TableDigest is the server's SHA-256 over the compared columns of one call's rows in one table, ordered."""

    table: str
    """The target's title."""
    sha256: str
    count: int
    """Of rows."""


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A Digest is what one sample left."""

    scan: str
    implementation: str
    tables: tuple[TableDigest, ...]
    """One per target, in the job's order."""
    bystanders_unchanged: bool
    """Whether every row that is not the call's kept its digest."""

    @property
    def row_count(self) -> int:
        """The rows in the first target."""
        return self.tables[0].count


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
class ImplementationEnvironment:
    """An ImplementationEnvironment is which code an implementation is, and where it ran."""

    implementation: str
    function: str
    """``module:function``."""
    python: str
    """Its version, such as ``3.12.3``."""
    packages: Mapping[str, str]
    """Versions of Django, of the database driver and of what else can move a figure, as that interpreter has them."""
    revision: str = ""
    """The commit of the measured code, with ``+changes`` where its files differ from it; empty outside a checkout."""
    project: str = ""
    """The project in whose environment it ran; '' for this one."""
    skipped_statements: tuple[str, ...] = ()
    """Migration statements that the server could not execute."""


@dataclass(frozen=True, kw_only=True)
class Results:
    """One whole run."""

    schema: int
    created: str
    """ISO 8601, UTC."""
    command: str
    job: JobDescription
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
    """``first``: the data set has no rows yet; ``rerun``: it has those of an earlier run."""
    laws: tuple[DeclaredLaws, ...] = ()
    noise_floor: NoiseFloor | None = None
    promises: tuple[PromiseTrial, ...] = ()
    """What ``bench prove promises`` found for this exact code."""
    conformance: tuple[Conformed, ...] = ()
    """What ``bench prove conform`` found for this exact code."""
    unfinished: str = ""
    """Why the run stopped before the end of its plan, such as "interrupted"; '' where it did not."""
    planned_samples: int | None = None
    """Time samples of each case that the plan asked for; None where the run chose, and in files of schema 1."""
    stops: tuple[Stop, ...] = ()
    """Where the run chose the number of pairs: how many it took of each two implementations, and why no more."""
    code: tuple[ImplementationEnvironment, ...] = ()
    """Which code each implementation is, and where it ran; empty in files before schema 3."""
    calls: tuple[CallCounts, ...] = ()
    """The calls behind ``function_calls``, by function; empty in files before schema 4."""
    sharing: Sharing = ALONE
    """Who shares the limits of the table of kill sizes."""
    server_work: tuple[ServerWork, ...] = ()
    """What each kind of statement had the server do, one for each case where that is known."""
    call_trees: tuple[CallTree, ...] = ()
    """Where memory and time went, by call path; files before schema 4 have `allocations`."""
    captures: tuple[KeptCapture, ...] = ()
    nodes: tuple[MeasuringNode, ...] = ()
    """The machines of a run over several, each with the scans that it measured; empty where there was one.

    Then ``environment`` is that of the node which measured the first data set."""

    def environment_of(self, scan: str) -> Environment:
        """Return where the figures of ``scan`` were taken: times are compared only within one machine."""
        node = self.node_of(scan)
        return self.environment if node is None else node.environment

    def noise_floor_of(self, scan: str) -> NoiseFloor | None:
        """Return the noise floor of the machine that measured ``scan``; None where it is not known."""
        node = self.node_of(scan)
        return self.noise_floor if node is None else node.noise_floor

    def node_of(self, scan: str) -> MeasuringNode | None:
        """Return the node that measured ``scan``; None where there was one machine."""
        return next((one for one in self.nodes if any(case.scan == scan for case in one.cases)), None)

    @property
    def revision(self) -> str:
        """The commits of the measured code, or else that of the suite; '' where none is known."""
        return ", ".join(dict.fromkeys(one.revision for one in self.code if one.revision)) or self.environment.revision
