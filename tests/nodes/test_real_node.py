"""One real node that measures one scan, or a few commits; ``soak.py`` has three."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.nodes.seal import VARIABLE
from bench.results.bisection import read_bisection
from bench.results.consistency import faults
from bench.results.sharing import Sharing
from bench.results.store import read_results
from tests.bisect.test_command import PACKAGE, history
from tests.support.command import ROOT, content, run
from tests.support.left_behind import assert_nothing_is_left
from tests.support.node_process import SECRET
from tests.support.nodes import keys
from tests.support.real_nodes import real_nodes
from tests.support.repository import git

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_a_node_measures_what_a_sweep_elsewhere_asks_for(
    url: str, inputs: Path, temporary: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    with real_nodes(url, tmp_path, temporary) as nodes:
        nodes.start("alpha")
        finished = run(
            *("sweep", "--broker", url, "--findings", 50, "--regions", 1, "--output", output),
            *("--implementation", "pushdown", "--catalogue-file", inputs / "catalogue.json"),
            *("--concurrency", 2, "--base-rss", "45M"),
            extra={VARIABLE: SECRET},
        )
        assert finished.returncode == 0, finished.stderr
        nodes.end()
        assert nodes.processes["alpha"].returncode == 0
        assert nodes.said("alpha").endswith("alpha has ended\n")
        assert_nothing_is_left(nodes.mark("alpha"), temporary)
    assert keys(url) == set()
    results = read_results(output / "results.json")
    assert [*faults(results)] == []
    assert [(node.name, [case.scan for case in node.cases]) for node in results.nodes] == [("alpha", ["50/1"])]
    assert results.sharing == Sharing(children=2, base_bytes=45 * 2**20)
    report = (output / "report.md").read_text()
    assert "### Nodes" in report
    assert SECRET not in report
    assert url not in report


def test_a_node_measures_the_commits_that_a_bisection_elsewhere_names(
    url: str, inputs: Path, temporary: Path, tmp_path: Path
) -> None:
    """The node takes the commits from its own clone."""
    here, output = history(tmp_path / "here"), tmp_path / "out"
    there = tmp_path / "there"
    git(tmp_path, "clone", "--quiet", str(here), "there")
    before = content(there)
    with real_nodes(url, tmp_path, temporary) as nodes:
        nodes.start("alpha", words=["--allow-any", "--repository", there])
        finished = run(
            *("bisect", "--broker", url, "--good", "main~3", "--bad", "main~1", "--metric", "statements_django"),
            *("--implementation", f"{PACKAGE}.task:create", "--scan", "50/1", "--output", output),
            *("--catalogue-file", inputs / "catalogue.json"),
            folder=here,
            extra={VARIABLE: SECRET, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert finished.returncode == 3, finished.stderr
        nodes.end()
        assert_nothing_is_left(nodes.mark("alpha"), temporary)
    assert keys(url) == set()
    found = read_bisection(output / "bisection.json")
    assert [one.subject for one in found.candidates] == ["fourth", "fifth"]
    assert {one.commit.subject: (one.found, one.samples, one.nodes) for one in found.trials} == {
        "third": ("good", (18.0,), ("alpha",)),
        "fourth": ("skipped", (), ("alpha",)),
        "fifth": ("bad", (19.0,), ("alpha",)),
    }
    assert content(there) == before
    report = (output / "report.md").read_text()
    assert "Node alpha: CPython" in report
    assert url not in report
    assert not (output / "cases").exists()
