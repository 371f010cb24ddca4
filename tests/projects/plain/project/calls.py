"""Functions on psycopg2 without Django; each line that issues a statement ends with a comment that names it.

They run in the foreign environment, with the server that libpq's own variables name.
"""

import io

import psycopg2
import psycopg2.extras
from psycopg2 import sql


def executes():
    with psycopg2.connect("") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 'text', %s", ["it's"])  # line: text
        cursor.execute(b"SELECT 'bytes'")  # line: bytes
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("pg_class")))  # line: composed
        cursor.callproc("now")  # line: function
    connection.close()


def executes_many():
    connection = psycopg2.connect("")
    cursor = connection.cursor()
    cursor.execute("CREATE TEMPORARY TABLE numbers (number int)")  # line: create
    cursor.executemany("INSERT INTO numbers VALUES (%s)", ([number] for number in range(3)))  # line: three
    psycopg2.extras.execute_values(cursor, "INSERT INTO numbers VALUES %s", [[4], [5]])  # line: values
    connection.rollback()  # line: rollback
    connection.close()


def copies():
    connection = psycopg2.connect("", connection_factory=psycopg2.extras.DictConnection)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE numbers (number int)")  # line: create
        cursor.copy_expert("COPY numbers FROM STDIN", io.StringIO("1\n2\n"))  # line: in, text
        cursor.copy_from(io.BytesIO(b"3\n"), "numbers", columns=["number"])  # line: in, bytes
        text = io.StringIO()
        cursor.copy_to(text, "numbers")  # line: out
        cursor.execute("SELECT sum(number) AS total FROM numbers")  # line: sum
        total = cursor.fetchone()["total"]
    connection.close()
    return {"rows": text.getvalue().split(), "total": total}


def fetches():
    connection = psycopg2.connect("", cursor_factory=psycopg2.extras.RealDictCursor)
    with connection, connection.cursor("on_the_server") as cursor:
        cursor.itersize = 10
        cursor.execute("SELECT i FROM generate_series(1, 25) AS i")  # line: declare
        numbers = [row["i"] for row in cursor]  # line: iterate
    with connection, connection.cursor("once_more") as cursor:
        cursor.execute("SELECT i FROM generate_series(1, 5) AS i")  # line: declare again
        cursor.fetchmany(2)  # line: many
        cursor.fetchone()  # line: one
        cursor.fetchall()  # line: all
    connection.close()
    return len(numbers)
