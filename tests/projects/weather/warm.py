"""What the call needs warm; runs in the project's environment."""

from typing import Any


def warm(context: dict[str, Any]) -> None:
    """Load the corrections, which a fresh process otherwise does inside its first call."""
    from weather import calibration

    loaded = calibration.load()
    if loaded != context["corrections"]:
        raise RuntimeError(f"{loaded} corrections are loaded, not {context['corrections']}")
