"""Cases of rules 2 to 5, 7 and 9, with what a run must write, worked out by hand.

The task reads findings without an order, so that the server may deliver a small scan by an index on the check. Where
the order of regions is checked, checks ascend with the findings that bring a region: any order that it may choose shows
them alike.
"""

from __future__ import annotations

from bench.compliance.cases.case import CIS, SCORE, Case, case, finding, framework, scored
from bench.compliance.written import Text, by_hand, counts, summaries

COUNTING: dict[str, Case] = {
    "muted-and-manual": case(
        "muted and MANUAL findings contribute neither a status nor a region",
        [
            finding("a", "PASS", "eu"),
            finding("a", "FAIL", "eu", muted=True),
            finding("b", "MANUAL", "eu"),
            finding("b", "FAIL", "us", muted=True),
            finding("a", "MANUAL", "ap"),
        ],
        {"cis": CIS},
        by_hand(counts("cis 1 eu PASS 1/0/1", "cis 2 eu PASS 1/0/2"), summaries("cis 2/0/0/2"), ["eu"]),
    ),
    "one-failure": case(
        "one failing finding fails its check in its region, whichever comes first",
        [
            finding("a", "PASS", "pass-first"),
            finding("a", "FAIL", "pass-first"),
            finding("a", "PASS", "pass-first"),
            finding("a", "FAIL", "fail-first"),
            finding("a", "PASS", "fail-first"),
            finding("a", "PASS", "passing"),
            finding("a", "PASS", "passing"),
        ],
        {"cis": CIS},
        by_hand(
            counts(
                "cis 1 pass-first FAIL 0/1/1",
                "cis 2 pass-first FAIL 0/1/2",
                "cis 1 fail-first FAIL 0/1/1",
                "cis 2 fail-first FAIL 0/1/2",
                "cis 1 passing PASS 1/0/1",
                "cis 2 passing PASS 1/0/2",
            ),
            summaries("cis 0/2/0/2"),
            ["pass-first", "fail-first", "passing"],
        ),
    ),
    "multi-region": case(
        "a finding counts in each of its regions, also for ThreatScore",
        [
            finding("a", "PASS", "eu", compliance=scored("1.1")),
            finding("a", "PASS", "us"),
            finding("a", "FAIL", "us", "ap", "eu", compliance=scored("1.1")),
        ],
        {"cis": CIS, "ts": SCORE},
        by_hand(
            counts(
                "cis 1 eu FAIL 0/1/1",
                "cis 1 us FAIL 0/1/1",
                "cis 1 ap FAIL 0/1/1",
                "cis 2 eu FAIL 0/1/2",
                "cis 2 us FAIL 0/1/2",
                "cis 2 ap FAIL 0/1/2",
                "ts 1.1 eu FAIL 0/1/1 1/2",
                "ts 1.1 us FAIL 0/1/1 0/1",
                "ts 1.1 ap FAIL 0/1/1 0/1",
                "ts 1.2 eu MANUAL 0/0/0",
                "ts 1.2 us MANUAL 0/0/0",
                "ts 1.2 ap MANUAL 0/0/0",
            ),
            summaries("cis 0/2/0/2", "ts 0/1/1/2"),
            ["eu", "us", "ap"],
        ),
    ),
    "region-order": case(
        "regions come in order of first appearance, not sorted",
        [
            finding("a", "PASS", "us"),
            finding("b", "PASS", "ap"),
            finding("c", "PASS", "zu"),
            finding("d", "PASS", "eu"),
            finding("e", "FAIL", "ap"),
        ],
        {"soc": framework("SOC", "2", **{"1": ["b", "e"]})},
        by_hand(
            counts("soc 1 us PASS 0/0/2", "soc 1 ap FAIL 1/1/2", "soc 1 zu PASS 0/0/2", "soc 1 eu PASS 0/0/2"),
            summaries("soc 0/1/0/1"),
            ["us", "ap", "zu", "eu"],
        ),
        in_order=True,
    ),
    "unmapped-check": case(
        "a check that no framework maps still makes its region count",
        [finding("a", "FAIL", "eu"), finding("z", "FAIL", "us")],
        {"cis": CIS},
        by_hand(
            counts("cis 1 eu FAIL 0/1/1", "cis 2 eu FAIL 0/1/2", "cis 1 us PASS 0/0/1", "cis 2 us PASS 0/0/2"),
            summaries("cis 0/2/0/2"),
            ["eu", "us"],
        ),
    ),
    "statuses": case(
        "no checks give MANUAL, any failed check FAIL, else PASS, also where no check was seen",
        [finding("a", "PASS", "eu"), finding("b", "FAIL", "eu"), finding("c", "PASS", "us")],
        {
            "all": framework(
                "All", "", none=[], unseen=["x", "y"], passed=["a", "c"], failed=["b"], mixed=["a", "b", "c", "x"]
            )
        },
        by_hand(
            counts(
                "all none eu MANUAL 0/0/0",
                "all none us MANUAL 0/0/0",
                "all unseen eu PASS 0/0/2",
                "all unseen us PASS 0/0/2",
                "all passed eu PASS 1/0/2",
                "all passed us PASS 1/0/2",
                "all failed eu FAIL 0/1/1",
                "all failed us PASS 0/0/1",
                "all mixed eu FAIL 1/1/4",
                "all mixed us PASS 1/0/4",
            ),
            summaries("all 2/2/1/5"),
            ["eu", "us"],
        ),
    ),
    "shared-check": case(
        "a check counts wherever it is mapped; a requirement id belongs to its framework",
        [finding("a", "FAIL", "eu"), finding("b", "PASS", "eu")],
        {
            "cis": CIS,
            "soc": framework("SOC", "2", **{"1": ["b"], "2": ["b", "a"]}),
            "iso": framework("ISO", None, **{"1": []}),
        },
        by_hand(
            counts(
                "cis 1 eu FAIL 0/1/1",
                "cis 2 eu FAIL 1/1/2",
                "soc 1 eu PASS 1/0/1",
                "soc 2 eu FAIL 1/1/2",
                "iso 1 eu MANUAL 0/0/0",
            ),
            summaries("cis 0/2/0/2", "soc 1/1/0/2", "iso 0/0/1/1"),
            ["eu"],
        ),
    ),
    "check-listed-twice": case(
        "a check that a requirement lists twice is one check",
        [finding("a", "PASS", "eu")],
        {"cis": framework("CIS", "3.0", **{"1": ["a", "a", "b"]})},
        by_hand(counts("cis 1 eu PASS 1/0/2"), summaries("cis 1/0/0/1"), ["eu"]),
    ),
    "duplicate-findings": case(
        "findings that are alike in everything but their id count once as a check and each for ThreatScore",
        [finding("a", "PASS", "eu", compliance=scored("1.1"))] * 3,
        {"cis": CIS, "ts": SCORE},
        by_hand(
            counts("cis 1 eu PASS 1/0/1", "cis 2 eu PASS 1/0/2", "ts 1.1 eu PASS 1/0/1 3/3", "ts 1.2 eu MANUAL 0/0/0"),
            summaries("cis 2/0/0/2", "ts 1/0/1/2"),
            ["eu"],
        ),
    ),
    "summary-over-regions": case(
        "a requirement fails overall if one region fails, and passes if every region passes",
        [
            finding("a", "PASS", "eu"),
            finding("a", "PASS", "us"),
            finding("b", "PASS", "eu"),
            finding("b", "FAIL", "us"),
        ],
        {"cis": CIS, "iso": framework("ISO", "1", **{"1": []})},
        by_hand(
            counts(
                "cis 1 eu PASS 1/0/1",
                "cis 2 eu PASS 2/0/2",
                "iso 1 eu MANUAL 0/0/0",
                "cis 1 us PASS 1/0/1",
                "cis 2 us FAIL 1/1/2",
                "iso 1 us MANUAL 0/0/0",
            ),
            summaries("cis 1/1/0/2", "iso 0/0/1/1"),
            ["eu", "us"],
        ),
    ),
}  # fmt: skip

EMPTY: dict[str, Case] = {
    "no-findings": case("a scan without findings writes nothing", [], {"cis": CIS}, by_hand()),
    "only-muted": case(
        "a scan with only muted findings writes nothing",
        [finding("a", "PASS", "eu", muted=True), finding("a", "FAIL", "us", muted=True)],
        {"cis": CIS, "ts": SCORE},
        by_hand(),
    ),
    "only-manual": case(
        "a scan with only MANUAL findings writes nothing",
        [finding("a", "MANUAL", "eu", compliance=scored("1.1"))],
        {"cis": CIS, "ts": SCORE},
        by_hand(),
    ),
    "no-region": case(
        "a finding without any region counts nowhere",
        [finding("a", "FAIL"), finding("a", "PASS", "eu")],
        {"cis": CIS},
        by_hand(counts("cis 1 eu PASS 1/0/1", "cis 2 eu PASS 1/0/2"), summaries("cis 2/0/0/2"), ["eu"]),
    ),
    "no-frameworks": case(
        "a provider without frameworks: no region counts, old rows stay, old summaries are deleted",
        [finding("a", "FAIL", "eu"), finding("b", "PASS", "us")],
        {},
        by_hand(),
    ),
    "no-requirements": case(
        "a framework without requirements has neither rows nor a summary",
        [finding("a", "FAIL", "eu")],
        {"bare": framework("Bare", "1"), "cis": CIS},
        by_hand(
            counts("cis 1 eu FAIL 0/1/1", "cis 2 eu FAIL 0/1/2"), summaries("cis 0/2/0/2"), ["eu"]
        ),
    ),
    "only-no-requirements": case(
        "if no framework has requirements, regions are returned, and old rows and summaries are deleted",
        [finding("a", "FAIL", "eu")],
        {"bare": framework("Bare", "1")},
        by_hand(regions=["eu"]),
    ),
    "missing-texts": case(
        "a missing or null version or description is stored as ''",
        [finding("a", "PASS", "eu")],
        {
            "none": {"framework": "None", "requirements": {"1": {"checks": ["a"]}}},
            "null": {"framework": "Null", "version": None, "requirements": {"1": {"description": None, "checks": []}}},
            "empty": {"framework": "", "version": "", "requirements": {"1": {"description": "", "checks": []}}},
            "given": {"framework": "Given", "version": "1", "requirements": {"1": {"description": "Do", "checks": []}}},
        },
        by_hand(
            counts(
                "none 1 eu PASS 1/0/1",
                "null 1 eu MANUAL 0/0/0",
                "empty 1 eu MANUAL 0/0/0",
                "given 1 eu MANUAL 0/0/0",
            ),
            summaries("none 1/0/0/1", "null 0/0/1/1", "empty 0/0/1/1", "given 0/0/1/1"),
            ["eu"],
            [
                Text("none", "1", "None", "", ""),
                Text("null", "1", "Null", "", ""),
                Text("empty", "1", "", "", ""),
                Text("given", "1", "Given", "1", "Do"),
            ],
        ),
    ),
    "other-tenants-findings": case(
        "another tenant's findings under the same scan id neither count nor add a region",
        [finding("z", "PASS", "eu")],
        {"cis": CIS},
        by_hand(counts("cis 1 eu PASS 0/0/1", "cis 2 eu PASS 0/0/2"), summaries("cis 2/0/0/2"), ["eu"]),
    ),
    "no-findings-no-frameworks": case("a scan without findings of a provider without frameworks", [], {}, by_hand()),
}  # fmt: skip

RULE_CASES = COUNTING | EMPTY
