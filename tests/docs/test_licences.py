"""The table of licences lists what the lock file installs, and each package says what it is under."""

from __future__ import annotations

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.command import ROOT
from tests.support.documents import table_under

LINUX = {"python_version": "3.11", "python_full_version": "3.11.9", "sys_platform": "linux", "os_name": "posix"}
PLACE = {"platform_system": "Linux", "platform_machine": "x86_64", "implementation_name": "cpython"}
_ROWS = table_under(ROOT / "docs" / "licences.md", "## Packages", "Name", "Version", "License")


def locked() -> dict[str, str]:
    """Return the version of each package that the lock file installs on Linux with CPython 3.11."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    named = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-zA-Z]", line)]
    holding = [one for one in named if one.marker is None or one.marker.evaluate({**LINUX, **PLACE})]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in holding}


def test_every_locked_package_is_listed_with_its_version() -> None:
    assert len(locked()) > 50
    assert {canonicalize_name(name): version for name, version, _ in _ROWS} == locked()


def test_every_package_names_a_licence() -> None:
    assert [name for name, _, licence in _ROWS if not licence or "UNKNOWN" in licence.upper()] == []
