"""What findings of a check have in common, parsed and searched once for each check while findings are loaded.

Most of what a load costs the server are ``check_metadata`` and its share in the generated column ``text_search``. So on
the embedded server that column is an ordinary one until the load ends, and a trigger puts it together: what the check
gives comes from a table of what was computed before, and what the finding gives is computed as in the column's
expression. Metadata that were sent before are sent as NULL, and filled in from the same table. Every value is the one
that was to be sent, or that the expression gives, and the column is generated again when the transaction ends. The
searches are stored without an attempt to compress them, which fails for each: they list words once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.datasets.scan.copy_table import FINDINGS, NULL

COLUMN = "text_search"
_CHECK_FIELD, _IMPACT_FIELD, _METADATA_FIELD = map(
    FINDINGS.columns.index, ("check_id", "impact_extended", "check_metadata")
)

_IMPACT = "setweight(to_tsvector('english'::regconfig, COALESCE(impact_extended, ''::text)), 'A'::\"char\")"
_STATUS = "setweight(to_tsvector('english'::regconfig, COALESCE(status_extended, ''::text)), 'B'::\"char\")"
_TEXTS = """'["string", "numeric"]'::jsonb"""
_METADATA = f"setweight(jsonb_to_tsvector('simple'::regconfig, check_metadata, {_TEXTS}), 'D'::\"char\")"
_TAGS = f"setweight(jsonb_to_tsvector('simple'::regconfig, tags, {_TEXTS}), 'D'::\"char\")"
EXPRESSION = f"((({_IMPACT} || {_STATUS}) || {_METADATA}) || {_TAGS})"
"""As the server words it; of another one nothing is known here, and it is left to the server."""

_KNOWN = """
SELECT count(*) FROM pg_attribute
JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = 'findings'::regclass AND attname = 'text_search' AND attgenerated = 's'
    AND pg_get_expr(adbin, adrelid) = %s
"""
_SET_GENERATED = """
UPDATE pg_attribute SET attgenerated = %s
WHERE attname = 'text_search' AND attrelid IN (SELECT relid FROM pg_partition_tree('findings'))
"""
_TRIGGER = f"""
ALTER TABLE findings ALTER COLUMN text_search SET STORAGE EXTERNAL;
CREATE TEMPORARY TABLE bench_check (
    check_id text PRIMARY KEY, check_metadata jsonb, impact tsvector, metadata tsvector
) ON COMMIT DROP;
ALTER TABLE bench_check SET (toast_tuple_target = 8160);
CREATE FUNCTION pg_temp.bench_check() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    known record;
BEGIN
    IF NEW.check_metadata IS NULL THEN
        SELECT check_metadata, impact, metadata INTO STRICT known FROM bench_check WHERE check_id = NEW.check_id;
        NEW.check_metadata := known.check_metadata;
    ELSE
        SELECT {_IMPACT} AS impact, {_METADATA} AS metadata INTO known
        FROM (SELECT NEW.impact_extended, NEW.check_metadata) AS one (impact_extended, check_metadata);
        INSERT INTO bench_check VALUES (NEW.check_id, NEW.check_metadata, known.impact, known.metadata)
        ON CONFLICT DO NOTHING;
    END IF;
    NEW.text_search := known.impact || {_STATUS.replace("status_extended", "NEW.status_extended")} || known.metadata
        || {_TAGS.replace("tags", "NEW.tags")};
    RETURN NEW;
END
$function$;
CREATE TRIGGER bench_check BEFORE INSERT ON findings FOR EACH ROW EXECUTE FUNCTION pg_temp.bench_check()
"""  # noqa: S608 - constants of this module
_NO_TRIGGER = """
DROP TRIGGER bench_check ON findings;
DROP FUNCTION pg_temp.bench_check;
ALTER TABLE findings ALTER COLUMN text_search SET STORAGE EXTENDED
"""


class SharedFields:
    """SharedFields are the fields of the checks that were sent so far, by check."""

    def __init__(self) -> None:
        self._sent: dict[str, tuple[str, str]] = {}

    def shortened(self, line: str) -> str:
        """Return ``line`` as it is sent: without metadata that were sent before, and with NULL for the search."""
        fields = line.split("\t")
        check, shared = fields[_CHECK_FIELD], (fields[_IMPACT_FIELD], fields[_METADATA_FIELD])
        if self._sent.get(check) == shared:
            fields[_METADATA_FIELD] = NULL
        else:
            self._sent.setdefault(check, shared)
        fields.append(NULL)
        return "\t".join(fields)


@contextmanager
def shared_by_check(connection: psycopg.Connection, access: DatabaseAccess) -> Iterator[SharedFields | None]:
    """Yield what shortens the lines of findings within the block, which get COLUMN at their end.

    None where they are to be sent as they are. Call it in a transaction.
    """
    known = connection.execute(_KNOWN, [EXPRESSION]).fetchone()
    # Only here is the login a superuser by certainty, and the server nobody else's.
    if access.log_directory is None or not known or not known[0]:
        yield None
        return
    _set_generated(connection, access, "")
    connection.execute(_TRIGGER.encode())
    yield SharedFields()
    connection.execute(_NO_TRIGGER)
    _set_generated(connection, access, "s")


def _set_generated(connection: psycopg.Connection, access: DatabaseAccess, kind: str) -> None:
    connection.execute("SET LOCAL ROLE NONE")
    connection.execute(_SET_GENERATED, [kind])
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(access.admin_role)))
