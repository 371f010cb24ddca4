"""Packed rows: one array entry per row, the catalogue's texts stored once, and a view with the rows' columns."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from bench.compliance.schema.operations import NO_UPDATE, CreateInvokerView, RowLevelSecurity, shared_reading

VIEW = """
    SELECT
        encode(substring(uuid_send(packed.id) FROM 1 FOR 14) || int2send(requirement.slot), 'hex')::uuid AS id,
        packed.tenant_id,
        packed.inserted_at,
        packed.compliance_id,
        packed.framework,
        packed.version,
        requirement.description,
        packed.region,
        requirement.requirement_id,
        CASE
            WHEN requirement.total_checks = 0 THEN 'MANUAL'::status
            WHEN packed.failed_checks[requirement.slot] > 0 THEN 'FAIL'::status
            ELSE 'PASS'::status
        END AS requirement_status,
        packed.passed_checks[requirement.slot] AS passed_checks,
        packed.failed_checks[requirement.slot] AS failed_checks,
        requirement.total_checks,
        coalesce(packed.passed_findings[requirement.slot], 0) AS passed_findings,
        coalesce(packed.total_findings[requirement.slot], 0) AS total_findings,
        packed.scan_id
    FROM compliance_requirements_packed AS packed
    JOIN compliance_catalogue_requirements AS requirement
        ON requirement.framework_id = packed.catalogue_framework_id AND requirement.part = packed.part
        AND requirement.compliance_id = packed.compliance_id
"""


class Migration(migrations.Migration):
    """Parts keep the arrays short, because reading an entry reads its whole array; see ``optimized_impl.packed``."""

    dependencies = [("schema", "0002_row_level_security")]  # noqa: RUF012 - the form that Django's loader reads

    operations = [  # noqa: RUF012 - as above
        migrations.CreateModel(
            name="CatalogueFramework",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("compliance_id", models.TextField()),
                ("framework", models.TextField()),
                ("version", models.TextField(blank=True)),
            ],
            options={"db_table": "compliance_catalogue_frameworks"},
        ),
        migrations.CreateModel(
            name="CatalogueRequirement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "framework_id", "part", "slot", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("part", models.SmallIntegerField()),
                ("slot", models.SmallIntegerField()),
                ("compliance_id", models.TextField()),
                ("requirement_id", models.TextField()),
                ("description", models.TextField(blank=True)),
                ("total_checks", models.IntegerField()),
                (
                    "framework",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="schema.catalogueframework"
                    ),
                ),
            ],
            options={
                "db_table": "compliance_catalogue_requirements",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compliance_id", "requirement_id", "framework"), name="unique_catalogue_requirements"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PackedComplianceOverview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("compliance_id", models.TextField()),
                ("framework", models.TextField()),
                ("version", models.TextField(blank=True)),
                ("region", models.TextField()),
                ("part", models.SmallIntegerField()),
                (
                    "passed_checks",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "failed_checks",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "passed_findings",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None),
                ),
                (
                    "total_findings",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None),
                ),
                (
                    "catalogue_framework",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="schema.catalogueframework"
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.scan"),
                ),
                (
                    "tenant",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
                ),
            ],
            options={
                "db_table": "compliance_requirements_packed",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "scan", "compliance_id", "region", "part"), name="unique_packed_overview"
                    )
                ],
            },
        ),
        # Rows of up to 8 kB keep their arrays inline and uncompressed: unpacking costs more than reading.
        migrations.RunSQL(
            "ALTER TABLE compliance_requirements_packed SET (toast_tuple_target = 8160)",
            "ALTER TABLE compliance_requirements_packed RESET (toast_tuple_target)",
        ),
        RowLevelSecurity("compliance_requirements_packed", NO_UPDATE),
        shared_reading("compliance_catalogue_frameworks"),
        shared_reading("compliance_catalogue_requirements"),
        CreateInvokerView("compliance_requirements_packed_view", VIEW),
    ]
