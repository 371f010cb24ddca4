"""Policies and grants of the application role on every table."""

from django.db import migrations

from bench.compliance.schema.operations import NO_UPDATE, RowLevelSecurity

_TENANT = """CASE
    WHEN current_setting('api.tenant_id', true) IS NOT NULL AND current_setting('api.tenant_id', true) <> ''
        THEN {column} = current_setting('api.tenant_id', true)::uuid
    ELSE false
END"""


class Migration(migrations.Migration):
    """As in production, except the policies on a tenant's members, whose table does not exist here."""

    dependencies = [("schema", "0001_tables")]  # noqa: RUF012 - the form that Django's loader reads

    operations = [  # noqa: RUF012 - as above
        RowLevelSecurity("tenants", column="id", condition=_TENANT, insert="true", force=False),
        RowLevelSecurity("providers"),
        RowLevelSecurity("scans"),
        RowLevelSecurity("resources"),
        RowLevelSecurity("findings"),
        RowLevelSecurity("resource_finding_mappings"),
        RowLevelSecurity("compliance_requirements_overviews", NO_UPDATE),
        RowLevelSecurity("compliance_overview_summaries", NO_UPDATE),
    ]
