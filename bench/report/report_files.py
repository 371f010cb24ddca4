"""The files of a report that has one plot: Markdown, and the plot as PNG and SVG."""

from __future__ import annotations

from pathlib import Path

from bench.files.output_file import write_file
from bench.report.plots.chart import Picture

REPORT_FILE = "report.md"


def write_report_files(folder: Path, text: str, name: str, chart: Picture | None) -> tuple[Path, ...]:
    """Write the report ``text`` and the plot ``name`` as PNG and SVG; return the files, the report first.

    Without a ``chart`` those of an earlier report go. Raises InputError if a file cannot be written.
    """
    # Here, because matplotlib takes half a second.
    from bench.report.plots.draw import draw

    pictures = []
    for suffix, picture in zip(("png", "svg"), draw(chart) if chart else (b"", b""), strict=True):
        path = folder / "plots" / f"{name}.{suffix}"
        if chart is None:
            path.unlink(missing_ok=True)
        else:
            write_file(path, picture)
            pictures.append(path)
    report = folder / REPORT_FILE
    write_file(report, text)
    return (report, *pictures)
