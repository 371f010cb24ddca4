"""The foreign project's clone, and one run of it that several tests read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import run
from tests.support.open_folder import open_folder
from tests.support.weather import SIZE, Belongings, Measured, make_weather_repository, project_options


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's clone; nobody may change it."""
    folder = tmp_path_factory.mktemp("weather") / "clone"
    make_weather_repository(folder)
    return folder


@pytest.fixture(scope="session")
def measured(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """Two revisions of the project, and the same reports in SQL from this suite's environment, in one run."""
    output = tmp_path_factory.mktemp("measured") / "out"
    with open_folder() as temporary:
        before = Belongings.of(clone)
        finished = run(
            "run",
            *project_options(clone),
            *("--revision", "first", "--revision", "faster"),
            *("--implementation", "daily", "--implementation", "in-sql"),
            *("--scan", SIZE, "--pairs", "1", "--output", output),
            extra={"TMPDIR": str(temporary)},
        )
        yield Measured(finished, output, temporary, before, clone)
