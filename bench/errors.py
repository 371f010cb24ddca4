"""The errors a user can act on: one line each, naming what is wrong, where, and the remedy."""

from __future__ import annotations

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


_LONGEST_DESCRIPTION = 1_000


def describe(error: BaseException) -> str:
    """Return ``error`` as one printable line: its class and its text, whatever that is made of."""
    try:
        text = " ".join(str(error).split())
    except Exception as second:  # noqa: BLE001 - __str__ is anybody's code
        text = f"(its text cannot be shown: {type(second).__name__})"
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()
        for character in text
    )
    cut = shown if len(shown) <= _LONGEST_DESCRIPTION else f"{shown[:_LONGEST_DESCRIPTION]}…"
    return f"{type(error).__name__}: {cut}" if cut else type(error).__name__
