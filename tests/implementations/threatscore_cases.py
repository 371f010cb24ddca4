"""Cases of rule 6, ThreatScore, with what both implementations must write, worked out by hand."""

from __future__ import annotations

from tests.implementations.case import THREATSCORE, Case, finding, framework, rows, same, scored, summaries, written
from tests.implementations.rule_cases import CIS, SCORE

THREATSCORE_CASES: dict[str, Case] = {
    "threatscore-per-region": same(
        "each listed requirement gains one finding a region, and one passed where it passes",
        [
            finding("a", "PASS", "eu", compliance=scored("1.1", "1.2") | {"CIS-3.0": ["1", "2"]}),
            finding("a", "FAIL", "eu", compliance=scored("1.1")),
            finding("a", "PASS", "us", compliance=scored("1.1")),
            finding("a", "PASS", "us", compliance=scored("1.1"), muted=True),
            finding("a", "MANUAL", "us", compliance=scored("1.1")),
        ],
        {"cis": CIS, "ts": SCORE},
        written(
            rows(
                "cis 1 eu FAIL 0/1/1",
                "cis 2 eu FAIL 0/1/2",
                "cis 1 us PASS 1/0/1",
                "cis 2 us PASS 1/0/2",
                "ts 1.1 eu FAIL 0/1/1 1/2",
                "ts 1.2 eu MANUAL 0/0/0 1/1",
                "ts 1.1 us PASS 1/0/1 1/1",
                "ts 1.2 us MANUAL 0/0/0",
            ),
            summaries("cis 0/2/0/2", "ts 0/1/1/2"),
            ["eu", "us"],
        ),
    ),
    "threatscore-listed-twice": same(
        "a requirement that a finding lists twice counts twice, and an unknown one is ignored",
        [
            finding("a", "PASS", "eu", compliance=scored("1.1", "9.9", "1.1")),
            finding("a", "FAIL", "eu", compliance=scored("1.1", "1.1", "", "ts")),
        ],
        {"ts": SCORE},
        written(rows("ts 1.1 eu FAIL 0/1/1 2/4", "ts 1.2 eu MANUAL 0/0/0"), summaries("ts 0/1/1/2"), ["eu"]),
    ),
    "threatscore-of-any-check": same(
        "what a finding lists counts whatever its check is mapped to",
        [finding("0", "FAIL", "eu", compliance=scored("1.1")), finding("a", "PASS", "us")],
        {"ts": SCORE},
        written(
            rows(
                "ts 1.1 eu PASS 0/0/1 0/1",
                "ts 1.2 eu MANUAL 0/0/0",
                "ts 1.1 us PASS 1/0/1",
                "ts 1.2 us MANUAL 0/0/0",
            ),
            summaries("ts 1/0/1/2"),
            ["eu", "us"],
        ),
    ),
    "threatscore-names": same(
        "every framework counts whose name and version normalise to the key's, and no other",
        [finding("a", "PASS", "eu", compliance=scored("1")), finding("a", "FAIL", "eu", compliance=scored("1"))],
        {
            name: framework(title, version, **{"1": []})
            for name, title, version in (
                ("blank", "prowler threatscore", "1.0"),
                ("plain", "ProwlerThreatScore", "1.0"),
                ("whole", "ProwlerThreatScore-1.0", None),
                ("split", "Prowler", "ThreatScore_10"),
                ("foreign-letters", "Prowler·ThreatScoreé 漢", " 1.0 "),
                ("other-version", "ProwlerThreatScore", "1.1"),
                ("no-version", "ProwlerThreatScore", ""),
                ("longer", "ProwlerThreatScore AWS", "1.0"),
                ("no-letters", "漢字", ""),
            )
        },
        written(
            rows(
                "blank 1 eu MANUAL 0/0/0 1/2",
                "plain 1 eu MANUAL 0/0/0 1/2",
                "whole 1 eu MANUAL 0/0/0 1/2",
                "split 1 eu MANUAL 0/0/0 1/2",
                "foreign-letters 1 eu MANUAL 0/0/0 1/2",
                "other-version 1 eu MANUAL 0/0/0",
                "no-version 1 eu MANUAL 0/0/0",
                "longer 1 eu MANUAL 0/0/0",
                "no-letters 1 eu MANUAL 0/0/0",
            ),
            summaries(
                "blank 0/0/1/1",
                "plain 0/0/1/1",
                "whole 0/0/1/1",
                "split 0/0/1/1",
                "foreign-letters 0/0/1/1",
                "other-version 0/0/1/1",
                "no-version 0/0/1/1",
                "longer 0/0/1/1",
                "no-letters 0/0/1/1",
            ),
            ["eu"],
        ),
    ),
    "threatscore-keys": same(
        "only the key itself counts; compliance may be NULL, {}, [] or list nothing",
        [
            finding("a", "PASS", "eu", compliance=None),
            finding("a", "PASS", "eu", compliance={}),
            finding("a", "PASS", "eu", compliance=[]),
            finding("a", "PASS", "eu", compliance=scored()),
            finding("a", "PASS", "eu", compliance={"ProwlerThreatScore-2.0": ["1.1"]}),
            finding("a", "PASS", "eu", compliance={"prowlerthreatscore-1.0": ["1.1"]}),
            finding("a", "PASS", "eu", compliance={THREATSCORE: ["1.2"], "ProwlerThreatScore": ["1.1"]}),
        ],
        {"ts": SCORE},
        written(rows("ts 1.1 eu PASS 1/0/1", "ts 1.2 eu MANUAL 0/0/0 1/1"), summaries("ts 1/0/1/2"), ["eu"]),
    ),
    "threatscore-without-framework": same(
        "without a ThreatScore framework its findings land nowhere",
        [finding("a", "PASS", "eu", compliance=scored("1", "2"))],
        {"cis": CIS},
        written(rows("cis 1 eu PASS 1/0/1", "cis 2 eu PASS 1/0/2"), summaries("cis 2/0/0/2"), ["eu"]),
    ),
}  # fmt: skip
