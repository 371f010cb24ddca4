"""The invented frameworks of the synthetic catalogue: names, versions, sizes, and how their requirements are numbered.

Sizes and lengths follow the published shape of the AWS catalogue; names, but for ProwlerThreatScore, are made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from string import Formatter

THREATSCORE_ID = "prowler_threatscore_aws"

FAMILIES = (
    "acc",
    "aud",
    "cfg",
    "con",
    "idn",
    "inc",
    "mnt",
    "med",
    "phy",
    "pln",
    "per",
    "rsk",
    "sas",
    "scp",
    "sys",
    "trn",
    "vul",
    "log",
    "key",
    "net",
    "bkp",
    "api",
    "dev",
    "ops",
)
"""Control families: the letters that stand for the first number of a requirement id."""

_RADIX = {"b": 9, "c": 7, "d": 30}


class Language(Enum):
    """The language of a framework's descriptions."""

    ENGLISH = "en"
    SPANISH = "es"
    KOREAN = "ko"


@dataclass(frozen=True)
class FrameworkShape:
    """A FrameworkShape is one framework before it has requirements.

    ``pattern`` numbers them: ``{a}.{b}`` counts like a clock (``{f}`` and ``{F}`` write a family instead of a);
    an empty pattern means that a title is the id. ``breadth`` (checks) and ``wordiness`` (descriptions) from 0 to 2
    rank the framework among the others.
    """

    compliance_id: str
    framework: str
    version: str
    size: int
    pattern: str
    breadth: float = 1.0
    wordiness: float = 1.0
    language: Language = Language.ENGLISH


_S = FrameworkShape

FRAMEWORKS = (
    _S("cloud_account_launchpad_aws", "Cloud-Account-Launchpad", "", 84, "", 0.3, 0.3),
    _S("cloud_ai_safeguards_aws", "Cloud-AI-Safeguards", "1.0", 63, "CAIS-{F}-{b:02}", 1.3, 1.1),
    _S(
        "cloud_architect_lens_recovery_pillar_aws",
        "Cloud-Architect-Lens-Recovery-Pillar",
        "",
        3,
        "REC0{a}-BP0{b}",
        2,
        1.6,
    ),
    _S(
        "cloud_architect_lens_security_pillar_aws",
        "Cloud-Architect-Lens-Security-Pillar",
        "",
        58,
        "SEC{a:02}-BP{b:02}",
        1.5,
        2,
    ),
    _S("cloud_guardrails_quarterly_aws", "Cloud-Guardrails-Quarterly", "", 14, "{a}.0.{b}", 0.8, 0.8),
    _S("cloud_partner_review_aws", "Cloud-Partner-Review", "", 44, "{F}-{b:03}", 1, 1.7),
    _S(
        "cloud_foundation_settings_aws",
        "Cloud-Foundation-Secure-Service-Settings",
        "",
        287,
        "{f}settings.{b}.{c}",
        0.1,
        1.3,
    ),
    _S("coastal_essential_nine_aws", "Coastal-Essential-Nine", "Mar 2024", 48, "CE9-{a}.{b}", 0.9, 1),
    _S("commons_controls_aws", "Commons", "v2025.06", 174, "Commons.{F}.CN{b:02}.AR{c:02}", 1.1, 0.9),
    _S("d4_aws", "D4", "2025", 560, "{F}-{b:02}.{c:02}B", 1.4, 1.4),
    _S("eurodata_directive_2_aws", "EURODATA-2", "", 119, "{a}.{b}.{c}", 1.4, 1),
    _S("fairground_low_revision_4_aws", "FairGround-Low-Revision-4", "", 18, "{f}-{b}", 1.8, 1.5),
    _S("fairground_moderate_revision_4_aws", "FairGround-Moderate-Revision-4", "", 63, "{f}-{b}-{c}", 1.6, 1.1),
    _S("finex_handbook_aws", "FINEX-Handbook", "", 46, "d{a}-{f}-b-{b}", 1.4, 0.8),
    _S("gardian_regulation_aws", "GARDIAN", "", 4, "article_{a}{b}", 2, 2),
    _S("health_records_rule_aws", "Health-Records-Rule", "", 32, "164_{f}_a_{b}_ii", 1.7, 1.2),
    _S("iberia_rd2023_aws", "IBERIA", "RD2023", 187, "op.{f}.{b}.aws.{c}", 0.3, 0, Language.SPANISH),
    _S("korean_isms_2024_aws", "K-ISMS", "2024", 101, "{a}.{b}.{c}", 1.8, 1.3),
    _S("korean_isms_2024_korean_aws", "K-ISMS", "2024-korean", 101, "{a}.{b}.{c}", 1.8, 1, Language.KOREAN),
    _S("labs_part_21_aws", "Labs-Part-21", "", 11, "11.{a}{b}-a", 1.8, 1.9),
    _S("labs_union_annex_12_aws", "Labs-Union-Annex-12", "", 15, "{a}.{b}-data-handling", 1, 1.3),
    _S("monetary_board_rules_aws", "Monetary-Board-Rules", "", 9, "annex_i_{a}_{b}", 1.7, 1.3),
    _S("national_cyber_basics_aws", "National-Cyber-Basics", "", 17, "your-{f}-{b}", 1.8, 0.7),
    _S("ncb_171_revision_3_aws", "NCB-171-Revision-3", "", 50, "3_{a}_{b}", 1.6, 2),
    _S("ncb_catalog_revision_4_aws", "NCB-Catalog-Revision-4", "", 66, "{f}_{b}_{c}", 1.5, 1.3),
    _S("ncb_catalog_revision_5_aws", "NCB-Catalog-Revision-5", "", 287, "{f}_{b}_{c}", 1.5, 1),
    _S("ncf_1.1_aws", "NCF", "1.1", 57, "{f}_{b}", 1.5, 0.5),
    _S("ncf_2.0_aws", "NCF", "2.0", 79, "{f}_{b}", 1.4, 0.5),
    _S("norm27_2014_aws", "NORM27", "2014", 76, "A.{a}.{b}.{F}", 0, 0),
    _S("norm27_2023_aws", "NORM27", "2023", 92, "A.{a}.{b}", 1.5, 0.9),
    _S("obm_1.4_aws", "OBM", "1.4", 60, "{a}.{b}", 0, 0.1),
    _S("obm_1.5_aws", "OBM", "1.5", 62, "{a}.{b}", 0, 0.1),
    _S("obm_2.0_aws", "OBM", "2.0", 64, "{a}.{b}", 0, 0.1),
    _S("obm_3.0_aws", "OBM", "3.0", 63, "{a}.{b}", 0, 0.1),
    _S("obm_4.0_aws", "OBM", "4.0.1", 64, "{a}.{b}", 0, 0),
    _S("obm_5.0_aws", "OBM", "5.0", 55, "{a}.{b}", 0, 0),
    _S("obm_7.0_aws", "OBM", "7.0", 70, "{a}.{b}.{c}", 0, 0),
    _S("pcr_3.2.1_aws", "PCR", "3.2.1", 147, "{a}.{b}.{c}.a", 1.1, 2),
    _S("pcr_4.0_aws", "PCR", "4.0", 1669, "{a}.{b}.{c}.{d}", 0, 0.4),
    _S(THREATSCORE_ID, "ProwlerThreatScore", "1.0", 106, "{a}.{b}.{c}", 0, 0),
    _S("sovereign_cloud_3.2_aws", "SovereignCloud", "3.2", 92, "{a}.{b}", 1, 1),
    _S("tactics_map_aws", "TACTICS-MAP", "", 90, "T1{a}{b}{c}", 1.4, 1.5),
    _S("trust_report_2_aws", "TRUST-2", "", 27, "cc_{a}_{b}", 1.6, 2),
    _S("union_resilience_act_aws", "Union-Resilience-Act", "1.0", 31, "art-{a}.{b}", 1.3, 1.4),
    _S("water_grid_code_aws", "Water-Grid-Code", "2022", 24, "WG-{a}.{b}", 1.1, 1.1),
    _S("zone_trial_aws", "Zone-Trial", "2024.1", 32, "ZT{a}-{b:02}", 1.1, 1),
)
"""The 46 frameworks in the order of rows, which is that of their compliance ids, as a sorted folder has it."""


def requirement_ids(pattern: str, count: int) -> list[str]:
    """Return ``count`` distinct ids in counting order, written by ``pattern`` (see :class:`FrameworkShape`)."""
    fields = {name for _, name, _, _ in Formatter().parse(pattern) if name}
    ids = []
    for number in range(count):
        rest = number
        digits: dict[str, int | str] = {}
        for field in sorted(fields & _RADIX.keys(), reverse=True):
            rest, digit = divmod(rest, _RADIX[field])
            digits[field] = digit + 1
        family = FAMILIES[rest % len(FAMILIES)]
        ids.append(pattern.format_map(digits | {"a": rest + 1, "f": family, "F": family.upper()}))
    return ids
