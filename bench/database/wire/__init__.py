"""The wire: a process's connections pass through this one, which notes each statement and what it made the server do.

PostgreSQL counts what a statement reads in the session that executes it, and only that session can be asked before the
counts reach everybody. So the wire stands between client and server, speaks the protocol of both (PostgreSQL 15 and
newer, protocol 3), and asks in the client's own session whenever a statement has ended, before the client hears of it.
Any driver and any process that is given this address is seen alike; no code runs in the client.
"""
