"""Prowler's compliance files, by provider and not parsed: of a checkout, of one of its folders, or of a wheel."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.datasets.catalogue.record import CATALOGUE_FILE
from bench.datasets.json_value import JsonValue, json_root
from bench.errors import InputError
from bench.files.input_file import read_input, read_input_if_any

SHARED = ""
"""In place of a provider's name: the files beside the providers' folders."""

_ENTRY = re.compile(r"(?:[^/]+/)?prowler/compliance/([^/]+)/([^/]+\.json)")
_SHARED_ENTRY = re.compile(r"(?:[^/]+/)?prowler/compliance/([^/]+\.json)")
_METADATA = re.compile(r"prowler-(\d+)\.(\d+)[^/]*\.dist-info(?:/METADATA)?")
_PROJECT = re.compile(r"(?:[^/]+/)?pyproject\.toml")
_PROJECT_VERSION = re.compile(rb"^version\s*=\s*[\"'](\d+)\.(\d+)", re.MULTILINE)

Version = tuple[int, int]


@dataclass(frozen=True)
class SourceFile:
    """A compliance file that has not been read yet."""

    name: str
    document: str
    read: Callable[[], bytes]

    @cached_property
    def root(self) -> JsonValue:
        """The parsed file. Raises InputError with the place of the fault."""
        return json_root(self.document, self.read())

    @property
    def compliance_id(self) -> str:
        """The file's name up to ``.json``, as in Prowler's API."""
        return JsonValue(self.document, "its name", self.name.split(".json")[0]).text()


@dataclass(frozen=True, kw_only=True)
class ComplianceFiles:
    """The compliance files of one source, in the order of their names; at least one."""

    where: str
    """The source, for messages."""
    by_provider: Mapping[str, list[SourceFile]]
    """By the name of their folder; SHARED for the files beside the folders."""
    version: Version | None
    """Prowler's; None where the source does not say."""
    one_folder: bool = False
    """Whether this is a single folder whose files alone say of which provider they are; they are under SHARED."""


@contextmanager
def compliance_files(path: Path) -> Iterator[ComplianceFiles]:
    """Find the compliance files of ``path``, which stay readable within the context. Raises InputError."""
    where = f"catalogue {str(path)!r}"
    try:
        if not path.exists():
            raise InputError(f"{where}: not found; give a Prowler checkout, its compliance folder or a prowler wheel")
        if path.is_dir():
            yield _checked(_in_folder(path, where))
            return
        # Opening a pipe would wait for a writer.
        if not path.is_file() or not _is_zip(path):
            raise InputError(f"{where}: is neither a folder nor a zip file; give a Prowler checkout or a prowler wheel")
        with _archive(path, where) as archive:
            files = _archived_files(archive, where)
            yield _checked(ComplianceFiles(where=where, by_provider=files, version=_archive_version(archive, where)))
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}; check its path and permissions") from error


def _checked(files: ComplianceFiles) -> ComplianceFiles:
    if not any(files.by_provider.values()):
        raise InputError(
            f"{files.where}: holds no Prowler compliance files; give a Prowler checkout or a prowler wheel"
        )
    return files


def _in_folder(path: Path, where: str) -> ComplianceFiles:
    compliance = next(
        (folder for folder in (path / "prowler" / "compliance", path / "compliance") if folder.is_dir()), path
    )
    folders = {folder.name: _folder_files(folder) for folder in sorted(compliance.iterdir()) if folder.is_dir()}
    by_provider = {name: files for name, files in folders.items() if files} | {SHARED: _folder_files(compliance)}
    return ComplianceFiles(
        where=where,
        by_provider=by_provider,
        version=_folder_version(compliance.resolve()),
        one_folder=by_provider.keys() == {SHARED},
    )


def _folder_files(folder: Path) -> list[SourceFile]:
    def source(file: Path) -> SourceFile:
        document = f"catalogue file {str(file)!r}"
        return SourceFile(file.name, document, lambda: read_input(file, CATALOGUE_FILE))

    files = (file for file in sorted(folder.glob("*.json")) if not file.is_dir())
    return [source(file) for file in files if not file.is_file() or file.stat().st_size]


def _folder_version(compliance: Path) -> Version | None:
    """Return the version of the checkout or installation whose ``prowler/compliance`` this is."""
    root = compliance.parent.parent
    content = read_input_if_any(root / "pyproject.toml", CATALOGUE_FILE)
    if content is not None:
        return _version(_PROJECT_VERSION.search(content))
    return next(filter(None, (_version(_METADATA.fullmatch(one.name)) for one in root.glob("prowler-*"))), None)


@contextmanager
def _archive(path: Path, where: str) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise InputError(f"{where}: damaged zip file: {error}; download it again") from error
    with archive:
        yield archive


def _archive_version(archive: zipfile.ZipFile, where: str) -> Version | None:
    for entry in archive.infolist():
        if found := _METADATA.fullmatch(entry.filename):
            return _version(found)
        if _PROJECT.fullmatch(entry.filename) and entry.file_size <= CATALOGUE_FILE.most_bytes:
            return _version(_PROJECT_VERSION.search(_archived(archive, where, entry).read()))
    return None


def _version(found: re.Match[str] | re.Match[bytes] | None) -> Version | None:
    return (int(found[1]), int(found[2])) if found else None


def _is_zip(path: Path) -> bool:
    # Given a path, zipfile takes a file that cannot be read for one that is not a zip.
    with path.open("rb") as file:
        return zipfile.is_zipfile(file)


def _archived_files(archive: zipfile.ZipFile, where: str) -> dict[str, list[SourceFile]]:
    """Return the compliance files in ``archive`` by provider."""
    entries: defaultdict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for entry in archive.infolist():
        found = _ENTRY.fullmatch(entry.filename)
        shared = _SHARED_ENTRY.fullmatch(entry.filename)
        if (found or shared) and entry.file_size:
            provider, name = found.groups() if found else (SHARED, entry.filename.rpartition("/")[2])
            if name in entries[provider]:
                raise InputError(f"{where}: {entry.filename!r} is in it twice; download it again")
            entries[provider][name] = entry
    for provider, files in entries.items():
        size = sum(entry.file_size for entry in files.values())
        if size > CATALOGUE_FILE.most_bytes:
            name = provider or "compliance"
            raise InputError(f"{where}: {name} unpacks to {size:,} bytes, too much for a catalogue; is it Prowler's?")
    return {
        provider: [_archived(archive, where, files[name]) for name in sorted(files)]
        for provider, files in entries.items()
    }


def _archived(archive: zipfile.ZipFile, where: str, entry: zipfile.ZipInfo) -> SourceFile:
    document = f"{where}: {entry.filename!r}"

    def read() -> bytes:
        try:
            # A reader stops at the size that the archive states, so that a false one cannot fill the memory.
            return archive.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise InputError(f"{document}: cannot be unpacked: {error}; download the wheel again") from error

    return SourceFile(entry.filename.rpartition("/")[2], document, read)
