"""The real catalogue, from Prowler's own compliance files: a checkout, one of its folders, or a wheel.

Prowler is not imported and nothing is unpacked. As its API does, one provider's folder is read and then, since version
5.30, the files beside the folders that name the provider in their checks. The key of a framework is the file name up to
``.json``, and an empty file is no framework. Files are taken in the order of their names, so that rows come in the same
order on every machine. Frameworks that other installed packages add by entry point are not read.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.compliance.contract import Framework, Requirement
from bench.datasets.catalogue.record import CATALOGUE_FILE, LoadedCatalogue, source_name
from bench.datasets.json_value import JsonValue, json_root, optional_text
from bench.errors import InputError
from bench.results.input_file import read_input, read_input_if_any
from bench.results.strict_json import shown

_ENTRY = re.compile(r"(?:[^/]+/)?prowler/compliance/([^/]+)/([^/]+\.json)")
_SHARED_ENTRY = re.compile(r"(?:[^/]+/)?prowler/compliance/([^/]+\.json)")
_PROVIDER = re.compile(r"[a-z0-9_-]+")
_WHEEL_VERSION = re.compile(r"prowler-(\d+)\.(\d+)[^/]*\.dist-info/METADATA")
_PROJECT = re.compile(r"(?:[^/]+/)?pyproject\.toml")
_PROJECT_VERSION = re.compile(rb"^version\s*=\s*[\"'](\d+)\.(\d+)", re.MULTILINE)

_SHARED = ""
"""In place of a provider's name: the files beside the providers' folders."""
_SHARED_SINCE = (5, 30)
"""The first version whose API counts these files."""

Version = tuple[int, int]


@dataclass(frozen=True)
class _SourceFile:
    """A compliance file that has not been read yet."""

    name: str
    document: str
    read: Callable[[], bytes]

    def parse(self) -> JsonValue:
        return json_root(self.document, self.read())


def prowler_catalogue(path: Path, provider: str = "aws") -> LoadedCatalogue:
    """Read the frameworks of ``provider`` from a Prowler checkout, a compliance folder or a wheel.

    A provider that has no framework there gets an empty catalogue; only a folder without providers' folders must name
    it. Raises InputError with the place of the fault.
    """
    if not _PROVIDER.fullmatch(provider):
        raise InputError(f"provider {provider!r} is no name of Prowler's; write it as Prowler does, for example aws")
    where = f"catalogue {str(path)!r}"
    try:
        if not path.exists():
            raise InputError(f"{where}: not found; give a Prowler checkout, its compliance folder or a prowler wheel")
        frameworks = _from_folder(path, where, provider) if path.is_dir() else _from_wheel(path, where, provider)
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}; check its path and permissions") from error
    return LoadedCatalogue(provider, source_name(path), frameworks)


def _from_folder(path: Path, where: str, provider: str) -> dict[str, Framework]:
    compliance = next(
        (folder for folder in (path / "prowler" / "compliance", path / "compliance") if folder.is_dir()), path
    )
    by_provider = {folder.name: _folder_files(folder) for folder in sorted(compliance.iterdir()) if folder.is_dir()}
    by_provider = {name: files for name, files in by_provider.items() if files}
    if by_provider:
        by_provider[_SHARED] = _folder_files(compliance)
        return _counted(where, by_provider, provider, _checkout_version(path))
    return _frameworks(_declared(where, _folder_files(compliance), provider), provider)


def _folder_files(folder: Path) -> list[_SourceFile]:
    def source(file: Path) -> _SourceFile:
        document = f"catalogue file {str(file)!r}"
        return _SourceFile(file.name, document, lambda: read_input(file, CATALOGUE_FILE))

    files = (file for file in sorted(folder.glob("*.json")) if not file.is_dir())
    return [source(file) for file in files if not file.is_file() or file.stat().st_size]


def _from_wheel(path: Path, where: str, provider: str) -> dict[str, Framework]:
    # Opening a pipe would wait for a writer.
    if not path.is_file() or not _is_zip(path):
        raise InputError(f"{where}: is neither a folder nor a zip file; give a Prowler checkout or a prowler wheel")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise InputError(f"{where}: damaged zip file: {error}; download it again") from error
    with archive:
        by_provider = _archived_files(archive, where)
        return _counted(where, by_provider, provider, _archive_version(archive, where))


def _counted(
    where: str, by_provider: Mapping[str, list[_SourceFile]], provider: str, version: Version | None
) -> dict[str, Framework]:
    """Return the frameworks that the API of ``version`` counts for ``provider``; None stands for the newest."""
    if not any(by_provider.values()):
        raise InputError(f"{where}: holds no Prowler compliance files; give a Prowler checkout or a prowler wheel")
    frameworks = _frameworks(by_provider.get(provider, []), provider)
    if version is None or version >= _SHARED_SINCE:
        shared = [file for file in by_provider.get(_SHARED, []) if _compliance_id(file) not in frameworks]
        frameworks |= _frameworks([file for file in shared if _serves(file.parse(), provider)], provider)
    return frameworks


def _serves(root: JsonValue, provider: str) -> bool:
    """Whether a file beside the folders names ``provider``, as its own or in the checks of a requirement."""
    members = _folded(root)
    if (optional_text(members, "provider") or "").lower() == provider:
        return True
    requirements = members["requirements"].elements() if "requirements" in members else iter(())
    checks = (_folded(node).get("checks") for node in requirements)
    return any(node is not None and isinstance(node.value, dict) and provider in _folded(node) for node in checks)


def _checkout_version(path: Path) -> Version | None:
    content = read_input_if_any(path / "pyproject.toml", CATALOGUE_FILE)
    return None if content is None else _version(_PROJECT_VERSION.search(content))


def _archive_version(archive: zipfile.ZipFile, where: str) -> Version | None:
    for entry in archive.infolist():
        if found := _WHEEL_VERSION.fullmatch(entry.filename):
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


def _archived_files(archive: zipfile.ZipFile, where: str) -> dict[str, list[_SourceFile]]:
    """Return the compliance files in ``archive`` by provider."""
    entries: defaultdict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for entry in archive.infolist():
        found = _ENTRY.fullmatch(entry.filename)
        shared = _SHARED_ENTRY.fullmatch(entry.filename)
        if (found or shared) and entry.file_size:
            provider, name = found.groups() if found else (_SHARED, entry.filename.rpartition("/")[2])
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


def _archived(archive: zipfile.ZipFile, where: str, entry: zipfile.ZipInfo) -> _SourceFile:
    document = f"{where}: {entry.filename!r}"

    def read() -> bytes:
        try:
            # A reader stops at the size that the archive states, so that a false one cannot fill the memory.
            return archive.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise InputError(f"{document}: cannot be unpacked: {error}; download the wheel again") from error

    return _SourceFile(entry.filename.rpartition("/")[2], document, read)


def _declared(where: str, files: list[_SourceFile], provider: str) -> list[_SourceFile]:
    """Return those of ``files``, from one folder without a provider's name to rely on, that name ``provider``."""
    by_provider: defaultdict[str, list[_SourceFile]] = defaultdict(list)
    for file in files:
        declared = optional_text(_folded(file.parse()), "provider")
        by_provider[(declared or provider).lower()].append(file)
    if not by_provider:
        raise InputError(f"{where}: holds no Prowler compliance files; give a Prowler checkout or a prowler wheel")
    if provider not in by_provider:
        raise InputError(
            f"{where}: has no framework for provider {provider!r}; there are {', '.join(sorted(by_provider))}"
        )
    return by_provider[provider]


def _frameworks(files: list[_SourceFile], provider: str) -> dict[str, Framework]:
    frameworks: dict[str, Framework] = {}
    for file in files:
        frameworks[_compliance_id(file)] = _framework(file.parse(), provider)
    return frameworks


def _compliance_id(file: _SourceFile) -> str:
    return JsonValue(file.document, "its name", file.name.split(".json")[0]).text()


def _folded(node: JsonValue) -> dict[str, JsonValue]:
    """Return the members by lower-case key: Prowler's older form writes keys in title case, its newer one in lower.

    Raises InputError for a key twice, whatever the case.
    """
    members: dict[str, JsonValue] = {}
    for key, member in node.members().items():
        if key.lower() in members:
            raise node.fault(f"key {shown(key)} occurs twice, once in another case; keep one of the two")
        members[key.lower()] = member
    return members


def _framework(root: JsonValue, provider: str) -> Framework:
    members = _folded(root)
    for key in ("framework", "requirements"):
        if key not in members:
            raise root.fault(f"{key.title()!r} is missing; is this a Prowler compliance file?")
    requirements: dict[str, Requirement] = {}
    for node in members["requirements"].elements():
        requirement_id, requirement = _requirement(node, provider)
        # An id that occurs twice is one requirement, the last, as in the dict that Prowler's API builds.
        requirements[requirement_id] = requirement
    framework: Framework = {"framework": members["framework"].text(), "requirements": requirements}
    version = optional_text(members, "version")
    if version is not None:
        framework["version"] = version
    return framework


def _requirement(node: JsonValue, provider: str) -> tuple[str, Requirement]:
    members = _folded(node)
    for key in ("id", "checks"):
        if key not in members:
            raise node.fault(f"{key.title()!r} is missing; is this a Prowler compliance file?")
    requirement: Requirement = {"checks": dict.fromkeys(_checks(members["checks"], provider))}
    description = optional_text(members, "description")
    if description is not None:
        requirement["description"] = description
    return members["id"].text(), requirement


def _checks(node: JsonValue, provider: str) -> Iterator[str]:
    """Yield the checks of a list, or of the provider's list in an object by provider (Prowler's newer form)."""
    if isinstance(node.value, dict):
        own = _folded(node).get(provider)
        if own is None:
            return
        node = own
    for check in node.elements():
        yield check.text()
