"""A node of the tests: ``python -m tests.support.node_process URL NAME WORDS…``.

``other-code`` has it believe that its code is another, ``other-key`` gives it another key, ``clone=FOLDER`` lets it
measure commits of that; ``tests.support.node_case`` has the other words.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from bench.cli.terminal import note
from bench.compliance.job import JOB
from bench.nodes import heart
from bench.nodes.clone import NodeClone
from bench.nodes.identity import code_identity
from bench.nodes.messages import CodeIdentity
from bench.nodes.node import serve
from bench.nodes.options import NodeOptions
from bench.nodes.seal import NodeKey, new_id

SECRET = "a key for tests, which nobody else has"  # noqa: S105 - of no use elsewhere
KEY = NodeKey(SECRET.encode())
CLONE = "clone="
LOST_SECONDS = 3.0
"""A test has less patience than a run."""


def _serve(url: str, name: str, *words: str) -> None:
    if "other-code" in words:

        def other(implementations: Any) -> CodeIdentity:
            found = code_identity(implementations)
            return msgspec.structs.replace(found, implementations=dict.fromkeys(found.implementations, "0" * 16))

        patch("bench.nodes.carrying.code_identity", other).start()
    clones = [NodeClone(folder=Path(word.removeprefix(CLONE))) for word in words if word.startswith(CLONE)]
    options = NodeOptions(
        url=url,
        key=NodeKey(b"another key, that no run has at all") if "other-key" in words else KEY,
        id=new_id(),
        name=name,
        machine="a machine",
        job=JOB,
        command=(sys.executable, "-m", "tests.support.node_case", *words),
        anything=bool(clones),
        clone=clones[0] if clones else None,
    )
    heart.ABSENT_SECONDS = LOST_SECONDS
    note(f"{name} waits")
    serve(options, note)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
