"""The pictures of a comment: which the untrusted stage leaves beside it, and what a trusted one takes of them.

A comment cannot hold a picture, and the stage that measures has a token that can only read. So it leaves them in a ZIP
file, as CI systems keep artifacts; a second stage with a token that can write trusts nothing in it.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import msgspec

from bench.errors import InputError
from bench.files.input_file import FileKind, read_input
from bench.files.json_file import write_json
from bench.files.output_file import write_file
from bench.files.strict_json import MalformedError, check_tree, parse_json
from bench.gate.picture_check import MOST_BYTES, checked_picture
from bench.report.markdown import escape
from bench.report.plots.chart import Picture
from bench.words import plain, shorten

PICTURES_BEGIN = "<!-- bench-pictures -->"
PICTURES_END = "<!-- /bench-pictures -->"
"""Around what pictures replace in a comment."""

LIST_FILE = "pictures.json"
MOST_PICTURES = 8
LONGEST_TEXT = 1_000
"""Characters of an alternative text in a comment."""

_ARCHIVE = FileKind(
    name="ZIP file of pictures",
    most_bytes=16_000_000,
    source="the action keeps one as the artifact NAME-pictures",
    remedy="let the run make it again",
)
_MOST_ENTRIES = 64
_MOST_LIST_BYTES = 100_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,80}\.png")
_STORED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ListedPicture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ListedPicture is one file of the list, with its alternative text."""

    file: str
    text: str


@dataclass(frozen=True)
class CommentPicture:
    """A CommentPicture is a PNG made of checked pixels, and an alternative text, on one line, still to be escaped."""

    png: bytes
    text: str


def write_comment_pictures(folder: Path, pictures: tuple[Picture, ...]) -> tuple[Path, ...]:
    """Write ``pictures`` as PNG into ``folder``, with the list that gives their texts; return the files.

    Raises InputError where a file cannot be written.
    """
    # Here, because matplotlib takes half a second.
    from bench.report.plots.draw import draw

    listed, written = [], []
    for picture in pictures[:MOST_PICTURES]:
        path = folder / f"{picture.name}.png"
        write_file(path, draw(picture)[0])
        written.append(path)
        listed.append(ListedPicture(file=path.name, text=shorten(plain(picture.alt), LONGEST_TEXT)))
    write_json(folder / LIST_FILE, listed)
    return (*written, folder / LIST_FILE)


def read_comment_pictures(path: Path) -> tuple[CommentPicture, ...]:
    """Return the pictures in the ZIP file ``path``, which may be anyone's, checked and made anew from their pixels.

    Nothing is unpacked: no name in it becomes a path. Raises InputError for whatever is not as
    ``write_comment_pictures`` leaves it, however it is meant: one refused picture refuses them all.
    """
    content = read_input(path, _ARCHIVE)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return tuple(_pictures(archive))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _ARCHIVE.malformed(path, shorten(plain(str(error)), 200) or type(error).__name__) from error


def _pictures(archive: zipfile.ZipFile) -> Iterator[CommentPicture]:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise ValueError(f"it has {len(entries):,} entries")
    names = [entry.filename for entry in entries]
    for listed in _listed(_content(archive, names, LIST_FILE, _MOST_LIST_BYTES)):
        if not _NAME.fullmatch(listed.file):
            raise ValueError(f"a picture is called {listed.file[:80]!r}")
        try:
            yield CommentPicture(
                png=checked_picture(_content(archive, names, listed.file, MOST_BYTES)),
                text=shorten(plain(listed.text), LONGEST_TEXT),
            )
        except InputError as error:
            raise ValueError(f"{listed.file}: {error}") from error


def _listed(content: bytes) -> list[ListedPicture]:
    try:
        tree = parse_json(content)
        check_tree(tree, LIST_FILE, _MOST_LIST_BYTES)
        listed = msgspec.convert(tree, type=list[ListedPicture])
    except (MalformedError, msgspec.ValidationError) as error:
        raise ValueError(f"{LIST_FILE}: {error}") from error
    if len(listed) > MOST_PICTURES:
        raise ValueError(f"{LIST_FILE} names {len(listed):,} pictures; the most are {MOST_PICTURES}")
    return listed


def _content(archive: zipfile.ZipFile, names: list[str], name: str, most: int) -> bytes:
    """Return what is called ``name``; what it says of its size is not believed."""
    if names.count(name) != 1:
        raise ValueError(f"it has {names.count(name)} files {name}")
    entry = archive.getinfo(name)
    if entry.flag_bits & 1 or entry.compress_type not in _STORED:
        raise ValueError(f"{name} is encrypted or compressed in another way than by deflate")
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} has more than {most:,} bytes")
    return content


def picture_lines(addresses: list[str], texts: list[str]) -> str:
    """Return Markdown that shows the pictures at ``addresses``, each with its text for those who do not see it."""
    pairs = zip(addresses, texts, strict=True)
    return "\n\n".join(f"![{escape(text)}]({address})" for address, text in pairs)
