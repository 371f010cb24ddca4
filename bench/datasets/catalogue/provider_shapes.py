"""The shapes of the catalogues of providers other than AWS, as counted in the wheel of Prowler 5.30.0.

Only numbers are taken from there. Each framework borrows the name, the numbering and the texts of one of the synthetic
AWS frameworks, as real editions for several providers share most of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ProviderShape:
    """A ProviderShape is what the synthetic catalogue of one provider holds."""

    sizes: Mapping[str, int]
    """Requirements by framework: the compliance id of the AWS framework that it resembles, without ``_aws``."""
    manual: int
    """Requirements without a check."""
    single: int
    """Requirements with one check."""
    links: int
    checks: int
    most_checks: int
    """Of one requirement."""
    most_requirements: int
    """Of one check."""
    services: tuple[str, ...]

    @property
    def requirements(self) -> int:
        """Requirements of all frameworks."""
        return sum(self.sizes.values())


SHAPES: Mapping[str, ProviderShape] = {
    "azure": ProviderShape(
        sizes={
            "cloud_ai_safeguards": 65,
            "commons_controls": 172,
            "d4": 610,
            "eurodata_directive_2": 91,
            "fairground_low_revision_4": 11,
            "health_records_rule": 34,
            "iberia_rd2023": 83,
            "monetary_board_rules": 9,
            "norm27_2023": 92,
            "obm_2.0": 151,
            "obm_3.0": 149,
            "obm_4.0": 159,
            "obm_5.0": 139,
            "obm_7.0": 155,
            "pcr_4.0": 1669,
            "prowler_threatscore": 75,
            "sovereign_cloud_3.2": 92,
            "tactics_map": 46,
            "trust_report_2": 26,
        },
        manual=1_848,
        single=1_482,
        links=5_291,
        checks=259,
        most_checks=29,
        most_requirements=110,
        services=("aks", "app", "cosmosdb", "entra", "keyvault", "monitor", "network", "sqlserver", "storage", "vm"),
    ),
    "gcp": ProviderShape(
        sizes={
            "cloud_ai_safeguards": 65,
            "commons_controls": 172,
            "d4": 610,
            "eurodata_directive_2": 80,
            "fairground_low_revision_4": 11,
            "health_records_rule": 23,
            "iberia_rd2023": 91,
            "monetary_board_rules": 9,
            "norm27_2023": 92,
            "obm_2.0": 84,
            "obm_3.0": 84,
            "obm_4.0": 84,
            "pcr_4.0": 1672,
            "prowler_threatscore": 57,
            "sovereign_cloud_3.2": 92,
            "tactics_map": 46,
            "trust_report_2": 28,
        },
        manual=1_730,
        single=739,
        links=4_316,
        checks=121,
        most_checks=28,
        most_requirements=212,
        services=("bigquery", "cloudsql", "cloudstorage", "compute", "dns", "gke", "iam", "kms", "logging"),
    ),
    "kubernetes": ProviderShape(
        sizes={
            "norm27_2023": 92,
            "obm_1.4": 130,
            "obm_1.5": 134,
            "obm_2.0": 131,
            "obm_3.0": 130,
            "pcr_4.0": 1586,
            "prowler_threatscore": 70,
        },
        manual=1_167,
        single=1_085,
        links=1_324,
        checks=83,
        most_checks=27,
        most_requirements=136,
        services=("apiserver", "controllermanager", "core", "etcd", "kubelet", "rbac", "scheduler"),
    ),
    "m365": ProviderShape(
        sizes={"norm27_2023": 45, "obm_4.0": 126, "obm_7.0": 140, "prowler_threatscore": 64},
        manual=116,
        single=199,
        links=519,
        checks=99,
        most_checks=22,
        most_requirements=12,
        services=("admincenter", "defender", "entra", "exchange", "purview", "sharepoint", "teams"),
    ),
    "github": ProviderShape(
        sizes={"obm_1.4": 120},
        manual=98,
        single=21,
        links=23,
        checks=22,
        most_checks=2,
        most_requirements=2,
        services=("organization", "repository"),
    ),
    "oraclecloud": ProviderShape(
        sizes={"cloud_ai_safeguards": 65, "obm_3.0": 54, "obm_4.0": 54, "sovereign_cloud_3.2": 92},
        manual=85,
        single=131,
        links=330,
        checks=51,
        most_checks=14,
        most_requirements=24,
        services=("compute", "database", "identity", "network", "objectstorage"),
    ),
    "alibabacloud": ProviderShape(
        sizes={"cloud_ai_safeguards": 65, "obm_2.0": 85, "prowler_threatscore": 61, "sovereign_cloud_3.2": 92},
        manual=94,
        single=157,
        links=344,
        checks=63,
        most_checks=14,
        most_requirements=19,
        services=("actiontrail", "ecs", "oss", "ram", "rds", "vpc"),
    ),
    "googleworkspace": ProviderShape(
        sizes={"national_cyber_basics": 133, "obm_1.4": 89},
        manual=105,
        single=115,
        links=125,
        checks=65,
        most_checks=8,
        most_requirements=6,
        services=("calendar", "directory", "drive", "gmail", "meet"),
    ),
    "okta": ProviderShape(
        sizes={"ncf_1.1": 29},
        manual=0,
        single=29,
        links=29,
        checks=29,
        most_checks=1,
        most_requirements=1,
        services=("application", "signon", "user"),
    ),
}
"""Providers that are not here, but for AWS, have no framework in that wheel."""
