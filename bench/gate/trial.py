"""Trials of the gate: which planted regression of a job is measured where, and which check must catch it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from bench.errors import InputError
from bench.gate.policy import Policy
from bench.jobs.job import Job
from bench.messages.request import ProbeName


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A Planted is one variant of a trial's subject and the name of the check that must catch it."""

    name: str
    implementation: str
    """``package.module:function``"""
    caught_by: str


@dataclass(frozen=True, kw_only=True)
class PlantedTrial:
    """A PlantedTrial is a policy by which unchanged implementations and some planted variants are measured and judged.

    Only the probes that its checks need are taken. The subject is measured twice: by its own name, for the baseline,
    and as the control.
    """

    policy: Policy
    """Its scans, and the implementations that are measured unchanged."""
    subject: str
    """The implementation of the policy that the variants vary."""
    control: str
    """``package.module:function``: the subject once more, in the way of the variants but without a fault."""
    probes: tuple[ProbeName, ...]
    planted: tuple[Planted, ...]


def trials_of(job: Job) -> tuple[PlantedTrial, ...]:
    """Return the trials of ``job``; no implementation is imported. Raises InputError for a job that has none."""
    module, _, name = job.planted.partition(":")
    if not name:
        raise InputError(
            f"job {job.name!r} has no planted variants for the self-test; name some by planted='module:NAME', a tuple "
            "of bench.gate.trial.PlantedTrial"
        )
    found: tuple[PlantedTrial, ...] = getattr(importlib.import_module(module), name)
    return found
