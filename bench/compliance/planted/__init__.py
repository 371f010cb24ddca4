"""Planted regressions: small variants of the streaming implementation, each with a fault that the gate must catch."""
