"""The catalogue's texts are kept once for each version of a framework, and no run changes what an earlier one shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import psycopg
import pytest

from bench.compliance.cases.case import Json, with_requirements
from tests.support.packed_tables import CATALOGUE_TABLES, PACKED, STREAMING, TABLE, VIEW, everything, run, shown
from tests.support.pushdown_tables import CATALOGUE, admin_session, wait_for
from tests.support.workbench import Workbench

REQUIREMENTS = sum(len(framework["requirements"]) for framework in CATALOGUE.values())


def reworded(**changes: object) -> Json:
    """The catalogue with another first requirement of ``cis``."""
    catalogue = deepcopy(CATALOGUE)
    catalogue["cis"]["requirements"]["1"] |= changes
    return catalogue


def kept(workbench: Workbench) -> tuple[int, int]:
    """How many frameworks and requirements are kept, all versions together."""
    frameworks, requirements = (everything(workbench)[table] for table in CATALOGUE_TABLES)
    return len(frameworks), len(requirements)


def test_a_first_run_keeps_the_catalogue_and_the_next_one_leaves_it_alone(written: Workbench) -> None:
    assert kept(written) == (len(CATALOGUE), REQUIREMENTS)
    before = [everything(written)[table] for table in CATALOGUE_TABLES]
    written.run(PACKED)
    assert [everything(written)[table] for table in CATALOGUE_TABLES] == before


@pytest.mark.parametrize("change", [{"description": "Otherwise"}, {"checks": ["a", "b"]}])
def test_a_changed_framework_gets_a_version_and_the_others_none(written: Workbench, change: Json) -> None:
    written.warm(reworded(**change))
    written.run(PACKED)
    assert kept(written) == (len(CATALOGUE) + 1, REQUIREMENTS + 3)


@pytest.mark.parametrize("change", [{"framework": "Other"}, {"version": "9"}])
def test_another_name_or_version_is_a_version_too(written: Workbench, change: Json) -> None:
    catalogue = deepcopy(CATALOGUE)
    catalogue["cis"] |= change
    written.warm(catalogue)
    written.run(PACKED)
    assert kept(written) == (len(CATALOGUE) + 1, REQUIREMENTS + 3)


def test_rows_of_an_earlier_scan_keep_the_texts_that_they_were_written_with(written: Workbench) -> None:
    sibling = written.loaded.bystanders[0]
    texts = f"SELECT DISTINCT description, total_checks FROM {VIEW} WHERE scan_id = %(scan)s AND requirement_id = '1'"
    texts += " AND compliance_id = 'cis'"
    old = written.query(texts)
    written.warm(reworded(description="Otherwise", checks=["a", "b"]))
    written.run(PACKED, scan_id=sibling.scan_id)
    assert written.query(texts) == old
    of_sibling = written.connection.execute(texts.encode(), {"scan": sibling.scan_id}).fetchall()
    assert of_sibling == [("Otherwise", 2)]
    written.run(PACKED)
    assert written.query(texts) == [("Otherwise", 2)]


@pytest.mark.parametrize("requirements", [255, 256, 257, 600])
def test_a_framework_of_any_size_is_shown_whole(loaded: Workbench, requirements: int) -> None:
    checks = {f"r{number}": ["a", "b", "c"][: number % 4] for number in range(requirements)}
    loaded.warm({"large": with_requirements("Large", "1", checks), "ts": CATALOGUE["ts"]})
    loaded.run(PACKED)
    loaded.run(STREAMING)
    assert len(shown(loaded)) == 3 * (requirements + 3)
    assert shown(loaded) == shown(loaded, TABLE)
    ids = loaded.query(f"SELECT count(DISTINCT id) FROM {VIEW}")
    assert ids == [(3 * (requirements + 3),)]


def test_the_order_of_requirements_and_checks_does_not_matter_to_what_is_shown(written: Workbench) -> None:
    before = shown(written)
    turned = {
        name: framework | {"requirements": dict(reversed(framework["requirements"].items()))}
        for name, framework in reversed(CATALOGUE.items())
    }
    written.warm(turned)
    written.run(PACKED)
    assert shown(written) == before


def test_a_run_that_fails_keeps_no_version(loaded: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = reworded(description="\0")
    monkeypatch.setattr("optimized_impl.packed.task.compliance_catalogue", lambda _: catalogue)
    before = everything(loaded)
    with pytest.raises(psycopg.DataError):
        loaded.run(PACKED)
    assert everything(loaded) == before


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_two_runs_that_bring_the_same_version_keep_it_once(loaded: Workbench, ending: str) -> None:
    """The second waits for the first, and writes the version itself where the first goes back on it."""

    with admin_session(loaded) as first, ThreadPoolExecutor(1) as pool:
        loaded.run(PACKED)
        copied = [(table, loaded.query(f"SELECT * FROM {table}")) for table in CATALOGUE_TABLES]
        for table in ("compliance_requirements_packed", *reversed(CATALOGUE_TABLES)):
            loaded.query(f"DELETE FROM {table}")
        for table, rows in copied:
            places = ", ".join(["%s"] * len(rows[0]))
            first.cursor().executemany(f"INSERT INTO {table} VALUES ({places})".encode(), rows)
        second = pool.submit(run, loaded)
        wait_for(loaded, "query LIKE '%INSERT INTO compliance_catalogue_frameworks%'")
        first.commit() if ending == "commit" else first.rollback()
        second.result(60)
    assert kept(loaded) == (len(CATALOGUE), REQUIREMENTS)
    loaded.run(STREAMING)
    assert shown(loaded) == shown(loaded, TABLE)
