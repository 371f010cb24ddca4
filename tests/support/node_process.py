"""A node of the tests: ``python -m tests.support.node_process URL NAME WORDS…``.

``other-code`` has it believe that its code is another, ``other-key`` gives it another key; ``tests.support.node_case``
has the other words.
"""

from __future__ import annotations

import sys
from typing import Any
from unittest.mock import patch

import msgspec

from bench.cli.terminal import note
from bench.compliance.job import JOB
from bench.nodes import heart
from bench.nodes.identity import code_identity
from bench.nodes.messages import CodeIdentity
from bench.nodes.node import serve
from bench.nodes.options import NodeOptions
from bench.nodes.seal import NodeKey, new_id

SECRET = "a key for tests, which nobody else has"  # noqa: S105 - of no use elsewhere
KEY = NodeKey(SECRET.encode())
LOST_SECONDS = 3.0
"""A test has less patience than a run."""


def _serve(url: str, name: str, *words: str) -> None:
    if "other-code" in words:

        def other(implementations: Any) -> CodeIdentity:
            found = code_identity(implementations)
            return msgspec.structs.replace(found, implementations=dict.fromkeys(found.implementations, "0" * 16))

        patch("bench.nodes.carrying.code_identity", other).start()
    options = NodeOptions(
        url=url,
        key=NodeKey(b"another key, that no run has at all") if "other-key" in words else KEY,
        id=new_id(),
        name=name,
        machine="a machine",
        job=JOB,
        command=(sys.executable, "-m", "tests.support.node_case", *words),
    )
    heart.ABSENT_SECONDS = LOST_SECONDS
    note(f"{name} waits")
    serve(options, note)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
