"""Agreement: whether two nodes that measured the same data got the same figures, as far as they should be the same.

Rows, counts and statements must be equal, near-exact metrics within their own tolerance, by ``bench.analysis.compare``;
time, and what else is noisy, may differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from bench.analysis.change import Change, ChangeVerdict
from bench.analysis.comparable import environment_differences
from bench.analysis.compare import compare_metrics
from bench.analysis.comparison import RunSide
from bench.results.cases import named_cases
from bench.results.fingerprint import fingerprint
from bench.results.metrics import Kind, Metric
from bench.results.records import Results
from bench.words import enumerated, plain, shorten

_APART = frozenset({ChangeVerdict.DIFFERS, ChangeVerdict.LESS, ChangeVerdict.MORE})
_MOST_NAMED = 3
_LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A Measured is what one node, by name, got, each time that it measured the same."""

    node: str
    runs: tuple[Results, ...]


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """A Disagreement says in one line in what two nodes do not agree, with both figures."""

    sentence: str
    """'' where they do."""
    certain: bool
    """Whether measuring again cannot change it: counts, rows or statements differ.

    A near-exact figure may be another one next time, and a sample that failed may not fail again.
    """


@dataclass(frozen=True)
class _Difference:
    """One thing that differs between two runs: what it is, what to say of it, and whether it is certain."""

    key: tuple[str, ...]
    sentence: str
    certain: bool = True


def disagreement(one: Measured, other: Measured) -> Disagreement:
    """Return in what two nodes do not agree.

    Near-exact figures differ where they do so between every run of the one and every run of the other, and figures that
    one side lacks likewise: a machine that is busy can move or cost them once. Anything else that differs anywhere is a
    difference.
    """
    pairs = [[*_differences(*pair, (one.node, other.node))] for pair in product(one.runs, other.runs)]
    always = set.intersection(*({found.key for found in pair} for pair in pairs))
    differing = {found.key: found for pair in pairs for found in pair if found.certain or found.key in always}
    found = [*differing.values()]
    certain = any(difference.certain for difference in found)
    if not found:
        return Disagreement(sentence="", certain=False)
    more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    machines = environment_differences(one.runs[0].environment, other.runs[0].environment)
    causes = [text for text in machines if text.startswith(("Python", "PostgreSQL", "package", "setting", "platform"))]
    why = f"; their environments differ: {shorten(plain('; '.join(causes)), _LONGEST)}" if causes else ""
    listed = "; ".join(difference.sentence for difference in found[:_MOST_NAMED])
    return Disagreement(
        sentence=f"the nodes {one.node} and {other.node} do not agree: {listed}{more}{why}", certain=certain
    )


def _differences(ours: Results, theirs: Results, names: tuple[str, str]) -> Iterator[_Difference]:
    found = compare_metrics(ours, theirs, _tolerance)
    if found.obstacle:
        yield _Difference(("runs",), found.obstacle)
    for scan in found.other_data:
        yield _Difference(("data", scan), f"the data of {scan} are not the same")
    for missing in found.missing:
        case = missing.scan, missing.implementation
        side = names[1 if missing.side is RunSide.AFTER else 0]
        yield _Difference(("case", *case), f"{named_cases([case])} was not measured on {side}", certain=False)
    for row in found.rows:
        if row.same is False:
            yield _Difference(("rows", *row.case), f"the rows of {row.case[1]} on {row.case[0]}: {row.difference}")
    yield from _statements(ours, theirs)
    for change in found.changes:
        key = change.metric.name, change.scan, change.implementation
        if change.verdict in _APART:
            yield _Difference(key, _figures(change, names), certain=change.metric.kind is Kind.EXACT)
        elif change.verdict is ChangeVerdict.MISSING and change.metric.everywhere:
            side = names[0] if change.before is None else names[1]
            what = f"{change.metric.title} of {change.implementation} on {change.scan}"
            yield _Difference(key, f"{what} is missing on {side}", certain=False)


def _statements(ours: Results, theirs: Results) -> Iterator[_Difference]:
    known, others = (
        {(text.scan, text.implementation): [*map(fingerprint, text.django)] for text in side.statements}
        for side in (ours, theirs)
    )
    for case, statements in known.items():
        if statements != others.get(case, statements):
            yield _Difference(("statements", *case), f"the statements of {case[1]} on {case[0]} are not the same")


def _figures(change: Change, names: tuple[str, str]) -> str:
    assert change.before is not None  # both sides were measured
    assert change.after is not None
    metric = change.metric
    figures = [
        f"{enumerated([f'{value:,.12g}' for value in sorted(set(side.samples))])} {metric.unit} on {name}"
        for side, name in zip((change.before, change.after), names, strict=True)
    ]
    apart = f", more than {100 * change.tolerance:.3g} % apart" if change.tolerance else ""
    return f"{metric.title} of {change.implementation} on {change.scan} is {' and '.join(figures)}{apart}"


def _tolerance(metric: Metric) -> float | None:
    """Return by how much two machines may differ; None where they may differ by any amount, or nobody knows by what."""
    if metric.kind is Kind.NOISY:
        return None
    return 0.0 if metric.kind is Kind.EXACT else metric.tolerance
