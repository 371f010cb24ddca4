"""One real node that measures one scan; ``soak.py`` has three."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.nodes.seal import VARIABLE
from bench.results.consistency import faults
from bench.results.sharing import Sharing
from bench.results.store import read_results
from tests.support.command import run
from tests.support.left_behind import assert_nothing_is_left
from tests.support.node_process import SECRET
from tests.support.nodes import keys
from tests.support.real_nodes import real_nodes

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
