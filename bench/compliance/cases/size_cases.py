"""Cases of many regions, checks, findings and rows, around the sizes at which implementations start a new batch."""

from __future__ import annotations

from bench.compliance.cases.case import CIS, SCORE, Case, Json, case, finding, framework, scored, with_requirements
from bench.compliance.written import Count, Summary, by_hand, counts, summaries


def bulk_findings(regions: int, findings: int) -> list[Json]:
    """Return findings over the regions r0, r1, … in turn, half of them failing; each region has its own check."""
    return [
        finding(f"check_{number % regions}", "PASS" if number % 2 else "FAIL", f"r{number % regions}")
        for number in range(findings)
    ]


def bulk_catalogue(requirements: int) -> Json:
    """Return a framework with requirements 0, 1, …; every other one has the check of region r0, the rest none."""
    return {
        "bulk": {
            "framework": "Bulk",
            "version": "1",
            "requirements": {
                str(number): {"description": f"Requirement {number}", "checks": ["check_0"] if number % 2 else []}
                for number in range(requirements)
            },
        }
    }


def _rows(regions: int, requirements: int) -> Case:
    """Return regions × requirements rows: r0 fails where a check is mapped, and no other region sees that check."""
    return case(
        f"{regions * requirements:,} rows are all written, whatever the size of a batch",
        bulk_findings(regions, regions),
        bulk_catalogue(requirements),
        by_hand(
            [
                Count("bulk", str(number), f"r{region}", *(("FAIL", 0, 1, 1) if not region else ("PASS", 0, 0, 1)))
                if number % 2
                else Count("bulk", str(number), f"r{region}", "MANUAL", 0, 0, 0)
                for region in range(regions)
                for number in range(requirements)
            ],
            [Summary("bulk", 0, requirements // 2, (requirements + 1) // 2, requirements)],
            [f"r{region}" for region in range(regions)],
        ),
    )


def _findings(number: int) -> Case:
    """Return a case of one check in one region of which only the last finding fails; ThreatScore counts all."""
    return case(
        f"{number:,} findings of one check in one region are all read, whatever the size of a chunk",
        [
            *(finding("a", "PASS", "eu", compliance=scored("1.1")) for _ in range(number - 1)),
            finding("a", "FAIL", "eu", compliance=scored("1.1")),
        ],
        {"cis": CIS, "ts": SCORE},
        by_hand(
            counts(
                "cis 1 eu FAIL 0/1/1",
                "cis 2 eu FAIL 0/1/2",
                f"ts 1.1 eu FAIL 0/1/1 {number - 1}/{number}",
                "ts 1.2 eu MANUAL 0/0/0",
            ),
            summaries("cis 0/2/0/2", "ts 0/1/1/2"),
            ["eu"],
        ),
    )


_REGIONS = [f"region-{number:03}" for number in range(500)]
_CHECKS = [f"service_{number:03}_check" for number in range(455)]
_HUGE = 70_000
"""More than 16 bits can hold."""

SIZE_CASES: dict[str, Case] = {
    "regions-500": case(
        "500 regions, each with its own finding",
        [finding("a", "FAIL" if number == 499 else "PASS", region) for number, region in enumerate(_REGIONS)],
        {"cis": CIS},
        by_hand(
            [
                Count("cis", name, region, *(("FAIL", 0, 1) if region == _REGIONS[-1] else ("PASS", 1, 0)), total)
                for region in _REGIONS
                for name, total in (("1", 1), ("2", 2))
            ],
            summaries("cis 0/2/0/2"),
            _REGIONS,
        ),
    ),
    "regions-500-of-one": case(
        "500 regions of one and the same finding, in the array's order",
        [finding("a", "PASS", *reversed(_REGIONS), compliance=scored("1.1"))],
        {"ts": SCORE},
        by_hand(
            [
                *(Count("ts", "1.1", region, "PASS", 1, 0, 1, 1, 1) for region in _REGIONS),
                *(Count("ts", "1.2", region, "MANUAL", 0, 0, 0) for region in _REGIONS),
            ],
            summaries("ts 1/0/1/2"),
            list(reversed(_REGIONS)),
        ),
    ),
    "checks-455": case(
        "a requirement with 455 checks, of which a third passes, a third fails and a third is not seen",
        [
            finding(check, "PASS" if number % 3 else "FAIL", "eu")
            for number, check in enumerate(_CHECKS)
            if number % 3 != 2
        ],
        {"cis": framework("CIS", "3.0", all=_CHECKS, none=[], last=_CHECKS[-1:])},
        by_hand(
            counts("cis all eu FAIL 152/152/455", "cis none eu MANUAL 0/0/0", "cis last eu PASS 1/0/1"),
            summaries("cis 1/1/1/3"),
            ["eu"],
        ),
    ),
    "checks-in-every-requirement": case(
        "one check in each of 300 requirements of each of 3 frameworks",
        [finding("a", "FAIL", "eu"), finding("b", "PASS", "us")],
        {name: with_requirements(name, "1", {str(number): ["a"] for number in range(300)}) for name in "xyz"},
        by_hand(
            [
                Count(name, str(number), region, *(("FAIL", 0, 1) if region == "eu" else ("PASS", 0, 0)), 1)
                for name in "xyz"
                for number in range(300)
                for region in ("eu", "us")
            ],
            [Summary(name, 0, 300, 0, 300) for name in "xyz"],
            ["eu", "us"],
        ),
    ),
    "frameworks-100": case(
        "a hundred frameworks, some without requirements",
        [finding("a", "PASS", "eu")],
        {
            f"f{number:02}": framework(f"F{number}", None, **({"1": ["a"]} if number % 10 else {}))
            for number in range(100)
        },
        by_hand(
            [Count(f"f{number:02}", "1", "eu", "PASS", 1, 0, 1) for number in range(100) if number % 10],
            [Summary(f"f{number:02}", 1, 0, 0, 1) for number in range(100) if number % 10],
            ["eu"],
        ),
    ),
    "findings-1000": _findings(1_000),
    "findings-1001": _findings(1_001),
    "findings-5000": _findings(5_000),
    "threatscore-huge": case(
        "ThreatScore counts beyond what 16 bits hold, from a finding that lists a requirement very often",
        [finding("a", "PASS", "eu", compliance=scored(*["1.1"] * _HUGE)), finding("a", "FAIL", "eu")],
        {"ts": SCORE},
        by_hand(
            counts(f"ts 1.1 eu FAIL 0/1/1 {_HUGE}/{_HUGE}", "ts 1.2 eu MANUAL 0/0/0"), summaries("ts 0/1/1/2"), ["eu"]
        ),
    ),
    "rows-2000": _rows(2, 1_000),
    "rows-2001": _rows(3, 667),
    "rows-10000": _rows(4, 2_500),
    "rows-10002": _rows(2, 5_001),
}  # fmt: skip
