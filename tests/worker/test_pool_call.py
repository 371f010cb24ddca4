"""What a child of a pool does with a task: it says in the journal what it does, and calls none for ever."""

from __future__ import annotations

import json
from pathlib import Path

from bench.worker.pool import MOST_DELIVERIES, Call, Journal


def test_a_task_whose_children_were_killed_as_often_as_allowed_is_not_called_again(tmp_path: Path) -> None:
    """The journal alone decides: whoever watches the pool may learn of a kill after the task was handed out again."""
    journal = Journal(tmp_path / "journal")
    for _ in range(MOST_DELIVERIES - 1):
        journal.write("begin", task=7)
    journal.write("begin", task=8)
    called: list[int] = []
    call = Call(lambda number: called.append(number), lambda: None, journal)
    for task in (7, 7, 8):
        call.make(task, {"number": task})
    assert called == [7, 8]
    lines = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
    assert [one["event"] for one in lines if one["task"] == 7] == ["begin"] * MOST_DELIVERIES + ["end"]


def test_a_first_task_finds_no_journal(tmp_path: Path) -> None:
    called: list[str] = []
    Call(lambda: called.append("made"), lambda: called.append("hook"), Journal(tmp_path / "journal")).make(0, {})
    assert called == ["hook", "made"]
