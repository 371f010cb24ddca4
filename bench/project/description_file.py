"""The description's file: TOML read strictly into a Project, so that every fault is named with its key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench.database.roles import ATTRIBUTES, LoginRoles
from bench.jobs.job import Target
from bench.project.declared import read_laws, read_promises
from bench.project.description import CHECKOUT, CHECKOUT_VARIABLE, INTERPRETER_VARIABLE, PLACE, Project
from bench.project.place import Place, read_toml
from bench.project.table_copy import read_copies
from bench.project.task import file_and_task, section_place, with_task

PLACES = ("host", "port", "database", "user", "password", "admin_user", "admin_password", "home", "checkout")
"""What a variable's ``{…}`` may name."""

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_SET_UP = re.compile(rf"(?:[^:\0]+\.py:[A-Za-z_]\w*|{_FUNCTION.pattern})")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_SHORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHA256_START = re.compile(r"[0-9a-f]{8,64}")
_JOB_FILE = re.compile(r"(?P<file>[^:\0]*\.py)(?P<rest>(:[A-Za-z_]\w*)?)")

_FUNCTION_HINT = 'a module and a function of it, for example "shop.tasks:write_statements"'
_FOLDER_HINT = 'a list of folders, for example ["{checkout}/api", "helpers"]'


class _Main(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    job: str
    interpreter: str = ""
    checkout: str = ""
    path: list[str] = []
    code: list[str] = []
    settings: str = ""
    set_up: str = ""
    warm_up: bool = True
    after_copy: list[str] = []
    migrate: list[str] = msgspec.field(default_factory=lambda: ["migrate"])
    skipped_statements: list[str] = []
    extensions: list[str] = []
    lock: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    project: Any
    functions: Any
    variables: Any = {}
    roles: Any = {}
    targets: Any = []
    copy: Any = {}
    laws: Any = {}
    promises: Any = {}
    interpreters: Any = {}


class _Roles(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    app: list[str] = msgspec.field(default_factory=lambda: list(LoginRoles().app))
    admin: list[str] = msgspec.field(default_factory=lambda: list(LoginRoles().admin))


class _Target(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    table: str
    own: dict[str, str]
    uncompared: list[str] = []
    order: list[str] = []


_HINTS = {
    "project": "a table [project] with name and job",
    "functions": "a table [functions] with a name and module:function for each version",
    "name": 'a short name, for example name = "shop"',
    "job": 'a job, for example job = "job.py"',
    "own": 'the columns that hold the call\'s arguments, for example own = { tenant_id = "tenant_id" }',
    "table": 'the table that the function writes, for example table = "statements"',
}


def read_project(path: Path, *, interpreter: str = "", checkout: str = "") -> Project:
    """Read the description in ``path``, FILE.toml or FILE.toml:TASK.

    ``interpreter`` and ``checkout`` win over its own, as do their variables.

    Raises InputError naming file and key at fault, what is wrong and the remedy. Nothing is imported, run or written.
    """
    path, task = file_and_task(path)
    root, table = read_toml(path)
    sections = _read_keys(root, with_task(root, table, task), _File)
    at, main = root / "project", _read_keys(root / "project", sections.project, _Main)
    _refuse(at / "name", main.name, _SHORT_NAME, 'a name of letters, digits, ".", "_" and "-"')
    if main.settings:
        _refuse(at / "settings", main.settings, _MODULE, 'a module, for example "config.settings"')
    if main.set_up:
        _refuse(at / "set_up", main.set_up, _SET_UP, 'FILE.py:function or module:function, for example "warm.py:warm"')
    if main.settings and not main.migrate:
        raise (at / "migrate").fault('is empty; write the management command, for example ["migrate"]')
    for number, pattern in enumerate(main.skipped_statements):
        _check_pattern(at / "skipped_statements" / number, pattern)
    folder = path.absolute().parent
    given = checkout or os.environ.get(CHECKOUT_VARIABLE, "")
    clone = Path(given).expanduser().absolute() if given else _below(folder, main.checkout) if main.checkout else None
    python = interpreter or os.environ.get(INTERPRETER_VARIABLE, "")
    place = partial(section_place, root, table, task)
    functions = _functions(place("functions"), sections.functions)
    return Project(
        file=path,
        name=main.name,
        job=_job(folder, main.job),
        functions=functions,
        interpreter=_command(Path.cwd(), python, clone) if python else _command(folder, main.interpreter, clone),
        checkout=clone,
        path=tuple(_folder(at / "path" / number, folder, one) for number, one in enumerate(main.path)),
        code=tuple(_inside(at / "code" / number, one) for number, one in enumerate(main.code)),
        settings=main.settings,
        set_up=_set_up(folder, main.set_up),
        warm_up=main.warm_up,
        after_copy=tuple(main.after_copy),
        migrate=tuple(main.migrate),
        skipped_statements=tuple(main.skipped_statements),
        extensions=tuple(main.extensions),
        variables=_variables(root / "variables", sections.variables),
        roles=_roles(root / "roles", sections.roles),
        targets=tuple(_targets(place("targets"), sections.targets)),
        copies=read_copies(root / "copy", sections.copy),
        laws=read_laws(place("laws"), sections.laws, functions),
        promises=read_promises(place("promises"), sections.promises, functions),
        lock=_inside(at / "lock", main.lock) if main.lock else "",
        interpreters=_interpreters(root / "interpreters", sections.interpreters, folder, clone),
    )


def _read_keys(place: Place, value: object, kind: type[Any]) -> Any:
    """Return a table as a Struct of ``kind``; what a missing key needs is in _HINTS. Raises InputError."""
    if isinstance(value, Mapping):
        for name in kind.__struct_fields__[: -len(kind.__struct_defaults__) or None]:
            if name not in value:
                raise (place / name).fault(f"is missing; write {_HINTS[name]}")
    return place.read(value, kind, "the value in that form")


def _refuse(place: Place, text: str, form: re.Pattern[str], write: str) -> None:
    if not form.fullmatch(text):
        raise place.fault(f"is {text!r}; write {write}")


def _check_pattern(place: Place, pattern: str) -> None:
    if not pattern:
        raise place.fault("is empty and would skip every statement; write part of the statement, or leave it out")
    try:
        re.compile(pattern)
    except re.error as error:
        raise place.fault(f"is no regular expression: {error}; escape its special characters by a backslash") from None


def _below(folder: Path, text: str) -> Path:
    return folder / Path(text).expanduser()


def _command(folder: Path, text: str, checkout: Path | None) -> str:
    """Return the absolute path of an interpreter, whose symlinks stay: they say to which environment it belongs."""
    if not text or (CHECKOUT in text and checkout is None):
        return text
    return os.path.normpath(_below(folder, text.replace(CHECKOUT, str(checkout))))


def _folder(place: Place, folder: Path, text: str) -> str:
    if not text:
        raise place.fault(f'is empty; write a folder, or "." for that of {place.path.name}')
    return text if text.startswith(CHECKOUT) else os.path.normpath(_below(folder, text))


def _inside(place: Place, text: str) -> str:
    """Return a path relative to the checkout, normalised. Raises InputError for one that leads out of it."""
    path = os.path.normpath(text)
    if not text or Path(path).is_absolute() or path.split("/")[0] == ".." or CHECKOUT in text:
        raise place.fault(f'is {text!r}; write a path relative to the checkout, for example "api/src"')
    return path


def _job(folder: Path, text: str) -> str:
    found = _JOB_FILE.fullmatch(text)
    return f"{_below(folder, found['file'])}{found['rest']}" if found else text


def _set_up(folder: Path, text: str) -> str:
    file, _, function = text.rpartition(":")
    return f"{_below(folder, file)}:{function}" if file.endswith(".py") else text


def _functions(place: Place, value: object) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, function, at in place.entries(value, str, _FUNCTION_HINT):
        _refuse(at, name, _SHORT_NAME, 'a name of letters, digits, ".", "_" and "-" for the key')
        _refuse(at, function, _FUNCTION, _FUNCTION_HINT)
        found[name] = function
    if not found:
        raise place.fault(f"is empty; write at least one name and {_FUNCTION_HINT}")
    return found


def _variables(place: Place, value: object) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, text, at in place.entries(value, str, "a text in quotes; numbers as well"):
        _refuse(at, name, _VARIABLE, "a variable's name of letters, digits and _ for the key")
        if "\0" in text:
            raise at.fault("holds a NUL character; leave that out")
        for used in PLACE.findall(text):
            at.one_of(used, PLACES, "place")
        found[name] = text
    return found


def _roles(place: Place, value: object) -> LoginRoles:
    roles = place.read(value, _Roles, 'a list of attributes, for example ["BYPASSRLS", "CREATEROLE"]')
    for name in ("app", "admin"):
        for number, attribute in enumerate(getattr(roles, name)):
            (place / name / number).one_of(attribute, ATTRIBUTES, "attribute")
    return LoginRoles(app=tuple(roles.app), admin=tuple(roles.admin))


def _targets(place: Place, value: object) -> Iterable[Target]:
    for number, one in enumerate(place.read(value, list[Any], "[[targets]], one for each table")):
        at = place / number
        target = _read_keys(at, one, _Target)
        if not target.own:
            raise (at / "own").fault(f"is empty; write {_HINTS['own']}")
        yield Target(table=target.table, own=target.own, uncompared=tuple(target.uncompared), order=tuple(target.order))


def _interpreters(place: Place, value: object, folder: Path, clone: Path | None) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for start, python, at in place.entries(value, str, "the path of an interpreter"):
        _refuse(at, start, _SHA256_START, "8 to 64 hexadecimal digits of the lock file's SHA-256 for the key")
        found[start] = _command(folder, python, clone)
    return found
