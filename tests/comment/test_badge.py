"""The badge: verdict and one figure, for shields.io and as a picture of our own."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench.analysis.verdict import Standing
from bench.cli.main import main
from bench.gate.badge import Badge, badge_of, shields_badge, svg_badge
from bench.gate.verdict_files import write_verdict
from bench.report.plots.palette import contrast
from bench.results.metrics import METRICS
from bench.results.store import write_results
from tests.support import variants, verdicts
from tests.support.builders import production_results
from tests.support.hostile import TEXTS

PEAK = METRICS["peak_heap_bytes"]


def test_a_good_verdict_has_the_figure_of_the_largest_data() -> None:
    badge = badge_of(production_results(), PEAK, None)
    assert (badge.label, badge.message) == ("compliance", "passed, peak heap 45.2 MB")
    assert badge_of(production_results(), PEAK, "materializing").message == "passed, peak heap 99.2 MB"


def test_a_verdict_that_is_not_good_claims_no_figure() -> None:
    assert badge_of(variants.mismatch(), PEAK, None).message == "failed"
    assert badge_of(production_results(), PEAK, None, verdicts.regressed()).message == "failed"


def test_shields_io_gets_what_its_endpoint_badge_reads() -> None:
    """Schema version 1: https://shields.io/badges/endpoint-badge."""
    found = json.loads(shields_badge(badge_of(production_results(), PEAK, None)))
    assert found == {
        "schemaVersion": 1,
        "label": "compliance",
        "message": "passed, peak heap 45.2 MB",
        "color": "green",
        "isError": False,
    }


@pytest.mark.parametrize("standing", list(Standing))
def test_every_standing_has_a_colour_on_which_white_can_be_read(standing: Standing) -> None:
    badge = Badge(label="benchmark", message=standing.value, standing=standing)
    assert contrast(badge.colours[1], "#FFFFFF") >= 4.5
    assert json.loads(shields_badge(badge))["color"] == badge.colours[0]
    assert badge.colours[1] in svg_badge(badge)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_from_outside_stays_text(text: str) -> None:
    from bench.words import plain, shorten

    words = shorten(plain(text), 60)
    drawn = ET.fromstring(svg_badge(Badge(label=words, message=words, standing=Standing.PASSED)))  # noqa: S314  ours
    tags = {one.tag.rpartition("}")[2] for one in drawn.iter()}
    assert tags == {"svg", "title", "clipPath", "rect", "g", "text"}
    assert [one.text or "" for one in drawn.iter() if one.tag.endswith("}text")] == [words, words]
    assert drawn.attrib["aria-label"] == f"{words}: {words}"


def test_the_command_writes_either_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results, verdict = tmp_path / "results.json", tmp_path / "verdict.json"
    write_results(results, production_results())
    write_verdict(verdict, verdicts.regressed())
    output = tmp_path / "badges" / "peak.svg"
    assert main(["show", "badge", str(results), "--output", str(output)]) == 0
    assert "passed, peak heap 45.2 MB" in output.read_text(encoding="utf-8")
    arguments = ["--verdict", str(verdict), "--format", "shields"]
    assert main(["show", "badge", str(results), *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["message"] == "failed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--implementation", "other"], "the run has no implementation 'other'; it has materializing, streaming"),
        (["--format", "png"], "unknown format 'png'; known are svg, shields"),
        (["--metric", "speed"], "unknown metric 'speed'; known are wall_seconds"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    results = tmp_path / "results.json"
    write_results(results, production_results())
    assert main(["show", "badge", str(results), *arguments]) == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.count("\n") == 1
