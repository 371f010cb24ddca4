"""Where implementations are found: in the entry-point group, or as ``package.module:function``."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from bench.errors import InputError
from bench.worker.failure import InputFault
from bench.worker.loading import load_function

GROUP = "bench.implementations"


def registered_names() -> tuple[str, ...]:
    """The names that the entry-point group knows, sorted."""
    return tuple(sorted(entry.name for entry in entry_points(group=GROUP)))


def locate(name: str) -> str:
    """Return ``package.module:function`` for a registered name, or ``name`` itself where it has that form.

    Nothing is imported. Raises InputError for an unknown name.
    """
    for entry in entry_points(group=GROUP, name=name):
        return entry.value
    module, colon, function = name.partition(":")
    if colon and module and function:
        return name
    known = ", ".join(registered_names())
    raise InputError(f"unknown implementation {name!r}; known are {known}, or write package.module:function")


def load(name: str) -> Callable[..., Any]:
    """Import the implementation called ``name`` into this process; Django must be set up. Raises InputError."""
    try:
        return load_function(name, locate(name))
    except InputFault as fault:
        raise InputError(str(fault)) from fault
