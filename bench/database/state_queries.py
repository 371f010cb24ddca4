"""The queries behind a state: each definition as kind, table that it belongs to, name, and a JSON object."""

from __future__ import annotations

# Whatever an implementation has set for the role or the database must not change what this session sees or does.
SESSION = (
    "SELECT set_config(name, value, false) FROM (VALUES ('search_path', 'pg_catalog'), ('lock_timeout', '10s'),"
    " ('statement_timeout', '60s'), ('default_transaction_read_only', 'off'))"
    " AS settings (name, value)"
)

# The first branch decides the columns' types: with names of type ``name``, longer ones would be cut and collide.
DEFINITIONS = """
WITH ours AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), related AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class AS c JOIN ours ON ours.oid = relnamespace
)
SELECT 'schema', '', nspname::text, jsonb_build_object('owner', nspowner::regrole, 'privileges', nspacl::text) FROM ours
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
    to_jsonb(s) - 'seqrelid' || jsonb_build_object('last value', pg_sequence_last_value(seqrelid),
        'owned by', (SELECT refobjid::regclass::text FROM pg_depend WHERE classid = 'pg_class'::regclass
            AND objid = seqrelid AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')))
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

SERVER_DEFINITIONS = """
SELECT 'role', '', rolname::text, jsonb_build_object('SUPERUSER', rolsuper, 'INHERIT', rolinherit,
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

CONFIGURED_SETTINGS = """
SELECT DISTINCT ON (name) 'configured setting', '', name, jsonb_build_object('value', setting)
FROM (SELECT * FROM pg_file_settings WHERE name IS NOT NULL ORDER BY name, seqno DESC) AS files
"""

CONTENTS = """
SELECT relid::regclass::text, n_tup_ins, n_tup_upd, n_tup_del, pg_relation_filenode(relid) FROM pg_stat_user_tables
"""
OTHER_SESSIONS = """
SELECT pid, coalesce(state, 'in an unknown state') FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
