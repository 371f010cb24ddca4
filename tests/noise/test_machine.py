"""Whatever makes a machine a poor place to time on is reported, with the remedy, and nothing else is."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.harness import machine
from bench.harness.machine import CpuTimes, cpu_times, fsync_seconds, machine_warnings, stolen_warning


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a fault, whichever one this runs on."""
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.1, 9.0, 9.0))
    monkeypatch.setattr(machine, "_scaling_governors", lambda: {"performance"})
    monkeypatch.setattr(machine, "fsync_seconds", lambda _folder: 0.001)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=100e9))


@pytest.mark.usefixtures("quiet")
def test_a_quiet_machine_has_no_warnings(tmp_path: Path) -> None:
    assert machine_warnings(tmp_path) == ()


@pytest.mark.usefixtures("quiet")
def test_each_fault_is_named_with_its_figure_and_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (1.5, 0.0, 0.0))
    monkeypatch.setattr(machine, "_scaling_governors", lambda: {"performance", "powersave", "ondemand"})
    monkeypatch.setattr(machine, "fsync_seconds", lambda _folder: 0.02)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1e9))
    found = machine_warnings(tmp_path)
    begins = ("2 cores: ", "load average 1.5 on 2 cores: ", "frequency scaling by ondemand, powersave: ")
    assert [text.startswith(begin) for text, begin in zip(found, begins, strict=False)] == [True] * 3
    assert found[3] == f"fsync takes 20.0 ms in {tmp_path}: commits wait for the disk; set TMPDIR to a faster one"
    assert found[4].startswith(f"1.0 GB free in {tmp_path}: ")
    # With a server of the user's own, wherever that is, this machine's disk does not matter.
    assert machine_warnings(None) == found[:3]


def test_the_disk_is_really_written_to_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written: list[int] = []
    real = os.fsync

    def noting(descriptor: int) -> None:
        real(descriptor)
        written.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", noting)
    assert fsync_seconds(tmp_path) > 0
    assert written == [8192 * number for number in range(1, len(written) + 1)]
    assert len(written) >= 10
    assert list(tmp_path.iterdir()) == []


def test_time_given_to_other_guests_is_reported_where_it_is_noticeable() -> None:
    before = CpuTimes(total=1_000, stolen=100)
    assert stolen_warning(before, CpuTimes(total=2_000, stolen=110)) == ()
    (warning,) = stolen_warning(before, CpuTimes(total=2_000, stolen=200))
    assert warning.startswith("the host gave 10 % of the CPU time to other guests")
    assert stolen_warning(before, before) == stolen_warning(None, before) == stolen_warning(before, None) == ()


def test_cpu_times_are_read_where_the_system_gives_them(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = cpu_times(), cpu_times()
    assert first is not None
    assert second is not None
    assert 0 < first.total <= second.total
    assert 0 <= first.stolen <= first.total
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cpu_times() is None


def test_this_machine_is_judged_by_what_the_system_says_of_it(tmp_path: Path) -> None:
    """Nothing is patched: each warning is there exactly where the figure behind it is beyond its bound."""
    cores, free = len(os.sched_getaffinity(1)), os.statvfs(tmp_path)
    proc = Path("/proc/cpuinfo").read_text(encoding="utf-8").count("processor\t:")
    found = machine_warnings(tmp_path)
    assert any(f"{proc} cores: implementation" in text for text in found) == (proc < machine.FEWEST_CORES)
    assert cores <= proc
    small = free.f_bavail * free.f_frsize < machine.FEWEST_FREE_BYTES
    assert any("GB free" in text for text in found) == small
    governors = {
        path.read_text(encoding="utf-8").strip()
        for path in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor")
    }
    assert any("frequency scaling" in text for text in found) == bool(governors - {"performance"})
    assert all(";" in text or ":" in text for text in found)


def test_work_of_this_process_shows_in_the_cpu_times() -> None:
    first = cpu_times()
    assert first is not None
    spent = os.times().user
    while os.times().user < spent + 0.1:
        sum(range(10_000))
    second = cpu_times()
    assert second is not None
    ticks = os.sysconf("SC_CLK_TCK")
    assert second.total - first.total >= 0.1 * ticks * 0.9


def test_a_folder_that_is_not_there_has_no_disk_to_time(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        fsync_seconds(tmp_path / "missing")
