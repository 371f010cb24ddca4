"""What happens around a command: what is loaded, closed and full streams, interruptions, bytes that are no text."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from bench.cli.commands import all_entries
from bench.cli.main import app, main
from tests.support.command import BENCH, ROOT, environment, run, start
from tests.support.processes import hearing, wait_until

HEAVY = ("scipy", "numpy", "matplotlib", "faker", "psycopg", "django", "memray", "rich.progress", "bench.analysis")
LOADED_BY = """
import sys
from bench.cli.main import main
sys.stdout = sys.stderr
code = main(sys.argv[2:])
assert code == 0, code
print(*(name for name in sys.argv[1].split(",") if name in sys.modules), file=sys.__stdout__)
"""
COMMANDS = [
    *([one.name] for one in all_entries() if not one.hidden and not one.commands),
    *([one.name, below.name] for one in all_entries() for below in one.commands),
]
SCREEN = 30
COLUMNS = 100


def loaded_by(*arguments: str, names: tuple[str, ...] = HEAVY) -> list[str]:
    """Which of ``names`` a fresh process has loaded after the command."""
    program = [sys.executable, "-c", LOADED_BY, ",".join(names), *arguments]
    finished = subprocess.run(program, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    return finished.stdout.split()


@pytest.mark.parametrize(
    "command", [["--version"], ["--help"], ["prove", "--help"], *([*c, "--help"] for c in COMMANDS)]
)
def test_help_and_version_load_nothing_heavy(command: list[str]) -> None:
    assert loaded_by(*command) == []


def test_what_a_command_needs_is_loaded_when_it_is_called(tmp_path: Path) -> None:
    """What the test above looks for can be found."""
    assert loaded_by("history", str(ROOT / "reports"), "--output", str(tmp_path), names=("scipy", "matplotlib")) == [
        "scipy",
        "matplotlib",
    ]


@pytest.mark.parametrize("command", [[], ["prove"], *COMMANDS])
def test_each_help_fits_one_screen(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    assert main([*command, "--help"]) == 0
    lines = capsys.readouterr().out.rstrip().splitlines()
    # The list of commands has a line for each of them, the thirteenth included.
    assert len(lines) <= SCREEN + (not command)
    assert max(map(len, lines)) <= COLUMNS


def test_the_help_has_few_commands_in_groups(capsys: pytest.CaptureFixture[str]) -> None:
    """A dozen of bench's own fit one screen with their groups, and one group that this job adds: ``data``."""
    main(["--help"])
    help_text = capsys.readouterr().out
    assert len([one for one in all_entries() if not one.hidden and one.name != "data"]) <= 12
    assert re.findall(r"╭─ (\w+) ─", help_text) == ["Options", "Measure", "Judge", "Show", "Prepare"]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_list_of_commands_says_what_the_command_has(command: list[str]) -> None:
    """Names and help stand in a table, so that the list needs no module; each name leads to a command."""
    group = typer.main.get_command(app)
    context = group.make_context("bench", command, resilient_parsing=True)
    words = command
    found: object = group
    while hasattr(found, "resolve_command"):
        _, found, words = found.resolve_command(context, words)
    assert getattr(found, "name") == command[-1]  # noqa: B009 - of the click that typer carries along
    assert getattr(found, "callback").__doc__  # noqa: B009


def closing(*descriptors: int) -> Callable[[], None]:
    def close() -> None:
        for descriptor in descriptors:
            os.close(descriptor)

    return close


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["history", "reports"]])
def test_closed_output_is_an_error(arguments: list[str]) -> None:
    finished = run(*arguments, before=closing(1))
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == "bench: standard output is closed; redirect it to a file or to /dev/null\n"


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["run", "--help"], ["compare", "{}", "{}"]], ids=" ".join
)
def test_full_output_is_an_error_in_one_line(arguments: list[str]) -> None:
    words = [word.format(ROOT / "reports" / "baseline.json") for word in arguments]
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [*BENCH, *words], cwd=ROOT, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert finished.returncode == 2
    assert finished.stderr.startswith("bench: cannot write to standard output: No space left on device; ")
    assert finished.stderr.count("\n") == 1


def test_output_that_nobody_reads_is_an_error_in_one_line() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    finished = subprocess.run(
        [*BENCH, "--help"], cwd=ROOT, env=environment(), stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert finished.returncode == 2
    assert finished.stderr.startswith("bench: cannot write to standard output: ")
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--version"], ["frobnicate"]])
def test_closed_errors_and_input_change_nothing_but_what_is_seen(arguments: list[str]) -> None:
    seen, unseen = run(*arguments), run(*arguments, before=closing(0, 2))
    assert (unseen.returncode, unseen.stdout, unseen.stderr) == (seen.returncode, seen.stdout, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_while_modules_are_loaded_is_one_line(number: signal.Signals, tmp_path: Path) -> None:
    """A module that typer imports first says where the process is, and waits."""
    (tmp_path / "typer.py").write_text(
        "import pathlib, time\npathlib.Path(__file__).with_name('reached').touch()\ntime.sleep(600)\n"
    )
    with start("--help", extra={"PYTHONPATH": str(tmp_path)}) as process:
        wait_until((tmp_path / "reached").exists, "the import has begun")
        process.send_signal(number)
        output, errors = process.communicate()
    assert process.returncode == 130
    assert (output, errors) == ("", "bench: interrupted; servers and temporary files are gone\n")


@pytest.mark.parametrize("error", ["ImportError('initialization failed')", "SystemError()"])
@pytest.mark.parametrize("module", ["typer", "scipy", "job"])
def test_an_interruption_that_a_loading_module_makes_an_error_of_its_own_is_one_line(
    module: str, error: str, tmp_path: Path
) -> None:
    """As modules written in C do: of the entry point, of a command, and of what the user names."""
    (tmp_path / f"{module}.py").write_text(
        "import pathlib, time\npathlib.Path(__file__).with_name('reached').touch()\n"
        f"try:\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    pass\nraise {error}\n"
    )
    arguments = ["run", "--job", str(tmp_path / "job.py")] if module == "job" else ["compare", "a.json", "b.json"]
    with start(*arguments, extra={"PYTHONPATH": str(tmp_path)}) as process:
        wait_until((tmp_path / "reached").exists, "the import has begun")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    assert (process.returncode, output) == (130, "")
    assert errors == "bench: interrupted; servers and temporary files are gone\n"


def test_an_interruption_at_any_moment_of_the_start_leaves_no_traceback(tmp_path: Path) -> None:
    """After the interpreter has come to the entry point, whatever is loaded just then."""
    program = (
        "import sys, signal\nfrom bench.cli import entry_point\nsys.argv = ['bench', 'compare', 'a', 'b']\n"
        # Not before the entry point has begun, which first takes over SIGTERM.
        "def alarm(*_):\n    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0.002)\n    else:\n        signal.raise_signal(signal.SIGINT)\n"
        "signal.signal(signal.SIGALRM, alarm)\n"
        "signal.setitimer(signal.ITIMER_REAL, float(sys.stdin.readline()))\n"
        # While it ends, the interpreter no longer handles the alarm.
        "try:\n    entry_point()\nfinally:\n    signal.setitimer(signal.ITIMER_REAL, 0)"
    )
    ends = set()
    for milliseconds in range(5, 905, 60):
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            preexec_fn=hearing(),
        ) as process:
            _, errors = process.communicate(f"{milliseconds / 1000}\n")
        assert "Traceback" not in errors
        assert errors.count("\n") == 1
        ends.add(process.returncode)
    assert 130 in ends
    assert ends <= {130, 2}


@pytest.mark.parametrize(
    ("arguments", "extra", "named"),
    [
        (["run", "--implementation", "\udcff"], {}, "--implementation"),
        (["run", "--scan", "\udcff/3"], {}, "--scan"),
        (["ab", "\udcff"], {}, "--revision"),
        (["run", "--database-url", "postgresql://me:hunter2\udcff@host/db"], {}, "--database-url"),
        (["run"], {"BENCH_DATABASE_URL": "postgresql://me:hunter2\udcff@host/db"}, "--database-url"),
        (["run"], {"TMPDIR": "\udcff"}, "TMPDIR"),
        (["rows", "--implementation", "streaming", "--scan", "1/1"], {"TMPDIR": "\udcff"}, "TMPDIR"),
    ],
)
def test_bytes_that_are_no_text_are_refused_by_the_name_of_what_holds_them(
    arguments: list[str], extra: dict[str, str], named: str
) -> None:
    finished = run(*arguments, extra=extra)
    assert finished.returncode == 2
    assert finished.stderr == f"bench: {named} holds bytes that are not valid UTF-8; write it in UTF-8\n"


def test_a_deleted_working_folder_is_named_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    finished = run("compare", "a.json", "b.json", folder=folder, before=folder.rmdir, extra={"PYTHONPATH": str(ROOT)})
    assert finished.returncode == 2
    assert finished.stderr.startswith("bench: ")
    assert finished.stderr.count("\n") == 1


def test_an_unexpected_exception_does_not_end_like_a_regression(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("\x1b[31mnever")

    monkeypatch.setattr("bench.results.store.read_results", fail)
    assert main(["compare", "a.json", "b.json"]) == 2
    errors = capsys.readouterr().err
    assert "ZeroDivisionError: \\x1b[31mnever" in errors
    assert errors.endswith("bench: this is a fault of bench itself; please report it with the lines above\n")
