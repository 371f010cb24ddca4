"""The commands by group, each with the module that is imported only when it is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, NoReturn, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from bench.cli.job_options import RecordOptions
from bench.cli.terminal import shown
from bench.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An Entry is one command, or a group of commands, as a list of commands shows it."""

    name: str
    help: str
    panel: str = "Commands"
    hidden: bool = False
    package: str = "bench.cli"
    module: str = ""
    """In the package, with a function of the command's name; '' if both names are the same, - being written as _."""
    commands: tuple[Entry, ...] = ()
    """Those of a group; a command has none."""

    def stub(self) -> TyperCommand | TyperGroup:
        """Return what a list of commands needs: the name and the help, without the module."""
        if self.commands:
            return CommandGroup(name=self.name, help=self.help, rich_help_panel=self.panel, entries=self.commands)
        return TyperCommand(self.name, short_help=self.help, rich_help_panel=self.panel, hidden=self.hidden)

    def whole(self, arguments: Sequence[str]) -> Any:
        """Import the command's module and return it with the options that it has on the command line ``arguments``.

        Raises InputError for a job that cannot be found.
        """
        module = import_module(f"{self.package}.{self.module or self.name.replace('-', '_')}")
        app = typer.Typer(add_completion=False)
        app.command(self.name, cls=Command)(_with_options(getattr(module, self.name.replace("-", "_")), arguments))
        return typer.main.get_command(app)


MEASURE, JUDGE, SHOW, PREPARE = "Measure", "Judge", "Show", "Prepare"
ACCEPT = Entry(name="accept", help="Make a run the baseline, and show what changes.", module="baseline")
MACHINE = (
    Entry(name="doctor", help="Find the smallest change that this machine can detect."),
    Entry(name="node", help="Measure for runs on other machines, as one of many."),
)
PROOFS = (
    Entry(name="kill-sizes", help="Observe which size kills a pool, beside what a sweep predicts."),
    Entry(name="promises", help="Check what implementations promise, under faults and races."),
    Entry(name="rows", help="Print the rows that an implementation writes, as JSON lines."),
)
SHOWN = (
    Entry(name="report", help="Write page, Markdown and pictures of runs again."),
    Entry(name="comment", help="Write a run and its verdict as a pull request's comment."),
    Entry(name="export", help="Write figures in the format of another tool."),
    Entry(name="history", help="List and plot the runs kept in a folder."),
    Entry(name="badge", help="Write a run's verdict and peak as a badge."),
    Entry(name="publish", help="Put a comment's pictures on a branch, checked, and link them."),
)
PROJECT = (
    Entry(name="check", help="Try a project's description step by step.", module="check_project"),
    Entry(name="new", help="Write files to begin with: a policy, a job, a project.", module="new_files"),
    Entry(name="locks", help="Show which interpreter the lock file of a revision needs."),
)
GROUP = "bench.commands"
"""The entry-point group of commands that belong to a job: each is a mapping from ``prove`` or ``data`` to Entries."""


def _registered(name: str) -> tuple[Entry, ...]:
    """Return the commands that jobs add to the group ``name``."""
    return tuple(entry for point in entry_points(group=GROUP) for entry in point.load().get(name, ()))


@cache
def all_entries() -> tuple[Entry, ...]:
    """Return every command, and those of groups by their bare name as well, hidden."""
    proofs = tuple(sorted((*PROOFS, *_registered("prove")), key=lambda entry: entry.name))
    data = _registered("data")
    return (
        Entry(name="run", help="Measure implementations on data of some sizes; write a report.", panel=MEASURE),
        Entry(name="ab", help="Measure a revision against the working tree.", panel=MEASURE),
        Entry(name="bisect", help="Find the commit with which a figure changed.", panel=MEASURE),
        Entry(name="sweep", help="Measure a grid of sizes: how peaks grow, what kills a worker.", panel=MEASURE),
        Entry(name="workers", help="Run calls in a pool of Celery workers under a memory limit.", panel=MEASURE),
        Entry(
            name="machine", help="Use this machine: its noise floor, a node of a run.", panel=MEASURE, commands=MACHINE
        ),
        Entry(name="gate", help="Judge a run by policy and baseline: may the change merge?", panel=JUDGE),
        Entry(name="compare", help="Compare two results files.", panel=JUDGE),
        Entry(name="baseline", help="Accept the run that the gate compares with.", panel=JUDGE, commands=(ACCEPT,)),
        Entry(name="prove", help="Check rows, promises and reads of implementations.", panel=JUDGE, commands=proofs),
        Entry(name="show", help="Show runs: as a page, as a comment, and over time.", panel=SHOW, commands=SHOWN),
        Entry(name="project", help="Prepare a project of your own.", panel=PREPARE, commands=PROJECT),
        *([Entry(name="data", help="Prepare data of your own.", panel=PREPARE, commands=data)] if data else []),
        *(replace(entry, hidden=True) for entry in (*MACHINE, *proofs, *SHOWN, *data)),
    )


class Command(TyperCommand):
    """A TyperCommand whose help goes the way of all output, and whose ``--json`` may lack its file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; ``--json`` without a file stands for standard output."""
        if any(getattr(one, "name", "") == "json" and not getattr(one, "is_flag", True) for one in self.params):
            following = [*args[1:], "--"]
            args = [
                word
                for one, after in zip(args, following, strict=False)
                for word in ((one, "-") if one == "--json" and after.startswith("--") else (one,))
            ]
        found: list[str] = super().parse_args(ctx, args)
        return found

    def get_help(self, ctx: Any) -> NoReturn:
        """Print the help and end, before the library prints more. Raises Exit and UnwritableOutputError."""
        with shown():
            super().get_help(ctx)
        raise typer.Exit


class CommandGroup(TyperGroup):
    """A TyperGroup that imports a command's module only to call the command or to show its help."""

    def __init__(self, *, entries: tuple[Entry, ...] | None = None, commands: Any = None, **rest: Any) -> None:
        del commands  # typer passes an empty one
        self._entries = {entry.name: entry for entry in (all_entries() if entries is None else entries)}
        super().__init__(commands={name: entry.stub() for name, entry in self._entries.items()}, **rest)

    def get_help(self, ctx: Any) -> NoReturn:
        """Print the help and end, before the library prints more. Raises Exit and UnwritableOutputError."""
        with shown():
            super().get_help(ctx)
        raise typer.Exit

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the whole command and the arguments that are left."""
        name, stub, rest = super().resolve_command(ctx, args)
        if name is None:
            return name, stub, rest  # while a shell completes; else the line above has raised
        return name, stub if isinstance(stub, CommandGroup) else self._entries[name].whole(rest), rest


def _with_options(function: Callable[..., int], arguments: Sequence[str]) -> Callable[..., int]:
    """Return ``function`` for typer: a parameter that is a dataclass of options becomes one parameter an option."""
    hints = get_type_hints(function, include_extras=True)
    parameters: list[Parameter] = []
    record: tuple[str, RecordOptions] | None = None
    for parameter in signature(function).parameters.values():
        hint = hints[parameter.name]
        if is_dataclass(hint) and isinstance(hint, type):
            options = RecordOptions.of(hint, arguments)
            record = parameter.name, options
            parameters += options.parameters()
        else:
            parameters.append(parameter.replace(annotation=hint, kind=Parameter.KEYWORD_ONLY))

    def command(**values: Any) -> int:
        _refuse_undecodable(values)
        if record is not None:
            name, options = record
            values[name] = options.built(values)
        return function(**values)

    command.__doc__ = function.__doc__
    command.__signature__ = signature(function).replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _refuse_undecodable(values: dict[str, Any]) -> None:
    """Refuse bytes that are no text, but in paths. Raises InputError, which does not repeat them."""
    given = {f"--{name.replace('_', '-')}": value for name, value in values.items() if not isinstance(value, Path)}
    given |= {name: os.environ.get(name) for name in ("BENCH_DATABASE_URL", "TMPDIR")}
    for name, value in given.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not _is_text(text):
                raise InputError(f"{name} holds bytes that are not valid UTF-8; write it in UTF-8")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
