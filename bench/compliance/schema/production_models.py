"""The tables that the task reads and writes, with production's columns, indexes and constraints.

``tests/schema/production_tables.json`` is the list that they are held against.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from bench.compliance.schema.enum_types import EnumField


def _unique(name: str, *fields: str, **options: Any) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=fields, name=name, **options)


class Tenant(models.Model):
    """A customer; every other row belongs to one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    name = models.CharField(max_length=100)

    class Meta:
        db_table = "tenants"


class TenantOwned(models.Model):
    """A row under row-level security: visible only where ``api.tenant_id`` names its tenant."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    tenant_id: UUID

    class Meta:
        abstract = True


class Provider(TenantOwned):
    """A cloud account under scan."""

    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    is_deleted = models.BooleanField(default=False)
    provider = EnumField(enum="provider", default="aws")
    uid = models.CharField(max_length=250)
    alias = models.CharField(max_length=100, null=True)
    connected = models.BooleanField(null=True)
    connection_last_checked_at = models.DateTimeField(null=True)
    metadata = models.JSONField(default=dict)
    scanner_args = models.JSONField(default=dict)

    class Meta:
        db_table = "providers"
        constraints: ClassVar = [
            _unique("unique_provider_uids", "tenant", "provider", "uid", condition=models.Q(is_deleted=False))
        ]


class ScanManager(models.Manager["Scan"]):
    """Scans whose provider is not deleted."""

    def get_queryset(self) -> models.QuerySet[Scan]:
        return super().get_queryset().filter(provider__is_deleted=False)


_COMPLETED = models.Q(state="completed")


class Scan(TenantOwned):
    """One run of the scanner over one provider."""

    name = models.CharField(max_length=100, null=True)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    provider_id: UUID
    trigger = EnumField(enum="scan_trigger")
    state = EnumField(enum="state", default="available")
    unique_resource_count = models.IntegerField(default=0)
    progress = models.IntegerField(default=0)
    scanner_args = models.JSONField(default=dict)
    duration = models.IntegerField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    next_scan_at = models.DateTimeField(null=True)
    # Foreign keys in production, to tables that the task does not touch.
    scheduler_task_id = models.IntegerField(null=True)
    task_id = models.UUIDField(null=True)
    processor_id = models.UUIDField(null=True)
    output_location = models.CharField(max_length=4096, null=True)

    all_objects = models.Manager["Scan"]()
    objects = ScanManager()

    class Meta:
        db_table = "scans"
        default_manager_name = "objects"
        indexes: ClassVar = [
            models.Index(
                fields=["provider", "state", "trigger", "scheduled_at"], name="scans_prov_state_trig_sche_idx"
            ),
            models.Index(fields=["tenant", "provider", "state", "inserted_at"], name="scans_prov_state_insert_idx"),
            models.Index(
                fields=["tenant", "provider", "state", "-inserted_at"],
                condition=_COMPLETED,
                name="scans_prov_state_ins_desc_idx",
            ),
            models.Index(
                fields=["tenant", "provider", "-inserted_at"],
                condition=_COMPLETED,
                include=["id"],
                name="scans_prov_ins_desc_idx",
            ),
            models.Index(fields=["processor_id"], name="scans_processor_id_626dde85"),
            models.Index(fields=["scheduler_task_id"], name="scans_scheduler_task_id_f720c43c"),
            models.Index(fields=["task_id"], name="scans_task_id_f0ead402"),
        ]


class Resource(TenantOwned):
    """One thing in the cloud account. The generated column ``text_search`` is the database's alone."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    provider_id: UUID
    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    uid = models.TextField()
    name = models.TextField()
    region = models.TextField()
    service = models.TextField()
    type = models.TextField()
    metadata = models.TextField(null=True)
    details = models.TextField(null=True)
    partition = models.TextField(null=True)
    failed_findings_count = models.IntegerField(default=0)
    groups = ArrayField(models.CharField(max_length=100), null=True)

    class Meta:
        db_table = "resources"
        constraints: ClassVar = [_unique("unique_resources_by_provider", "tenant", "provider", "uid")]
        indexes: ClassVar = [
            models.Index(fields=["uid", "region", "service", "name"], name="resource_uid_reg_serv_name_idx"),
            models.Index(fields=["tenant", "service", "region", "type"], name="resource_tenant_metadata_idx"),
            models.Index(fields=["tenant", "id"], name="resources_tenant_id_idx"),
            models.Index(fields=["tenant", "provider"], name="resources_tenant_provider_idx"),
            models.Index(fields=["tenant", "-failed_findings_count", "id"], name="resources_failed_findings_idx"),
        ]


class Finding(TenantOwned):
    """What one check said of one resource. The table is partitioned by range of its UUIDv7 id.

    The generated column ``text_search`` is the database's alone.
    """

    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    first_seen_at = models.DateTimeField(null=True)
    uid = models.CharField(max_length=300)
    delta = EnumField(enum="finding_delta", null=True)
    status = EnumField(enum="status")
    status_extended = models.TextField(null=True)
    severity = EnumField(enum="severity")
    impact = EnumField(enum="severity")
    impact_extended = models.TextField(null=True)
    raw_result = models.JSONField(default=dict)
    tags = models.JSONField(default=dict, null=True)
    check_id = models.CharField(max_length=100)
    check_metadata = models.JSONField(default=dict)
    muted = models.BooleanField(default=False)
    muted_reason = models.TextField(null=True)
    muted_at = models.DateTimeField(null=True)
    compliance = models.JSONField(default=dict, null=True)
    resource_regions = ArrayField(models.CharField(max_length=100), null=True)
    resource_services = ArrayField(models.CharField(max_length=100), null=True)
    resource_types = ArrayField(models.CharField(max_length=100), null=True)
    resource_groups = models.TextField(null=True)
    categories = ArrayField(models.CharField(max_length=100), null=True)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE)
    scan_id: UUID
    resources = models.ManyToManyField(Resource, through="ResourceFindingMapping", related_name="findings")

    class Meta:
        db_table = "findings"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "id"], name="findings_tenant_and_id_idx"),
            models.Index(fields=["tenant", "scan"], name="find_tenant_scan_idx"),
            models.Index(fields=["tenant", "scan", "id"], name="find_tenant_scan_id_idx"),
            models.Index(
                fields=["tenant", "scan"],
                condition=models.Q(status="FAIL") & models.Q(delta="new"),
                name="find_tenant_scan_fail_new_idx",
            ),
            models.Index(fields=["tenant", "uid", "-inserted_at"], name="find_tenant_uid_inserted_idx"),
            models.Index(fields=["tenant", "check_id", "inserted_at"], name="find_tenant_check_ins_idx"),
            models.Index(fields=["tenant", "scan", "check_id"], name="find_tenant_scan_check_idx"),
            GinIndex(
                fields=["categories", "resource_services", "resource_regions", "resource_types"],
                name="gin_find_arrays_idx",
            ),
        ]


class ResourceFindingMapping(models.Model):
    """Finding ↔ resource: many-to-many, in practice mostly one-to-one. Partitioned as findings are."""

    pk = models.CompositePrimaryKey("id", "finding_id")
    id = models.UUIDField(default=uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    tenant_id: UUID
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE)
    finding_id: UUID

    class Meta:
        db_table = "resource_finding_mappings"
        constraints: ClassVar = [_unique("unique_resource_finding_mappings_by_tenant", "tenant", "resource", "finding")]
        indexes: ClassVar = [models.Index(fields=["tenant", "resource"], name="rfm_tenant_resource_idx")]


class ComplianceRequirementOverview(TenantOwned):
    """One requirement of one framework in one region of one scan: the rows that the task writes."""

    inserted_at = models.DateTimeField(auto_now_add=True)
    compliance_id = models.TextField()
    framework = models.TextField()
    version = models.TextField(blank=True)
    description = models.TextField(blank=True)
    region = models.TextField()
    requirement_id = models.TextField()
    requirement_status = EnumField(enum="status")
    passed_checks = models.IntegerField(default=0)
    failed_checks = models.IntegerField(default=0)
    total_checks = models.IntegerField(default=0)
    passed_findings = models.IntegerField(default=0)
    total_findings = models.IntegerField(default=0)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE)
    scan_id: UUID

    class Meta:
        db_table = "compliance_requirements_overviews"
        constraints: ClassVar = [
            _unique(
                "unique_tenant_compliance_requirement_overview",
                *("tenant", "scan", "compliance_id", "requirement_id", "region"),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "scan", "compliance_id", "region"], name="cro_scan_comp_reg_idx")
        ]


class ComplianceOverviewSummary(TenantOwned):
    """One framework of one scan over all regions: the summaries that the task writes."""

    inserted_at = models.DateTimeField(auto_now_add=True)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE)
    scan_id: UUID
    compliance_id = models.TextField()
    requirements_passed = models.IntegerField(default=0)
    requirements_failed = models.IntegerField(default=0)
    requirements_manual = models.IntegerField(default=0)
    total_requirements = models.IntegerField(default=0)

    class Meta:
        db_table = "compliance_overview_summaries"
        constraints: ClassVar = [_unique("unique_compliance_summary_per_scan", "tenant", "scan", "compliance_id")]
        indexes: ClassVar = [models.Index(fields=["tenant", "scan"], name="cos_tenant_scan_idx")]
