"""The fast lane: refused where it would be wrong or may not be taken, and safe where it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.support.lanes import FAST, PUSHDOWN
from tests.support.pushdown_tables import admin_session, places
from tests.support.workbench import Workbench

ROWS, SUMMARIES = "compliance_requirements_overviews", "compliance_overview_summaries"


@contextmanager
def schema(workbench: Workbench, *statements: str) -> Iterator[None]:
    """The schema after ``statements``, which come in pairs: what does a thing and what undoes it."""
    # As the login itself, which may also give and take rights to settings.
    with psycopg.connect(workbench.access.conninfo, autocommit=True) as login:
        try:
            for statement in statements[::2]:
                login.execute(statement.encode())
            yield
        finally:
            for statement in reversed(statements[1::2]):
                login.execute(statement.encode())


def refused(workbench: Workbench, match: str) -> None:
    """Require that the fast lane is refused in one line, that nothing is written, and that pushdown still runs."""
    from optimized_impl.pushdown.triggers import FastLaneError

    before = places(workbench)
    with pytest.raises(FastLaneError, match=match) as caught:
        workbench.run(FAST)
    assert "\n" not in str(caught.value)
    assert "use pushdown" in str(caught.value)
    assert places(workbench) == before
    workbench.run(PUSHDOWN)


def test_triggers_are_back_for_the_sessions_next_transaction(loaded: Workbench) -> None:
    from optimized_impl.pushdown.triggers import switch_triggers_off

    with admin_session(loaded) as session, session.cursor() as cursor:
        switch_triggers_off(cursor)
        assert cursor.execute("SHOW session_replication_role").fetchone() == ("replica",)
        session.commit()
        assert cursor.execute("SHOW session_replication_role").fetchone() == ("origin",)


def test_it_is_refused_where_the_role_may_not_switch_triggers_off(loaded: Workbench) -> None:
    role = loaded.access.admin_role
    right = f"SET ON PARAMETER session_replication_role {{}} {role}"
    with schema(loaded, f"REVOKE {right.format('FROM')}", f"GRANT {right.format('TO')}"):
        refused(loaded, "may not set session_replication_role")


@pytest.mark.parametrize("table", [ROWS, SUMMARIES])
@pytest.mark.parametrize("enabled", ["ENABLE", "ENABLE REPLICA"])
def test_it_is_refused_where_a_users_trigger_would_be_silenced_or_woken(
    loaded: Workbench, table: str, enabled: str
) -> None:
    with schema(
        loaded,
        "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "DROP FUNCTION audit",
        f"CREATE TRIGGER audit_rows AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION audit()",
        f"DROP TRIGGER audit_rows ON {table}",
        f"ALTER TABLE {table} {enabled} TRIGGER audit_rows",
        f"ALTER TABLE {table} DISABLE TRIGGER audit_rows",
    ):
        refused(loaded, f"trigger audit_rows of {table}")


@pytest.mark.parametrize("enabled", ["DISABLE", "ENABLE ALWAYS"])
def test_it_is_taken_where_a_users_trigger_does_the_same_in_either_lane(loaded: Workbench, enabled: str) -> None:
    with schema(
        loaded,
        "CREATE TABLE audited (id uuid)",
        "DROP TABLE audited",
        "GRANT INSERT ON audited TO PUBLIC",
        "REVOKE INSERT ON audited FROM PUBLIC",
        "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO audited VALUES (NEW.id); RETURN NEW; END $$",
        "DROP FUNCTION audit",
        f"CREATE TRIGGER audit_rows AFTER INSERT ON {ROWS} FOR EACH ROW EXECUTE FUNCTION audit()",
        f"DROP TRIGGER audit_rows ON {ROWS}",
        f"ALTER TABLE {ROWS} {enabled} TRIGGER audit_rows",
        f"ALTER TABLE {ROWS} DISABLE TRIGGER audit_rows",
    ):
        created = loaded.run(FAST)["requirements_created"]
        with psycopg.connect(loaded.access.conninfo) as login:
            audited = login.execute("SELECT count(*) FROM audited").fetchone()
        assert audited == (created if enabled == "ENABLE ALWAYS" else 0,)


@pytest.mark.parametrize(
    ("making", "unmaking"),
    [
        (
            f"ALTER TABLE {ROWS} ADD parent uuid CONSTRAINT extra REFERENCES providers",
            f"ALTER TABLE {ROWS} DROP parent",
        ),
        (f"ALTER TABLE {ROWS} ADD parent uuid CONSTRAINT extra REFERENCES scans", f"ALTER TABLE {ROWS} DROP parent"),
        (f"CREATE TABLE child (parent uuid CONSTRAINT extra REFERENCES {ROWS})", "DROP TABLE child"),
        (
            f"ALTER TABLE {SUMMARIES} ADD CONSTRAINT extra UNIQUE (id, scan_id) DEFERRABLE",
            f"ALTER TABLE {SUMMARIES} DROP CONSTRAINT extra",
        ),
    ],
    ids=["foreign key to another table", "by another column", "from another table", "constraint that is checked late"],
)
def test_it_is_refused_where_triggers_check_more_than_the_locked_parents(
    loaded: Workbench, making: str, unmaking: str
) -> None:
    with schema(loaded, making, unmaking):
        refused(loaded, "would skip trigger")


def test_no_trigger_is_added_between_the_look_at_them_and_the_end(loaded: Workbench) -> None:
    from optimized_impl.pushdown.triggers import switch_triggers_off

    with admin_session(loaded) as session, session.cursor() as cursor:
        switch_triggers_off(cursor)
        for table in (ROWS, SUMMARIES):
            trigger = f"CREATE TRIGGER added AFTER INSERT ON {table} EXECUTE FUNCTION tsvector_update_trigger()"
            with admin_session(loaded) as other:
                other.execute("SET LOCAL lock_timeout = '100ms'")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    other.execute(trigger.encode())
