"""The tables of the implementation ``packed``."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from bench.compliance.schema.production_models import Scan, Tenant


def _unique(name: str, *fields: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=fields, name=name)


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


class PackedComplianceOverview(models.Model):
    """The requirements of one part of one framework in one region of one scan: an array entry for each of them.

    The last two bytes of ``id`` are the view's to fill: with a requirement's slot there it is the id of its row.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # No separate index for any foreign key: the unique one begins with tenant and scan.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, db_index=False)
    tenant_id: UUID
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
