"""The command line: the only part that prints, and the only one that ends the process."""

from __future__ import annotations

from bench.cli.main import entry_point, main

__all__ = ["entry_point", "main"]
