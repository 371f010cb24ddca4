"""Where the project's environment has memray itself, that one traces, and finds the same peak."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.harness.memray_folder import memray_folder
from tests.support.weather import ENVIRONMENT
from tests.support.weather_worker import Prepared, sampled
from tests.worker.conftest import Take

pytestmark = [pytest.mark.slow, pytest.mark.server]

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def with_memray(weather: Prepared, tmp_path: Path) -> Prepared:
    """The project in an environment that has what the foreign one has, and memray."""
    folder = tmp_path / "environment"
    links = memray_folder(weather.environment.interpreter)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = folder / "lib" / VERSION / "site-packages"
    (packages / "all.pth").write_text(f"{ENVIRONMENT / 'lib' / VERSION / 'site-packages'}\n{links}\n")
    return replace(weather, environment=replace(weather.environment, interpreter=str(folder / "bin" / "python")))


def test_the_environments_own_memray_traces_the_same_peak(with_memray: Prepared, take: Take) -> None:
    assert memray_folder(with_memray.environment.interpreter) == ""
    own = sampled(with_memray)("memory")
    assert own.outcome == take("memory").outcome
    assert own.values["peak_heap_bytes"] == pytest.approx(take("memory").values["peak_heap_bytes"], rel=0.05)
