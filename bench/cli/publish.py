"""``bench publish``: the pictures of a comment on a branch, and the Markdown that shows them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import within
from bench.cli.terminal import show, show_data
from bench.errors import InputError

_PAGE = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~-]+){2,8}")


def publish(
    archive: Annotated[Path, typer.Argument(metavar="ZIP", help="The pictures of a comment, as CI keeps them.")],
    remote: Annotated[str, typer.Option(metavar="URL", help="The repository to push to, with the token in GH_TOKEN.")],
    page: Annotated[str, typer.Option(metavar="URL", help="The repository's page, https://github.com/OWNER/NAME.")],
    branch: Annotated[str, typer.Option(metavar="NAME", help="The branch for pictures only.")] = "bench-pictures",
    keep: Annotated[
        int, typer.Option(metavar="N", callback=within(1, 500), help="Comments whose pictures stay on the branch.")
    ] = 50,
    days: Annotated[
        float, typer.Option(metavar="DAYS", callback=within(0, 36_500), help="How long they stay at most.")
    ] = 90,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", show_default="standard output", help="Where the Markdown goes.")
    ] = None,
) -> int:
    """Check the pictures of a comment, push them to a branch, and write the Markdown that shows them.

    The ZIP file may be anyone's: only plain PNGs are taken, decoded and made anew. Where nothing can be pushed, a line
    says why and the Markdown is empty: the comment keeps its chart.
    """
    from bench.files.output_file import check_file, write_file
    from bench.gate.comment_pictures import picture_lines, read_comment_pictures
    from bench.gate.picture_branch import Keeping, NotPublishedError, PictureBranch
    from bench.harness.scratch import scratch_folder

    if not _PAGE.fullmatch(page):
        raise InputError(f"--page {page!r} is no page of a repository; write https://github.com/OWNER/NAME")
    if markdown is not None:
        check_file(markdown)
    pictures = read_comment_pictures(archive)
    files = {f"{number}.png": one.png for number, one in enumerate(pictures, start=1)}
    text = ""
    if files:
        with scratch_folder() as scratch:
            try:
                commit = PictureBranch(
                    scratch=scratch, remote=remote, branch=branch, token=os.environ.get("GH_TOKEN", "")
                ).publish(files, Keeping(most=keep, days=days))
            except NotPublishedError as error:
                show(f"No pictures: {error}; the comment keeps its chart.")
            else:
                addresses = [f"{page}/blob/{commit}/{name}?raw=true" for name in files]
                text = picture_lines(addresses, [one.text for one in pictures]) + "\n"
    if markdown is not None:
        write_file(markdown, text)
    else:
        show_data(text)
    return 0
