"""Frameworks that installed packages add to Prowler's by entry point: they are named, and not read."""

from __future__ import annotations

from importlib.metadata import entry_points

GROUPS = ("prowler.compliance", "prowler.compliance.universal")


def unread_frameworks() -> tuple[str, ...]:
    """Return a warning that names what packages installed here add to a catalogue; none where they add nothing."""
    found = dict.fromkeys(
        f"{one.name} of {one.dist.name if one.dist else one.value}"
        for group in GROUPS
        for one in entry_points(group=group)
    )
    if not found:
        return ()
    return (f"frameworks that installed packages add by entry point are not read: {', '.join(sorted(found))}",)
