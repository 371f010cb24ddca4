"""However a worker ends, the executor names the cause in one line, keeps the end of its log, and leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bench.compliance.environment import ENVIRONMENT
from bench.compliance.job import JOB
from bench.errors import DatabaseError, InputError, MeasurementError
from bench.harness.executor import LOG_TAIL_BYTES, ProcessExecutor, SampleError
from bench.harness.stage import DataStage
from bench.messages.request import DescribeRequest
from tests.support.data import implementation, sampled
from tests.support.implementations import NOTES
from tests.support.left_behind import WORKER
from tests.support.processes import is_running, wait_until
from tests.support.small_scan import EXPECTED_ROWS

pytestmark = [pytest.mark.slow, pytest.mark.server]

HERE = "tests.support.implementations"
LONG = 120.0
"""Seconds in which any worker answers; a test that waits so long fails because the error is of another kind."""


def describing(*names: str) -> DescribeRequest:
    return DescribeRequest(environment=ENVIRONMENT, functions={name: implementation(name).function for name in names})


def fail(scan: DataStage, implementation: str, limit: float = LONG) -> SampleError:
    others = workers()  # other tests' sessions keep theirs
    with pytest.raises(SampleError) as caught:
        sampled(scan, "rows", f"{HERE}.{implementation}", limit)
    assert "\n" not in str(caught.value)
    # What the worker forked is killed with it, but is no child of this process.
    kept = others | waiting(scan)
    wait_until(lambda: not any(map(is_running, workers() - kept)), "the worker and what it forked are gone")
    return caught.value


def waiting(scan: DataStage) -> set[int]:
    """The workers that wait to be copied, with their supervisors; not what they left as a copy's."""
    assert isinstance(scan.executor, ProcessExecutor)
    supervisors = scan.executor.waiting
    children = {child for one in supervisors for child in _children(one)}
    return {*supervisors, *children}


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers() -> set[int]:
    """This process's workers and what they forked, whichever process is their parent now."""
    found = set()
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (directory / "cmdline").read_bytes().split(b"\0")
            if os.fsencode(WORKER) in command and str(os.getpid()).encode() in command:
                found.add(int(directory.name))
    return found


def test_an_exception_becomes_an_error_in_one_line_with_its_traceback_in_the_log(small_scan: DataStage) -> None:
    error = fail(small_scan, "ends:raises")
    assert (error.kind, str(error)) == ("error", "ValueError: two lines")
    assert "Traceback (most recent call last)" in error.log_tail
    assert 'raise ValueError("two\\nlines")' in error.log_tail


@pytest.mark.parametrize("implementation", ["ends:hangs", "ends:hangs_deaf"])
def test_a_hang_becomes_a_timeout_that_names_the_option(small_scan: DataStage, implementation: str) -> None:
    error = fail(small_scan, implementation, 2.5)
    assert error.kind == "timeout"
    assert "within 2.5 s" in str(error)
    assert "--timeout" in str(error)
    assert error.log_tail == "about to hang"


def test_a_silent_end_is_an_error_and_no_success(small_scan: DataStage) -> None:
    error = fail(small_scan, "ends:exits_at_once")
    assert (error.kind, str(error)) == ("error", "the worker ended with exit code 0 and no answer")


FORKED = "the call returned in a forked child process as well as in the worker; end the child by os._exit"


@pytest.mark.parametrize(
    ("implementation", "kind", "message"),
    [
        ("exits", "error", "SystemExit: 0"),
        ("exits_with_a_message", "error", "SystemExit: configuration missing"),
        ("interrupts", "error", "KeyboardInterrupt"),
        ("raises_a_surrogate", "error", r"ValueError: file \udcff is \x1b[31mbad"),
        ("raises_without_text", "error", "MuteError: (its text cannot be shown: RuntimeError)"),
        ("kills_itself_by_a_real_time_signal", "killed", "the worker was killed by SIGRTMIN+6"),
        ("kills_its_process_group", "killed", "the worker was killed by SIGTERM"),
        ("recurses", "error", "RecursionError: maximum recursion depth exceeded"),
        ("overflows_the_stack", "killed", "the worker was killed by SIGSEGV"),
        (
            "closes_every_descriptor",
            "error",
            "the implementation closed the pipe by which its worker answers; close only what it opened",
        ),
        (
            "takes_the_pipe_over",
            "error",
            "the implementation closed the pipe by which its worker answers; close only what it opened",
        ),
        (
            "writes_to_every_descriptor",
            "error",
            "the worker's answer cannot be read: the implementation wrote to its pipe as well",
        ),
        ("returns_in_a_fork_as_well", "error", FORKED),
        ("raises_in_a_fork_while_the_worker_returns", "error", FORKED),
        (
            "returns_what_is_no_text",
            "error",
            "what the implementation returned is no JSON: UnicodeEncodeError: 'utf-8' codec can't encode character "
            r"'\udcff' in position 0: surrogates not allowed",
        ),
    ],
)
def test_an_odd_end_is_one_line_that_names_the_cause(
    small_scan: DataStage, implementation: str, kind: str, message: str
) -> None:
    error = fail(small_scan, f"ends:{implementation}")
    assert (error.kind, str(error)) == (kind, message)


@pytest.mark.parametrize(
    ("implementation", "message"),
    [("exits_with_a_message", "SystemExit: configuration missing"), ("interrupts", "KeyboardInterrupt")],
)
def test_an_end_under_the_time_probe_is_not_taken_for_one_of_pytest(
    small_scan: DataStage, implementation: str, message: str
) -> None:
    name = f"{HERE}.ends:{implementation}_after_the_warm_up"
    with pytest.raises(SampleError, match=f"^{message}$"):
        sampled(small_scan, "time", name, LONG)


def test_sigkill_becomes_killed_and_suggests_memory(small_scan: DataStage) -> None:
    error = fail(small_scan, "ends:kills_itself")
    assert (error.kind, str(error)) == ("killed", "the worker was killed by SIGKILL (out of memory?)")


def test_abort_becomes_killed_and_the_end_of_the_log_is_kept(small_scan: DataStage) -> None:
    error = fail(small_scan, "ends:aborts")
    assert (error.kind, str(error)) == ("killed", "the worker was killed by SIGABRT")
    assert error.log_tail == "about to abort"


def test_a_worker_that_is_killed_beside_its_own_child_is_not_waited_for(small_scan: DataStage) -> None:
    assert fail(small_scan, "ends:kills_itself_beside_a_child").kind == "killed"


def test_ten_megabytes_of_output_do_not_block_and_only_their_end_is_kept(small_scan: DataStage) -> None:
    error = fail(small_scan, "ends:says_much_and_raises")
    assert str(error) == "ValueError: last words"
    assert error.log_tail.endswith("ValueError: last words")
    assert len(error.log_tail.encode()) <= LOG_TAIL_BYTES + 2, "one character that was cut may become a longer mark"


@pytest.mark.parametrize(
    ("implementation", "part"),
    [("results:returns_nothing", "Expected `object`, got `null`"), ("results:returns_other_types", "$.requirements_")],
)
def test_an_outcome_of_another_shape_is_a_fault_that_names_the_place(
    small_scan: DataStage, implementation: str, part: str
) -> None:
    reading, digest = sampled(small_scan, "rows", f"{HERE}.{implementation}", LONG)
    assert JOB.outcome_fault
    fault = JOB.outcome_fault(reading.outcome, small_scan.loaded, digest.rows)
    assert "no bench.compliance.contract.Outcome" in fault
    assert part in fault


def test_a_query_that_outlives_its_worker_does_not_hold_up_the_next_sample(small_scan: DataStage) -> None:
    assert fail(small_scan, "ends:hangs_in_the_server", 4.0).kind == "timeout"
    _, digest = sampled(small_scan, "rows", "streaming", LONG)
    assert digest.rows == EXPECTED_ROWS


@pytest.mark.parametrize("implementation", ["leaves_a_program", "leaves_a_fork"])
def test_a_sample_ends_with_its_worker_and_what_the_worker_started_ends_too(
    small_scan: DataStage, implementation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    monkeypatch.setenv(NOTES, str(notes))
    _, digest = sampled(small_scan, "rows", f"{HERE}.leftovers:{implementation}", LONG)
    assert digest.rows == EXPECTED_ROWS
    started = [int(pid) for pid in notes.read_text().split()]
    assert len(started) == 2, "one in the warm-up, one in the call"
    wait_until(lambda: not any(map(is_running, started)), "what the worker started is gone")


def test_temporary_files_of_the_implementation_go_with_its_worker(
    small_scan: DataStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    monkeypatch.setenv(NOTES, str(notes))
    sampled(small_scan, "rows", f"{HERE}.leftovers:leaves_files", LONG)
    left = [Path(path) for path in notes.read_text().split()]
    assert len(left) == 4, "a file and a folder in the warm-up, and again in the call"
    assert not any(path.exists() for path in left)
    assert not left[0].parent.exists(), "the worker's folder"


def test_an_implementation_that_leaves_its_working_folder_still_gets_its_answer_through(small_scan: DataStage) -> None:
    for probe in ("memory", "time"):
        reading, _ = sampled(small_scan, probe, f"{HERE}.leftovers:leaves_its_folder", LONG)
        assert reading.outcome["requirements_created"] == EXPECTED_ROWS


def test_pytest_variables_of_the_caller_do_not_reach_the_time_probe(
    small_scan: DataStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    reading, _ = sampled(small_scan, "time", "streaming", LONG)
    assert set(reading.values) == {"wall_seconds", "cpu_seconds"}


def test_modules_of_the_working_folder_shadow_neither_this_package_nor_the_library_but_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "bench", "django"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('shadow')")
    (tmp_path / "my_task.py").write_text("def run(tenant_id, scan_id): ...")
    monkeypatch.chdir(tmp_path)
    answer = ProcessExecutor(tmp_path).run(describing("my_task:run"), LONG)
    assert [one.implementation for one in answer.laws] == ["my_task:run"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("no_such_package.task:run", ["no module 'no_such_package'", "PYTHONPATH"]),
        (f"{HERE}.no_such_module:run", [f"no module '{HERE}.no_such_module'"]),
        (f"{HERE}.incomplete:run", ["No module named 'no_such_module_anywhere'", "install"]),
        (f"{HERE}.broken:run", ["RuntimeError", "broken"]),
        (f"{HERE}.quitting:run", ["SystemExit: 3"]),
        (f"{HERE}.attributes:missing", ["has no 'missing'"]),
        (f"{HERE}.attributes:NUMBER", ["is not callable", "name a function"]),
    ],
)
def test_an_implementation_that_cannot_be_loaded_is_the_users_input(
    tmp_path: Path, name: str, parts: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        ProcessExecutor(tmp_path).run(describing("streaming", name), LONG)
    for part in (name, *parts):
        assert part in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_whose_parent_is_another_process_does_nothing() -> None:
    """The parent ended before its worker could ask to end with it."""
    command = [sys.executable, WORKER, "1", str(os.getpid() + 1)]
    finished = subprocess.run(command, input=b'{"command": "close"}\n', capture_output=True, check=False)
    assert (finished.returncode, finished.stdout) == (1, b"")


def test_exit_codes_of_errors_are_those_of_the_gate() -> None:
    """1 a failed measurement, 2 the tool or its input."""
    assert (SampleError("error", "").exit_code, MeasurementError.exit_code) == (1, 1)
    assert (InputError.exit_code, DatabaseError.exit_code) == (2, 2)


def test_a_deleted_working_folder_is_named_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, gone = tmp_path_factory.mktemp("scratch"), tmp_path_factory.mktemp("gone")
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(InputError, match=r"^the working folder cannot be used: No such file.*; change to another$"):
        ProcessExecutor(scratch).run(describing("streaming"), LONG)


@pytest.mark.parametrize("broken", ["django", "psycopg"])
def test_a_module_that_shadows_a_package_is_an_error_with_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    (tmp_path / f"{broken}.py").write_text("raise RuntimeError('not the real one')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InputError) as caught:
        ProcessExecutor(tmp_path).run(describing("streaming"), LONG)
    assert str(caught.value).startswith("the worker cannot start: RuntimeError: not the real one; look for modules")


def test_what_ends_the_worker_before_it_can_answer_is_shown_by_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os, sys\nsys.stderr.write('no licence\\n')\nos._exit(3)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(SampleError) as caught:
        ProcessExecutor(tmp_path).run(describing("streaming"), LONG)
    assert str(caught.value) == "the worker ended with exit code 3 and no answer; its last line: no licence"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTHONWARNINGS", "error"),
        ("PYTHONMALLOC", "debug"),
        ("PYTHONINSPECT", "1"),
        ("PYTHONDEVMODE", "1"),
        ("PYTHONOPTIMIZE", "2"),
        ("PYTEST_ADDOPTS", "--no-such-option"),
        ("COVERAGE_PROCESS_START", "/no/such/file"),
        ("DJANGO_SETTINGS_MODULE", "no.such.settings"),
        ("DJANGO_CONFIGURATION", "NoSuchClass"),
    ],
)
def test_variables_that_would_change_how_a_worker_runs_do_not_reach_it(
    small_scan: DataStage, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("DJANGO_COMPLIANCE_COPY_BATCH_SIZE", "7")
    with pytest.raises(SampleError) as caught:
        sampled(small_scan, "rows", f"{HERE}.ends:raises_its_environment", LONG)
    variables = str(caught.value).split()
    assert name not in variables
    assert "DJANGO_COMPLIANCE_COPY_BATCH_SIZE" in variables, "an implementation may read its own settings"


def test_a_worker_for_which_there_is_no_room_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        SampleError, match=r"^no folder for a worker can be made in .*: No such file or directory; make"
    ):
        ProcessExecutor(tmp_path / "gone").run(describing(), LONG)
