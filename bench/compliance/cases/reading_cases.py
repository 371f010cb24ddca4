"""Cases of unusual findings: arrays that differ from resources, compliance of any JSON type.

The rules read regions from the array, and ignore compliance that is no object and a ThreatScore entry that is no list.
"""

from __future__ import annotations

from typing import Any

from bench.compliance.cases.case import CIS, SCORE, THREATSCORE, Case, case, finding, framework, scored
from bench.compliance.written import ByHand, Count, by_hand, counts, summaries

TS = {"ts": SCORE}
SHORT = {"ts": framework("ProwlerThreatScore", "1.0", **{"1": ["a"], "2": []})}
"""Requirement ids of one character, which iterating over a text would yield."""
IN_EU = finding("a", "PASS", "eu")
EU_COUNTS = counts("ts 1.1 eu PASS 1/0/1", "ts 1.2 eu MANUAL 0/0/0")
EU = by_hand(EU_COUNTS, summaries("ts 1/0/1/2"), ["eu"])
SHORT_EU = by_hand(counts("ts 1 eu PASS 1/0/1", "ts 2 eu MANUAL 0/0/0"), summaries("ts 1/0/1/2"), ["eu"])


def eu_and_failing(region: str) -> ByHand:
    """Return what a run writes for ``IN_EU`` and a failing finding in ``region``, scored for 1.1."""
    failing = [
        Count("ts", "1.1", region, "FAIL", 0, 1, 1, 0, 1),
        Count("ts", "1.2", region, "MANUAL", 0, 0, 0),
    ]
    return by_hand([*EU_COUNTS, *failing], summaries("ts 0/1/1/2"), ["eu", region])


def scored_times(times: int) -> ByHand:
    """Return what a run writes for one passing finding in ``eu`` that ThreatScore counts ``times`` times."""
    return by_hand(
        counts(f"ts 1.1 eu PASS 1/0/1 {times}/{times}", "ts 1.2 eu MANUAL 0/0/0"), summaries("ts 1/0/1/2"), ["eu"]
    )


def _odd_compliance(promise: str, *values: Any) -> Case:
    """Return a case of a finding without compliance and one per value, none of which ThreatScore counts."""
    return case(promise, [IN_EU, *(finding("a", "PASS", "eu", compliance=value) for value in values)], TS, EU)


def _odd_scores(promise: str, *values: Any) -> Case:
    """Return the same for values under ThreatScore's key."""
    scores = [finding("a", "PASS", "eu", compliance={THREATSCORE: value}) for value in values]
    return case(promise, [IN_EU, *scores], SHORT, SHORT_EU)


READING_CASES: dict[str, Case] = {
    "empty-region": case(
        "a finding whose array is empty counts nowhere, though it has a resource in region ''",
        [IN_EU, finding("a", "FAIL", "", compliance=scored("1.1"), resource_regions=[])],
        TS,
        EU,
    ),
    "array-null": case(
        "a finding whose array is NULL counts nowhere, though it has a resource",
        [IN_EU, finding("a", "FAIL", "us", compliance=scored("1.1"), resource_regions=None)],
        TS,
        EU,
    ),
    "array-empty": case(
        "a finding whose array is empty counts nowhere, though it has a resource",
        [IN_EU, finding("a", "FAIL", "us", compliance=scored("1.1"), resource_regions=[])],
        TS,
        EU,
    ),
    "every-array-null": case(
        "if every array is NULL, nothing is written",
        [finding("a", "PASS", "eu", resource_regions=None)],
        TS,
        by_hand(),
    ),
    "array-without-resource": case(
        "a finding without a resource counts in its array's regions",
        [IN_EU, finding("a", "FAIL", compliance=scored("1.1"), resource_regions=["us"])],
        TS,
        eu_and_failing("us"),
    ),
    "array-of-another-region": case(
        "a finding counts in its array's region, not in its resource's",
        [IN_EU, finding("a", "FAIL", "us", compliance=scored("1.1"), resource_regions=["ap"])],
        TS,
        eu_and_failing("ap"),
    ),
    "array-of-more-regions": case(
        "a finding counts in every region of its array, also where it has no resource",
        [finding("a", "FAIL", "eu", resource_regions=["eu", "us"])],
        {"cis": CIS},
        by_hand(
            counts("cis 1 eu FAIL 0/1/1", "cis 2 eu FAIL 0/1/2", "cis 1 us FAIL 0/1/1", "cis 2 us FAIL 0/1/2"),
            summaries("cis 0/2/0/2"),
            ["eu", "us"],
        ),
    ),
    "two-resources-in-a-region": case(
        "two resources in one region, which the array names once, count once for ThreatScore",
        [finding("a", "PASS", "eu", "eu", compliance=scored("1.1"), resource_regions=["eu"])],
        TS,
        scored_times(1),
    ),
    "array-entry-twice": case(
        "a region that the array names twice counts twice for ThreatScore",
        [finding("a", "PASS", "eu", compliance=scored("1.1"), resource_regions=["eu", "eu"])],
        TS,
        scored_times(2),
    ),
    "array-entry-twice-unscored": case(
        "a region that the array names twice counts once for checks",
        [finding("a", "FAIL", "eu", resource_regions=["eu", "us", "eu"]), finding("b", "PASS", "us")],
        {"cis": CIS},
        by_hand(
            counts("cis 1 eu FAIL 0/1/1", "cis 2 eu FAIL 0/1/2", "cis 1 us FAIL 0/1/1", "cis 2 us FAIL 1/1/2"),
            summaries("cis 0/2/0/2"),
            ["eu", "us"],
        ),
    ),
    "compliance-falsy": _odd_compliance("compliance that is 0, '', false or [] is ignored", 0, "", False, []),
    "compliance-list": _odd_compliance("compliance that is a list is ignored", ["CIS-3.0", {"1": "1"}]),
    "compliance-list-with-key": _odd_compliance("so it is where the list holds ThreatScore's key", [THREATSCORE]),
    "compliance-text": _odd_compliance("compliance that is a text is ignored", "CIS-3.0"),
    "compliance-text-with-key": _odd_compliance("so it is where the text holds ThreatScore's key", f"a {THREATSCORE}"),
    "compliance-number": _odd_compliance("compliance that is a number is ignored", 3.5),
    "compliance-true": _odd_compliance("compliance that is true is ignored", True),
    "threatscore-null": _odd_scores("ThreatScore's entry being null is ignored", None),
    "threatscore-falsy": _odd_scores("ThreatScore's entry being 0 or false is ignored", 0, False),
    "threatscore-empty": _odd_scores("ThreatScore's entry being '', [] or {} lists nothing", "", [], {}),
    "threatscore-text": _odd_scores("ThreatScore's entry being a text lists no requirement", "1", "12"),
    "threatscore-object": _odd_scores("ThreatScore's entry being an object lists no requirement", {"1": ["1"]}),
    "threatscore-number": _odd_scores("ThreatScore's entry being a number lists no requirement", 1),
    "threatscore-other-types": _odd_scores(
        "what a ThreatScore list holds besides texts is no requirement", [1, 1.0, None, True, "true", "null", "1.0"]
    ),
    "threatscore-nested": case(
        "a list or an object in a ThreatScore list is no requirement, and the other entries count",
        [finding("a", "PASS", "eu", compliance={THREATSCORE: [["1.2"], "1.1", {"1.2": "1.2"}]})],
        TS,
        scored_times(1),
    ),
}
