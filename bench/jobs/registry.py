"""Where jobs are found: by the name of an entry point, as ``package.module:NAME``, or as ``FILE.py[:NAME]``."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

from bench.errors import InputError, describe
from bench.jobs.check import check_job
from bench.jobs.implementation import Implementation
from bench.jobs.job import Job

GROUP = "bench.jobs"
DEFAULT = "default"
"""The entry point of the job that is meant where none is named."""

_FILE = re.compile(r"(?P<file>.+\.py)(?::(?P<name>\w+))?")
_HOW = "write a registered name, package.module:NAME or FILE.py[:NAME]"


def registered_jobs() -> tuple[str, ...]:
    """The names that the entry-point group knows, sorted."""
    return tuple(sorted(entry.name for entry in entry_points(group=GROUP) if entry.name != DEFAULT))


def find_job(name: str = DEFAULT) -> Job:
    """Import and check the job called ``name``. Raises InputError, one line with the remedy."""
    for entry in entry_points(group=GROUP, name=name):
        return _checked(name, _attribute(name, *entry.value.split(":", 1)))
    if found := _FILE.fullmatch(name):
        return _from_file(name, Path(found["file"]), found["name"])
    module, colon, attribute = name.partition(":")
    if not (colon and module and attribute):
        known = ", ".join(registered_jobs())
        raise InputError(f"unknown job {name!r}; known are {known}; {_HOW}")
    return _checked(name, _attribute(name, module, attribute))


def split_revision(name: str) -> tuple[str, str]:
    """Return name and revision of ``NAME@REVISION``; '' for the revision of a name without one."""
    bare, _, revision = name.partition("@")
    return (bare, revision) if revision else (name, "")


def implementation_of(job: Job, name: str) -> Implementation:
    """Return the implementation called ``name``: one of the job's, or ``module:function``.

    One of the job that the data is copied from lives in that job's environment. Raises InputError.
    """
    owners = [job] if job.copied_from is None else [job, job.copied_from.job]
    for owner in owners:
        if name in owner.implementations:
            return Implementation(
                name=name,
                function=owner.implementations[name],
                environment=owner.environment,
                project=_project(job) if owner is job else "",
            )
    module, colon, attribute = name.partition(":")
    if not (colon and module and attribute):
        known = ", ".join(sorted(known for owner in owners for known in owner.implementations))
        raise InputError(f"unknown implementation {name!r}; known are {known}, or write package.module:function")
    return Implementation(name=name, function=name, environment=job.environment, project=_project(job))


def _project(job: Job) -> str:
    """The project whose job this is: only one of a project has its data from another."""
    return "" if job.copied_from is None else job.name


def _from_file(name: str, path: Path, attribute: str | None) -> Job:
    if not path.is_file():
        raise InputError(f"job {name!r}: there is no file {path}; check the path")
    folder = path.resolve().parent
    spec = importlib.util.spec_from_file_location(f"bench_job_{path.stem}", path)
    assert spec is not None  # its name ends in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses of the file look themselves up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise _import_failed(name, str(path), error) from error
    if attribute is None:
        jobs = [key for key, value in vars(module).items() if isinstance(value, Job)]
        if len(jobs) != 1:
            found = f"holds {len(jobs)} jobs ({', '.join(jobs)})" if jobs else "holds no job"
            raise InputError(f"job {name!r}: {path} {found}; write FILE.py:NAME, the name of a bench.jobs.job.Job")
        attribute = jobs[0]
    job = _checked(name, _member(name, module, attribute))
    environment = replace(job.environment, path=(*job.environment.path, str(folder)))
    # So that workers find the functions that are beside the description.
    return replace(job, environment=environment)


def _attribute(name: str, module_name: str, attribute: str) -> object:
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise InputError(
                f"job {name!r}: no module {error.name!r}; run from its folder with PYTHONPATH=., or write FILE.py"
            ) from error
        raise _import_failed(name, module_name, error) from error
    except (Exception, SystemExit) as error:  # whatever the module does on import is the user's to see
        raise _import_failed(name, module_name, error) from error
    return _member(name, module, attribute)


def _import_failed(name: str, module_name: str, error: BaseException) -> InputError:
    return InputError(f"job {name!r}: importing {module_name} failed: {describe(error)}; see that it can be imported")


def _member(name: str, module: object, attribute: str) -> object:
    if not hasattr(module, attribute):
        raise InputError(f"job {name!r}: there is no {attribute!r} in it; correct what follows the colon")
    found: object = getattr(module, attribute)
    return found


def _checked(name: str, found: object) -> Job:
    if not isinstance(found, Job):
        raise InputError(f"job {name!r}: it is a {type(found).__name__}; name a bench.jobs.job.Job")
    return check_job(found)
