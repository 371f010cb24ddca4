"""Partitions of ``findings``, and forced row-level security on every table."""

from django.db import migrations

from bench.compliance.schema.operations import partition, row_level_security


class Migration(migrations.Migration):
    """Synthetic scans are dated January 2026; anything else lands in the default partition."""

    dependencies = [("schema", "0001_tables")]  # noqa: RUF012 - the form that Django's loader reads

    operations = [  # noqa: RUF012 - as above
        partition("findings", 2025, 12),
        partition("findings", 2026, 1),
        partition("findings", 2026, 2),
        migrations.RunSQL("CREATE TABLE findings_default PARTITION OF findings DEFAULT", "DROP TABLE findings_default"),
        row_level_security("tenants", column="id"),
        row_level_security("providers"),
        row_level_security("scans"),
        row_level_security("resources"),
        row_level_security("findings"),
        row_level_security("resource_finding_mappings"),
        row_level_security("compliance_requirements_overviews"),
        row_level_security("compliance_overview_summaries"),
    ]
