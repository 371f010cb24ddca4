"""What findings of a check have in common, sent, parsed and searched once for each check while findings are loaded.

Most of what a load costs the server is ``findings``, and half of that is the same for all findings of a check: their
columns from ``compliance`` on, and the share of ``check_metadata`` in the generated column ``text_search``. So on the
embedded server that column is an ordinary one until the load ends, and a trigger puts the row together: what the check
gives comes from a table of what was sent and computed before, and what the finding gives is computed as in the column's
expression. Fields that were sent before are sent as NULL. Every value is the one that was to be sent, or that the
expression gives, and the column is generated again when the transaction ends.

The searches are stored without an attempt to compress them, which fails for each: they list words once. ``compliance``
is compressed once for each check, where that makes it smaller.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.datasets.scan.copy_table import FINDINGS, NULL

COLUMN = "text_search"
_FIRST, _CHECK_FIELD, _IMPACT_FIELD, _METADATA_FIELD = map(
    FINDINGS.columns.index, ("compliance", "check_id", "impact_extended", "check_metadata")
)
_SHARED = FINDINGS.columns[_FIRST:]
_FILLED = tuple(one for one in _SHARED if one not in ("check_id", "check_metadata"))
_REFERENCE = "\t".join("{}" if one == "check_id" else NULL for one in (*_SHARED, COLUMN))

_IMPACT = "setweight(to_tsvector('english'::regconfig, COALESCE(impact_extended, ''::text)), 'A'::\"char\")"
_STATUS = "setweight(to_tsvector('english'::regconfig, COALESCE(status_extended, ''::text)), 'B'::\"char\")"
_TEXTS = """'["string", "numeric"]'::jsonb"""
_METADATA = f"setweight(jsonb_to_tsvector('simple'::regconfig, check_metadata, {_TEXTS}), 'D'::\"char\")"
_TAGS = f"setweight(jsonb_to_tsvector('simple'::regconfig, tags, {_TEXTS}), 'D'::\"char\")"
EXPRESSION = f"((({_IMPACT} || {_STATUS}) || {_METADATA}) || {_TAGS})"
"""As the server words it; of another one nothing is known here, and it is left to the server."""

_PLAIN = (
    *("check_id", "impact_extended", "check_metadata", "resource_services", "resource_types", "categories"),
    *("impact_words", "words"),
)
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
# The table's rows are wide enough for the server to compress them, which their storage then allows for one column.
_TRIGGER = f"""
ALTER TABLE findings ALTER COLUMN text_search SET STORAGE EXTERNAL;
CREATE TEMPORARY TABLE bench_check ON COMMIT DROP AS
    SELECT {", ".join(_SHARED)}, text_search AS impact_words, text_search AS words FROM findings WITH NO DATA;
ALTER TABLE bench_check {", ".join(f"ALTER COLUMN {one} SET STORAGE PLAIN" for one in _PLAIN)},
    ALTER COLUMN compliance SET STORAGE MAIN, ADD PRIMARY KEY (check_id);
ALTER TABLE bench_check SET (toast_tuple_target = 128);
CREATE FUNCTION pg_temp.bench_check() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    known record;
BEGIN
    IF NEW.check_metadata IS NULL THEN
        SELECT * INTO STRICT known FROM bench_check WHERE check_id = NEW.check_id;
        NEW.check_metadata := known.check_metadata;
        IF NEW.tenant_id IS NULL THEN
            {"".join(f"NEW.{one} := known.{one}; " for one in _FILLED)}
        END IF;
    ELSE
        SELECT {_IMPACT} AS impact_words, {_METADATA} AS words INTO known
        FROM (SELECT NEW.impact_extended, NEW.check_metadata) AS one (impact_extended, check_metadata);
        INSERT INTO bench_check
        VALUES ({", ".join(f"NEW.{one}" for one in _SHARED)}, known.impact_words, known.words) ON CONFLICT DO NOTHING;
    END IF;
    NEW.text_search := known.impact_words || {_STATUS.replace("status_extended", "NEW.status_extended")} || known.words
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
        self._sent: dict[str, str] = {}

    def shortened(self, line: str) -> str:
        """Return ``line`` as it is sent: without what was sent before, and with NULL for the search.

        A check whose other columns differ, as those of another scan do, is sent without its metadata alone.
        """
        *own, shared = line.split("\t", _FIRST)
        check = shared.split("\t", 2)[1]
        known = self._sent.setdefault(check, shared)
        if known is shared:
            return f"{line}\t{NULL}"
        if known == shared:
            own.append(_REFERENCE.format(check))
            return "\t".join(own)
        fields, sent = line.split("\t"), known.split("\t")
        if all(fields[place] == sent[place - _FIRST] for place in (_IMPACT_FIELD, _METADATA_FIELD)):
            fields[_METADATA_FIELD] = NULL
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
    # Files of the log are not written with zeros first, and waited for, before they are written.
    connection.execute("SET LOCAL wal_init_zero = off")
    connection.execute(_SET_GENERATED, [kind])
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(access.admin_role)))
