"""The project: the code under test and its Django, as far as this process has them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from traceback import extract_tb
from typing import Any

from .failure import InputFault, describe
from .loading import load_function

_PACKAGES = ("django", "psycopg", "psycopg2", "psycopg2-binary", "memray")


def set_up(path: Sequence[str], settings: str) -> None:
    """Put ``path`` before all other folders, and set Django up with ``settings``, if that is not ''.

    May be called again. Raises InputFault.
    """
    try:
        here = str(Path.cwd())
    except OSError as error:
        raise InputFault(f"the working folder cannot be used: {error.strerror}; change to another") from error
    sys.path[:0] = [folder for folder in path if folder not in sys.path]
    # Last, so that the user's own code is found there and shadows nothing.
    if here not in sys.path:
        sys.path.append(here)
    if not settings:
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    with _starting(f"Django with the settings {settings!r}"):
        import django

        django.setup()
        from django.db import connections

        connections.all()  # loads the driver, but connects to nothing


def run_hook(location: str, context: Mapping[str, Any]) -> None:
    """Call the environment's own hook with ``context``. Raises InputFault."""
    if location:
        hook = load_function(location, location)
        with _starting(f"the hook {location!r}"):
            hook(context)


def connect() -> None:
    """Open every connection that Django knows."""
    for connection in _connections():
        connection.ensure_connection()


def close() -> None:
    """Close Django's connections, so that their sessions report what they did."""
    for connection in _connections():
        connection.close()


def migrate(arguments: Sequence[str], skipped_patterns: Sequence[str]) -> list[str]:
    """Run a management command; return the statements that were skipped because a pattern is found in them."""
    patterns = [re.compile(pattern, re.IGNORECASE) for pattern in skipped_patterns]
    skipped: list[str] = []

    def execute_others(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        if not any(pattern.search(text) for pattern in patterns):
            return execute(sql, params, many, context)
        result = None
        for statement in _statements(text) if params is None else [text]:
            if any(pattern.search(statement) for pattern in patterns):
                skipped.append(statement)
            else:
                result = execute(statement, params, many, context)
        return result

    from django.core.management import call_command

    with ExitStack() as stack:
        for connection in _connections():
            stack.enter_context(connection.execute_wrapper(execute_others))
        call_command(*arguments)
    close()
    return skipped


def versions() -> dict[str, str]:
    """Return the versions of this Python and of the packages that figures depend on, where they are installed."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _connections() -> list[Any]:
    """Django's connections of this thread; none without Django."""
    if "django.db" not in sys.modules:
        return []
    from django.conf import settings
    from django.db import connections

    if not settings.configured:
        return []
    # An entry of DATABASES without ENGINE is the address of something else, which Django cannot open.
    return [one for one in connections.all() if one.settings_dict["ENGINE"] != "django.db.backends.dummy"]


def _statements(script: str) -> list[str]:
    """Split what a migration sends at once, with Django's own splitter."""
    import sqlparse

    return [statement for statement in sqlparse.split(script) if statement.strip()]


@contextmanager
def _starting(what: str) -> Iterator[None]:
    """Say of any failure in the block what to do about it. Raises InputFault."""
    try:
        yield
    except InputFault:
        raise
    except BaseException as error:  # a project may raise anything while it starts, and call sys.exit
        raise InputFault(f"the worker cannot start: {describe(error)}; {_remedy(error, what)}") from error


def _remedy(error: BaseException, what: str) -> str:
    places = extract_tb(error.__traceback__)
    if isinstance(error, KeyError) and places and places[-1].filename in {os.__file__, "<frozen os>"}:
        return f"set that variable for {what}, in the environment's variables"
    if isinstance(error, ModuleNotFoundError):
        return f"install it in the environment of {sys.executable}, or add its folder to the environment's path"
    if isinstance(error, SystemExit):
        return f"{what} ends its process; see its log for the reason"
    return f"look for modules that shadow installed packages, and at {what}"
