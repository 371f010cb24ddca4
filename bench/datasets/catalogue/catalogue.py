"""A Catalogue: the frameworks that a provider is checked against, with their requirements.

This module imports nothing but the standard library, so that an implementation depends on little.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict


class Requirement(TypedDict):
    """One requirement of a framework; ``checks`` maps check ids to anything, only the keys count."""

    description: NotRequired[str]
    checks: Mapping[str, Any]


class Framework(TypedDict):
    """One framework; a missing ``version`` is stored as ''."""

    framework: str
    version: NotRequired[str]
    requirements: Mapping[str, Requirement]


Catalogue = Mapping[str, Framework]
"""The frameworks of one provider by compliance id, in the order in which rows are written."""
