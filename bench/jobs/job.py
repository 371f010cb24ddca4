"""A Job: what is measured, and everything that reset, digest, laws, growth, gate, report and promises follow from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bench.jobs.environment import WorkerEnvironment
from bench.jobs.published import PublishedFigure

if TYPE_CHECKING:
    import psycopg

    from bench.database.access import DatabaseAccess
    from bench.database.roles import LoginRoles

Arguments = Mapping[str, Any]
"""The keyword arguments of a call, as JSON."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A Target is a table that a job writes, and how what it wrote is recognised and compared."""

    table: str
    own: Mapping[str, str]
    """The rows of one call: column → the argument that it equals. Every other row is a bystander."""
    uncompared: tuple[str, ...] = ()
    """Columns that differ from run to run, such as keys and times."""
    order: tuple[str, ...] = ()
    """The columns that identify a row of one call, for printing; empty: all of them."""
    copy_order: tuple[str, ...] = ()
    """The columns by which the copy baseline sorts what it sends; empty: in the order of the table."""
    noun: str = ""
    """What reports call its rows, such as ``summaries``; '' for the table's name."""

    @property
    def title(self) -> str:
        """What reports and results call the table."""
        return self.noun or self.table


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of a data set as typed (``10k/20``), and what its numbers count."""

    label: str
    numbers: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """What data to load: a synthetic size or a file, from a seed, with the options that the job knows."""

    size: Size | None
    file: Path | None = None
    seed: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    """Which of several data sets in one database: 0 is loaded into empty tables, with bystanders and warm-up; the
    others, beside it, hold the same data as any of their size, under arguments of their own."""

    @property
    def label(self) -> str:
        """What results call the data set."""
        if self.size is not None:
            return self.size.label
        assert self.file is not None  # one of the two is given
        # The path may be ``.`` or a loop of links, and bytes that are no text are written as escapes.
        return Path(os.path.realpath(self.file)).name.encode(errors="backslashreplace").decode()


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """An Outlook is what a job knows of a source before a database is there to load it into."""

    rows: int = 0
    """About how many rows come out, for the estimate of the time left."""
    loaded: int = 0
    """About how many rows are loaded for it, for the same."""
    disk_bytes: int = 0
    """About how many bytes it takes on the server's disk at most, with the server's log; 0 where nobody knows."""
    warnings: tuple[str, ...] = ()
    """What a reader of the figures should know, such as parts of the data that were left out."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A Loaded is a database that holds the data to measure, and bystanders beside it."""

    arguments: Arguments
    """Of the measured call."""
    warm_up: Arguments | None
    """Of a call that is made before, unmeasured; None: none is."""
    fingerprint: str
    """SHA-256, in hexadecimal, of every byte that was loaded."""
    quantities: Mapping[str, int] = field(default_factory=dict)
    """What laws may speak of, by name, and what reports show; of synthetic data the size's numbers may be left out."""
    rows: int | None = None
    """How many rows must come out in the first target; None where that is not known."""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """What else a reader should know about the data, such as where it came from."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Given to the environment's ``set_up`` in every worker, as JSON."""
    rivals: Mapping[str, Arguments] = field(default_factory=dict)
    """Calls on other data of the same database, by what they share with the measured one, such as "two of a tenant".

    They may run at the same time as it; promises try that."""
    refused: Mapping[str, Arguments] = field(default_factory=dict)
    """Calls that must end with the job's ``refusal`` and write nothing, by what is wrong with them; for promises."""
    expected: Any = None
    """What the job's ``outcome_fault`` compares with; workers do not get it."""


class Progress(Protocol):
    """What a load reports while it goes on: it calls this with how many of the first number of a size are loaded."""

    def __call__(self, done: int, /) -> None:
        """Say how many there are so far."""

    def step(self, text: str, /) -> None:
        """Say what is being done instead, such as ``making indexes``."""


Load = Callable[["DatabaseAccess", DataSource, Path, Progress | None], Loaded]
"""(database with empty tables, source, a folder for files that workers read, progress) → Loaded."""


Copy = Callable[["DatabaseAccess", "DatabaseAccess", Progress | None], None]
"""(database that holds a job's data, migrated database of the project, progress in rows): copies the first into the
second. Raises InputError or DatabaseError."""


@dataclass(frozen=True, kw_only=True)
class CopiedFrom:
    """Where the data of a job comes from that writes the tables of a project: another job's, loaded and copied."""

    job: Job
    """Migrates and loads a database for the data, in its environment. Its implementations run on the project's
    database beside the project's own, each in the environment of its job."""
    copy: Copy


@dataclass(frozen=True, kw_only=True)
class DataOption:
    """A DataOption is something that a user may say about the data besides their size; on the command line ``--name``.

    What was given comes to ``load`` as ``DataSource.options[name]``; a flag as "yes".
    """

    name: str
    help: str
    metavar: str = "VALUE"
    default: str = ""
    """Shown in the help; ``load`` has to take a missing option for it."""
    flag: bool = False
    known: tuple[str, ...] = ()
    """The values that there are, for a policy that names one; empty: any text."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A Job is a function that writes tables from data in a database, in several versions."""

    name: str
    load: Load
    targets: tuple[Target, ...]
    implementations: Mapping[str, str]
    """By short name, ``module:function``; the first one is what the others are compared with by default."""
    size: tuple[str, ...]
    """What the numbers of a size count, in the order in which they are typed: ``("customers", "invoices")``."""
    sizes: tuple[str, ...]
    """Measured unless others are asked for, from small to large."""
    rows_follow: tuple[str, ...] = ()
    """Those of ``size`` with which the number of rows grows."""
    noun: str = "size"
    """What a data set is called in headings."""
    group: str = ""
    """What its cases have in common in pytest-benchmark's file; '' for its name."""
    usual: Mapping[str, str | int] = field(default_factory=dict)
    """Facts that go without saying: reports name one of a data set's facts where it is another than here."""
    environment: WorkerEnvironment = field(default_factory=WorkerEnvironment)
    """Where the implementations live."""
    tables: str = ""
    """What ``environment`` creates the tables from, as a hash: jobs with equal ones share a template. '' for one by
    itself."""
    quantities: tuple[str, ...] = ()
    """The names that ``Loaded.quantities`` has besides ``size``; laws may speak of both, and of ``rows``."""
    grid: Mapping[str, str] = field(default_factory=dict)
    """The numbers that ``bench sweep`` takes of each of ``size``, such as ``1k,10k,50k``; else those of ``sizes``."""
    largest: Mapping[str, int] = field(default_factory=dict)
    """The largest of each number of ``size`` that makes sense; a larger one is refused as a typing error."""
    measured: tuple[str, ...] = ()
    """The implementations that are measured unless others are asked for; empty: all of them."""
    several: bool = False
    """Whether ``load`` heeds ``DataSource.number``; calls that run at the same time each need data of their own."""
    options: tuple[DataOption, ...] = ()
    """What ``load`` may be told besides the size; other options are refused."""
    file: str = ""
    """What a file of data holds, for the help of ``--scan-file``; '' where ``load`` reads none."""
    foresee: Callable[[DataSource], Outlook] | None = None
    """Check a source before a server is started. Raises InputError."""
    public: Callable[[str, Mapping[str, str]], str] | None = None
    """(a word of the command line or the name of a file, options) → the word as reports may show it."""
    outcome_fault: Callable[[Any, Loaded, int], str] | None = None
    """(what the call returned, the data, rows found in the first target) → what is wrong with it; '' for nothing."""
    vary: Callable[[psycopg.Connection, Loaded], None] | None = None
    """Change half of the call's data so that it writes other rows, and back when called again; promises need it."""
    refusal: str = ""
    """The class of the error that a call for somebody else's data raises, such as ``DoesNotExist``; '' if none does."""
    published: Callable[[Loaded], tuple[PublishedFigure, ...]] | None = None
    """What others published about data of this size; None where nothing is."""
    about_published: str = ""
    """What a reader should know before comparing with it, in sentences."""
    planted: str = ""
    """``module:NAME`` of a tuple of ``bench.gate.trial.PlantedTrial``, which ``bench gate --self-test`` measures."""
    copied_from: CopiedFrom | None = None
    """None: ``load`` fills the database that is measured. Else ``load`` is that of the other job, and ``copy`` follows.
    """
    roles: LoginRoles | None = None
    """The roles that the job's environment logs in with; None: its sessions take their role at startup."""
    extensions: tuple[str, ...] = ()
    """The extensions that the server must be able to create."""
    laws: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Laws of implementations that cannot declare them by a decorator, by short name: ``bench.declare.laws.Law``."""
    promises: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """The same of promises: ``bench.declare.promise.Promise``."""

    @property
    def compared(self) -> tuple[str, ...]:
        """The names of the implementations that are measured unless others are asked for."""
        return self.measured or tuple(self.implementations)

    def outlook(self, source: DataSource) -> Outlook:
        """Return what is foreseen of ``source``, nothing by a job that does not say. Raises InputError."""
        return self.foresee(source) if self.foresee is not None else Outlook()

    def label(self, source: DataSource) -> str:
        """Return what results call the data of ``source``."""
        return source.label if self.public is None else self.public(source.label, source.options)
