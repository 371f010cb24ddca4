"""A catalogue written by hand, in one JSON file.

``{compliance_id: {"framework": text, "version": text, "requirements": {id: {"description": text, "checks": [text]}}}}``

``version`` and ``description`` may be missing or null. ``checks`` is a list, or an object whose keys count; a check
that a list names twice counts once. Other members are ignored. ``{}`` is a catalogue too: some providers have no
framework.
"""

from __future__ import annotations

from pathlib import Path

from bench.datasets.catalogue.catalogue import Framework, Requirement
from bench.datasets.catalogue.record import CATALOGUE_FILE, LoadedCatalogue, source_name
from bench.datasets.json_value import JsonValue, json_root, optional_text
from bench.files.input_file import read_input


def file_catalogue(path: Path, provider: str) -> LoadedCatalogue:
    """Read the catalogue of ``provider`` from ``path``. Raises InputError with the place of the fault."""
    document = f"catalogue file {str(path)!r}"
    root = json_root(document, read_input(path, CATALOGUE_FILE))
    members = root.members()
    if "Requirements" in members or ("requirements" in members and isinstance(members["requirements"].value, list)):
        raise root.fault(
            "this is one framework of Prowler's, not a catalogue; give a Prowler checkout or wheel instead"
        )
    frameworks = {root.key_text(key): _framework(member) for key, member in members.items()}
    return LoadedCatalogue(provider, source_name(path), frameworks)


def _framework(node: JsonValue) -> Framework:
    requirements = node.member("requirements")
    framework: Framework = {
        "framework": node.member("framework").text(),
        "requirements": {
            requirements.key_text(key): _requirement(member) for key, member in requirements.members().items()
        },
    }
    version = optional_text(node.members(), "version")
    if version is not None:
        framework["version"] = version
    return framework


def _requirement(node: JsonValue) -> Requirement:
    checks = node.member("checks")
    if isinstance(checks.value, dict):
        names = [checks.key_text(key) for key in checks.members()]
    else:
        names = [check.text() for check in checks.elements()]
    requirement: Requirement = {"checks": dict.fromkeys(names)}
    description = optional_text(node.members(), "description")
    if description is not None:
        requirement["description"] = description
    return requirement
