"""Statements by which a run changes more than its rows, and the sentence that names each change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString, NamedTuple


class Disturbance(NamedTuple):
    named: str
    """Part of the failure's message."""
    statements: tuple[LiteralString, ...]
    """With ``{index}`` and other names of objects in braces; each committed by itself."""
    kind: str = "disturbed"
    """The failure's kind: another one where the implementation itself does not get over it."""


DISTURBANCES: Mapping[str, Disturbance] = {
    "sets_unlogged": Disturbance(
        "changed the table compliance_overview_summaries: persistence is now unlogged, was logged",
        ("ALTER TABLE compliance_overview_summaries SET UNLOGGED",),
    ),
    "drops_target": Disturbance(
        "removed the table compliance_requirements_overviews",
        ("DROP TABLE compliance_requirements_overviews CASCADE",),
        kind="error",
    ),
    "adds_table": Disturbance(
        "added the table leftover",
        ("CREATE TABLE leftover (id int PRIMARY KEY)",),
    ),
    "adds_schema": Disturbance(
        "added the schema leftover",
        ("CREATE SCHEMA leftover",),
    ),
    "adds_sequence": Disturbance(
        "added the sequence leftover",
        ("CREATE SEQUENCE leftover",),
    ),
    "adds_column": Disturbance(
        "added the column compliance_overview_summaries.leftover",
        ("ALTER TABLE compliance_overview_summaries ADD leftover int",),
    ),
    "changes_type": Disturbance(
        "column compliance_overview_summaries.total_requirements: type is now bigint, was integer",
        ("ALTER TABLE compliance_overview_summaries ALTER total_requirements TYPE bigint",),
    ),
    "changes_default": Disturbance(
        "column compliance_overview_summaries.total_requirements: default is now 7, was None",
        ("ALTER TABLE compliance_overview_summaries ALTER total_requirements SET DEFAULT 7",),
    ),
    "drops_index": Disturbance(
        "removed the index",
        ("DROP INDEX {index}",),
    ),
    "invalidates_index": Disturbance(
        "valid is now False, was True",
        ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'::regclass",),
    ),
    "drops_constraint": Disturbance(
        "removed the constraint compliance_requirements_overvi…",
        ("ALTER TABLE compliance_requirements_overviews DROP CONSTRAINT {constraint}",),
    ),
    "disables_trigger": Disturbance(
        "enabled is now D, was O",
        ("ALTER TABLE compliance_requirements_overviews DISABLE TRIGGER ALL",),
    ),
    "adds_trigger": Disturbance(
        "added the trigger findings.leftover",
        (
            "CREATE FUNCTION leftover() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER leftover BEFORE INSERT ON findings FOR EACH ROW EXECUTE FUNCTION leftover()",
        ),
    ),
    "adds_rule": Disturbance(
        "added the rule scans.leftover",
        ("CREATE RULE leftover AS ON DELETE TO scans DO INSTEAD NOTHING",),
    ),
    "drops_policy": Disturbance(
        "removed the policy compliance_requirements_overvi…",
        ("DROP POLICY {policy} ON compliance_requirements_overviews",),
    ),
    "switches_row_security_off": Disturbance(
        "row-level security is now False, was True",
        ("ALTER TABLE compliance_requirements_overviews DISABLE ROW LEVEL SECURITY",),
    ),
    "grants": Disturbance(
        "changed the table compliance_requirements_overviews: privileges",
        ("GRANT UPDATE ON compliance_requirements_overviews TO PUBLIC",),
    ),
    "changes_owner": Disturbance(
        "changed the table compliance_overview_summaries: owner is now postgres",
        ("ALTER TABLE compliance_overview_summaries OWNER TO postgres",),
    ),
    "sets_storage_parameter": Disturbance(
        "storage parameters is now ['fillfactor=50'], was None",
        ("ALTER TABLE compliance_requirements_overviews SET (fillfactor = 50)",),
    ),
    "replaces_view": Disturbance(
        "changed the view compliance_requirements_packed_view: definition",
        ("CREATE OR REPLACE VIEW compliance_requirements_packed_view AS {view}",),
    ),
    "sets_for_role": Disturbance(
        "added the settings role",
        ("ALTER ROLE {admin} SET work_mem = '99MB'",),
    ),
    "sets_for_database": Disturbance(
        "added the settings all roles in database",
        ("ALTER DATABASE {database} SET work_mem = '99MB'",),
    ),
    "sets_for_system": Disturbance(
        "added the configured setting work_mem",
        ("ALTER SYSTEM SET work_mem = '99MB'",),
    ),
    "reloads_setting": Disturbance(
        "changed the setting log_statement: value is now all, was none",
        (
            "ALTER SYSTEM SET log_statement = 'all'",
            "SELECT pg_reload_conf()",
        ),
    ),
    "makes_role_superuser": Disturbance(
        "SUPERUSER is now True, was False",
        ("ALTER ROLE {app} SUPERUSER",),
    ),
    "adds_role": Disturbance(
        "added the role leftover",
        ("CREATE ROLE leftover",),
    ),
    "adds_slot": Disturbance(
        "added the replication slot leftover",
        ("SELECT pg_create_physical_replication_slot('leftover')",),
    ),
    "adds_publication": Disturbance(
        "added the publication leftover",
        ("CREATE PUBLICATION leftover FOR TABLE findings",),
    ),
    "updates_scan": Disturbance(
        "wrote to the table scans (4 rows updated)",
        ("UPDATE scans SET progress = 1",),
    ),
    "inserts_finding": Disturbance(
        "wrote to the table tenants (1 rows inserted)",
        ("INSERT INTO tenants (id, name, inserted_at, updated_at) SELECT gen_random_uuid(), 'Leftover', now(), now()",),
    ),
    "truncates_mappings": Disturbance(
        "wrote to the table resource_finding_mappings_default (its file was replaced)",
        ("TRUNCATE resource_finding_mappings",),
    ),
    "changes_saved_rows": Disturbance(
        "wrote to the table bench_saved_compliance_overview_summaries",
        ("DELETE FROM bench_saved_compliance_overview_summaries",),
    ),
    "closes_database": Disturbance(
        "made the database unusable",
        ("UPDATE pg_database SET datallowconn = false WHERE datname = current_database()",),
        kind="error",
    ),
    "is_read_only": Disturbance(
        "added the settings role postgres",
        ("ALTER ROLE postgres SET default_transaction_read_only = on",),
    ),
}
