"""A bisection over nodes of which one is killed; ``test_real_node.py`` and ``soak.py`` have those that measure."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from tests.bisect.sought import Sought
from tests.support.node_bisections import in_clone, over_nodes
from tests.support.nodes import Cluster, keys
from tests.support.processes import PATIENCE, wait_until

FIGURES = ["18", "18 b", "18 c", "19 d", "19 e"]


@pytest.mark.nightly
def test_a_killed_node_s_commit_is_tried_elsewhere_and_the_same_commit_is_found(
    nodes: Cluster, url: str, tmp_path: Path
) -> None:
    sought = Sought(tmp_path, FIGURES)
    alone = sought.found()
    nodes.start("doomed", words=[in_clone(sought), nodes.hold("c2")])
    bisecting, told = over_nodes(sought, url, tmp_path / "out")
    thread = threading.Thread(target=bisecting.run, daemon=True)
    thread.start()
    nodes.wait_for_held()
    nodes.start("alpha", words=[in_clone(sought)])
    wait_until(lambda: nodes.said("alpha").count("measured after") > 1, "another commit is tried beside it")
    nodes.signal("doomed", signal.SIGKILL)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    found = bisecting.bisection()
    assert found.candidates == alone.candidates
    tried = {one.commit.subject: (one.found, one.nodes) for one in found.trials}
    assert tried["c0"] == ("good", ("doomed",))
    assert tried["c2"] == ("good", ("alpha",))
    assert {*found.machines} == {"alpha", "doomed"}
    assert any("the node doomed is gone" in one and "c2 is measured again elsewhere" in one for one in told.said)
    nodes.end()
    wait_until(lambda: keys(url) == set(), "no key is left")
