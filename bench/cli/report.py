"""``bench report``: page, Markdown and pictures of runs again, from their results files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.terminal import show
from bench.errors import InputError

_STANDARD_INPUT = Path("-")


def report(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULTS...", help="Results files, of this version or an earlier one.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            show_default="beside each file",
            help="For the report; of several files one folder in it for each.",
        ),
    ] = None,
) -> int:
    """Write the report of a run again: report.html, report.md and pictures.

    Two runs are held against each other by bench compare.
    """
    from bench.files.output_file import claimed_folder
    from bench.report.report_files import REPORT_FILE
    from bench.report.run_files import PAGE_FILE, write_report
    from bench.report.run_text import headline_lines
    from bench.results.store import read_results

    folders = report_folders(results, output)
    # All are read before anything is written, so that a faulty file leaves nothing half done.
    read = [(folder, read_results(path)) for path, folder in zip(results, folders, strict=True)]
    for folder, run in read:
        with claimed_folder(folder, REPORT_FILE, PAGE_FILE):
            markdown, page, *pictures = write_report(folder, run)
        show("\n".join(headline_lines(run)))
        show(f"Report: {page} and {markdown}; {len(pictures)} pictures beside them.")
    return 0


def report_folders(files: Sequence[Path], output: Path | None) -> tuple[Path, ...]:
    """Return where the report of each of ``files`` goes. Raises InputError where two would be one, or none is known."""
    if output is not None:
        return tuple(output / name for name in _names(files)) if len(files) > 1 else (output,)
    if _STANDARD_INPUT in files:
        raise InputError("results from standard input have no folder beside them; name one with --output FOLDER")
    folders = tuple(path.parent for path in files)
    for folder in folders:
        beside = [other for other, its in zip(files, folders, strict=True) if its.resolve() == folder.resolve()]
        if len(beside) > 1:
            raise InputError(
                f"the reports of {beside[0]} and {beside[1]} would be one file in {folder}; "
                "name a folder with --output FOLDER, which gets a folder for each"
            )
    return folders


def _names(files: Sequence[Path]) -> tuple[str, ...]:
    """Name each file's folder by the file, or by the folder that it is in where files are named alike."""
    stems = ["standard-input" if path == _STANDARD_INPUT else path.stem for path in files]
    names = [
        path.absolute().parent.name if stems.count(stem) > 1 else stem for path, stem in zip(files, stems, strict=True)
    ]
    if len(set(names)) < len(names) or not all(names):
        raise InputError("two of the files and their folders are named alike; write their reports one after the other")
    return tuple(names)
