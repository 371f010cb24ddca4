"""Loading: imports a function by ``package.module:function`` or ``FILE.py:function``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from .failure import InputFault, describe


def load_function(name: str, location: str) -> Callable[..., Any]:
    """Import what is called ``name`` in messages; Django must be set up. Raises InputFault."""
    module_name, _, attribute = location.partition(":")
    try:
        target: Any = _module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise InputFault(
                f"implementation {name!r}: no module {error.name!r}; run from its folder, or add that to PYTHONPATH"
            ) from error
        raise InputFault(
            f"implementation {name!r}: importing {module_name!r} failed: {error}; install what it needs"
        ) from error
    except BaseException as error:  # whatever the module raises on import, sys.exit included, is the user's to see
        raise InputFault(
            f"implementation {name!r}: importing {module_name!r} failed: {describe(error)}; "
            "see that the module can be imported"
        ) from error
    for part in attribute.split("."):
        if not hasattr(target, part):
            raise InputFault(
                f"implementation {name!r}: module {module_name!r} has no {attribute!r}; correct what follows the colon"
            )
        target = getattr(target, part)
    if not callable(target):
        raise InputFault(f"implementation {name!r}: {location!r} is not callable; name a function")
    function: Callable[..., Any] = target
    return function


def _module(name: str) -> ModuleType:
    if not name.endswith(".py"):
        return importlib.import_module(name)
    path = Path(name).absolute()
    known = f"bench_file_{path.stem}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, path)
        assert spec is not None  # files that end with .py have a loader
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[known]
            raise
    return sys.modules[known]
