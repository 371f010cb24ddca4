"""The known divergences: the cases in which the pull request changes the data although it says that it does not."""

from __future__ import annotations

from tests.implementations.case import (
    THREATSCORE,
    Case,
    Raised,
    Row,
    Written,
    finding,
    rows,
    scored,
    summaries,
    written,
)
from tests.implementations.rule_cases import SCORE

TS = {"ts": SCORE}
IN_EU = finding("a", "PASS", "eu")
EU_ROWS = rows("ts 1.1 eu PASS 1/0/1", "ts 1.2 eu MANUAL 0/0/0")
EU = written(EU_ROWS, summaries("ts 1/0/1/2"), ["eu"])


def _eu_and_failing(region: str) -> Written:
    """What ``IN_EU`` and a failing finding in ``region``, scored for 1.1, come to."""
    failing = [
        Row("ts", "1.1", region, "FAIL", 0, 1, 1, 0, 1),
        Row("ts", "1.2", region, "MANUAL", 0, 0, 0),
    ]
    return written([*EU_ROWS, *failing], summaries("ts 0/1/1/2"), ["eu", region])


def _counted(times: int) -> Written:
    """What one passing finding in ``eu`` comes to that ThreatScore counts ``times``."""
    return written(
        rows(f"ts 1.1 eu PASS 1/0/1 {times}/{times}", "ts 1.2 eu MANUAL 0/0/0"), summaries("ts 1/0/1/2"), ["eu"]
    )


DIVERGENCE_CASES: dict[str, Case] = {
    "empty-region": Case(
        promise="a resource with region '', whose array is empty: before writes rows for region '', after does not",
        findings=(IN_EU, finding("a", "FAIL", "", compliance=scored("1.1"), resource_regions=[])),
        catalogue=TS,
        before=_eu_and_failing(""),
        after=EU,
    ),
    "array-null": Case(
        promise="array NULL although the finding has a resource: before counts it, after does not",
        findings=(IN_EU, finding("a", "FAIL", "us", compliance=scored("1.1"), resource_regions=None)),
        catalogue=TS,
        before=_eu_and_failing("us"),
        after=EU,
    ),
    "array-empty": Case(
        promise="array empty although the finding has a resource: before counts it, after does not",
        findings=(IN_EU, finding("a", "FAIL", "us", compliance=scored("1.1"), resource_regions=[])),
        catalogue=TS,
        before=_eu_and_failing("us"),
        after=EU,
    ),
    "every-array-null": Case(
        promise="every array NULL: after writes nothing at all",
        findings=(finding("a", "PASS", "eu", resource_regions=None),),
        catalogue=TS,
        before=EU,
        after=written(),
    ),
    "array-without-resource": Case(
        promise="array set although the finding has no resource: after follows the array",
        findings=(IN_EU, finding("a", "FAIL", compliance=scored("1.1"), resource_regions=["us"])),
        catalogue=TS,
        before=EU,
        after=_eu_and_failing("us"),
    ),
    "array-of-another-region": Case(
        promise="array set to another region than the resource: after follows the array",
        findings=(IN_EU, finding("a", "FAIL", "us", compliance=scored("1.1"), resource_regions=["ap"])),
        catalogue=TS,
        before=_eu_and_failing("us"),
        after=_eu_and_failing("ap"),
    ),
    "two-resources-in-a-region": Case(
        promise="two resources in one region, the array deduplicated: ThreatScore counts 2 before, 1 after",
        findings=(finding("a", "PASS", "eu", "eu", compliance=scored("1.1"), resource_regions=["eu"]),),
        catalogue=TS,
        before=_counted(2),
        after=_counted(1),
    ),
    "array-entry-twice": Case(
        promise="a duplicated array entry beside one resource: ThreatScore counts 1 before, 2 after",
        findings=(finding("a", "PASS", "eu", compliance=scored("1.1"), resource_regions=["eu", "eu"]),),
        catalogue=TS,
        before=_counted(1),
        after=_counted(2),
    ),
    "threatscore-null": Case(
        promise="ThreatScore key present with null: before raises TypeError, after ignores it",
        findings=(IN_EU, finding("a", "PASS", "eu", compliance={THREATSCORE: None})),
        catalogue=TS,
        before=Raised("TypeError", "'NoneType' object is not iterable"),
        after=EU,
    ),
    "compliance-list": Case(
        promise="compliance a JSON list: before ignores it, after raises AttributeError",
        findings=(IN_EU, finding("a", "PASS", "eu", compliance=["CIS-3.0", {"1": "1"}])),
        catalogue=TS,
        before=EU,
        after=Raised("AttributeError", "'list' object has no attribute 'get'"),
    ),
}
