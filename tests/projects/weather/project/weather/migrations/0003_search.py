"""Search for names of stations, which needs an extension that not every server has."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("weather", "0002_security")]
    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="station",
            index=GinIndex(fields=["name"], name="station_name_search", opclasses=["gin_trgm_ops"]),
        ),
    ]
