"""Random catalogues and scans in the suite's file formats, with few names, so that much of them meets."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bench.compliance.cases.case import THREATSCORE, Json
from bench.compliance.cases.text_cases import HOSTILE

# What PostgreSQL's text holds: everything but NUL and halves of surrogate pairs.
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXT = st.text(CHARACTERS, max_size=12) | st.sampled_from([text for texts in HOSTILE.values() for text in texts])
CHECKS = ("a", "b", "é, \\N", 'A"')
REQUIREMENTS = ("1", "1.1", "2", "")
REGIONS = ("eu", "us", "\\.\n", " ", "\u202eeu")
NAMES = (
    ("CIS", "3.0"),
    ("ProwlerThreatScore", "1.0"),
    ("prowler threatscore", "1_0"),
    ("ProwlerThreatScore", "4.0"),
    ("Prowler-ThreatScore-1.0", None),
)
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 10**6)
    | st.floats(-1, 1)
    | st.sampled_from((*REQUIREMENTS, THREATSCORE)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*REQUIREMENTS, THREATSCORE)), inner),
    max_leaves=5,
)
"""JSON of any type."""


def requirements(names: SearchStrategy[str]) -> SearchStrategy[Json]:
    """Requirements with up to four checks, some of them twice, and a description that may be missing."""
    requirement = st.fixed_dictionaries(
        {"checks": st.lists(st.sampled_from((*CHECKS, "unseen")), max_size=4)}, optional={"description": TEXT}
    )
    return st.dictionaries(names, requirement, max_size=5)


@st.composite
def frameworks(draw: st.DrawFn) -> Json:
    """A framework by a name that may be ThreatScore's, or by any text."""
    name, version = draw(st.one_of(*map(st.just, NAMES), st.tuples(TEXT, TEXT | st.none())))
    made: Json = {"framework": name, "requirements": draw(requirements(st.sampled_from(REQUIREMENTS) | TEXT))}
    return made if version is None else made | {"version": version}


@st.composite
def catalogues(draw: st.DrawFn) -> Json:
    """One to three frameworks and a ThreatScore one, so that scored findings have a place."""
    name, version = draw(st.sampled_from(NAMES[1:3]))
    checks = draw(st.permutations(CHECKS))
    scored = {requirement: {"checks": [check]} for requirement, check in zip(REQUIREMENTS, checks, strict=True)}
    drawn = draw(st.dictionaries(st.sampled_from(["cis", "soc"]) | TEXT, frameworks(), min_size=1, max_size=3))
    return drawn | {"score": {"framework": name, "version": version, "requirements": scored}}


def _members(arrays: bool, odd: bool) -> dict[str, SearchStrategy[object]]:
    scores = st.lists(st.sampled_from((*REQUIREMENTS, "9")), max_size=4)
    compliance = st.none() | st.fixed_dictionaries({THREATSCORE: scores}, optional={"CIS-3.0": st.just(["1"])})
    odd_compliance = ODD | st.fixed_dictionaries({THREATSCORE: ODD})
    own_region = st.lists(st.sampled_from(REGIONS), max_size=3, unique=not arrays)
    members: dict[str, SearchStrategy[object]] = {
        "check_id": st.sampled_from((*CHECKS, "unmapped")),
        "status": st.sampled_from(["PASS", "PASS", "FAIL", "FAIL", "MANUAL"]),
        "resources": own_region.map(lambda regions: [{"region": region} for region in regions]),
        "compliance": compliance | odd_compliance if odd else compliance,
    }
    if arrays:
        members["resource_regions"] = st.none() | st.lists(st.sampled_from(REGIONS), max_size=4)
    return members


def findings(*, arrays: bool = False, odd: bool = False) -> SearchStrategy[tuple[Json, ...]]:
    """Findings of one scan; with ``arrays`` they differ from the resources, with ``odd`` compliance is any JSON."""
    finding = st.fixed_dictionaries(_members(arrays, odd), optional={"muted": st.sampled_from([False, False, True])})
    # A scan without findings is among the named cases; here it would take the place of a telling one.
    return st.lists(finding, min_size=8, max_size=20).map(tuple)
