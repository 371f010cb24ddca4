"""The real catalogue, from Prowler's own compliance files: a checkout, one of its folders, or a wheel.

Prowler is not imported and nothing is unpacked. As its API does, one provider's folder is read and then, since version
5.30, the files beside the folders that name the provider in their checks. The key of a framework is the file name up to
``.json``, and an empty file is no framework. Files are taken in the order of their names, so that rows come in the same
order on every machine. Frameworks that installed packages add by entry point are named in a warning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.datasets.catalogue.catalogue import Framework, Requirement
from bench.datasets.catalogue.entry_points import unread_frameworks
from bench.datasets.catalogue.prowler_files import SHARED, ComplianceFiles, SourceFile, compliance_files
from bench.datasets.catalogue.record import LoadedCatalogue, source_name
from bench.datasets.json_value import JsonValue, optional_text
from bench.datasets.providers import DEFAULT_PROVIDER, PROVIDERS
from bench.errors import InputError
from bench.files.strict_json import shown

_PROVIDER = re.compile(r"[a-z0-9_-]+")
_SHARED_SINCE = (5, 30)
"""The first version whose API counts the files beside the folders."""


def prowler_catalogue(path: Path, provider: str = DEFAULT_PROVIDER) -> LoadedCatalogue:
    """Read the frameworks of ``provider`` from a Prowler checkout, a compliance folder or a wheel.

    A provider that has no framework there gets an empty catalogue; only a folder without providers' folders must name
    it. Raises InputError with the place of the fault.
    """
    if not _PROVIDER.fullmatch(provider):
        raise InputError(f"provider {provider!r} is no name of Prowler's; write it as Prowler does, for example aws")
    with compliance_files(path) as files:
        return LoadedCatalogue(provider, source_name(path), _counted(files, provider), unread_frameworks())


def prowler_catalogues(path: Path) -> tuple[LoadedCatalogue, ...]:
    """Read the catalogue of every provider that the database knows or the source names.

    Those that the database knows come first, in its order. A folder without providers' folders has only those that its
    files name. Raises InputError.
    """
    warnings = unread_frameworks()
    with compliance_files(path) as files:
        if files.one_folder:
            names = set(_by_declared_provider(files, DEFAULT_PROVIDER))
        else:
            names = {*PROVIDERS, *files.by_provider} - {SHARED}
            if _counts_shared(files):
                names.update(*(_named(file.root) for file in files.by_provider.get(SHARED, [])))
        ordered = (*(one for one in PROVIDERS if one in names), *sorted(names - set(PROVIDERS)))
        return tuple(LoadedCatalogue(one, source_name(path), _counted(files, one), warnings) for one in ordered)


def _counted(files: ComplianceFiles, provider: str) -> dict[str, Framework]:
    """Return the frameworks that the API of the files' version counts for ``provider``."""
    if files.one_folder:
        by_provider = _by_declared_provider(files, provider)
        if provider not in by_provider:
            raise InputError(
                f"{files.where}: has no framework for provider {provider!r}; there are {', '.join(sorted(by_provider))}"
            )
        return _frameworks(by_provider[provider], provider)
    frameworks = _frameworks(files.by_provider.get(provider, []), provider)
    if _counts_shared(files):
        shared = [one for one in files.by_provider.get(SHARED, []) if one.compliance_id not in frameworks]
        frameworks |= _frameworks((one for one in shared if provider in _named(one.root)), provider)
    return frameworks


def _counts_shared(files: ComplianceFiles) -> bool:
    """Whether the files beside the folders count; they do where the version is not known."""
    return files.version is None or files.version >= _SHARED_SINCE


def _named(root: JsonValue) -> set[str]:
    """Return the providers that a file beside the folders names, as its own or in the checks of a requirement."""
    members = _folded(root)
    own = optional_text(members, "provider")
    names = {own.lower()} if own else set()
    for node in members["requirements"].elements() if "requirements" in members else ():
        checks = _folded(node).get("checks")
        if checks is not None and isinstance(checks.value, dict):
            names.update(_folded(checks))
    return names


def _by_declared_provider(files: ComplianceFiles, default: str) -> dict[str, list[SourceFile]]:
    """Return the files of a single folder by the provider that they name, ``default`` where they name none."""
    by_provider: defaultdict[str, list[SourceFile]] = defaultdict(list)
    for file in files.by_provider[SHARED]:
        declared = optional_text(_folded(file.root), "provider")
        by_provider[(declared or default).lower()].append(file)
    return by_provider


def _frameworks(files: Iterable[SourceFile], provider: str) -> dict[str, Framework]:
    return {file.compliance_id: _framework(file.root, provider) for file in files}


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
