"""Limits: which control group may be used, and what is said where none may be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.pool import limit
from bench.pool.limit import SUPERVISOR, _group, delegated_folder, opened_limit

GONE = "bench-pool-1-1-0123456789ab"


def group(folder: Path, controllers: str) -> Path:
    """Make what looks like a control group of version 2."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.subtree_control").write_text(f"{controllers}\n")
    (folder / "cgroup.procs").write_text("")
    return folder


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules of an ordinary user hold for whoever runs the tests."""
    if not os.geteuid():
        monkeypatch.setattr(limit, "_is_marked", lambda _: True)


@pytest.mark.usefixtures("ordinary")
def test_the_group_above_is_used_where_it_passes_memory_on(tmp_path: Path) -> None:
    above = group(tmp_path / "user", "cpu memory")
    own = group(above / "shell", "")
    assert delegated_folder(own) == above
    assert delegated_folder(group(above / "other", "memory pids")) == above / "other"


@pytest.mark.usefixtures("ordinary")
def test_no_group_is_used_without_the_memory_controller(tmp_path: Path) -> None:
    assert delegated_folder(group(tmp_path / "a" / "b", "cpu")) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root finds every group writable")
def test_root_takes_no_group_that_nobody_gave_it(tmp_path: Path) -> None:
    group(tmp_path / "slice", "memory")
    assert delegated_folder(group(tmp_path / "slice" / "session", "memory")) is None


def test_a_group_gets_its_limit_and_is_gone_afterwards_with_those_of_killed_runs(tmp_path: Path) -> None:
    (tmp_path / GONE).mkdir()
    with _group(tmp_path, {"memory.max": "1"}) as made:
        assert [path.name for path in tmp_path.iterdir()] == [made.name]
        # A file that the kernel does not have is left out; here it has none.
        assert list(made.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_supervisor_needs_nothing() -> None:
    with opened_limit(2**29, "supervisor") as opened:
        assert (opened.by, opened.bytes, opened.groups, opened.prefix) == (SUPERVISOR, 2**29, (), ())
        assert opened.enforced_by_watch


@pytest.mark.parametrize(
    ("choice", "folder"), [("cgroup", "delegated_folder"), ("systemd", "_systemd_prefix"), ("cgroup-v1", "_own_folder")]
)
def test_what_was_asked_for_and_is_not_there_is_refused_with_a_remedy(
    choice: limit.Choice, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, folder, lambda *_: None)
    with pytest.raises(InputError, match="choose"), opened_limit(2**29, choice):
        pass


def test_without_any_group_the_supervisor_is_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("delegated_folder", "_systemd_prefix"):
        monkeypatch.setattr(limit, name, lambda *_: None)
    with opened_limit(2**29, "auto") as opened:
        assert opened.by == SUPERVISOR
