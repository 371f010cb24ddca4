"""Variants that were measured beside the implementations and are not registered; see ``docs/decisions.md``."""
