"""The commands that only this job has: its rules, the reads of its API, its catalogues and scans."""

from __future__ import annotations

from bench.cli.commands import Entry

COMMANDS = {
    "prove": (
        Entry(name="conform", help="Check rows on named cases against an independent oracle.", package=__name__),
        Entry(name="reads", help="Time the API's reads of both ways to store rows.", package=__name__),
    ),
    "data": (
        Entry(name="record", help="Write a scan of your own in the suite's small form.", package=__name__),
        Entry(name="providers", help="List the providers of a catalogue.", package=__name__),
    ),
}
"""By the group that they join: see ``bench.cli.commands``."""
