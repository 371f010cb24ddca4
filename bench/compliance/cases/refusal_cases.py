"""Cases that must not write: a missing scan (rule 1), and NUL, which PostgreSQL cannot store.

A run that cannot write what the rules require must raise and change neither rows nor summaries.
"""

from __future__ import annotations

from bench.compliance.cases.case import CIS, NUL, SCORE, Asked, Case, Json, case, finding, framework, scored
from bench.compliance.cases.size_cases import bulk_catalogue, bulk_findings
from bench.compliance.written import by_hand, counts, summaries

NO_SCAN = "DoesNotExist"
ANY = ""

FINDINGS = (finding("a", "PASS", "eu", compliance=scored("1.1")), finding("a", "FAIL", "us", "eu"))


def _no_scan(promise: str, asked: Asked) -> Case:
    return Case(promise=promise, findings=FINDINGS, catalogue={"cis": CIS}, asked=asked, refused=NO_SCAN)


def _nul(what: str, catalogue: Json) -> Case:
    return Case(
        promise=f"NUL in {what} is refused, and nothing changes",
        findings=FINDINGS,
        catalogue=catalogue,
        refused=ANY,
    )


def _late() -> Json:
    """10,002 rows of one region; NUL in the last one."""
    catalogue = bulk_catalogue(10_002)
    catalogue["bulk"]["requirements"]["10001"]["description"] = NUL
    return catalogue


REFUSAL_CASES: dict[str, Case] = {
    "missing-scan": _no_scan("a call for an unknown scan is refused", "missing scan"),
    "deleted-provider": _no_scan("a call for a scan whose provider is deleted is refused", "deleted provider"),
    "scan-of-another-tenant": _no_scan("a call for another tenant's scan is refused", "scan of another tenant"),
    "other-tenant": _no_scan(
        "another tenant's call for the scan is refused, even if that tenant has findings under its id", "other tenant"
    ),
    "nul-in-description": _nul(
        "a description",
        {"cis": {"framework": "CIS", "requirements": {"1": {"description": f"a{NUL}b", "checks": ["a"]}}}},
    ),
    "nul-in-requirement-id": _nul("a requirement's id", {"cis": CIS, "ts": framework("TS", "1", **{f"1{NUL}": ["a"]})}),
    "nul-in-compliance-id": _nul("a compliance id", {"cis": CIS, f"{NUL}ts": SCORE}),
    "nul-in-framework": _nul("a framework's name", {"cis": CIS, "x": framework(f"X{NUL}", "1", **{"1": ["a"]})}),
    "nul-in-version": _nul("a version", {"x": framework("X", NUL, **{"1": ["a"]}), "cis": CIS}),
    "nul-without-requirements": case(
        "NUL in the id of a framework without requirements is written nowhere",
        FINDINGS,
        {"cis": CIS, NUL: framework("X", "1")},
        by_hand(
            counts("cis 1 eu FAIL 0/1/1", "cis 2 eu FAIL 0/1/2", "cis 1 us FAIL 0/1/1", "cis 2 us FAIL 0/1/2"),
            summaries("cis 0/2/0/2"),
            ["eu", "us"],
        ),
    ),
    "nul-after-10000-rows": Case(
        promise="NUL in the last of more rows than a batch holds is refused, and nothing changes",
        findings=tuple(bulk_findings(1, 1)),
        catalogue=_late(),
        refused=ANY,
    ),
    "nul-in-check-id": case(
        "NUL in a check's id, which no finding can hold and no row repeats, is an unseen check",
        FINDINGS,
        {"cis": framework("CIS", "3.0", **{"1": ["a", f"a{NUL}"], "2": [NUL]})},
        by_hand(
            counts("cis 1 eu FAIL 0/1/2", "cis 2 eu PASS 0/0/1", "cis 1 us FAIL 0/1/2", "cis 2 us PASS 0/0/1"),
            summaries("cis 1/1/0/2"),
            ["eu", "us"],
        ),
    ),
    "nul-without-regions": case(
        "NUL that no row would hold, because no region counts, does not prevent deleting the old rows",
        [finding("a", "FAIL", "eu", muted=True)],
        {NUL: framework(NUL, NUL, **{NUL: [NUL]})},
        by_hand(),
    ),
}
