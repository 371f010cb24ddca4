"""Where this implementation differs from the rules: the data that the pull request changed, and what NUL does."""

from __future__ import annotations

from bench.declare import Divergence, alike

REGIONS = alike(
    "regions are those of the finding's resources; the array is not read",
    {
        "empty-region": "2 rows too many: 'ts' '1.1' '' and 'ts' '1.2' ''; 1 summary differs: 'ts' has requirements_passed 0 instead of 1, requirements_failed 1 instead of 0; returned requirements_created 4 instead of 2; returned regions ['', 'eu'] instead of ['eu']",
        "array-null": "2 rows too many: 'ts' '1.1' 'us' and 'ts' '1.2' 'us'; 1 summary differs: 'ts' has requirements_passed 0 instead of 1, requirements_failed 1 instead of 0; returned requirements_created 4 instead of 2; returned regions ['eu', 'us'] instead of ['eu']",
        "array-empty": "2 rows too many: 'ts' '1.1' 'us' and 'ts' '1.2' 'us'; 1 summary differs: 'ts' has requirements_passed 0 instead of 1, requirements_failed 1 instead of 0; returned requirements_created 4 instead of 2; returned regions ['eu', 'us'] instead of ['eu']",
        "every-array-null": "2 rows too many: 'ts' '1.1' 'eu' and 'ts' '1.2' 'eu'; 1 summary too many: 'ts'; returned requirements_created 2 instead of 0; returned regions ['eu'] instead of []; returned frameworks ['ts'] instead of []",
        "array-without-resource": "2 of 4 rows missing: 'ts' '1.1' 'us' and 'ts' '1.2' 'us'; 1 summary differs: 'ts' has requirements_passed 1 instead of 0, requirements_failed 0 instead of 1; returned requirements_created 2 instead of 4; returned regions ['eu'] instead of ['eu', 'us']",
        "array-of-another-region": "2 of 4 rows missing: 'ts' '1.1' 'ap' and 'ts' '1.2' 'ap'; 2 rows too many: 'ts' '1.1' 'us' and 'ts' '1.2' 'us'; returned regions ['eu', 'us'] instead of ['ap', 'eu']",
        "array-of-more-regions": "2 of 4 rows missing: 'cis' '1' 'us' and 'cis' '2' 'us'; returned requirements_created 2 instead of 4; returned regions ['eu'] instead of ['eu', 'us']",
        "array-entry-twice": "1 row differs: 'ts' '1.1' 'eu' has passed_findings 1 instead of 2, total_findings 1 instead of 2",
        "array-entry-twice-unscored": "2 rows differ: 'cis' '1' 'us' has requirement_status 'PASS' instead of 'FAIL', failed_checks 0 instead of 1 and 'cis' '2' 'us' has requirement_status 'PASS' instead of 'FAIL', failed_checks 0 instead of 1",
        "two-resources-in-a-region": "1 row differs: 'ts' '1.1' 'eu' has passed_findings 2 instead of 1, total_findings 2 instead of 1",
    },
)

_RAISES = "TypeError; nothing changed"

COMPLIANCE = (
    *alike(
        "ThreatScore's key is looked up in whatever compliance is, and its value is iterated",
        dict.fromkeys(
            (
                "compliance-list-with-key",
                "compliance-text-with-key",
                "compliance-number",
                "compliance-true",
                "threatscore-null",
                "threatscore-falsy",
                "threatscore-number",
            ),
            _RAISES,
        ),
    ),
    Divergence(
        "threatscore-text",
        "a text under ThreatScore's key is read as a list of its characters",
        "2 rows differ: 'ts' '1' 'eu' has passed_findings 2 instead of 0, total_findings 2 instead of 0 and 'ts' '2' 'eu' has passed_findings 1 instead of 0, total_findings 1 instead of 0",
    ),
    Divergence(
        "threatscore-object",
        "an object under ThreatScore's key is read as a list of its keys",
        "1 row differs: 'ts' '1' 'eu' has passed_findings 1 instead of 0, total_findings 1 instead of 0",
    ),
    Divergence(
        "threatscore-nested", "each entry of ThreatScore's list is used as a key, which a list cannot be", _RAISES
    ),
)

NUL = (
    *alike(
        "the old rows are deleted in a separate transaction before COPY and INSERT refuse NUL",
        dict.fromkeys(
            (
                "nul-in-description",
                "nul-in-requirement-id",
                "nul-in-compliance-id",
                "nul-in-framework",
                "nul-in-version",
            ),
            "DataError, and yet 0 of 2 old rows left, 1 of 1 old summaries left",
        ),
    ),
    Divergence(
        "nul-after-10000-rows",
        "the first batch is committed; after the second fails, INSERT violates its primary keys",
        "IntegrityError, and yet 0 of 2 old rows left and 10,000 new, 1 of 1 old summaries left",
    ),
)

DIVERGENCES = (*REGIONS, *COMPLIANCE, *NUL)
