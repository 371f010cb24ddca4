"""``bench comment``: a run, and the gate's verdict on it, as the comment of a pull request."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.terminal import show_data
from bench.errors import InputError

_URL = re.compile(r"https?://[!-~]{1,2000}")


def comment(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="The results file of the run.")],
    verdict: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The gate's verdict, from bench gate --json FILE.")
    ] = None,
    workers: Annotated[Path | None, typer.Option(metavar="FILE", help="What bench workers found.")] = None,
    artifact_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where report and plots can be downloaded; linked.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", show_default="standard output", help="Where the comment goes.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Leave its pictures there, for bench show publish.")
    ] = None,
) -> int:
    """Write Markdown that stands alone in a pull request: verdict, table, what failed and why, chart, details.

    With --verdict the results may be missing, as when the gate could not measure: the verdict says why.
    """
    from bench.files.output_file import write_file
    from bench.gate.comment import comment_pictures, render_comment, render_verdict_comment
    from bench.gate.comment_pictures import write_comment_pictures
    from bench.gate.verdict_files import read_verdict
    from bench.results.pool import read_pool_report
    from bench.results.store import read_results, read_results_if_any

    _check_url(artifact_url)
    found = None if verdict is None else read_verdict(verdict)
    pools = None if workers is None else read_pool_report(workers)
    measured = read_results(results) if found is None else read_results_if_any(results)
    if measured is not None:
        text = render_comment(measured, found, artifact_url, pools)
    else:
        assert found is not None  # or reading has raised
        text = render_verdict_comment(found, artifact_url, pools)
    if measured is not None and pictures is not None:
        write_comment_pictures(pictures, comment_pictures(measured))
    if markdown is None:
        show_data(text)
    else:
        write_file(markdown, text)
    return 0


def _check_url(url: str | None) -> None:
    if url is not None and (not _URL.fullmatch(url) or set(url) & set("<>")):
        raise InputError(f"--artifact-url {url!r} is not a web address; write https://…, without spaces, < and >")
