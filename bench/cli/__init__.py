"""The command line: the only room that prints, and the only one that ends the process.

Importing it, and every module of a command, is quick: a command imports what it does when it is called, so that
``--help`` and ``--version`` load neither SciPy nor psycopg. Commands parse, call, print and return the exit code.
"""

from __future__ import annotations

from bench.cli.start import entry_point

__all__ = ["entry_point"]
