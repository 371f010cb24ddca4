"""Two versions of one function: replace the statements of one account's month, and return how many there are."""

from billing.models import Invoice, Statement
from django.db import connection, transaction

from bench.declare import Law, Promise, Step, declares, promises

INSERT = """INSERT INTO billing_statement (account, customer, month, invoices, cents, written_at)
    SELECT account, customer, month, count(*), sum(cents), now() FROM billing_invoice
    WHERE account = %s AND month = %s GROUP BY account, customer, month"""


@declares(Law("statements_django", 4, (Step(1, 1, "rows"),)))
@promises(Promise.RERUN, Promise.BYSTANDERS)
def one_by_one(account, month):
    sums = {}
    for invoice in Invoice.objects.filter(account=account, month=month):
        sums.setdefault(invoice.customer, []).append(invoice.cents)
    Statement.objects.filter(account=account, month=month).delete()
    for customer, cents in sums.items():
        Statement.objects.create(account=account, month=month, customer=customer, invoices=len(cents), cents=sum(cents))
    return len(sums)


@declares(Law("statements_django", 5))
@promises(*(promise for promise in Promise if promise is not Promise.OWNER))
def in_the_database(account, month):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [account])  # one run after another
        cursor.execute("DELETE FROM billing_statement WHERE account = %s AND month = %s", [account, month])
        cursor.execute(INSERT, [account, month])
        return cursor.rowcount
