"""The trials of the gate: which planted regression is measured where, and which check must catch it.

No implementation is imported here: workers import them by the names below.
"""

from __future__ import annotations

from bench.analysis.pairs import FEWEST_PAIRS
from bench.gate.policy import Policy, Rule
from bench.gate.trial import Planted, PlantedTrial

MATERIALIZING, STREAMING = "materializing", "streaming"
CONTROL = f"{__package__}.variant:unchanged"
"""The streaming implementation once more, in the way of the planted variants but without a fault."""


def _planted(name: str, function: str, caught_by: str) -> Planted:
    return Planted(name=name, implementation=f"{__package__}.{function}", caught_by=caught_by)


_PAIR = (MATERIALIZING, STREAMING)
_RATIO = Rule(
    # Unchanged it is 0.67, and near 1 where streaming holds every row as well.
    kind="ratio",
    metric="peak_heap_bytes",
    scan="1k/8",
    implementation=STREAMING,
    base=MATERIALIZING,
    limit=0.8,
)

STATEMENTS = PlantedTrial(
    policy=Policy(
        scans=("100/3",),
        implementations=_PAIR,
        rules=(Rule(kind="law", metric="statements_django"), Rule(kind="law", metric="statements_server")),
    ),
    subject=STREAMING,
    control=CONTROL,
    probes=("statements",),
    planted=(
        _planted("a query for each region", "statements:queries_each_region", "law statements_django 100/3 streaming"),
        _planted("a second commit", "statements:commits_twice", "law statements_django 100/3 streaming"),
        _planted(
            "N+1 queries on COPY's connection",
            "statements:queries_beside_copy",
            "law statements_server 100/3 streaming",
        ),
        _planted("a dropped row", "rows:drops_a_row", "rows 100/3 streaming"),
        _planted("a count off by one", "rows:counts_one_too_many", "rows 100/3 streaming"),
        _planted("a write to another tenant", "rows:writes_across_tenants", "bystanders 100/3 streaming"),
    ),
)
_CEILING = Rule(
    # Unchanged it takes 34 MB.
    kind="ceiling",
    metric="peak_heap_bytes",
    scan="1k/8",
    implementation=STREAMING,
    limit=45e6,
)
_GROWTH = Rule(
    # Bytes per row. Unchanged they are fewer than 100, and a row that is kept takes several hundred.
    kind="growth",
    metric="peak_heap_bytes",
    implementation=STREAMING,
    limit=400.0,
)

HEAP = PlantedTrial(
    policy=Policy(scans=("1k/8",), implementations=_PAIR, rules=(_RATIO, _CEILING)),
    subject=STREAMING,
    control=CONTROL,
    probes=("memory",),
    planted=(
        _planted(
            "a list that keeps all rows",
            "heap:keeps_all_rows",
            "ratio peak_heap_bytes 1k/8 streaming/materializing",
        ),
        _planted("a leaked dict", "heap:leaks_a_dict", "baseline peak_heap_bytes 1k/8 streaming"),
        _planted("a buffer of fixed size", "heap:holds_a_buffer", "ceiling peak_heap_bytes 1k/8 streaming"),
        _planted("a cache kept after the call", "heap:keeps_a_cache", "baseline retained_bytes 1k/8 streaming"),
        _planted("a list for each row", "heap:allocates_for_each_row", "baseline allocations 1k/8 streaming"),
    ),
)
GROWTH = PlantedTrial(
    # With the same findings only the rows differ, and all scans fill a batch of COPY.
    policy=Policy(scans=("100/2", "100/4", "100/6"), implementations=(STREAMING,), rules=(_GROWTH,)),
    subject=STREAMING,
    control=CONTROL,
    probes=("memory",),
    planted=(
        _planted("rows kept after they were written", "heap:keeps_written_rows", "growth peak_heap_bytes streaming"),
    ),
)
WORK = PlantedTrial(
    policy=Policy(scans=("100/3",), implementations=(STREAMING,)),
    subject=STREAMING,
    control=CONTROL,
    probes=("work",),
    planted=(
        _planted(
            "one more call for each row", "work:calls_once_more_each_row", "baseline function_calls 100/3 streaming"
        ),
        _planted("2 % more client work", "work:looks_again_at_some_rows", "baseline function_calls 100/3 streaming"),
        _planted(
            "the work of a query for each region",
            "work:looks_up_each_region",
            "baseline function_calls 100/3 streaming",
        ),
    ),
)
SECONDS = PlantedTrial(
    # Two dozen samples are taken, and a delay of each row is as long a share of a small scan.
    policy=Policy(
        scans=("100/1",),
        implementations=(STREAMING,),
        samples=FEWEST_PAIRS,
        rules=(Rule(kind="baseline", metric="wall_seconds", limit=0.25),),
    ),
    subject=STREAMING,
    control=CONTROL,
    probes=(),
    planted=(_planted("a sleep for each row", "seconds:sleeps_each_row", "baseline wall_seconds 100/1 streaming"),),
)
_BY_INDEX = f"{__package__}.server:reads_by_index"
SERVER = PlantedTrial(
    policy=Policy(scans=("100/3",), implementations=(_BY_INDEX,)),
    subject=_BY_INDEX,
    control=f"{__package__}.server:reads_by_index_again",
    probes=("statements", "database"),
    planted=(
        _planted("findings that are read twice", "server:reads_twice", f"baseline index_tuples 100/3 {_BY_INDEX}"),
        _planted(
            "a setting that keeps the planner from indexes",
            "server:keeps_the_planner_from_indexes",
            f"baseline sequential_tuples 100/3 {_BY_INDEX}",
        ),
        _planted("a dropped index", "server:drops_the_index", f"baseline index_tuples 100/3 {_BY_INDEX}"),
    ),
)
TRIALS = (STATEMENTS, HEAP, GROWTH, WORK, SERVER, SECONDS)
