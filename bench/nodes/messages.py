"""Messages between a run and its nodes: what to measure, what came of it, and that a node is there.

All are sealed JSON (``bench.nodes.seal``), decoded strictly: a member too many or of another type is refused. None
brings code: an implementation is named as the node itself has registered it, and a commit by its hash in the node's own
clone.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from bench.analysis.stopping import Question
from bench.nodes.seal import SealError
from bench.results.sharing import Sharing

QUEUE = "cases"
"""Of a node; its keys, this queue among them, begin with the node's own name."""
TASK = "bench.measure"
"""The name of the Celery task; its one argument is ``sealed``."""
WANTED, CANCELLED = "wanted", "cancelled"
"""What stands in the place of an answer while it is waited for, and when it is not wanted any more."""
EXPIRES_SECONDS = 3_600.0
"""After this a case is not begun: its message was kept back, or the clocks of two machines differ by more."""
_VISIBILITY_SECONDS = 7 * 86_400
"""A case is not handed out again while its node measures it: the run itself sees to that."""
LARGEST_ANSWER = 64 * 1024**2
"""Bytes of what a node measured, as large as a results file may be."""


class CodeIdentity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A CodeIdentity is the code that must be measured, as digests of its files."""

    version: str
    """Of this suite."""
    suite: str
    """The digest of this suite's own files."""
    implementations: Mapping[str, str]
    """By name, the digest of the implementation's files."""


class PairGoal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A PairGoal is when pairs are enough in a run that chooses their number: see ``bench.harness.goal.Goal``."""

    questions: tuple[Question, ...]
    """Those of the whole run."""
    precision: float
    seconds: float
    """For all data sets of the run."""
    weights: Mapping[str, float]
    """By data set of the run, its share of that time."""


class Work(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Work is all that is measured on one data set: every implementation, so that pairs stay on one machine."""

    label: str
    """What results call the data set."""
    job: str
    implementations: tuple[str, ...]
    size: str
    """As typed; '' for a file."""
    file: str
    """A path that is the same on every node; '' for a synthetic size."""
    seed: int
    options: Mapping[str, str]
    scenario: Literal["first", "rerun"]
    probes: tuple[str, ...]
    samples: int
    goal: PairGoal | None
    copy_baseline: bool
    timeout: float | None
    postgres: int
    sharing: Sharing
    command: str
    code: CodeIdentity
    files: Mapping[str, str]
    """By path, the SHA-256 of each file that the data are made from."""
    commits: Mapping[str, str] = {}
    """By implementation the full hash of the commit that its code is taken from; none for the code that is installed.
    """
    paths: tuple[str, ...] = ()
    """What decides of a commit which code it is, relative to the clone's root: the same in the node's clone."""


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Case is one attempt at a Work, for one node."""

    run: str
    number: int
    attempt: int
    node: str
    expires: float
    """Seconds since 1970."""
    work: Work

    @property
    def answer(self) -> str:
        """The name of the key under which its answer is waited for."""
        return answer_name(self.run, self.number, self.attempt)


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An Answer is what came of a Case."""

    run: str
    number: int
    attempt: int
    node: str
    outcome: Literal["measured", "unrunnable", "failed", "refused", "given back"]
    """``unrunnable`` is the code of a commit, on every node; ``failed`` is an attempt, and another may not."""
    reason: str = ""
    """Why it was not measured, in one line."""
    seconds: float = 0.0
    """How long it took."""
    results: str = ""
    """The results file, packed."""
    benchmarks: str = ""
    """pytest-benchmark's documents, one for each time sample, as a packed list."""


class Beat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Beat says that a node is there and what it does; ``count`` rises from one to the next."""

    node: str
    name: str
    """As people call it."""
    count: int
    boot: str
    """The same on nodes of one machine."""
    machine: str
    """Its processor, cores and memory in words."""
    run: str = ""
    number: int = 0
    attempt: int = 0
    """What it measures; '' for ``run`` while it waits."""
    stage: str = ""
    """What it is doing of that."""


def node_prefix(node: str) -> str:
    """Return what the names of all keys of a node begin with, without the colon."""
    return f"bench-node-{node}"


def run_prefix(run: str) -> str:
    """Return what the names of all keys of a run begin with, without the colon."""
    return f"bench-run-{run}"


def beat_name(node: str) -> str:
    """Return the name of the key in which a node says that it is there; ``*`` for those of all."""
    return f"{node_prefix(node)}:beat"


def answer_name(run: str, number: int, attempt: int) -> str:
    """Return the name of the key under which the answer to an attempt is waited for."""
    return f"{run_prefix(run)}:answer:{number}:{attempt}"


def packed(content: bytes) -> str:
    """Return ``content`` compressed, as text."""
    return base64.b64encode(zlib.compress(content)).decode()


def unpacked(text: str) -> bytes:
    """Return what was packed. Raises SealError, also for more than LARGEST_ANSWER."""
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(base64.b64decode(text, validate=True), LARGEST_ANSWER)
    except (binascii.Error, zlib.error) as error:
        raise SealError(f"it is damaged: {error}") from None
    if not unpacker.eof:
        raise SealError(f"it is cut off, or holds more than {LARGEST_ANSWER:,} bytes")
    return content


def transport_options(node: str) -> dict[str, Any]:
    """Return kombu's options on the broker: every key of a node's queue begins with the node's name."""
    return {
        "global_keyprefix": f"{node_prefix(node)}:",
        "visibility_timeout": _VISIBILITY_SECONDS,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
    }
