"""The tables of the task, those that are referred to first."""

TABLES = (
    "tenants",
    "providers",
    "scans",
    "resources",
    "findings",
    "resource_finding_mappings",
    "compliance_requirements_overviews",
    "compliance_overview_summaries",
)
