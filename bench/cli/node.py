"""``bench node``: measure what runs on other machines ask for, one data set at a time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.job_options import job_words
from bench.cli.options import ProjectOptions
from bench.cli.spread import KeyOption
from bench.cli.terminal import note, show_data
from bench.errors import InputError
from bench.jobs.job import Job

if TYPE_CHECKING:
    from bench.nodes.clone import NodeClone


@dataclass(frozen=True, kw_only=True)
class NodeOptions(ProjectOptions):
    """The options of ``bench node``."""

    broker: Annotated[
        str | None, typer.Option(metavar="URL", help="redis://:password@host:6379/0, as the runs name it.")
    ] = None
    key: KeyOption = None
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What runs call it.", show_default="the machine's")
    ] = None
    job: Annotated[
        Job,
        typer.Option(
            metavar="NAME", help="What it measures: registered, module:NAME or FILE.py.", show_default="{job}"
        ),
    ]
    allow_any: Annotated[
        bool, typer.Option("--allow-any", help="Permit runs to name any module:function that can be imported here.")
    ] = False
    database_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Your own server; else each case has one.",
            envvar="BENCH_DATABASE_URL",
            show_envvar=False,
        ),
    ] = None
    repository: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Permit bisect to measure any commit of this clone.")
    ] = None
    reports: Annotated[Path, typer.Option(metavar="FOLDER", help="Where bench doctor has left the noise floor.")] = (
        Path("reports")
    )
    case: Annotated[Path | None, typer.Option(hidden=True)] = None
    """Measure the one case on standard input, into this folder: what a node starts for each."""


def node(options: NodeOptions) -> int:
    """Measure for runs elsewhere: sweep, run and bisect with the same --broker and --key. Ctrl-C gives the case back.

    It measures implementations that are registered here, as they are installed here or in commits of --repository.
    """
    if options.case is not None:
        return _measure_case(options, options.case)
    # Here, because they take longer than a help should.
    from bench.broker.own import without_secrets
    from bench.harness.environment import describe_environment
    from bench.nodes.child import child_command
    from bench.nodes.node import serve
    from bench.nodes.options import NodeOptions as Started
    from bench.nodes.options import default_name, machine_words
    from bench.nodes.seal import new_id, read_key
    from bench.words import plain, shorten

    if options.broker is None:
        raise InputError("--broker is missing: where do runs queue their cases? Write redis://:password@host:6379/0")
    here = describe_environment("", "", {})
    words = (
        *job_words(sys.argv[1:]),
        "--reports",
        str(options.reports),
        *(["--allow-any"] if options.allow_any else []),
        *(["--repository", str(options.repository)] if options.repository is not None else []),
    )
    started = Started(
        url=options.broker,
        key=read_key(options.key),
        id=new_id(),
        name=shorten(plain(options.name or default_name()), 40),
        machine=machine_words(here.cores, here.memory_bytes, here.cpu),
        job=options.job,
        command=child_command(words),
        database_url=options.database_url,
        anything=options.allow_any,
        clone=_clone(options),
    )
    note(
        f"{started.name} ({started.machine}) waits for cases of {options.job.name} at {without_secrets(options.broker)}"
    )
    serve(started, note)
    note(f"{started.name} has ended")
    return 0


def _measure_case(options: NodeOptions, folder: Path) -> int:
    from bench.nodes.measuring import Telling, measure_case

    measure_case(
        sys.stdin.buffer.read(),
        options.job,
        folder,
        options.reports,
        Telling(lambda line: show_data(f"{line}\n")),
        database_url=options.database_url,
        anything=options.allow_any,
        clone=_clone(options),
    )
    return 0


def _clone(options: NodeOptions) -> NodeClone | None:
    """Return the clone whose commits are measured; None where none are. Raises InputError for a folder that is none."""
    if options.repository is None:
        return None
    from bench.cli.chosen_project import chosen_project
    from bench.nodes.clone import NodeClone
    from bench.revisions.repository import Repository

    Repository.containing(options.repository)
    return NodeClone(folder=options.repository.resolve(), project=chosen_project(options))
