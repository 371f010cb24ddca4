"""The tables that the task reads and writes, with the names, columns, indexes and constraints of production."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone


def _unique(name: str, *fields: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=fields, name=name)


class Tenant(models.Model):
    """A customer; every other row belongs to one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    inserted_at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=100)

    class Meta:
        db_table = "tenants"


class TenantOwned(models.Model):
    """A row under row-level security: visible only where ``api.tenant_id`` names its tenant."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # No index of its own: every index that the task's tables have begins with the tenant already.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, db_index=False)
    tenant_id: UUID

    class Meta:
        abstract = True


class Provider(TenantOwned):
    """A cloud account under scan."""

    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    is_deleted = models.BooleanField(default=False)
    provider = models.CharField(max_length=50)
    uid = models.CharField(max_length=250)
    alias = models.CharField(max_length=100, null=True)
    connected = models.BooleanField(null=True)

    class Meta:
        db_table = "providers"
        constraints: ClassVar = [_unique("unique_provider_uids", "tenant", "provider", "uid", "is_deleted")]


class ScanManager(models.Manager["Scan"]):
    """Scans whose provider is not deleted."""

    def get_queryset(self) -> models.QuerySet[Scan]:
        return super().get_queryset().filter(provider__is_deleted=False)


class Scan(TenantOwned):
    """One run of the scanner over one provider."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, db_index=False)
    provider_id: UUID
    name = models.CharField(max_length=100, null=True)
    trigger = models.CharField(max_length=20, default="scheduled")
    state = models.CharField(max_length=20, default="completed")
    unique_resource_count = models.IntegerField(default=0)
    progress = models.IntegerField(default=100)
    duration = models.IntegerField(null=True)
    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    all_objects = models.Manager["Scan"]()
    objects = ScanManager()

    class Meta:
        db_table = "scans"
        default_manager_name = "objects"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "provider", "state", "inserted_at"], name="scans_prov_state_idx")
        ]


class Resource(TenantOwned):
    """One thing in the cloud account."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, db_index=False)
    provider_id: UUID
    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    uid = models.TextField()
    name = models.TextField()
    region = models.TextField()
    service = models.TextField()
    type = models.TextField()

    class Meta:
        db_table = "resources"
        constraints: ClassVar = [_unique("unique_resources_by_provider", "tenant", "provider", "uid")]
        indexes: ClassVar = [models.Index(fields=["tenant", "id"], name="resources_tenant_id")]


class Finding(TenantOwned):
    """What one check said of one resource. The table is partitioned by range of its UUIDv7 id."""

    inserted_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    first_seen_at = models.DateTimeField(null=True)
    uid = models.CharField(max_length=300)
    delta = models.CharField(max_length=10, null=True)
    status = models.CharField(max_length=10)
    status_extended = models.TextField(null=True)
    severity = models.CharField(max_length=15)
    impact = models.CharField(max_length=15)
    impact_extended = models.TextField(null=True)
    raw_result = models.JSONField(default=dict)
    tags = models.JSONField(default=dict, null=True)
    check_id = models.CharField(max_length=100)
    check_metadata = models.JSONField(default=dict)
    muted = models.BooleanField(default=False)
    muted_reason = models.TextField(null=True)
    compliance = models.JSONField(default=dict, null=True)
    resource_regions = ArrayField(models.CharField(max_length=100), null=True)
    resource_services = ArrayField(models.CharField(max_length=100), null=True)
    resource_types = ArrayField(models.CharField(max_length=100), null=True)
    categories = ArrayField(models.CharField(max_length=100), null=True)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, db_index=False)
    scan_id: UUID
    resources = models.ManyToManyField(Resource, through="ResourceFindingMapping", related_name="findings")

    class Meta:
        db_table = "findings"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "id"], name="findings_tenant_id"),
            models.Index(fields=["tenant", "scan"], name="findings_tenant_scan"),
            models.Index(fields=["tenant", "scan", "id"], name="findings_tenant_scan_id"),
            models.Index(fields=["tenant", "scan", "check_id"], name="findings_tenant_scan_check"),
            models.Index(fields=["tenant", "uid", "-inserted_at"], name="findings_tenant_uid_inserted"),
            GinIndex(fields=["resource_services", "resource_regions", "resource_types"], name="findings_arrays"),
        ]


class ResourceFindingMapping(TenantOwned):
    """Finding ↔ resource: many-to-many, in practice mostly one-to-one."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, db_index=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, db_index=False)

    class Meta:
        db_table = "resource_finding_mappings"
        constraints: ClassVar = [_unique("unique_resource_finding_mappings", "tenant", "finding", "resource")]
        indexes: ClassVar = [models.Index(fields=["tenant", "resource"], name="mappings_tenant_resource")]


class ComplianceRequirementOverview(TenantOwned):
    """One requirement of one framework in one region of one scan: the rows that the task writes."""

    inserted_at = models.DateTimeField(default=timezone.now)
    compliance_id = models.TextField()
    framework = models.TextField()
    version = models.TextField(blank=True)
    description = models.TextField(blank=True)
    region = models.TextField()
    requirement_id = models.TextField()
    requirement_status = models.TextField()
    passed_checks = models.IntegerField(default=0)
    failed_checks = models.IntegerField(default=0)
    total_checks = models.IntegerField(default=0)
    passed_findings = models.IntegerField(default=0)
    total_findings = models.IntegerField(default=0)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, db_index=False)
    scan_id: UUID

    class Meta:
        db_table = "compliance_requirements_overviews"
        constraints: ClassVar = [
            _unique("unique_tenant_compliance_overview", "tenant", "scan", "compliance_id", "requirement_id", "region")
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "scan", "compliance_id", "region"], name="cro_scan_comp_reg_idx")
        ]


class ComplianceOverviewSummary(TenantOwned):
    """One framework of one scan over all regions: the summaries that the task writes."""

    inserted_at = models.DateTimeField(default=timezone.now)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, db_index=False)
    scan_id: UUID
    compliance_id = models.TextField()
    requirements_passed = models.IntegerField(default=0)
    requirements_failed = models.IntegerField(default=0)
    requirements_manual = models.IntegerField(default=0)
    total_requirements = models.IntegerField(default=0)

    class Meta:
        db_table = "compliance_overview_summaries"
        constraints: ClassVar = [_unique("unique_compliance_summary_per_scan", "tenant", "scan", "compliance_id")]


class CatalogueFramework(models.Model):
    """One version of one framework's texts. Packed rows refer to it; it is never changed, and stays when a newer comes.

    It belongs to no tenant: the application may read it and nothing else.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    """The first half of the SHA-256 of all that it and its requirements hold."""
    inserted_at = models.DateTimeField(default=timezone.now)
    compliance_id = models.TextField()
    framework = models.TextField()
    version = models.TextField(blank=True)

    class Meta:
        db_table = "compliance_catalogue_frameworks"


class CatalogueRequirement(models.Model):
    """One requirement of a CatalogueFramework: ``slot`` its place, from 1, in the arrays of ``part``'s packed rows."""

    pk = models.CompositePrimaryKey("framework_id", "part", "slot")
    framework = models.ForeignKey(CatalogueFramework, on_delete=models.PROTECT, db_index=False)
    framework_id: UUID
    part = models.SmallIntegerField()
    slot = models.SmallIntegerField()
    compliance_id = models.TextField()
    """The framework's, so that a read of one framework finds its few requirements at once."""
    requirement_id = models.TextField()
    description = models.TextField(blank=True)
    total_checks = models.IntegerField()

    class Meta:
        db_table = "compliance_catalogue_requirements"
        constraints: ClassVar = [
            _unique("unique_catalogue_requirements", "compliance_id", "requirement_id", "framework")
        ]


class PackedComplianceOverview(TenantOwned):
    """The requirements of one part of one framework in one region of one scan: an array entry for each of them.

    The last two bytes of ``id`` are the view's to fill: with a requirement's slot there it is the id of its row.
    """

    inserted_at = models.DateTimeField(default=timezone.now)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, db_index=False)
    scan_id: UUID
    catalogue_framework = models.ForeignKey(CatalogueFramework, on_delete=models.PROTECT, db_index=False)
    compliance_id = models.TextField()
    framework = models.TextField()
    """Here as well, as ``version``: to fetch them from the catalogue takes a small read half as long again."""
    version = models.TextField(blank=True)
    region = models.TextField()
    part = models.SmallIntegerField()
    passed_checks = ArrayField(models.IntegerField())
    failed_checks = ArrayField(models.IntegerField())
    passed_findings = ArrayField(models.IntegerField(), null=True)
    """Null, as ``total_findings``, for a framework that is not the ThreatScore: zeros."""
    total_findings = ArrayField(models.IntegerField(), null=True)

    class Meta:
        db_table = "compliance_requirements_packed"
        constraints: ClassVar = [_unique("unique_packed_overview", "tenant", "scan", "compliance_id", "region", "part")]
