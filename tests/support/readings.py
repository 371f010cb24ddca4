"""Readings of calls by workers as a run takes them."""

from __future__ import annotations

from collections.abc import Callable

from bench.messages.reading import Reading

Read = Callable[[str], Reading]
"""Take a sample of the statements of a function of ``tests.support.law_calls``."""
