"""Row-level security: the application's user sees one network at a time."""

from django.conf import settings
from django.db import migrations

TABLES = ["stations", "readings", "daily_reports", "issue_totals"]


def _secure(apps, schema_editor) -> None:
    user = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
    for table in TABLES:
        own = "network_id = current_setting('weather.network', true)::uuid"
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY own_network ON {table} TO {user} USING ({own}) WITH CHECK ({own})")
        schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {user}")
    schema_editor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {user}")


class Migration(migrations.Migration):
    dependencies = [("weather", "0001_initial")]
    operations = [migrations.RunPython(_secure, migrations.RunPython.noop)]
