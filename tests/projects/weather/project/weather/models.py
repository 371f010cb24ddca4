"""The tables. Readings and reports are range-partitioned by month; every table belongs to networks of stations."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from weather.fields import EnumField


class Station(models.Model):
    """A Station measures."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    network_id = models.UUIDField()
    name = models.TextField()
    kind = EnumField(type_name="station_kind", max_length=16)

    class Meta:
        db_table = "stations"
        indexes = [GinIndex(fields=["name"], name="station_name_search", opclasses=["gin_trgm_ops"])]


class Reading(models.Model):
    """A Reading is one measured value."""

    network_id = models.UUIDField()
    station = models.ForeignKey(Station, on_delete=models.CASCADE)
    taken_at = models.DateTimeField()
    quantity = EnumField(type_name="measured_quantity", max_length=16)
    value = models.DecimalField(max_digits=9, decimal_places=2)
    quality = EnumField(type_name="reading_quality", max_length=16)
    recorded_by = models.TextField()
    """Who or what entered it; required, without a default."""

    class Meta:
        db_table = "readings"
        managed = False  # partitioned: its migration is SQL


class DailyReport(models.Model):
    """A DailyReport sums up one quantity at one station on one day, for one issue of the reports."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    network_id = models.UUIDField()
    issue_id = models.UUIDField()
    station = models.ForeignKey(Station, on_delete=models.CASCADE)
    day = models.DateField()
    quantity = EnumField(type_name="measured_quantity", max_length=16)
    readings = models.IntegerField()
    low = models.DecimalField(max_digits=9, decimal_places=2)
    high = models.DecimalField(max_digits=9, decimal_places=2)
    mean = models.DecimalField(max_digits=9, decimal_places=2)
    inserted_at = models.DateTimeField()

    class Meta:
        db_table = "daily_reports"
        managed = False  # partitioned: its migration is SQL


class IssueTotal(models.Model):
    """An IssueTotal counts the reports of a quantity in one issue."""

    network_id = models.UUIDField()
    issue_id = models.UUIDField()
    quantity = EnumField(type_name="measured_quantity", max_length=16)
    reports = models.IntegerField()
    readings = models.IntegerField()
    inserted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "issue_totals"
        constraints = [
            models.UniqueConstraint(fields=["network_id", "issue_id", "quantity"], name="one_total_per_quantity")
        ]
