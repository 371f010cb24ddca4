"""A project that does not start: the error says why and what to do, and nothing of it runs on or is changed."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.harness import conversation
from bench.harness.executor import ProcessExecutor, SampleError
from bench.messages.answer import DescribeAnswer
from bench.messages.request import DescribeRequest
from tests.support.left_behind import MARK, assert_nothing_is_left
from tests.support.weather import Belongings
from tests.support.weather_variant import Variant
from tests.support.weather_worker import FUNCTION, weather_environment

pytestmark = pytest.mark.slow

SETTINGS, REPORTS = "config/settings.py", "weather/reports.py"
TIMEOUT_SECONDS = 60.0


@pytest.fixture
def variant(tmp_path: Path) -> Variant:
    """A copy of the project to break."""
    return Variant.make(tmp_path)


def describe(variant: Variant, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> DescribeAnswer:
    """Have a worker import the variant; whatever comes of it, nothing may be left or changed."""
    mark = secrets.token_hex(8)
    monkeypatch.setenv(MARK, mark)
    before = Belongings.of(variant.clone)
    environment = weather_environment(variant.clone)
    request = DescribeRequest(environment=environment, functions={"daily": FUNCTION})
    try:
        return ProcessExecutor(temporary).run(request, TIMEOUT_SECONDS)
    finally:
        monkeypatch.delenv(MARK)
        assert Belongings.of(variant.clone) == before
        for compiled in temporary.glob("compiled"):  # the executor's, as long as the run
            shutil.rmtree(compiled)
        assert_nothing_is_left(mark, temporary)


@pytest.mark.parametrize(
    ("file", "lines", "error", "parts"),
    [
        (SETTINGS, "import sys\nsys.exit(0)", InputError, ["SystemExit: 0", "ends its process"]),
        (SETTINGS, "import os\nos.kill(os.getpid(), 9)", SampleError, ["killed by SIGKILL"]),
        (SETTINGS, "import os\nprint('bye', flush=True)\nos._exit(7)", SampleError, ["exit code 7", "last line: bye"]),
        (SETTINGS, "import os\nos._exit(0)", SampleError, ["exit code 0 and no answer"]),
        (SETTINGS, "def broken(:", InputError, ["SyntaxError", "settings.py, line 2"]),
        (REPORTS, "import sys\nsys.exit('no licence')", InputError, ["'weather.reports'", "SystemExit: no licence"]),
        (REPORTS, "from weather.missing import nothing", InputError, ["No module named 'weather.missing'"]),
    ],
    ids=[
        "settings exit with 0",
        "settings are killed",
        "settings end the process",
        "settings end it without an error",
        "settings are no Python",
        "the function's module exits",
        "the function's module misses another",
    ],
)
def test_the_cause_is_named_and_nothing_is_left(
    variant: Variant,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    lines: str,
    error: type[Exception],
    parts: list[str],
) -> None:
    variant.begin(file, lines)
    with pytest.raises(error) as caught:
        describe(variant, temporary, monkeypatch)
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_a_start_that_hangs_is_ended_and_its_last_line_shown(
    variant: Variant, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what it started, which has left its session."""
    monkeypatch.setattr(conversation, "START_SECONDS", 10.0 - TIMEOUT_SECONDS)
    variant.begin(
        SETTINGS,
        "import subprocess, time\nprint('waiting for the licence server', flush=True)\n"
        "subprocess.Popen(['sleep', '600'], start_new_session=True)\ntime.sleep(600)",
    )
    with pytest.raises(SampleError, match=r"did not start within 10 s \(its last line: waiting for the licence server"):
        describe(variant, temporary, monkeypatch)


def test_a_slow_start_does_not_count_towards_the_call(
    variant: Variant, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large projects take half a minute until they are imported, and write what they like to standard output."""
    variant.begin(SETTINGS, "import os, sys, time\ntime.sleep(3)\nos.write(1, b'\\xff\\x00{}\\n' * 100_000)")
    monkeypatch.setattr("tests.worker.test_foreign_start.TIMEOUT_SECONDS", 0.5)
    assert describe(variant, temporary, monkeypatch).laws


def test_psycopg_3_cannot_be_imported_there(variant: Variant, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project checks that by itself; with the module in its own folder, it is seen to refuse."""
    assert describe(variant, temporary, monkeypatch).laws
    (variant.clone / "psycopg.py").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="psycopg 3 is importable"):
        describe(variant, temporary, monkeypatch)
