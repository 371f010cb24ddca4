"""Conformance runs made up for renderers and files."""

from __future__ import annotations

from collections.abc import Callable

from bench.compliance.conformance.record import SCHEMA, CaseVerdict, Conformance, NamedCase, Status
from bench.compliance.conformance.suite import Contestant
from bench.declare.divergence import DeclaredDivergences, Divergence

BY_RESOURCES = "regions are those of the finding's resources; the array is not read"
CASES = (
    NamedCase(name="one-failure", promise="one failing finding fails its check in its region"),
    NamedCase(name="empty-region", promise="a finding whose array is empty counts nowhere, in region '' | or <none>"),
    NamedCase(name="array-null", promise="a finding whose array is NULL counts nowhere"),
    NamedCase(name="text-sql", promise="texts are kept"),
)


def implementation(name: str, *divergences: Divergence) -> DeclaredDivergences:
    return DeclaredDivergences(implementation=name, divergences=divergences, source="0123456789abcdef")


def run(*implementations: DeclaredDivergences, differences: dict[tuple[str, str], str]) -> Conformance:
    """A run of CASES; ``differences`` by case and implementation are known where they are declared, else wrong."""
    verdicts = []
    for case in CASES:
        for one in implementations:
            reason = next((known.reason for known in one.divergences if known.case == case.name), "")
            difference = differences.get((case.name, one.implementation), "")
            status = Status.KNOWN if reason and difference else Status.WRONG if difference else Status.EQUAL
            verdicts.append(
                CaseVerdict(
                    case=case.name,
                    implementation=one.implementation,
                    status=status,
                    difference=difference,
                    reason=reason if difference else "",
                )
            )
    return Conformance(
        schema=SCHEMA,
        created="2026-01-15T12:00:00+00:00",
        command="bench prove conform",
        server_version="16.14",
        server_source="embedded",
        implementations=implementations,
        cases=CASES,
        verdicts=tuple(verdicts),
    )


def conforming() -> Conformance:
    """Two implementations, one of which differs as declared."""
    return run(
        implementation(
            "materializing",
            Divergence("empty-region", BY_RESOURCES, "2 rows too many: 'ts' '1.1' ''"),
            Divergence("array-null", BY_RESOURCES, "TypeError; nothing changed"),
        ),
        implementation("streaming"),
        differences={
            ("empty-region", "materializing"): "2 rows too many: 'ts' '1.1' '' …; returned regions ['eu', ''] "
            "instead of ['eu']; returned requirements_created 4 instead of 2",
            ("array-null", "materializing"): "TypeError: 'NoneType' object is not iterable; nothing changed",
        },
    )


def wrong() -> Conformance:
    """Two that are wrong in the same case, one also in another, with names that contain Markdown and HTML."""
    names = ("package.module_with_a_long_name.and_another:create_requirements", "<b>*bold*</b>|pipe", "streaming")
    killed = "the worker was killed by SIGKILL (out of memory?); 0 of 2 old rows left, 1 of 1 old summaries left"
    dropped = "1 of 6 rows missing: 'cis' '\\u202e' '<eu>'"
    return run(
        implementation(names[0]),
        implementation(names[1], Divergence("text-sql", "an *undecided* | reason", "1 row differs")),
        implementation(names[2]),
        differences={
            ("one-failure", names[0]): dropped,
            ("one-failure", names[1]): dropped,
            ("array-null", names[0]): killed,
            ("text-sql", names[1]): "1 row differs",
        },
    )


def alone() -> Conformance:
    """One implementation that is equal in every case."""
    return run(implementation("streaming"), differences={})


Enter = Callable[[str], Contestant]
"""From the name of an implementation to the contestant, with its worker."""
