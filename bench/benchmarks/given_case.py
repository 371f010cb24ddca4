"""The case that a parent gives to pytest-benchmark: what a worker would be told, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec


class GivenCase(msgspec.Struct, frozen=True, kw_only=True):
    """A GivenCase is one call to time in a process whose variables name its database."""

    path: tuple[str, ...]
    settings: str
    set_up: str
    context: Mapping[str, Any]
    function: str
    arguments: Mapping[str, Any]
    warm_up: Mapping[str, Any] | None
    label: str


def write_given_case(file: Path, case: GivenCase) -> None:
    """Write ``case`` for ``read_given_case``."""
    file.write_bytes(msgspec.json.encode(case))


def read_given_case(file: Path) -> GivenCase:
    """Read what ``write_given_case`` wrote."""
    return msgspec.json.decode(file.read_bytes(), type=GivenCase)
