"""The job: one account's invoices of a month become statements, one for each customer."""

import psycopg

from bench.jobs.job import Job, Loaded, Target, WorkerEnvironment

MINE, OTHER, IDLE = ({"account": account, "month": "2026-01-01"} for account in (1, 2, 3))
INVOICES = """INSERT INTO billing_invoice (account, customer, month, cents)
    SELECT %(account)s, n %% %(customers)s, %(month)s, mod(hashint8extended(n, %(seed)s), 10000)
    FROM generate_series(1, %(invoices)s) AS n"""
BYSTANDER = "INSERT INTO billing_statement VALUES (0, 2, 1, '2026-01-01', 7, 700, now()) ON CONFLICT DO NOTHING"
VARY = "UPDATE billing_invoice SET cents = -cents WHERE account = 1 AND id % 2 = 0"
FINGERPRINT = "SELECT encode(sha256(string_agg(one::text, ' ' ORDER BY id)::bytea), 'hex') FROM billing_invoice AS one"


def load(access, source, _folder, _progress):
    size = source.size.numbers
    mine = {**MINE, "account": 1 + 3 * source.number}
    with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
        connection.execute(INVOICES, {**mine, **size, "seed": source.seed})
        connection.execute(INVOICES, {**OTHER, "customers": 5, "invoices": 50, "seed": 0})
        connection.execute(BYSTANDER)
        (sha,) = connection.execute(FINGERPRINT).fetchone()
    return Loaded(arguments=mine, warm_up=IDLE, fingerprint=sha, rows=min(size.values()), rivals={"two owners": OTHER})


JOB = Job(
    name="monthly-statements",
    size=("customers", "invoices"),
    sizes=("10/1k", "100/1k", "1k/10k"),
    rows_follow=("customers",),
    load=load,
    several=True,
    targets=(Target(table="billing_statement", own={name: name for name in MINE}, uncompared=("id", "written_at")),),
    implementations={"one-by-one": "statements:one_by_one", "in-the-database": "statements:in_the_database"},
    environment=WorkerEnvironment(settings="billing.settings"),
    vary=lambda connection, _: connection.execute(VARY),
)
