"""The files and folders that a description names: whether they are there."""

from __future__ import annotations

from pathlib import Path

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.project.description import CHECKOUT_VARIABLE, Project
from bench.project.place import Place


def check_files(project: Project, environment: WorkerEnvironment) -> tuple[str, ...]:
    """Return the folders in which ``environment`` searches for modules.

    Raises InputError naming the first file or folder of the description that is not there.
    """
    at = Place(project.file) / "project"
    if project.checkout is not None and not project.checkout.is_dir():
        raise InputError(
            f"{project.file}: there is no checkout {project.checkout}; give the folder of your clone by "
            f"project.checkout, --checkout or {CHECKOUT_VARIABLE}"
        )
    for number, folder in enumerate(environment.path):
        if not Path(folder).is_dir():
            raise (at / "path" / number).fault(f"is {folder}, which is no folder; correct it, or take it out")
    file, colon, _ = environment.set_up.rpartition(":")
    if colon and file.endswith(".py") and not Path(file).is_file():
        raise (at / "set_up").fault(f"names {file}, which is no file; write it, or correct the path")
    if project.lock and project.checkout is not None and not (project.checkout / project.lock).is_file():
        raise (at / "lock").fault(f"is {project.lock}, which the checkout does not have; write the path within it")
    return environment.path
