"""Production's tables that the task touches; findings and their mappings are partitioned."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from bench.compliance.schema.enum_types import ENUMS, EnumField
from bench.compliance.schema.operations import CreatePartitionedModel, create_enums

_FINDING_SEARCH = """
    ALTER TABLE findings ADD COLUMN text_search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english'::regconfig, COALESCE(impact_extended, '')), 'A')
        || setweight(to_tsvector('english'::regconfig, COALESCE(status_extended, '')), 'B')
        || setweight(jsonb_to_tsvector('simple'::regconfig, check_metadata, '["string", "numeric"]'), 'D')
        || setweight(jsonb_to_tsvector('simple'::regconfig, tags, '["string", "numeric"]'), 'D')
    ) STORED
"""
_RESOURCE_SEARCH = """
    ALTER TABLE resources ADD COLUMN text_search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, COALESCE(uid, '')), 'A')
        || setweight(to_tsvector('simple'::regconfig, COALESCE(name, '')), 'B')
        || setweight(to_tsvector('simple'::regconfig, COALESCE(region, '')), 'C')
        || setweight(to_tsvector('simple'::regconfig, COALESCE(service, '') || ' ' || COALESCE(type, '')), 'D')
    ) STORED
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        create_enums(ENUMS),
        CreatePartitionedModel(
            name="Finding",
            partition_by="id",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("first_seen_at", models.DateTimeField(null=True)),
                ("uid", models.CharField(max_length=300)),
                ("delta", EnumField(enum="finding_delta", max_length=20, null=True)),
                ("status", EnumField(enum="status", max_length=20)),
                ("status_extended", models.TextField(null=True)),
                ("severity", EnumField(enum="severity", max_length=20)),
                ("impact", EnumField(enum="severity", max_length=20)),
                ("impact_extended", models.TextField(null=True)),
                ("raw_result", models.JSONField(default=dict)),
                ("tags", models.JSONField(default=dict, null=True)),
                ("check_id", models.CharField(max_length=100)),
                ("check_metadata", models.JSONField(default=dict)),
                ("muted", models.BooleanField(default=False)),
                ("muted_reason", models.TextField(null=True)),
                ("muted_at", models.DateTimeField(null=True)),
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
                ("resource_groups", models.TextField(null=True)),
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
                ("provider", EnumField(default="aws", enum="provider", max_length=20)),
                ("uid", models.CharField(max_length=250)),
                ("alias", models.CharField(max_length=100, null=True)),
                ("connected", models.BooleanField(null=True)),
                ("connection_last_checked_at", models.DateTimeField(null=True)),
                ("metadata", models.JSONField(default=dict)),
                ("scanner_args", models.JSONField(default=dict)),
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
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                ("metadata", models.TextField(null=True)),
                ("details", models.TextField(null=True)),
                ("partition", models.TextField(null=True)),
                ("failed_findings_count", models.IntegerField(default=0)),
                (
                    "groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), null=True, size=None
                    ),
                ),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.provider")),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.tenant")),
            ],
            options={
                "db_table": "resources",
            },
        ),
        CreatePartitionedModel(
            name="ResourceFindingMapping",
            partition_by="finding_id",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "id", "finding_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("finding", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.finding")),
                ("resource", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.resource")),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.tenant")),
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
                ("trigger", EnumField(enum="scan_trigger", max_length=20)),
                ("state", EnumField(default="available", enum="state", max_length=20)),
                ("unique_resource_count", models.IntegerField(default=0)),
                ("progress", models.IntegerField(default=0)),
                ("scanner_args", models.JSONField(default=dict)),
                ("duration", models.IntegerField(null=True)),
                ("scheduled_at", models.DateTimeField(null=True)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("next_scan_at", models.DateTimeField(null=True)),
                ("scheduler_task_id", models.IntegerField(null=True)),
                ("task_id", models.UUIDField(null=True)),
                ("processor_id", models.UUIDField(null=True)),
                ("output_location", models.CharField(max_length=4096, null=True)),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.provider")),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.tenant")),
            ],
            options={
                "db_table": "scans",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="finding",
            name="scan",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.scan"),
        ),
        migrations.AddField(
            model_name="provider",
            name="tenant",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
        ),
        migrations.AddField(
            model_name="finding",
            name="tenant",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.tenant"),
        ),
        migrations.CreateModel(
            name="ComplianceRequirementOverview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("compliance_id", models.TextField()),
                ("framework", models.TextField()),
                ("version", models.TextField(blank=True)),
                ("description", models.TextField(blank=True)),
                ("region", models.TextField()),
                ("requirement_id", models.TextField()),
                ("requirement_status", EnumField(enum="status", max_length=20)),
                ("passed_checks", models.IntegerField(default=0)),
                ("failed_checks", models.IntegerField(default=0)),
                ("total_checks", models.IntegerField(default=0)),
                ("passed_findings", models.IntegerField(default=0)),
                ("total_findings", models.IntegerField(default=0)),
                ("scan", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.scan")),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.tenant")),
            ],
            options={
                "db_table": "compliance_requirements_overviews",
            },
        ),
        migrations.CreateModel(
            name="ComplianceOverviewSummary",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("inserted_at", models.DateTimeField(auto_now_add=True)),
                ("compliance_id", models.TextField()),
                ("requirements_passed", models.IntegerField(default=0)),
                ("requirements_failed", models.IntegerField(default=0)),
                ("requirements_manual", models.IntegerField(default=0)),
                ("total_requirements", models.IntegerField(default=0)),
                ("scan", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.scan")),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="schema.tenant")),
            ],
            options={
                "db_table": "compliance_overview_summaries",
            },
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(
                fields=["provider", "state", "trigger", "scheduled_at"], name="scans_prov_state_trig_sche_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(
                fields=["tenant", "provider", "state", "inserted_at"], name="scans_prov_state_insert_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(
                condition=models.Q(("state", "completed")),
                fields=["tenant", "provider", "state", "-inserted_at"],
                name="scans_prov_state_ins_desc_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(
                condition=models.Q(("state", "completed")),
                fields=["tenant", "provider", "-inserted_at"],
                include=("id",),
                name="scans_prov_ins_desc_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(fields=["processor_id"], name="scans_processor_id_626dde85"),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(fields=["scheduler_task_id"], name="scans_scheduler_task_id_f720c43c"),
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(fields=["task_id"], name="scans_task_id_f0ead402"),
        ),
        migrations.AddIndex(
            model_name="resourcefindingmapping",
            index=models.Index(fields=["tenant", "resource"], name="rfm_tenant_resource_idx"),
        ),
        migrations.AddConstraint(
            model_name="resourcefindingmapping",
            constraint=models.UniqueConstraint(
                fields=("tenant", "resource", "finding"), name="unique_resource_finding_mappings_by_tenant"
            ),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(fields=["uid", "region", "service", "name"], name="resource_uid_reg_serv_name_idx"),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(fields=["tenant", "service", "region", "type"], name="resource_tenant_metadata_idx"),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(fields=["tenant", "id"], name="resources_tenant_id_idx"),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(fields=["tenant", "provider"], name="resources_tenant_provider_idx"),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(fields=["tenant", "-failed_findings_count", "id"], name="resources_failed_findings_idx"),
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
                condition=models.Q(("is_deleted", False)),
                fields=("tenant", "provider", "uid"),
                name="unique_provider_uids",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "id"], name="findings_tenant_and_id_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "scan"], name="find_tenant_scan_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "scan", "id"], name="find_tenant_scan_id_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(("status", "FAIL"), ("delta", "new")),
                fields=["tenant", "scan"],
                name="find_tenant_scan_fail_new_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "uid", "-inserted_at"], name="find_tenant_uid_inserted_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "check_id", "inserted_at"], name="find_tenant_check_ins_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["tenant", "scan", "check_id"], name="find_tenant_scan_check_idx"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["categories", "resource_services", "resource_regions", "resource_types"],
                name="gin_find_arrays_idx",
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
                name="unique_tenant_compliance_requirement_overview",
            ),
        ),
        migrations.AddIndex(
            model_name="complianceoverviewsummary",
            index=models.Index(fields=["tenant", "scan"], name="cos_tenant_scan_idx"),
        ),
        migrations.AddConstraint(
            model_name="complianceoverviewsummary",
            constraint=models.UniqueConstraint(
                fields=("tenant", "scan", "compliance_id"), name="unique_compliance_summary_per_scan"
            ),
        ),
        migrations.RunSQL(_FINDING_SEARCH, "ALTER TABLE findings DROP COLUMN text_search"),
        migrations.RunSQL(_RESOURCE_SEARCH, "ALTER TABLE resources DROP COLUMN text_search"),
    ]
