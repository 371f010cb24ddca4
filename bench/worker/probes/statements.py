"""Statements as Django logs them, and the lines that gave them to the driver. A pass of its own: texts cost memory."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from ..drivers import noted_statements
from ..reading import CallReading
from .call_sites import CallSites


def read_statements(call: Callable[[], Any]) -> CallReading:
    """Note both for one call; Django logs none where it is not used, and an unknown number if the call imports it."""
    sites = CallSites()
    with ExitStack() as stack:
        django = None
        if "django.db" in sys.modules:
            from .django_statements import counted_statements

            django = stack.enter_context(counted_statements())
        stack.enter_context(noted_statements(sites))
        outcome = call()
    late = django is None and "django.db" in sys.modules
    return CallReading(
        values={} if late else {"statements_django": 0.0 if django is None else float(len(django.texts))},
        outcome=outcome,
        django_statements=() if django is None else django.texts,
        django_sites=() if django is None else django.sites,
        issued=tuple(sites.issued),
    )
