"""The verdict's files: JSON for other tools and ``bench comment``, and JUnit XML for CI systems.

Schema history of the JSON:
1: the first.
2: ``standing`` instead of ``outcome``, with the words failed, unfinished, error, inconclusive, not comparable,
   improved and passed.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec

from bench.analysis.verdict import Check, Standing, Verdict
from bench.files.input_file import FileKind
from bench.files.json_file import Faults, JsonFile, encode_json
from bench.files.output_file import write_file
from bench.report.outcomes.checks import plain_checks
from bench.words import plain

SCHEMA = 2
SUITE = "bench gate"

_ELEMENTS = {0: None, 1: "failure", 2: "error", 3: "skipped"}
"""By exit code. What is undecided neither passed nor failed, which JUnit calls skipped."""


class VerdictFile(msgspec.Struct, kw_only=True):
    """What the JSON holds: the verdict, with its exit code for other tools."""

    schema: int
    standing: Standing
    exit_code: int
    checks: tuple[Check, ...]


def _faults(file: VerdictFile) -> Faults:
    found = Verdict(checks=file.checks)
    if (file.standing, file.exit_code) != (found.standing, found.exit_code):
        yield (
            "standing",
            f"is {file.standing.value!r}, exit code {file.exit_code}; its checks give {found.standing.value!r}",
        )


_FILE = JsonFile(
    kind=FileKind(
        name="verdict",
        most_bytes=16 * 1024**2,
        source="`bench gate --json FILE` writes one",
        remedy="write it again with `bench gate --json FILE`",
    ),
    record=VerdictFile,
    schema=SCHEMA,
    landmark="checks",
    faults=_faults,
)


def render_json(verdict: Verdict) -> bytes:
    """Return ``verdict`` as indented JSON. Its texts are made plain, because JSON cannot hold whatever a path can."""
    whole = VerdictFile(
        schema=SCHEMA,
        standing=verdict.standing,
        exit_code=verdict.exit_code,
        checks=plain_checks(verdict.checks),
    )
    return encode_json(whole)


def write_verdict(path: Path, verdict: Verdict) -> None:
    """Write ``verdict`` to ``path``. Raises InputError if the file cannot be written."""
    write_file(path, render_json(verdict))


def read_verdict(path: Path) -> Verdict:
    """Read what ``bench gate --json`` wrote. Raises InputError for any other file."""
    return Verdict(checks=_FILE.read(path).checks)


def render_junit(verdict: Verdict) -> bytes:
    """Return ``verdict`` as an XML document in UTF-8: one test suite with one test case for each check."""
    kinds = [_ELEMENTS[one.standing.exit_code] for one in verdict.checks]
    numbers = {
        "tests": len(kinds),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
        "skipped": kinds.count("skipped"),
    }
    attributes = {name: str(number) for name, number in numbers.items()}
    root = Element("testsuites", attributes)
    suite = SubElement(root, "testsuite", {"name": SUITE, **attributes})
    for check in verdict.checks:
        _add_case(suite, check)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add_case(suite: Element, check: Check) -> None:
    """Add one check. XML has no control characters, so every text is made plain."""
    name = plain(check.name)
    case = SubElement(suite, "testcase", {"classname": f"bench.gate.{name.split(' ')[0]}", "name": name})
    sentence = plain(check.sentence)
    text = "\n".join([sentence, *map(plain, check.evidence)])
    element = _ELEMENTS[check.standing.exit_code]
    if element is None:
        SubElement(case, "system-out").text = text
        return
    found = SubElement(case, element, {"message": sentence, "type": check.standing.value})
    found.text = text
