"""Tasks: further functions of a project, each with tables of its own, written as ``FILE.toml:TASK``.

A task is an overlay: what ``[tasks.NAME]`` says replaces what the rest of the file says, before anything of it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from bench.project.place import Place

_FILE = re.compile(r"(?P<file>.+\.toml):(?P<task>[A-Za-z0-9][A-Za-z0-9._-]*)", re.DOTALL)
_SECTIONS = ("functions", "targets", "laws", "promises")
_KEYS = ("set_up", "warm_up", "after_copy")
"""Of ``[project]``."""


class _Task(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The keys that a task may have; their values are read where they end up."""

    functions: Any = msgspec.UNSET
    targets: Any = msgspec.UNSET
    laws: Any = msgspec.UNSET
    promises: Any = msgspec.UNSET
    set_up: Any = msgspec.UNSET
    warm_up: Any = msgspec.UNSET
    after_copy: Any = msgspec.UNSET


def file_and_task(path: Path) -> tuple[Path, str]:
    """Return the file that ``path`` names, and the task behind its colon; '' where there is none."""
    found = None if path.exists() else _FILE.fullmatch(str(path))
    return (Path(found["file"]), found["task"]) if found else (path, "")


def section_place(root: Place, table: Mapping[str, Any], task: str, key: str) -> Place:
    """Return where the section ``key`` of the file with its task stands."""
    own = table["tasks"][task] if task else {}
    return root / "tasks" / task / key if key in own else root / key


def with_task(root: Place, table: Mapping[str, Any], task: str) -> Mapping[str, Any]:
    """Return the file's table as ``task`` has it; '' for the file without its tasks. Raises InputError.

    Laws and promises of the file are about its own functions and never about a task's. The name of the project becomes
    ``NAME.TASK``, so that figures of tasks are not taken for one another's.
    """
    rest = {key: value for key, value in table.items() if key != "tasks"}
    entries = (root / "tasks").entries(table.get("tasks", {}), _Task, "a table [tasks.NAME]")
    tasks = {name: one for name, one, _ in entries}
    if not task:
        return rest
    if task not in tasks:
        known = ", ".join(tasks) or "none"
        raise (root / "tasks").fault(f"has no {task!r}; known are {known}; write FILE.toml:TASK")
    chosen = tasks[task]
    main = {key: getattr(chosen, key) for key in _KEYS if getattr(chosen, key) is not msgspec.UNSET}
    sections = {key: getattr(chosen, key) for key in _SECTIONS if getattr(chosen, key) is not msgspec.UNSET}
    if "functions" in sections:
        rest = {key: value for key, value in rest.items() if key not in ("laws", "promises")}
    project = rest.get("project")
    if isinstance(project, Mapping):
        rest["project"] = {**project, **main, "name": f"{project.get('name', '')}.{task}"}
    return {**rest, **sections}
