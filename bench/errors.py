"""The errors a user can act on: one line each, naming what is wrong, where, and the remedy."""

from __future__ import annotations

from bench.worker.failure import describe as describe

INTERRUPTED = 130
"""The exit code of an interrupted command: 128 + SIGINT, as shells have it."""


class BenchError(Exception):
    """An error for the user, caught once in ``bench.cli.main`` and shown as one line.

    ``exit_code`` follows the gate's convention: 1 a regression or a failed measurement, 2 the tool or its input is at
    fault, 3 not comparable or inconclusive.
    """

    exit_code = 2


class InputError(BenchError):
    """What the user gave cannot be used: an option, a file, a scan size, an implementation."""


class DatabaseError(BenchError):
    """The server cannot be started, reached or used."""


class MeasurementError(BenchError):
    """An implementation failed while it was measured; the other cases went on."""

    exit_code = 1
