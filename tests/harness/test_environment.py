"""The environment of a run names what can move its figures, as the system's own tools give it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from bench.harness.environment import PACKAGES, describe_environment

ROOT = Path(__file__).resolve().parents[2]


def said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_the_machine_is_the_one_that_the_system_describes() -> None:
    found = describe_environment("16.14", "embedded", {})
    assert found.python.endswith(platform.python_version())
    assert found.kernel == said("uname", "-r")
    assert found.platform.split() == [said("uname", "-s"), said("uname", "-m")]
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    (total,) = (int(line.split()[1]) * 1024 for line in lines if line.startswith("MemTotal"))
    assert 0.9 * total <= found.memory_bytes <= 1.1 * total
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    assert found.cores == cpuinfo.count("processor\t:") == os.cpu_count()
    if "model name" in cpuinfo:
        assert f": {found.cpu}\n" in cpuinfo


def test_the_packages_have_the_versions_that_they_say_of_themselves() -> None:
    found = describe_environment("16.14", "embedded", {})
    assert found.packages.keys() == set(PACKAGES)
    for package, module in {"Django": "django", "psycopg": "psycopg", "memray": "memray"}.items():
        version = said(sys.executable, "-c", f"import {module}; print({module}.__version__)")
        assert found.packages[package] == version


def test_the_server_is_the_one_that_was_given() -> None:
    found = describe_environment("16.14", "embedded", {"fsync": "on"})
    assert (found.server_version, found.server_source, dict(found.server_settings)) == (
        "16.14",
        "embedded",
        {"fsync": "on"},
    )


def test_the_revision_is_the_commit_and_says_whether_files_differ_from_it() -> None:
    found = describe_environment("16.14", "embedded", {})
    if not (ROOT / ".git").exists():
        assert found.revision == ""
        return
    changed = said("git", "status", "--porcelain", "--untracked-files=no")
    assert found.revision == said("git", "rev-parse", "--short=12", "HEAD") + ("+changes" if changed else "")
