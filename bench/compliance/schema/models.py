"""All models of the app, where Django looks for them."""

from __future__ import annotations

from bench.compliance.schema.packed_models import CatalogueFramework, CatalogueRequirement, PackedComplianceOverview
from bench.compliance.schema.production_models import (
    ComplianceOverviewSummary,
    ComplianceRequirementOverview,
    Finding,
    Provider,
    Resource,
    ResourceFindingMapping,
    Scan,
    Tenant,
)

__all__ = [
    "CatalogueFramework",
    "CatalogueRequirement",
    "ComplianceOverviewSummary",
    "ComplianceRequirementOverview",
    "Finding",
    "PackedComplianceOverview",
    "Provider",
    "Resource",
    "ResourceFindingMapping",
    "Scan",
    "Tenant",
]
