"""Where implementations are found: in the entry-point group, or as ``package.module:function``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from bench.errors import InputError, describe

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
    """Import the implementation called ``name``; Django must be set up. Raises InputError."""
    location = locate(name)
    module_name, _, attribute = location.partition(":")
    try:
        target: object = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise InputError(
                f"implementation {name!r}: no module {error.name!r}; run from its folder, or add that to PYTHONPATH"
            ) from error
        raise InputError(
            f"implementation {name!r}: importing {module_name!r} failed: {error}; install what it needs"
        ) from error
    except BaseException as error:  # whatever the module raises on import, sys.exit included, is the user's to see
        raise InputError(
            f"implementation {name!r}: importing {module_name!r} failed: {describe(error)}; "
            "see that the module can be imported"
        ) from error
    for part in attribute.split("."):
        if not hasattr(target, part):
            raise InputError(
                f"implementation {name!r}: module {module_name!r} has no {attribute!r}; correct what follows the colon"
            )
        target = getattr(target, part)
    if not callable(target):
        raise InputError(f"implementation {name!r}: {location!r} is not callable; name a function")
    return target
