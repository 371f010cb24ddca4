"""The state of a database: all that one session can leave behind for the next, as definitions that can be compared."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.errors import DatabaseError
from bench.words import plain, shorten

Key = tuple[str, str, str]
"""Kind of an object, the table that it belongs to or '', and its name."""

# One list of settings instead of SET for each: whatever was set for the role or the database must not change the look.
_SESSION = (
    "SELECT set_config(name, value, false) FROM (VALUES ('search_path', 'pg_catalog'), ('lock_timeout', '10s'),"
    " ('statement_timeout', '60s'), ('default_transaction_read_only', 'off'), ('enable_seqscan', 'on'))"
    " AS settings (name, value)"
)

_STATE = """
WITH ours AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), related AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class AS c JOIN ours ON ours.oid = relnamespace
)
SELECT 'schema', '', nspname, jsonb_build_object('owner', nspowner::regrole, 'privileges', nspacl::text) FROM ours
UNION ALL
SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type'
        ELSE 'table' END, '', name,
    jsonb_build_object('kind', relkind,
        'persistence', CASE relpersistence WHEN 'p' THEN 'logged' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
        'owner', relowner::regrole, 'privileges', relacl::text, 'row-level security', relrowsecurity,
        'forced row-level security', relforcerowsecurity, 'storage parameters', reloptions,
        'TOAST parameters', (SELECT reloptions FROM pg_class AS toast WHERE toast.oid = related.reltoastrelid),
        'tablespace', reltablespace, 'access method', relam, 'replica identity', relreplident,
        'partition', pg_get_expr(relpartbound, oid),
        'inherits', (SELECT array_agg(inhparent::regclass::text) FROM pg_inherits WHERE inhrelid = related.oid),
        'definition', CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END)
FROM related WHERE relkind NOT IN ('i', 'I')
UNION ALL
SELECT 'column', name, name || '.' || attname,
    jsonb_build_object('type', format_type(atttypid, atttypmod), 'position', attnum, 'not null', attnotnull,
        'default', pg_get_expr(adbin, adrelid), 'storage', attstorage, 'compression', attcompression,
        'statistics target', attstattarget, 'collation', attcollation::regcollation, 'identity', attidentity,
        'generated', attgenerated, 'privileges', attacl::text, 'options', attoptions)
FROM pg_attribute AS a JOIN related ON related.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relkind NOT IN ('i', 'I')
UNION ALL
SELECT 'index', indrelid::regclass::text, name,
    jsonb_build_object('definition', pg_get_indexdef(indexrelid), 'valid', indisvalid, 'ready', indisready,
        'live', indislive, 'clustered', indisclustered, 'replica identity', indisreplident,
        'tablespace', reltablespace, 'unique checked at once', indimmediate)
FROM pg_index JOIN related ON related.oid = indexrelid
UNION ALL
SELECT 'constraint', CASE WHEN conrelid <> 0 THEN conrelid::regclass::text ELSE '' END,
    CASE WHEN conrelid <> 0 THEN conrelid::regclass::text ELSE contypid::regtype::text END || '.' || conname,
    jsonb_build_object('definition', pg_get_constraintdef(c.oid), 'validated', convalidated)
FROM pg_constraint AS c JOIN ours ON ours.oid = connamespace
UNION ALL
SELECT 'trigger', name, name || '.' || CASE WHEN tgisinternal THEN conname || ' ' || tgfoid::regproc ELSE tgname END,
    jsonb_build_object('enabled', tgenabled, 'definition', CASE WHEN NOT tgisinternal THEN pg_get_triggerdef(t.oid) END)
FROM pg_trigger AS t JOIN related ON related.oid = tgrelid LEFT JOIN pg_constraint AS c ON c.oid = tgconstraint
UNION ALL
SELECT 'policy', name, name || '.' || polname,
    jsonb_build_object('command', polcmd, 'permissive', polpermissive, 'roles', polroles::regrole[]::text,
        'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
FROM pg_policy JOIN related ON related.oid = polrelid
UNION ALL
SELECT 'rule', name, name || '.' || rulename,
    jsonb_build_object('definition', pg_get_ruledef(r.oid), 'enabled', ev_enabled)
FROM pg_rewrite AS r JOIN related ON related.oid = ev_class WHERE rulename <> '_RETURN'
UNION ALL
SELECT 'function', '', p.oid::regprocedure::text,
    jsonb_build_object('owner', proowner::regrole, 'privileges', proacl::text,
        'definition', CASE WHEN prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE p::text END)
FROM pg_proc AS p JOIN ours ON ours.oid = pronamespace
UNION ALL
SELECT 'type', '', t.oid::regtype::text,
    jsonb_build_object('kind', typtype, 'owner', typowner::regrole, 'privileges', typacl::text, 'not null', typnotnull,
        'default', typdefault,
        'labels', (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
FROM pg_type AS t JOIN ours ON ours.oid = typnamespace WHERE typrelid = 0 AND typcategory <> 'A'
UNION ALL
SELECT 'sequence', '', name,
    to_jsonb(s) - 'seqrelid' || jsonb_build_object('last value', pg_sequence_last_value(seqrelid))
FROM pg_sequence AS s JOIN related ON related.oid = seqrelid
UNION ALL SELECT 'event trigger', '', evtname, to_jsonb(t) FROM pg_event_trigger AS t
UNION ALL SELECT 'extension', '', extname, to_jsonb(t) FROM pg_extension AS t
UNION ALL SELECT 'publication', '', pubname, to_jsonb(t) FROM pg_publication AS t
UNION ALL SELECT 'published table', '', prrelid::regclass::text, to_jsonb(t) FROM pg_publication_rel AS t
UNION ALL SELECT 'extended statistics', '', stxname, jsonb_build_object('definition', pg_get_statisticsobjdef(oid))
    FROM pg_statistic_ext
UNION ALL SELECT 'foreign server', '', srvname, to_jsonb(t) FROM pg_foreign_server AS t
UNION ALL SELECT 'default privileges', '', oid::text, to_jsonb(t) FROM pg_default_acl AS t
UNION ALL SELECT 'large object', '', oid::text, to_jsonb(t) FROM pg_largeobject_metadata AS t
UNION ALL SELECT 'language', '', lanname, to_jsonb(t) FROM pg_language AS t
UNION ALL SELECT 'cast', '', castsource::regtype || ' to ' || casttarget::regtype, to_jsonb(t)
    FROM pg_cast AS t WHERE oid >= 16384
UNION ALL SELECT 'operator', '', oid::regoperator::text, to_jsonb(t) FROM pg_operator AS t WHERE oid >= 16384
UNION ALL SELECT 'collation', '', collname, to_jsonb(t) FROM pg_collation AS t WHERE oid >= 16384
UNION ALL
SELECT 'database', '', datname,
    jsonb_build_object('owner', datdba::regrole, 'privileges', datacl::text, 'connection limit', datconnlimit,
        'tablespace', dattablespace, 'template', datistemplate)
FROM pg_database WHERE datname = current_database()
"""

_ROLES = """
SELECT 'role', '', rolname, jsonb_build_object('SUPERUSER', rolsuper, 'INHERIT', rolinherit,
    'CREATEROLE', rolcreaterole, 'CREATEDB', rolcreatedb, 'LOGIN', rolcanlogin, 'REPLICATION', rolreplication,
    'BYPASSRLS', rolbypassrls, 'CONNECTION LIMIT', rolconnlimit,
    'member of', (SELECT array_agg(roleid::regrole::text ORDER BY roleid) FROM pg_auth_members
        WHERE member = pg_roles.oid))
FROM pg_roles WHERE rolname = ANY (%(roles)s) OR %(all)s AND rolname !~ '^pg_'
UNION ALL
SELECT 'settings', '', coalesce('role ' || rolname, 'all roles') || coalesce(' in database ' || datname, ''),
    jsonb_build_object('role', rolname, 'in this database', setdatabase <> 0, 'values', setconfig)
FROM pg_db_role_setting LEFT JOIN pg_database ON pg_database.oid = setdatabase
    LEFT JOIN pg_roles ON pg_roles.oid = setrole
WHERE (setdatabase = 0 OR datname = current_database()) AND (setrole = 0 OR rolname = ANY (%(roles)s) OR %(all)s)
UNION ALL
SELECT 'replication slot', '', slot_name, jsonb_build_object('plugin', plugin)
FROM pg_replication_slots WHERE database = current_database() OR %(all)s
UNION ALL
SELECT 'setting', '', name, jsonb_build_object('value', reset_val) FROM pg_settings
WHERE context <> 'internal' AND name NOT IN ('application_name', 'role', 'session_authorization', 'seed')
"""

_FILES = """
UNION ALL
SELECT DISTINCT ON (name) 'configured setting', '', name, jsonb_build_object('value', setting)
FROM (SELECT * FROM pg_file_settings WHERE name IS NOT NULL ORDER BY name, seqno DESC) AS files
"""

_CONTENTS = """
SELECT relid::regclass::text, n_tup_ins, n_tup_upd, n_tup_del, pg_relation_filenode(relid) FROM pg_stat_user_tables
"""
_REPORTED_AT_ONCE_SINCE = 150000
_COLLECTOR_LAG_SECONDS = 1.0
_SESSIONS = """
SELECT pid, coalesce(state, 'in an unknown state') FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
LONGEST_VALUE = 60
RECOVERY_SECONDS = 60.0
ENDING_SECONDS = 2.0
"""How long the sessions of a worker that has ended may take to end."""


@dataclass(frozen=True)
class State:
    """A State is every definition that a session on one database meets, and how often its tables were written."""

    definitions: Mapping[Key, Mapping[str, object]]
    contents: Mapping[str, tuple[int, ...]]
    """From a table to the rows ever inserted, updated and deleted, and the number of its file."""


@dataclass(frozen=True)
class Change:
    """A Change is one thing that a run left behind or changed, in words that follow "it"."""

    text: str
    kind: str
    name: str = ""
    inside: bool = False
    """Whether it goes with the database; what does not must be undone on the server."""

    @property
    def of_ended_worker(self) -> bool:
        """Whether a worker that is ended in the middle leaves it without the implementation's doing."""
        return self.kind == "session" or self.name == "log_statement"

    def __str__(self) -> str:
        return self.text


@contextlib.contextmanager
def inspect(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session of the login on the database, whatever is set for either. Raises DatabaseError."""
    try:
        with _connect(access) as connection:
            connection.execute(_SESSION)
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(
            f"the state of database {access.database} cannot be read: {one_line(error)}; see the server's log"
        ) from error


def _connect(access: DatabaseAccess) -> psycopg.Connection:
    """Connect to the database; after a crash, once the server has recovered."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True)
        except psycopg.OperationalError as error:
            if "the database system is" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def read_state(connection: psycopg.Connection, access: DatabaseAccess) -> State:
    """Return the state of the database, as a session of ``inspect`` sees it."""
    superuser = connection.info.parameter_status("is_superuser") == "on"
    # The embedded server is this run's alone; on a user's server the roles of others are left aside.
    embedded = access.log_directory is not None
    values = {"roles": [access.app_role, access.admin_role, connection.info.user], "all": embedded}
    roles = _ROLES + (f"UNION ALL ({_FILES.strip().removeprefix('UNION ALL')})" if embedded and superuser else "")
    if connection.info.server_version < _REPORTED_AT_ONCE_SINCE:
        time.sleep(_COLLECTOR_LAG_SECONDS)
    found = [*connection.execute(sql.SQL(_STATE)), *connection.execute(sql.SQL(roles), values)]
    return State(
        definitions={(kind, table, name): definition for kind, table, name, definition in found},
        contents={table: tuple(counts) for table, *counts in connection.execute(_CONTENTS)},
    )


def end_left_sessions(connection: psycopg.Connection) -> list[Change]:
    """Wait until no other session is on the database; end those that do not, and say what they were."""
    deadline = time.monotonic() + ENDING_SECONDS
    while (left := connection.execute(_SESSIONS).fetchall()) and time.monotonic() < deadline:
        time.sleep(0.005)
    for pid, _ in left:
        connection.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    return [Change(f"left a session open ({state})", "session") for _, state in left]


def end_prepared_transactions(connection: psycopg.Connection, access: DatabaseAccess) -> list[Change]:
    """Roll back the prepared transactions of the database, and say which they were."""
    found = connection.execute(
        "SELECT gid, owner FROM pg_prepared_xacts WHERE database = current_database()"
    ).fetchall()
    for gid, owner in found:
        # Only a superuser and the role that prepared it may roll it back.
        with psycopg.connect(access.conninfo_as(owner), autocommit=True) as session:
            session.execute(sql.SQL("ROLLBACK PREPARED {}").format(sql.Literal(gid)))
    return [Change(f"left the prepared transaction {_value(gid)}", "prepared transaction") for gid, _ in found]


def changes(before: State, after: State, writable: Collection[str]) -> list[Change]:
    """Return what differs between two states of one database; rows of the tables in ``writable`` may."""
    found: list[Change] = []
    old, new = before.definitions, after.definitions
    tables = {name for kind, _, name in old.keys() ^ new.keys() if kind in ("table", "view", "sequence")}
    for kind, table, name in sorted(old.keys() | new.keys()):
        key = (kind, table, name)
        if old.get(key) == new.get(key) or table in tables:
            continue
        # A reload brings what is configured into force a moment later: one of the two says enough.
        if kind == "configured setting" and old.get(("setting", "", name)) != new.get(("setting", "", name)):
            continue
        inside = not outlives_database(kind, old.get(key) or new[key])
        found.append(Change(_difference(key, old.get(key), new.get(key)), kind, name, inside))
    for table, counts in sorted(after.contents.items()):
        earlier = before.contents.get(table)
        if earlier is not None and earlier != counts and _short(table) not in writable:
            text = f"wrote to the table {_short(table)}{_written(earlier, counts)}"
            found.append(Change(text, "contents", table, inside=True))
    return found


def outlives_database(kind: str, definition: Mapping[str, object]) -> bool:
    """Whether an object of ``kind`` is still there when the database is dropped, or keeps it from being dropped."""
    return kind in ("setting", "configured setting", "role", "replication slot") or (
        kind == "settings" and not definition["in this database"]
    )


def _difference(key: Key, old: Mapping[str, object] | None, new: Mapping[str, object] | None) -> str:
    what = f"the {key[0]} {_value(_short(key[2]))}"
    if new is None:
        return f"removed {what}"
    if old is None:
        return f"added {what}"
    parts = [
        f"{part} is now {_value(new.get(part))}, was {_value(old.get(part))}"
        for part in sorted(old.keys() | new.keys())
        if old.get(part) != new.get(part)
    ]
    return f"changed {what}: {', '.join(parts)}"


def _written(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    if any(new < old for old, new in zip(before[:3], after, strict=False)):
        return " (its statistics are gone, as after a crash of the server)"
    words = ("inserted", "updated", "deleted")
    rows = [f"{new - old:,} rows {word}" for word, old, new in zip(words, before, after, strict=False) if new > old]
    return f" ({', '.join(rows) or 'its file was replaced'})"


def _short(name: str) -> str:
    return name.replace("public.", "")


def _value(value: object) -> str:
    return shorten(plain(str(value)), LONGEST_VALUE)
