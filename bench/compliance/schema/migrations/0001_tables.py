"""Every table of production that the task touches; ``findings`` is partitioned."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from bench.compliance.schema.operations import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreatePartitionedModel(
            name="Finding",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("first_seen_at", models.DateTimeField(null=True)),
                ("uid", models.CharField(max_length=300)),
                ("delta", models.CharField(max_length=10, null=True)),
                ("status", models.CharField(max_length=10)),
                ("status_extended", models.TextField(null=True)),
                ("severity", models.CharField(max_length=15)),
                ("impact", models.CharField(max_length=15)),
                ("impact_extended", models.TextField(null=True)),
                ("raw_result", models.JSONField(default=dict)),
                ("tags", models.JSONField(default=dict, null=True)),
                ("check_id", models.CharField(max_length=100)),
                ("check_metadata", models.JSONField(default=dict)),
                ("muted", models.BooleanField(default=False)),
                ("muted_reason", models.TextField(null=True)),
                ("compliance", models.JSONField(default=dict, null=True)),
                (
                    "resource_regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), null=True, size=None
                    ),
                ),
                (
                    "resource_services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), null=True, size=None
                    ),
                ),
                (
                    "resource_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), null=True, size=None
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), null=True, size=None
                    ),
                ),
            ],
            options={
                "db_table": "findings",
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("is_deleted", models.BooleanField(default=False)),
                ("provider", models.CharField(max_length=50)),
                ("uid", models.CharField(max_length=250)),
                ("alias", models.CharField(max_length=100, null=True)),
                ("connected", models.BooleanField(null=True)),
            ],
            options={
                "db_table": "providers",
            },
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=100)),
            ],
            options={
                "db_table": "tenants",
            },
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("uid", models.TextField()),
                ("name", models.TextField()),
                ("region", models.TextField()),
                ("service", models.TextField()),
                ("type", models.TextField()),
                (
                    "provider",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.provider"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
                ),
            ],
            options={
                "db_table": "resources",
            },
        ),
        migrations.CreateModel(
            name="ResourceFindingMapping",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "finding",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.finding"),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.resource"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
                ),
            ],
            options={
                "db_table": "resource_finding_mappings",
            },
        ),
        migrations.AddField(
            model_name="finding",
            name="resources",
            field=models.ManyToManyField(
                related_name="findings", through="schema.ResourceFindingMapping", to="schema.resource"
            ),
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, null=True)),
                ("trigger", models.CharField(default="scheduled", max_length=20)),
                ("state", models.CharField(default="completed", max_length=20)),
                ("unique_resource_count", models.IntegerField(default=0)),
                ("progress", models.IntegerField(default=100)),
                ("duration", models.IntegerField(null=True)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.provider"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
                ),
            ],
            options={
                "db_table": "scans",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="finding",
            name="scan",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.scan"),
        ),
        migrations.AddField(
            model_name="provider",
            name="tenant",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
        ),
        migrations.AddField(
            model_name="finding",
            name="tenant",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
        ),
        migrations.CreateModel(
            name="ComplianceRequirementOverview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("compliance_id", models.TextField()),
                ("framework", models.TextField()),
                ("version", models.TextField(blank=True)),
                ("description", models.TextField(blank=True)),
                ("region", models.TextField()),
                ("requirement_id", models.TextField()),
                ("requirement_status", models.TextField()),
                ("passed_checks", models.IntegerField(default=0)),
                ("failed_checks", models.IntegerField(default=0)),
                ("total_checks", models.IntegerField(default=0)),
                ("passed_findings", models.IntegerField(default=0)),
                ("total_findings", models.IntegerField(default=0)),
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
                "db_table": "compliance_requirements_overviews",
            },
        ),
        migrations.CreateModel(
            name="ComplianceOverviewSummary",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("compliance_id", models.TextField()),
                ("requirements_passed", models.IntegerField(default=0)),
                ("requirements_failed", models.IntegerField(default=0)),
                ("requirements_manual", models.IntegerField(default=0)),
                ("total_requirements", models.IntegerField(default=0)),
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
                "db_table": "compliance_overview_summaries",
            },
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(fields=["tenant", "provider", "state", "inserted_at"], name="scans_prov_state_idx"),
        ),
        migrations.AddIndex(
            model_name="resourcefindingmapping",
            index=models.Index(fields=["tenant", "resource"], name="mappings_tenant_resource"),
        ),
        migrations.AddConstraint(
            model_name="resourcefindingmapping",
            constraint=models.UniqueConstraint(
                fields=("tenant", "finding", "resource"), name="unique_resource_finding_mappings"
            ),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(fields=["tenant", "id"], name="resources_tenant_id"),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.UniqueConstraint(
                fields=("tenant", "provider", "uid"), name="unique_resources_by_provider"
            ),
        ),
        migrations.AddConstraint(
            model_name="provider",
            constraint=models.UniqueConstraint(
                fields=("tenant", "provider", "uid", "is_deleted"), name="unique_provider_uids"
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "id"], name="findings_tenant_id"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "scan"], name="findings_tenant_scan"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "scan", "id"], name="findings_tenant_scan_id"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "scan", "check_id"], name="findings_tenant_scan_check"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "uid", "-inserted_at"], name="findings_tenant_uid_inserted"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["resource_services", "resource_regions", "resource_types"], name="findings_arrays"
            ),
        ),
        migrations.AddIndex(
            model_name="compliancerequirementoverview",
            index=models.Index(fields=["tenant", "scan", "compliance_id", "region"], name="cro_scan_comp_reg_idx"),
        ),
        migrations.AddConstraint(
            model_name="compliancerequirementoverview",
            constraint=models.UniqueConstraint(
                fields=("tenant", "scan", "compliance_id", "requirement_id", "region"),
                name="unique_tenant_compliance_overview",
            ),
        ),
        migrations.AddConstraint(
            model_name="complianceoverviewsummary",
            constraint=models.UniqueConstraint(
                fields=("tenant", "scan", "compliance_id"), name="unique_compliance_summary_per_scan"
            ),
        ),
    ]
