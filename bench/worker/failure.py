"""Failures: what went wrong in a worker, in one line for the user."""

from __future__ import annotations

_LONGEST_DESCRIPTION = 1_000


class InputFault(Exception):  # noqa: N818 - its text is the parent's InputError
    """What the user gave cannot be used: a module, a function, a settings module."""


class MeasurementFault(Exception):  # noqa: N818 - its text is the parent's MeasurementError
    """The call was made, and its figures are worth nothing."""


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
