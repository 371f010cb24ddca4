"""Which modules an import loads, in a fresh process."""

from __future__ import annotations

import subprocess
import sys

_LOADED = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*(name for name in sys.argv[2:] if name in sys.modules))
"""


def loaded(module: str, *names: str) -> list[str]:
    """Which of ``names`` a fresh process has loaded once it has imported ``module``."""
    command = [sys.executable, "-c", _LOADED, module, *names]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
