"""Cases of rule 8: a run over the rows of an earlier run with other findings or another catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from bench.compliance.cases.case import CIS, SCORE, Case, Earlier, Json, case, finding, framework, scored
from bench.compliance.written import ByHand, Text, by_hand, counts, summaries

BOTH = {"cis": CIS, "ts": SCORE}
FINDINGS = (
    finding("a", "PASS", "eu", compliance=scored("1.1")),
    finding("a", "FAIL", "us", compliance=scored("1.1")),
    finding("b", "PASS", "us", "eu"),
)
WRITTEN = by_hand(
    counts(
        "cis 1 eu PASS 1/0/1",
        "cis 2 eu PASS 2/0/2",
        "cis 1 us FAIL 0/1/1",
        "cis 2 us FAIL 1/1/2",
        "ts 1.1 eu PASS 1/0/1 1/1",
        "ts 1.2 eu MANUAL 0/0/0",
        "ts 1.1 us FAIL 0/1/1 0/1",
        "ts 1.2 us MANUAL 0/0/0",
    ),
    summaries("cis 0/2/0/2", "ts 0/1/1/2"),
    ["eu", "us"],
)


def _after(
    promise: str,
    found: ByHand,
    *,
    earlier: Iterable[Json] = FINDINGS,
    earlier_catalogue: Json | None = None,
    findings: Iterable[Json] = FINDINGS,
    catalogue: Json | None = None,
) -> Case:
    """Return a case that must leave ``found`` after an earlier run; findings and catalogue have defaults."""
    before = Earlier(findings=tuple(earlier), catalogue=BOTH if earlier_catalogue is None else earlier_catalogue)
    return case(promise, findings, BOTH if catalogue is None else catalogue, found, earlier=before)


def _many(flipped: int) -> list[Json]:
    """Return findings of 40 checks in 5 regions each, of which the first ``flipped`` fail."""
    regions = [f"r{number}" for number in range(5)]
    return [finding(f"c{number:02}", "FAIL" if number < flipped else "PASS", *regions) for number in range(40)]


_MANY = {"many": framework("Many", "1", **{f"c{number:02}": [f"c{number:02}"] for number in range(40)})}


def _many_written(flipped: int) -> ByHand:
    return by_hand(
        counts(
            *(
                f"many c{number:02} r{region} " + ("FAIL 0/1/1" if number < flipped else "PASS 1/0/1")
                for region in range(5)
                for number in range(40)
            )
        ),
        summaries(f"many {40 - flipped}/{flipped}/0/40"),
        [f"r{number}" for number in range(5)],
    )


RERUN_CASES: dict[str, Case] = {
    "rerun-unchanged": _after("a run over the rows of an equal one leaves the same", WRITTEN),
    "rerun-one-changed": _after(
        "where one check of forty changes, its rows and the summary change",
        _many_written(1),
        earlier=_many(0),
        earlier_catalogue=_MANY,
        findings=_many(1),
        catalogue=_MANY,
    ),
    "rerun-most-changed": _after(
        "where most checks change, their rows and the summary change",
        _many_written(39),
        earlier=_many(1),
        earlier_catalogue=_MANY,
        findings=_many(39),
        catalogue=_MANY,
    ),
    "rerun-regions-gone": _after(
        "rows of a region that no longer counts go",
        by_hand(
            counts(
                "cis 1 eu PASS 1/0/1", "cis 2 eu PASS 1/0/2", "ts 1.1 eu PASS 1/0/1 1/1", "ts 1.2 eu MANUAL 0/0/0"
            ),
            summaries("cis 2/0/0/2", "ts 1/0/1/2"),
            ["eu"],
        ),
        findings=FINDINGS[:1],
    ),
    "rerun-regions-new": _after(
        "rows of a region that did not count before are added", WRITTEN, earlier=FINDINGS[:1]
    ),
    "rerun-catalogue-smaller": _after(
        "rows of a requirement and of a framework that the catalogue no longer has are deleted",
        by_hand(counts("cis 2 eu PASS 2/0/2", "cis 2 us FAIL 1/1/2"), summaries("cis 0/1/0/1"), ["eu", "us"]),
        catalogue={"cis": framework("CIS", "3.0", **{"2": ["a", "b"]})},
    ),
    "rerun-catalogue-larger": _after(
        "rows of a requirement and of a framework that are new in the catalogue are added",
        WRITTEN,
        earlier_catalogue={"cis": framework("CIS", "3.0", **{"2": ["a", "b"]})},
    ),
    "rerun-checks-changed": _after(
        "counts follow the catalogue's checks where findings are the same",
        by_hand(
            counts("cis 1 eu MANUAL 0/0/0", "cis 2 eu PASS 0/0/3", "cis 1 us MANUAL 0/0/0", "cis 2 us PASS 0/0/3"),
            summaries("cis 1/0/1/2"),
            ["eu", "us"],
        ),
        catalogue={"cis": framework("CIS", "3.0", **{"1": [], "2": ["x", "y", "z"]})},
    ),
    "rerun-texts-changed": _after(
        "framework, version and description follow the catalogue where no count changes",
        by_hand(
            counts("cis 1 eu PASS 1/0/1", "cis 1 us FAIL 0/1/1"),
            summaries("cis 0/1/0/1"),
            ["eu", "us"],
            [Text("cis", "1", "CIS now", "", "New")],
        ),
        earlier_catalogue={"cis": framework("CIS", "3.0", **{"1": ["a"]})},
        catalogue={"cis": {"framework": "CIS now", "requirements": {"1": {"description": "New", "checks": ["a"]}}}},
    ),
    "rerun-scores-changed": _after(
        "ThreatScore's counts follow the findings where no check changes",
        WRITTEN,
        earlier=[finding("a", "PASS", "eu"), finding("a", "FAIL", "us", compliance=scored("1.2")), FINDINGS[2]],
    ),
    "rerun-no-longer-threatscore": _after(
        "ThreatScore's counts go where the framework's version changes to another",
        by_hand(
            counts(
                "ts 1.1 eu PASS 1/0/1", "ts 1.2 eu MANUAL 0/0/0", "ts 1.1 us FAIL 0/1/1", "ts 1.2 us MANUAL 0/0/0"
            ),
            summaries("ts 0/1/1/2"),
            ["eu", "us"],
        ),
        catalogue={"ts": SCORE | {"version": "2.0"}},
    ),
    "rerun-summary-gone": _after(
        "the summary of a removed framework without requirements is deleted, although no row changes",
        WRITTEN,
        earlier_catalogue={**BOTH, "bare": framework("Bare", "1")},
    ),
    "rerun-to-nothing": _after(
        "old rows and summaries are deleted if no region counts any more",
        by_hand(),
        findings=[finding("a", "FAIL", "eu", muted=True), finding("a", "MANUAL", "us")],
    ),
    "rerun-from-nothing": _after("after a run that wrote nothing all rows come", WRITTEN, earlier=[]),
    "rerun-to-no-frameworks": _after(
        "once the provider has no framework, no region counts, old rows stay and old summaries go",
        by_hand(),
        catalogue={},
    ),
    "rerun-from-no-frameworks": _after(
        "after a catalogue without frameworks all rows come", WRITTEN, earlier_catalogue={}
    ),
}  # fmt: skip
