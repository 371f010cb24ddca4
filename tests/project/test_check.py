"""``bench project check`` tries every step; the first that fails is named with what to do, and nothing is changed."""

from __future__ import annotations

import re
import shutil
import signal
from pathlib import Path

import psycopg
import pytest

from tests.support.command import Finished, run, start
from tests.support.foreign_server import foreign_server
from tests.support.processes import descendants, is_running, wait_until
from tests.support.weather import FOLDER, PROJECT, SIZE, Belongings, foreign_python

pytestmark = [pytest.mark.slow, pytest.mark.server]

STEPS = (
    "description",
    "job",
    "files",
    "interpreter",
    "databases",
    "settings and functions",
    "migrations",
    f"data of {SIZE}",
    "tables and columns",
    "copy",
    "one call of daily",
    "rows",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The description and its helpers, to be changed, beside a clone."""
    shutil.copytree(FOLDER, tmp_path / "weather", ignore=shutil.ignore_patterns("__pycache__", "project"))
    shutil.copytree(PROJECT, tmp_path / "clone", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def check(folder: Path, *options: object, extra: dict[str, str] | None = None) -> Finished:
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return run(
        *("project", "check", folder / "weather" / "weather.toml", "--checkout", folder / "clone"),
        *("--interpreter", foreign_python(), *options),
        extra={"TMPDIR": str(temporary), **(extra or {})},
    )


def passed(finished: Finished) -> list[str]:
    return re.findall(r"^✓ ([^:]+):", finished.stdout, re.MULTILINE)


def failed(finished: Finished) -> str:
    """Return the step that failed, after seeing that it is the last one and that its error is one line."""
    found = re.findall(r"^✗ (.*)$", finished.stdout, re.MULTILINE)
    assert (finished.returncode, len(found)) == (2, 1), finished
    assert finished.stdout.endswith(f"✗ {found[0]}\n")
    assert finished.stderr.startswith("bench: ")
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert passed(finished) == list(STEPS[: STEPS.index(found[0])])
    return str(found[0])


def test_a_project_that_is_right_passes_every_step_and_is_left_as_it_was(folder: Path) -> None:
    before = Belongings.of(folder / "clone")
    finished = check(folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert tuple(passed(finished)) == STEPS
    assert "Django 5.1." in finished.stdout
    assert "psycopg2" in finished.stdout
    assert re.search(r"skipped: CREATE EXTENSION .*pg_trgm", finished.stdout)
    assert "readings → readings: 1,728 rows" in finished.stdout
    assert "rows: 60 in daily_reports, as the job expects" in finished.stdout
    assert Belongings.of(folder / "clone") == before
    assert list((folder / "tmp").iterdir()) == []
    assert not list((folder / "weather").rglob("__pycache__"))


def test_on_a_server_of_ones_own_nothing_is_left(folder: Path, temporary: Path) -> None:
    with foreign_server(temporary, password="of the service") as server:  # noqa: S106 - lives as long as the test
        finished = check(folder, "--database-url", server.conninfo)
        assert (finished.returncode, finished.stderr) == (0, "")
        with psycopg.connect(server.conninfo, client_encoding="UTF8") as connection:
            names = "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'bench%'"
            assert connection.execute(f"{names} UNION ALL SELECT datname::text FROM pg_database").fetchall() == [
                ("postgres",),
                ("template1",),
                ("template0",),
            ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_check_that_is_ended_in_the_middle_leaves_nothing(
    folder: Path, temporary: Path, number: signal.Signals
) -> None:
    """Neither a process nor a file, and no role that can log in."""
    before = Belongings.of(folder / "clone")
    (folder / "tmp").mkdir()
    with foreign_server(temporary, password="of the service") as server:  # noqa: S106 - lives as long as the test
        arguments = (folder / "weather" / "weather.toml", "--database-url", server.conninfo)
        options = ("--checkout", folder / "clone", "--interpreter", foreign_python())
        with start("project", "check", *arguments, *options, extra={"TMPDIR": str(folder / "tmp")}) as process:
            assert process.stdout is not None
            assert any(line.startswith("✓ settings and functions") for line in process.stdout)
            children = descendants(process.pid)
            assert children
            process.send_signal(number)
            process.stdout.read()
        assert process.returncode == (-number if number == signal.SIGKILL else 130)
        wait_until(lambda: not any(map(is_running, children)), "the end of its processes")
        with psycopg.connect(server.conninfo, client_encoding="UTF8", autocommit=True) as connection:
            left = (
                "SELECT rolname FROM pg_roles WHERE rolname LIKE 'bench%'"
                " UNION ALL SELECT datname FROM pg_database WHERE datname LIKE 'bench%'"
            )
            wait_until(lambda: connection.execute(left).fetchall() == [], "the end of roles and databases")
    assert list((folder / "tmp").iterdir()) == []
    assert Belongings.of(folder / "clone") == before


def test_a_role_that_a_migration_makes_on_a_server_of_ones_own_is_named_with_its_remedy(
    folder: Path, temporary: Path
) -> None:
    migration = folder / "clone" / "weather" / "migrations" / "0002_security.py"
    text = migration.read_text(encoding="utf-8")
    operation = "migrations.RunSQL('CREATE ROLE weather_reader'), migrations.RunPython("
    migration.write_text(text.replace("migrations.RunPython(", operation, 1), encoding="utf-8")
    with foreign_server(temporary, password="of the service") as server:  # noqa: S106 - lives as long as the test
        options = ("--database-url", server.conninfo)
        # Only a role that may make roles gets that far.
        description = folder / "weather" / "weather.toml"
        roles = '[roles]\nadmin = ["BYPASSRLS", "CREATEROLE"]\n[functions]'
        text = description.read_text(encoding="utf-8")
        description.write_text(text.replace("[functions]", roles), encoding="utf-8")
        finished = check(folder, *options)
        assert failed(finished) == "migrations"
        assert re.search(r'made the role weather_reader on your server, .* DROP ROLE "weather_reader"', finished.stderr)
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            connection.execute("DROP ROLE weather_reader")
        description.write_text(
            description.read_text(encoding="utf-8").replace(
                "skipped_statements = [", 'skipped_statements = ["CREATE (ROLE|USER) .*weather_reader", '
            ),
            encoding="utf-8",
        )
        finished = check(folder, *options)
        assert finished.returncode == 0, finished.stderr
        assert "skipped: CREATE ROLE weather_reader" in finished.stdout


@pytest.mark.parametrize(
    ("step", "file", "old", "new", "expected"),
    [
        ("description", "weather/weather.toml", "[functions]", "[function]", "functions is missing; write a table"),
        ("job", "weather/weather.toml", '"weather_job.py"', '"job.py"', r"project\.job cannot be used: .*no file"),
        (
            "files",
            "weather/weather.toml",
            '"{checkout}"',
            '"{checkout}/src"',
            r"project\.path\[0\] is .*/clone/src, which",
        ),
        (
            "settings and functions",
            "weather/weather.toml",
            'WEATHER_SECRET = "not one"',
            "",
            r"WEATHER_SECRET.*; see project\.path, project\.settings, \[variables\] and \[functions\] of .*\.toml",
        ),
        (
            "settings and functions",
            "weather/weather.toml",
            "reports:write_daily_reports",
            "report:write_daily_reports",
            r"no module 'weather\.report'; .*\[functions\] of .*weather\.toml",
        ),
        (
            "migrations",
            "weather/weather.toml",
            r'"CREATE EXTENSION .*pg_trgm", ',
            "",
            r'extension "pg_trgm" is not available; use a server .* = \["CREATE EXTENSION \.\*pg_trgm"\]$',
        ),
        (
            "migrations",
            "weather/weather.toml",
            ', "gin_trgm_ops"',
            "",
            r'operator class "gin_trgm_ops" does not exist.*; .*add to project\.skipped_statements "gin_trgm_ops"',
        ),
        (
            "migrations",
            "weather/weather.toml",
            'lock = "requirements.lock"',
            'lock = "requirements.lock"\nextensions = ["hstore"]',
            r"the embedded server has no extension hstore; use a server that has it by BENCH_DATABASE_URL",
        ),
        (
            "tables and columns",
            "weather/weather.toml",
            'constants = { recorded_by = "a seed" }',
            "",
            r'copy\.readings leaves the column recorded_by .* \[copy\.readings\] constants = { recorded_by = "…" }',
        ),
        (
            "copy",
            "weather/weather.toml",
            "'suspect'",
            "'doubtful'",
            r"invalid input value for enum reading_quality: \"doub",
        ),
        (
            "one call of daily",
            "weather/warm.py",
            'loaded != context["corrections"]',
            "True",
            r"corrections are loaded, not 18000; .*the hook '.*warm\.py:warm'",
        ),
        (
            "one call of daily",
            "clone/weather/reports.py",
            "    copy(rows)\n",
            "    raise LookupError('no report')\n",
            r"daily failed: LookupError: no report; the last line of its log: LookupError: no report",
        ),
        (
            "rows",
            "weather/weather.toml",
            'columns = { station_id = "station" }\nconstants = { recorded_by',
            'where = "quantity = \'wind\'"\ncolumns = { station_id = "station" }\nconstants = { recorded_by',
            r"daily wrote 20 rows of this call into daily_reports, and the job expects 60; see that what it reads was",
        ),
    ],
)
def test_the_first_step_that_fails_is_named_with_what_to_do(
    folder: Path, step: str, file: str, old: str, new: str, expected: str
) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    before = Belongings.of(folder / "clone")
    finished = check(folder)
    assert failed(finished) == step
    assert re.search(expected, finished.stderr), finished.stderr
    assert Belongings.of(folder / "clone") == before
    assert list((folder / "tmp").iterdir()) == []


def test_an_interpreter_that_is_not_there_fails_its_step(folder: Path) -> None:
    finished = check(folder, "--interpreter", folder / "python")
    assert failed(finished) == "interpreter"
    assert "cannot be started: No such file or directory" in finished.stderr


def test_a_server_that_cannot_be_reached_fails_its_step(folder: Path) -> None:
    finished = check(folder, "--database-url", f"host={folder} dbname=none")
    assert failed(finished) == "databases"
    assert "check that the server runs" in finished.stderr
