"""The environment of a run names what can move its figures."""

from __future__ import annotations

import os
import platform
import re

from bench.harness.environment import PACKAGES, describe_environment


def test_it_names_machine_software_server_and_revision() -> None:
    found = describe_environment("16.14", "embedded", {"fsync": "on"})
    assert found.python.endswith(platform.python_version())
    assert found.cores == os.cpu_count()
    assert found.memory_bytes > 100_000_000
    assert found.cpu
    assert len(found.load_average) == 3
    assert found.packages.keys() == set(PACKAGES)
    assert all(re.match(r"\d+\.", version) for version in found.packages.values())
    assert (found.server_version, found.server_source, dict(found.server_settings)) == (
        "16.14",
        "embedded",
        {"fsync": "on"},
    )
    assert re.fullmatch(r"([0-9a-f]{12}(\+changes)?)?", found.revision)
