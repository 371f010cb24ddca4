"""In the worker processes of a run the implementations do what they do in this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.executor import SampleError
from bench.stage import ScanStage, Stage
from bench.targets import read_target_rows
from tests.implementations.case import Case, Row, Summary, Written, written
from tests.implementations.cases import CASES
from tests.implementations.workbench import AFTER, BEFORE, IMPLEMENTATIONS, write_files


@pytest.fixture
def staged(request: pytest.FixtureRequest, stage: Stage, tmp_path: Path) -> Iterator[ScanStage]:
    """The case that the test names, loaded into a database of its own."""
    case: Case = CASES[request.param]
    source = write_files(tmp_path, case.scan, case.catalogue)
    with stage.scan(source, source.load_catalogue()) as staged:
        yield staged


def left(staged: ScanStage, regions: list[str]) -> Written:
    """What the harness reads of the scan after a sample."""
    rows, summaries = [], []
    for line in read_target_rows(staged.access, staged.loaded.key):
        if line["table"] == "rows":
            names = [*Row._fields[:3], "requirement_status", *Row._fields[4:]]
            rows.append(Row(*(line[name] for name in names)))
        else:
            statuses = [f"requirements_{name}" for name in Summary._fields[1:4]]
            summaries.append(Summary(*(line[name] for name in ("compliance_id", *statuses, "total_requirements"))))
    return written(rows, summaries, regions)


@pytest.mark.parametrize("staged", ["hostile-texts"], indirect=True)
def test_both_leave_the_rows_of_the_rules_and_equal_digests(staged: ScanStage) -> None:
    digests = []
    for implementation in IMPLEMENTATIONS:
        reading, digest = staged.sample("rows", implementation, None)
        assert left(staged, reading.outcome["regions_processed"]) == CASES["hostile-texts"].before
        assert digest.bystanders == staged.untouched.bystanders
        digests.append(digest)
    assert digests[0] == digests[1]


@pytest.mark.parametrize("staged", ["multi-region"], indirect=True)
def test_the_statements_probe_counts_19_and_18(staged: ScanStage) -> None:
    counts = {name: staged.sample("statements", name, None)[0].values["statements_django"] for name in IMPLEMENTATIONS}
    assert counts == {BEFORE: 19, AFTER: 18}


@pytest.mark.parametrize("staged", ["threatscore-null"], indirect=True)
def test_a_known_divergence_reaches_the_parent_as_one_failed_sample(staged: ScanStage) -> None:
    with pytest.raises(SampleError, match="TypeError: 'NoneType' object is not iterable") as caught:
        staged.sample("rows", BEFORE, None)
    assert caught.value.kind == "error"
    reading, _ = staged.sample("rows", AFTER, None)
    assert left(staged, reading.outcome["regions_processed"]) == CASES["threatscore-null"].after
