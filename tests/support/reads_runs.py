"""Results of ``bench prove reads`` to test with."""

from __future__ import annotations

from dataclasses import replace

from bench.compliance.reads.record import READS_SCHEMA, ReadResults, ReadSamples, RelationSize, WriteSamples
from bench.compliance.typical_reads import READS
from tests.support.builders import dataset, environment

_TABLE = (0.0410, 0.0402, 0.0418, 0.0405, 0.0411, 0.0409)
_FACTORS = (0.9, 1.05, 1.25, 1.3, 1.1, 2.9)
"""How much longer each read takes on the view."""
_ROWS = (46, 1_260, 63, 20, 108_420, 46)


def read_results() -> ReadResults:
    """Return a run in which every typical read of the view keeps the goal."""
    return ReadResults(
        schema=READS_SCHEMA,
        created="2026-01-02T03:04:05+00:00",
        command="bench prove reads --scan 10k/20",
        environment=environment(),
        dataset=dataset("10k/20", 10_000, 20),
        reads=tuple(
            ReadSamples(
                read=read.title,
                typical=read.typical,
                rows=(rows,) * len(_TABLE),
                repeats=3,
                table_seconds=_TABLE,
                view_seconds=tuple(
                    round(seconds * factor * (1 + 0.01 * (pair % 3)), 6) for pair, seconds in enumerate(_TABLE)
                ),
                same_answers=True,
            )
            for read, factor, rows in zip(READS, _FACTORS, _ROWS, strict=True)
        ),
        sizes=(
            RelationSize(
                design="table",
                relation="compliance_requirements_overviews",
                table_bytes=39_900_000,
                index_bytes=20_200_000,
            ),
            RelationSize(
                design="packed", relation="compliance_requirements_packed", table_bytes=1_010_000, index_bytes=180_000
            ),
            RelationSize(
                design="packed",
                relation="compliance_catalogue_requirements",
                table_bytes=1_620_000,
                index_bytes=745_000,
            ),
        ),
        writes=(
            WriteSamples(
                design="table",
                implementation="streaming",
                seconds=(6.4, 6.5, 6.3, 6.6, 6.2, 6.4),
                wal_bytes=(82_700_000,),
            ),
            WriteSamples(
                design="packed",
                implementation="packed",
                seconds=(0.25, 0.27, 0.26, 0.25, 0.24, 0.26),
                wal_bytes=(1_370_000,),
            ),
        ),
    )


def slow_read() -> ReadResults:
    """Return a run in which one typical read of the view takes twice as long, with too few pairs for an interval."""
    results = read_results()
    first, second, *rest = results.reads
    slow = replace(
        second,
        rows=second.rows[:3],
        table_seconds=second.table_seconds[:3],
        view_seconds=tuple(2 * seconds for seconds in second.table_seconds[:3]),
    )
    return replace(results, reads=(first, slow, *rest), writes=())


def other_answers() -> ReadResults:
    """Return a run in which table and view gave different rows to one read."""
    results = read_results()
    first, *rest = results.reads
    return replace(results, reads=(replace(first, same_answers=False), *rest))
