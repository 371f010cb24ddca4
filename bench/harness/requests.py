"""Requests to workers, made of a job's data and one of its implementations."""

from __future__ import annotations

from bench.database.access import DatabaseAccess
from bench.jobs.implementation import Implementation
from bench.jobs.job import Arguments, Loaded
from bench.messages.fault import Fault
from bench.messages.request import ProbeName, SampleRequest, TrialRequest


def sample_request(
    implementation: Implementation,
    access: DatabaseAccess,
    loaded: Loaded,
    probe: ProbeName,
    *,
    label: str,
    group: str,
    capture: str = "",
) -> SampleRequest:
    """Return the request for one sample of the measured call."""
    return SampleRequest(
        environment=implementation.environment,
        access=access,
        implementation=implementation.name,
        function=implementation.function,
        arguments=loaded.arguments,
        context=loaded.context,
        probe=probe,
        warm_up=loaded.warm_up,
        label=label,
        group=group,
        capture=capture,
    )


def trial_request(
    implementation: Implementation,
    access: DatabaseAccess,
    loaded: Loaded,
    arguments: Arguments,
    fault: Fault | None = None,
) -> TrialRequest:
    """Return the request for one call that waits until the parent starts it."""
    return TrialRequest(
        environment=implementation.environment,
        access=access,
        implementation=implementation.name,
        function=implementation.function,
        arguments=arguments,
        context=loaded.context,
        warm_up=loaded.warm_up,
        fault=fault,
    )
