"""What a call left behind is its own: a statement that the harness asks in its session may still be under way."""

from __future__ import annotations

import threading
from contextlib import closing

import psycopg
import pytest

from bench.database.wire.counts import MARK
from bench.errors import MeasurementError
from bench.harness.measure.left_behind import refuse_left_behind
from tests.support.processes import wait_until
from tests.support.workbench import Workbench


@pytest.mark.parametrize("ours", [True, False])
def test_a_statement_that_still_runs_counts_unless_it_is_the_harness_s(ours: bool, workbench: Workbench) -> None:
    access = workbench.access
    with psycopg.connect(access.conninfo_as(access.admin_role), autocommit=True) as session:
        statement = f"SELECT {MARK if ours else ''} pg_sleep(0.5)".encode()
        thread = threading.Thread(target=lambda: session.execute(statement))
        thread.start()
        with closing(psycopg.connect(access.conninfo, autocommit=True)) as other:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND state = 'active' AND query LIKE %s"
            running = (session.info.backend_pid, "%pg_sleep%")
            wait_until(lambda: other.execute(asked, running).fetchone() == (1,), "the statement runs")
        if ours:
            refuse_left_behind(access)
        else:
            with pytest.raises(MeasurementError, match=r"left a session active \(last statement: SELECT pg_sleep"):
                refuse_left_behind(access)
        thread.join()
