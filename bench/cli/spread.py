"""Options of the commands that can spread a run over nodes, and how it is then carried out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli.options import within
from bench.errors import InputError

if TYPE_CHECKING:
    from bench.harness.plan import RunPlan
    from bench.harness.progress import Progress
    from bench.harness.session import KeptRun
    from bench.nodes.options import SpreadOptions

_KEY = "Signs messages between runs and nodes; or set BENCH_NODE_KEY."

KeyOption = Annotated[Path | None, typer.Option(metavar="FILE", help=_KEY)]


def broker_option(*, hidden: bool = False) -> Any:
    """Return the option that names the broker of nodes."""
    return typer.Option(metavar="URL", help="Spread it over nodes; also --key, --resume.", hidden=hidden)


@dataclass(frozen=True, kw_only=True)
class SpreadingOptions:
    """Where nodes are found that measure in the place of this machine. A help that is full names the hidden ones."""

    broker: Annotated[str | None, broker_option()] = None
    key: Annotated[Path | None, typer.Option(metavar="FILE", help=_KEY, hidden=True)] = None
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run over nodes that ended early.", hidden=True)
    ] = False
    lost_after: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", callback=within(1, 86_400), help="A node so long silent has lost its case.", hidden=True
        ),
    ] = None


def spread_options(options: SpreadingOptions) -> SpreadOptions | None:
    """Return where nodes are found; None where this machine measures. Raises InputError for options without effect."""
    if options.broker is None:
        for name in ("key", "resume", "lost_after"):
            if getattr(options, name) not in (None, False):
                option = f"--{name.replace('_', '-')}"
                raise InputError(f"{option} is about a run over nodes; name their broker by --broker, or leave it out")
        return None
    # Here, because most runs need none of it.
    from bench.nodes.options import LOST_SECONDS, SpreadOptions
    from bench.nodes.seal import read_key

    return SpreadOptions(
        url=options.broker,
        key=read_key(options.key),
        resume=options.resume,
        lost_seconds=options.lost_after or LOST_SECONDS,
    )


def measured(
    options: SpreadingOptions, output: Path, plan: RunPlan, progress: Progress, *, history: Path | None = None
) -> KeptRun:
    """Carry out ``plan``, here or on the nodes of a broker, and write what came of it. Raises BenchError."""
    from bench.harness.session import measure_into

    spread = spread_options(options)
    if spread is None:
        return measure_into(output, plan, progress, history=history)
    # Here, because most runs need none of it.
    from bench.nodes.spread import SpreadRun

    run = SpreadRun(plan, spread, output, progress)
    kept = measure_into(output, plan, progress, carrier=run, history=history)
    run.finish()
    return kept
