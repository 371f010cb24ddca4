"""A module that cannot be imported."""

raise RuntimeError("broken\non import")
