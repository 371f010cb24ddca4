"""The verdict as JUnit XML, which CI systems read: one test case a check."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.words import plain

SUITE = "bench gate"

_ELEMENTS = {
    Outcome.REGRESSION: "failure",
    Outcome.TOOL_FAILURE: "error",
    Outcome.INCONCLUSIVE: "skipped",
    Outcome.NOT_COMPARABLE: "skipped",
}
"""What is undecided did neither pass nor fail, which JUnit calls skipped; the gate's exit code is 3 there."""


def render_junit(verdict: GateVerdict) -> bytes:
    """Return ``verdict`` as an XML document in UTF-8, one test suite with one test case for each check."""
    kinds = [_ELEMENTS.get(one.outcome) for one in verdict.checks]
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
    element = _ELEMENTS.get(check.outcome)
    if element is None:
        SubElement(case, "system-out").text = text
        return
    found = SubElement(case, element, {"message": sentence, "type": check.outcome.value})
    found.text = text
