"""Options: how a node is started, and how a run finds its nodes and deals with them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.jobs.job import Job
from bench.nodes.clone import NodeClone
from bench.nodes.seal import NodeKey

LOST_SECONDS = 15.0
"""How long a node may be silent before its case is given to another one."""


@dataclass(frozen=True, kw_only=True)
class NodeOptions:
    """The NodeOptions are how a node is started."""

    url: str = field(repr=False)
    """Of the broker; may hold a password, so not shown."""
    key: NodeKey
    id: str
    """A name that no other node has, nor this one when it is started again."""
    name: str
    """As people call it."""
    machine: str
    """In words."""
    job: Job
    command: Sequence[str]
    """Of the processes that measure: see ``bench.nodes.child.child_command``."""
    database_url: str | None = field(default=None, repr=False)
    """A server of the user's own; None: each case has an embedded one."""
    anything: bool = False
    """Whether functions that the job has not registered may be measured."""
    clone: NodeClone | None = None
    """Where commits are taken from that are to be measured; None: none is measured."""


@dataclass(frozen=True, kw_only=True)
class SpreadOptions:
    """The SpreadOptions are where nodes are found, and how a run deals with them."""

    url: str = field(repr=False)
    """Of the broker; may hold a password, so not shown."""
    key: NodeKey
    resume: bool = False
    """Whether the run goes on with what is kept in its output folder."""
    lost_seconds: float = LOST_SECONDS


def machine_words(cores: int, memory_bytes: int, cpu: str) -> str:
    """Return a machine in words, as a run's progress names it."""
    return f"{cpu}, {cores} cores, {memory_bytes / 1e9:.0f} GB"


def default_name() -> str:
    """Return what a node is called unless it is named: as its machine is."""
    return os.uname().nodename.partition(".")[0] or "node"
