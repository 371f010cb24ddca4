"""The worker process, ``INTERPRETER bench/worker/__main__.py FD PARENT``: answers commands until they end.

Commands come as lines of JSON on standard input; each is answered by one line of JSON to the file descriptor FD, a pipe
that nothing else writes to. Whatever the project prints lands in the parent's log. Nothing but the standard library is
imported before the supervisor has forked, so that a broken package becomes an answer.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from functools import partial
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
_NAME = "bench_worker"


def main() -> None:
    """Answer the commands on standard input in a child, and end as that ends."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    if os.getppid() != parent:
        os._exit(1)
    # Python puts the folder of the file that it runs first on its path; its modules have common names.
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != _FOLDER]
    spec = importlib.util.spec_from_file_location(
        _NAME, _FOLDER / "__init__.py", submodule_search_locations=[str(_FOLDER)]
    )
    assert spec is not None  # the file exists
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = package
    spec.loader.exec_module(package)
    supervise = importlib.import_module(f"{_NAME}.supervisor").supervise
    supervise(partial(_work, descriptor))


def _work(descriptor: int) -> None:
    importlib.import_module(f"{_NAME}.serve").work(descriptor)


if __name__ == "__main__":
    main()
