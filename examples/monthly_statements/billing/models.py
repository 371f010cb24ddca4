"""The tables: invoices are read, statements are written."""

from django.db import models


class Invoice(models.Model):
    """An Invoice is what one customer of an account owes."""

    id = models.BigAutoField(primary_key=True)
    account = models.IntegerField()
    customer = models.IntegerField()
    month = models.DateField()
    cents = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["account", "month"])]


class Statement(models.Model):
    """A Statement is one customer's month: how many invoices, and their sum."""

    id = models.BigAutoField(primary_key=True)
    account = models.IntegerField()
    customer = models.IntegerField()
    month = models.DateField()
    invoices = models.IntegerField()
    cents = models.BigIntegerField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "month", "customer"], name="one_a_month")]
