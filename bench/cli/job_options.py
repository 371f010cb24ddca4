"""The options of a command that follow from its job: the job is found on the command line before the rest is parsed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from inspect import Parameter, get_annotations
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.job import Job
from bench.jobs.registry import DEFAULT, find_job, registered_jobs

DATA, GRID = "data", "grid"
"""Fields of a record that stand for as many options as the job has: of its data, and of its sizes."""


@dataclass(frozen=True)
class RecordOptions:
    """The RecordOptions of a command: a record of options, as parameters, with those that follow from its job."""

    record: type
    job: Job | None
    """None where the record has none."""

    @classmethod
    def of(cls, record: type, arguments: Sequence[str]) -> RecordOptions:
        """Return the options of ``record`` on the command line ``arguments``. Raises InputError for an unknown job."""
        takes_a_job = any(one.name == "job" for one in fields(record))
        return cls(record, _job(arguments) if takes_a_job else None)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return one parameter for each option, the record's own before those that it inherits.

        Raises InputError where the job has an option of a name that is taken.
        """
        found = tuple(self._parameters())
        names = [one.name for one in found]
        for name in names:
            if self.job is not None and names.count(name) > 1:
                option = f"--{name.replace('_', '-')}"
                raise InputError(f"job {self.job.name!r}: {option} is an option of bench itself; rename the job's")
        return found

    def built(self, values: dict[str, Any]) -> Any:
        """Take the record's options out of ``values`` and return the record."""
        own: dict[str, Any] = {}
        for one in fields(self.record):
            if self.job is not None and one.name == "job":
                values.pop("job")
                own["job"] = self.job
            elif self.job is not None and one.name == DATA:
                given = {option.name: values.pop(option.name) for option in self.job.options}
                own[DATA] = {
                    name: _value_of(name, value) for name, value in given.items() if value not in (None, False)
                }
            elif self.job is not None and one.name == GRID:
                own[GRID] = {name: values.pop(name) for name in self.job.size}
            elif one.name in values:
                own[one.name] = values.pop(one.name)
        return self.record(**own)

    def _parameters(self) -> Iterator[Parameter]:
        hints = get_type_hints(self.record, include_extras=True)
        defaults = {one.name: Parameter.empty if one.default is MISSING else one.default for one in fields(self.record)}
        # A record may say something else about a field that it inherits.
        names = (
            name
            for kind in self.record.__mro__
            if hasattr(kind, "__dataclass_fields__")
            for name in get_annotations(kind)
        )
        for name in dict.fromkeys(names):
            if self.job is None:
                yield Parameter(name, Parameter.KEYWORD_ONLY, default=defaults[name], annotation=hints[name])
            else:
                yield from _of_job(self.job, name, hints[name], defaults[name])


def _value_of(name: str, value: str | bool) -> str:
    """Return what the job's option was given; a flag is "yes". Raises InputError for nothing."""
    if value == "":
        raise InputError(f"--{name.replace('_', '-')} '' names nothing; write a value, or leave the option out")
    return "yes" if value is True else str(value)


def _of_job(job: Job, name: str, hint: Any, default: Any) -> Iterator[Parameter]:
    """Yield the parameters that one field stands for."""
    if name == DATA:
        yield from map(_data_parameter, job.options)
    elif name == GRID:
        yield from (_grid_parameter(job, number) for number in job.size)
    elif name == "job":
        hint = Annotated[str, *get_args(hint)[1:]]
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=DEFAULT, annotation=_filled(hint, job, registered_jobs))
    elif name != "scan_file" or job.file:
        known: dict[str, Callable[[], Iterable[str]]] = {
            "implementation": lambda: job.implementations,
            "scan": lambda: job.sizes,
        }
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=_filled(hint, job, known.get(name)))


def _data_parameter(option: Any) -> Parameter:
    name = f"--{option.name.replace('_', '-')}"
    if option.flag:
        annotation: Any = Annotated[bool, typer.Option(name, help=option.help)]
    else:
        shown = option.default or False
        annotation = Annotated[
            str | None, typer.Option(name, metavar=option.metavar, help=option.help, show_default=shown)
        ]
    default = False if option.flag else None
    return Parameter(option.name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _grid_parameter(job: Job, name: str) -> Parameter:
    option = typer.Option(f"--{name.replace('_', '-')}", metavar="N,N,…", help=f"{name.capitalize()} of the grid.")
    return Parameter(name, Parameter.KEYWORD_ONLY, default=_grid(job, name), annotation=Annotated[str, option])


def _grid(job: Job, name: str) -> str:
    """The numbers of the grid as typed: those that the job names, or those of its sizes."""
    place = job.size.index(name)
    return job.grid.get(name) or ",".join(dict.fromkeys(label.split("/")[place] for label in job.sizes))


def _filled(hint: Any, job: Job, values: Callable[[], Iterable[str]] | None = None) -> Any:
    """Return ``hint`` with what the job says of itself in the place of the braces in its help.

    A shell completes what ``values`` returns.
    """
    if not hasattr(hint, "__metadata__"):
        return hint
    kind, *notes = get_args(hint)
    texts = _texts(job)
    filled = []
    for note in notes:
        changed = copy.copy(note)
        for attribute in ("help", "show_default"):
            text = getattr(changed, attribute, None)
            if isinstance(text, str):
                setattr(changed, attribute, text.format_map(texts))
        if values is not None and hasattr(changed, "autocompletion"):
            changed.autocompletion = lambda incomplete: [value for value in values() if value.startswith(incomplete)]
        filled.append(changed)
    return Annotated[kind, *filled]


def _texts(job: Job) -> Mapping[str, str]:
    return {
        "job": job.name,
        "noun": job.noun,
        "size": "/".join(job.size).capitalize(),
        "sizes": ", ".join(job.sizes),
        "smallest": job.sizes[0],
        "middle": job.sizes[len(job.sizes) // 2],
        "file": job.file,
        "compared": ", ".join(job.compared),
        "last": job.compared[-1],
    }


def _job(arguments: Sequence[str]) -> Job:
    """Return the job that the command line names, or that of the project which it names. Raises InputError."""
    name, file = _given(arguments, "--job"), _given(arguments, "--project")
    interpreter, checkout = _given(arguments, "--interpreter"), _given(arguments, "--checkout")
    if file is None:
        for option, value in (("--interpreter", interpreter), ("--checkout", checkout)):
            if value is not None:
                raise InputError(f"{option} was given without --project; name the project, or leave it out")
        return find_job(DEFAULT if name is None else name)
    if name is not None:
        raise InputError("--job and --project were both given; a project's description names its job: leave one out")
    # Here, because most commands measure no project.
    from bench.project.description_file import read_project
    from bench.project.job import project_job

    project = read_project(Path(file), interpreter=interpreter or "", checkout=checkout or "")
    # With these the description may lack an interpreter: the lock file of each revision chooses one.
    needless = not project.interpreter and {"--help", "--revision"} & {word.partition("=")[0] for word in arguments}
    return project_job(project, WorkerEnvironment(interpreter="") if needless else None)


def job_words(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the options on the command line that say which job is meant, for a further process."""
    given = {name: _given(arguments, name) for name in ("--job", "--project", "--interpreter", "--checkout")}
    return tuple(word for name, value in given.items() if value is not None for word in (name, value))


def _given(arguments: Sequence[str], option: str) -> str | None:
    """Return the value of an option on the command line; of several the last one, as for any option."""
    value = None
    for position, word in enumerate(arguments):
        if word == option and position + 1 < len(arguments):
            value = arguments[position + 1]
        elif word.startswith(f"{option}="):
            value = word.removeprefix(f"{option}=")
    return value
