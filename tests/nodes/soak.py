"""Three real nodes on one machine, which measure: run by ``make soak``, because sweeps and bisections take their time.

That figures agree is the nodes' own check; here they are those of a sweep without nodes.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bench.nodes.seal import VARIABLE
from bench.results.bisection import read_bisection
from bench.results.records import Results
from bench.results.store import read_results
from tests.bisect.test_command import PACKAGE, STATEMENT, TASK
from tests.revisions.clones import commit, make
from tests.support.command import ROOT, run, start
from tests.support.left_behind import assert_nothing_is_left
from tests.support.node_process import SECRET
from tests.support.nodes import keys
from tests.support.open_folder import open_folder
from tests.support.processes import PATIENCE, wait_until
from tests.support.real_nodes import exact_figures, real_nodes, sweep_words

pytestmark = [pytest.mark.server, pytest.mark.slow]

NAMES = ("streaming", "pushdown")


@pytest.fixture(scope="module")
def alone(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The sweep on one machine."""
    output = tmp_path_factory.mktemp("alone") / "out"
    finished = run(*sweep_words(inputs / "catalogue.json", output, NAMES))
    assert finished.returncode == 0, finished.stderr
    return read_results(output / "results.json")


@pytest.mark.parametrize("lost_by", [None, signal.SIGKILL, signal.SIGINT])
def test_a_sweep_over_three_nodes_has_the_exact_figures_of_one_and_leaves_nothing(
    lost_by: signal.Signals | None, alone: Results, url: str, inputs: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    with open_folder() as temporary, real_nodes(url, tmp_path, temporary) as nodes:
        nodes.start("alpha", "beta", "gamma")
        words = sweep_words(inputs / "catalogue.json", output, NAMES)
        with start(*words, "--broker", url, "--lost-after", 5, extra={VARIABLE: SECRET}) as process:
            if lost_by:
                wait_until(lambda: "100/2: streaming" in "".join(map(nodes.said, nodes.processes)), "it is measured")
                doomed = next(name for name in nodes.processes if "100/2: streaming" in nodes.said(name))
                nodes.processes[doomed].send_signal(lost_by)
            _, errors = process.communicate()
        assert process.returncode == 0, errors
        results = read_results(output / "results.json")
        assert exact_figures(results) == exact_figures(alone)
        assert sorted(results.digests, key=repr) == sorted(alone.digests, key=repr)
        assert results.datasets == alone.datasets
        assert not (output / "cases").exists()
        if lost_by:
            how = "is gone; 100/2 is measured again elsewhere" if lost_by is signal.SIGKILL else "gave 100/2 back"
            assert f"the node {doomed} {how}" in errors
            (attempt,) = [case.attempt for node in results.nodes for case in node.cases if case.scan == "100/2"]
            assert attempt == 2
        nodes.end()
        for name in nodes.processes:
            assert_nothing_is_left(nodes.mark(name), temporary)
    wait_until(lambda: keys(url) == set(), "no key is left")


def test_a_run_with_pairs_keeps_them_on_one_machine_and_tables_work_on_its_results(
    url: str, inputs: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    with open_folder() as temporary, real_nodes(url, tmp_path, temporary) as nodes:
        nodes.start("alpha", "beta")
        finished = run(
            *("run", "--broker", url, "--scan", "50/1", "--scan", "50/2", "--budget", 0.2),
            *("--implementation", "streaming", "--implementation", "pushdown", "--output", output),
            *("--catalogue-file", inputs / "catalogue.json"),
            extra={VARIABLE: SECRET},
        )
        assert finished.returncode == 0, finished.stderr
        assert "are on one machine: what they time disturbs each other" in finished.stderr
    results = read_results(output / "results.json")
    timed = {
        (one.scan, one.implementation): len(one.samples) for one in results.measurements if one.metric == "wall_seconds"
    }
    assert len(timed) == 4
    for scan in ("50/1", "50/2"):
        assert timed[scan, "streaming"] == timed[scan, "pushdown"]
    assert {stop.scan for stop in results.stops} == {"50/1", "50/2"}
    assert "| alpha |" in (output / "report.md").read_text()


HISTORY = 12
PLANTED = 8
SLOWER = "__import__('time').sleep(1); "


def long_history(folder: Path, length: int, planted: int) -> Path:
    """So many commits: from one on, another statement is issued, and it takes a second more."""
    clone = make(folder, {f"{PACKAGE}/__init__.py": "", f"{PACKAGE}/task.py": TASK.format(change="pass")})
    for number in range(1, length):
        change = SLOWER + STATEMENT if number >= planted else "pass"
        files = {f"{PACKAGE}/task.py": TASK.format(change=change), f"{PACKAGE}/other.py": f"{number}\n"}
        commit(clone, files, f"commit {number}")
    return clone


@pytest.mark.parametrize(
    ("metric", "lost_by"), [("statements_django", signal.SIGKILL), ("wall_seconds", signal.SIGINT)]
)
def test_a_bisection_over_three_nodes_of_which_one_is_lost_finds_the_commit_of_one_machine(
    metric: str, lost_by: signal.Signals, url: str, inputs: Path, tmp_path: Path
) -> None:
    clone = long_history(tmp_path / "clone", HISTORY, PLANTED)
    words = (
        *("bisect", "--good", f"main~{HISTORY - 1}", "--bad", "main", "--metric", metric, "--pairs", 7),
        *("--implementation", f"{PACKAGE}.task:create", "--scan", "50/1"),
        *("--catalogue-file", inputs / "catalogue.json"),
    )
    extra = {VARIABLE: SECRET, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    alone = run(*words, "--output", tmp_path / "alone", folder=clone, extra=extra)
    assert alone.returncode == 0, alone.stderr
    with open_folder() as temporary, real_nodes(url, tmp_path, temporary) as nodes:
        nodes.start("alpha", "beta", "gamma", words=["--allow-any", "--repository", clone])
        output = tmp_path / "out"
        with start(
            *words, "--output", output, "--broker", url, "--lost-after", 5, folder=clone, extra=extra
        ) as process:
            doomed = "beta"
            wait_until(lambda: nodes.said(doomed).count("attempt 1") > 1, "it tries a commit", 10 * PATIENCE)
            nodes.processes[doomed].send_signal(lost_by)
            _, errors = process.communicate()
        assert process.returncode == 0, errors
        assert "is measured again elsewhere" in errors or "gave" in errors
        nodes.end()
        for name in nodes.processes:
            assert_nothing_is_left(nodes.mark(name), temporary)
    wait_until(lambda: keys(url) == set(), "no key is left")
    found, known = (read_bisection(folder / "bisection.json") for folder in (output, tmp_path / "alone"))
    assert found.candidates == known.candidates
    assert [one.subject for one in found.candidates] == [f"commit {PLANTED}"]
    assert {one.commit for one in known.trials} <= {one.commit for one in found.trials}


def test_a_bisection_by_a_policy_over_two_nodes_ends_early_and_is_resumed(
    url: str, inputs: Path, tmp_path: Path
) -> None:
    clone, output = long_history(tmp_path / "clone", 6, 4), tmp_path / "out"
    name = f"{PACKAGE}.task:create"
    policy = tmp_path / "policy.toml"
    policy.write_text(
        f'[tool.bench.gate]\nscans = ["50/1", "50/2"]\nimplementations = ["{name}"]\nbaseline = false\n'
        f'[tool.bench.gate.ceilings.statements_django]\n"50/2" = {{ "{name}" = 18 }}\n'
    )
    words = (
        *("bisect", "--good", "main~5", "--bad", "main", "--policy", policy, "--output", output, "--broker", url),
        *("--catalogue-file", inputs / "catalogue.json", "--lost-after", 5),
    )
    extra = {VARIABLE: SECRET, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    with open_folder() as temporary, real_nodes(url, tmp_path, temporary) as nodes:
        nodes.start("alpha", "beta", words=["--allow-any", "--repository", clone])
        with start(*words, folder=clone, extra=extra) as process:
            wait_until(lambda: [*(output / "cases").glob("?.case.json")] != [], "a case is kept", 5 * PATIENCE)
            process.kill()
            process.communicate()
        kept = len([*(output / "cases").glob("?.case.json")])
        wait_until(lambda: not any(key.startswith("bench-run") for key in keys(url)), "its keys are gone")
        finished = run(*words, "--resume", folder=clone, extra=extra)
        assert finished.returncode == 0, finished.stderr
        assert f"{kept} case{'s were' if kept > 1 else ' was'} measured before" in finished.stderr
        nodes.end()
    assert [one.subject for one in read_bisection(output / "bisection.json").candidates] == ["commit 4"]
