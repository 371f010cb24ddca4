"""On scans without a known divergence, of any shape and with any text, both implementations equal the oracle."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.implementations import oracle
from tests.implementations.case import PROVIDER, THREATSCORE, Json
from tests.implementations.workbench import IMPLEMENTATIONS, Workbench

# What PostgreSQL's text holds: everything but NUL and halves of surrogate pairs.
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXT = st.text(CHARACTERS, max_size=12) | st.sampled_from(["", "\\N", "\\.", "NULL", '"', ",", "\r\n", " "])
CHECKS = ("a", "b", "é, \\N")
REQUIREMENTS = ("1", "1.1", "2")
REGIONS = ("eu", "\\.\n", " ")
NAMES = (
    ("CIS", "3.0"),
    ("ProwlerThreatScore", "1.0"),
    ("prowler threatscore", "1_0"),
    ("ProwlerThreatScore", "4.0"),
    ("Prowler-ThreatScore-1.0", None),
)


def requirements(draw_from: SearchStrategy[str]) -> SearchStrategy[Json]:
    """Requirements with up to four checks, and a description that may be missing."""
    requirement = st.fixed_dictionaries(
        {"checks": st.lists(st.sampled_from(CHECKS), max_size=4)}, optional={"description": TEXT}
    )
    return st.dictionaries(draw_from, requirement, min_size=1, max_size=5)


@st.composite
def frameworks(draw: st.DrawFn) -> Json:
    name, version = draw(st.one_of(*map(st.just, NAMES), st.tuples(TEXT, TEXT | st.none())))
    made: Json = {"framework": name, "requirements": draw(requirements(st.sampled_from(REQUIREMENTS) | TEXT))}
    return made if version is None else made | {"version": version}


@st.composite
def catalogues(draw: st.DrawFn) -> Json:
    """One to three frameworks and a ThreatScore one, so that scored findings have a place."""
    name, version = draw(st.sampled_from(NAMES[1:3]))
    checks = draw(st.permutations(CHECKS))
    scored = {requirement: {"checks": [check]} for requirement, check in zip(REQUIREMENTS, checks, strict=True)}
    drawn = draw(st.dictionaries(TEXT, frameworks(), min_size=1, max_size=3))
    return drawn | {"score": {"framework": name, "version": version, "requirements": scored}}


# The array is left out, so it holds the resources' regions, each once, as each resource has a region of its own.
FINDINGS = st.fixed_dictionaries(
    {
        "check_id": st.sampled_from((*CHECKS, "unmapped")),
        "status": st.sampled_from(["PASS", "PASS", "FAIL", "FAIL", "MANUAL"]),
        "resources": st.lists(st.sampled_from(REGIONS), max_size=3, unique=True).map(
            lambda regions: [{"region": region} for region in regions]
        ),
        "compliance": st.none()
        | st.fixed_dictionaries(
            {THREATSCORE: st.lists(st.sampled_from((*REQUIREMENTS, "9")), min_size=1, max_size=4)},
            optional={"CIS-3.0": st.just(["1"])},
        ),
    },
    optional={"muted": st.sampled_from([False, False, True])},
)
# A scan without findings is among the hand-made cases; here it would take the place of a telling one.
SCANS = st.lists(FINDINGS, min_size=8, max_size=20).map(lambda findings: {"provider": PROVIDER, "findings": findings})


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    # Shrinking a failure would take minutes; examples are small enough to be read as they are.
    phases=[Phase.generate],
    # The workbench empties itself for each example, nothing is ever logged, and loading is what takes the time.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(scan=SCANS, catalogue=catalogues())
def test_both_equal_the_oracle(
    workbench: Workbench, caplog: pytest.LogCaptureFixture, scan: Json, catalogue: Json
) -> None:
    workbench.load(scan, catalogue)
    expected = oracle.expected(scan, catalogue, "by resources")
    by_array = oracle.expected(scan, catalogue, "by array")
    assert by_array == expected, "the scan has a known divergence"
    for implementation in IMPLEMENTATIONS:
        planted = workbench.plant_old_rows()
        outcome = workbench.run(implementation)
        # In which order the server delivers findings, and with them regions, is its own choice.
        assert sorted(outcome["regions_processed"]) == sorted(expected.regions)
        assert workbench.written(()) == replace(expected, regions=())
        assert workbench.texts() == (oracle.texts(catalogue) if expected.regions else ())
        assert outcome["requirements_created"] == len(expected.rows)
        assert outcome["compliance_frameworks"] == (list(catalogue) if expected.regions else [])
        assert workbench.contents().others == planted.others
    assert not caplog.records, "COPY failed, and the ORM wrote the rows instead"
