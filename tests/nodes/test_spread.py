"""A run over nodes: every scan is measured once, whatever is lost on the way, and nothing is left on the broker."""

from __future__ import annotations

import signal
import tempfile
import threading
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bench.broker.embedded import embedded_broker
from bench.broker.keys import Keys
from bench.errors import InputError
from bench.nodes.messages import Answer
from bench.nodes.references import NodesDisagreeError
from bench.nodes.seal import VARIABLE, NodeKey
from bench.nodes.spread import SpreadRun
from bench.results.consistency import faults
from tests.support.command import start
from tests.support.node_process import KEY, SECRET
from tests.support.nodes import NAMES, SIZES, Cluster, cluster, keys, plan, spread
from tests.support.processes import PATIENCE, is_running, wait_until


def in_background(run: SpreadRun) -> threading.Thread:
    """Start ``run`` in a thread; what it raises is lost."""
    thread = threading.Thread(target=run.run, daemon=True)
    thread.start()
    return thread


def finished(thread: threading.Thread) -> None:
    """Wait for the end of a run in a thread."""
    thread.join(PATIENCE)
    assert not thread.is_alive()


def measured_by(run: SpreadRun) -> dict[str, str]:
    """Which node measured which scan."""
    results = run.results()
    assert results is not None
    assert [*faults(results)] == []
    return {case.scan: node.name for node in results.nodes for case in node.cases}


def attempts(run: SpreadRun) -> dict[str, int]:
    """Which attempt at each scan came to its end."""
    results = run.results()
    assert results is not None
    return {case.scan: case.attempt for node in results.nodes for case in node.cases}


def of_runs(url: str) -> set[str]:
    """The keys of runs on the broker."""
    return {name for name in keys(url) if name.startswith("bench-run")}


def test_three_nodes_measure_every_scan_once_and_leave_no_key(nodes: Cluster, url: str, tmp_path: Path) -> None:
    nodes.start("alpha", "beta", "gamma")
    nodes.start("stranger", words=["other-key"])
    run, told = spread(url, tmp_path / "out")
    run.run()
    assert any("has another key" in text for text in told.said)
    results = run.results()
    assert results is not None
    assert [one.scan for one in results.datasets] == [*SIZES]
    assert results.implementations == NAMES
    assert len(results.digests) == len(SIZES) * len(NAMES)
    assert sorted(measured_by(run)) == sorted(SIZES)
    assert {one.name for one in results.nodes} <= {"alpha", "beta", "gamma"}
    assert of_runs(url) == set()
    nodes.end()
    assert keys(url) == set()
    # Killed before it wrote its report, it needs no node to go on, nor a broker.
    again, _ = spread("redis://127.0.0.1:1/0", tmp_path / "out", resume=True)
    again.run()
    assert again.results() == results
    again.finish()
    assert [*(tmp_path / "out").iterdir()] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_the_case_of_a_lost_node_is_measured_elsewhere(
    number: signal.Signals, nodes: Cluster, url: str, tmp_path: Path
) -> None:
    nodes.start("doomed", words=[nodes.hold("100/2")])
    run, told = spread(url, tmp_path / "out", plan("50/1", "100/2"))
    thread = in_background(run)
    nodes.wait_for_held()
    (held,) = nodes.held()
    nodes.start("alpha")
    nodes.signal("doomed", number)
    finished(thread)
    assert measured_by(run)["100/2"] == "alpha"
    assert attempts(run)["100/2"] == 2
    how = "is gone; 100/2 is measured again" if number is signal.SIGKILL else "gave 100/2 back"
    assert any(f"the node doomed {how}" in text for text in told.said), told.said
    wait_until(lambda: not is_running(held), "what measured has ended")
    if number is signal.SIGINT:
        assert nodes.processes["doomed"].wait(PATIENCE) == 0
        assert "100/2: given back" in nodes.said("doomed")
    nodes.end()
    wait_until(lambda: keys(url) == set(), "the killed node's keys are gone")


def test_a_node_with_other_code_is_refused_by_name_and_the_others_go_on(
    nodes: Cluster, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes.start("old", words=["other-code"])
    monkeypatch.setattr("bench.nodes.office._UNFIT_SECONDS", 0.5)
    alone, _ = spread(url, tmp_path / "alone", plan("50/1"))
    with pytest.raises(
        InputError, match=r"no node that is there can measure this: old: the code of 'streaming' is 0000"
    ):
        alone.run()
    nodes.start("alpha")
    monkeypatch.setattr("bench.nodes.office._UNFIT_SECONDS", 60)
    run, told = spread(url, tmp_path / "out", plan("50/1", "50/2"))
    run.run()
    assert {*measured_by(run).values()} == {"alpha"}
    (refusal,) = [text for text in told.said if text.startswith("the node old does not take part")]
    assert refusal.endswith("have the same commit checked out and installed on both machines")


def test_nodes_that_disagree_are_named_with_their_figures_and_what_agrees_is_kept(
    nodes: Cluster, url: str, tmp_path: Path
) -> None:
    nodes.start("alpha", words=[nodes.hold("100/2")])
    run, _ = spread(url, tmp_path / "out", plan("50/1", "50/2", "100/2"))
    raised: list[BaseException] = []

    def catch() -> None:
        try:
            run.run()
        except NodesDisagreeError as error:
            raised.append(error)

    thread = threading.Thread(target=catch, daemon=True)
    thread.start()
    nodes.wait_for_held()
    nodes.start("odd", words=["deviates"])
    finished(thread)
    (error,) = raised
    assert "alpha and odd do not agree: Peak heap of streaming on 50/1 is 20,500,000 bytes on alpha" in str(error)
    assert "and 21,500,000 bytes on odd, more than 1 % apart" in str(error)
    assert error.exit_code == 2  # type: ignore[attr-defined]  # a BenchError
    kept = run.results()
    assert kept is not None
    assert [one.scan for one in kept.datasets] == ["50/1"]
    nodes.end_one("odd")
    nodes.let_go()
    again, told = spread(url, tmp_path / "out", plan("50/1", "50/2", "100/2"), resume=True)
    again.run()
    assert sorted(measured_by(again)) == ["100/2", "50/1", "50/2"]
    assert "1 of 3 scans were measured before" in told.said


def test_a_case_that_fails_three_times_is_a_failure_named_in_the_results(
    nodes: Cluster, url: str, tmp_path: Path
) -> None:
    nodes.start("alpha", words=["fails=50/2"])
    run, _ = spread(url, tmp_path / "out", plan("50/1", "50/2"))
    run.run()
    results = run.results()
    assert results is not None
    assert [one.scan for one in results.datasets] == ["50/1"]
    assert [(one.scan, one.implementation) for one in results.failures] == [("50/2", name) for name in NAMES]
    assert results.failures[0].message.startswith(
        "50/2 was begun 3 times: alpha failed (there is no room); alpha failed"
    )


def test_a_run_is_gone_on_with_after_its_broker_has_forgotten_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.broker.embedded.secrets.token_hex", lambda _: "same")
    folder = tmp_path / "nodes"
    folder.mkdir()
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        first = stack.enter_context(embedded_broker(Path(place)))
        with cluster(first.url, folder) as nodes:
            nodes.start("alpha", words=[nodes.hold("100/2")])
            run, told = spread(first.url, tmp_path / "out", plan("50/1", "50/2", "100/2"))
            thread = in_background(run)
            nodes.wait_for_held()
            stack.close()
            wait_until(lambda: any("is not reached" in text for text in told.said), "the run has noticed")
            wait_until(lambda: "is not reached" in nodes.said("alpha"), "its node has noticed")
            with embedded_broker(Path(place)) as second:
                assert second.url == first.url
                nodes.let_go()
                finished(thread)
                assert sorted(measured_by(run)) == ["100/2", "50/1", "50/2"]
                assert "the broker is reached again" in nodes.said("alpha")
                nodes.end()
                assert keys(second.url) == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_ended_is_resumed_with_what_it_had_measured(
    number: signal.Signals, nodes: Cluster, url: str, tmp_path: Path
) -> None:
    nodes.start("alpha", words=[nodes.hold("100/2")])
    output = tmp_path / "out"
    implementations = [word for name in NAMES for word in ("--implementation", name)]
    command = ("sweep", "--broker", url, "--output", output, "--findings", "50,100", "--regions", 2, *implementations)
    with start(*command, extra={VARIABLE: SECRET}) as process:
        nodes.wait_for_held()
        process.send_signal(number)
        _, errors = process.communicate()
    assert process.returncode == (130 if number is signal.SIGINT else -number), errors
    wait_until(lambda: of_runs(url) == set(), "the run's keys are gone")
    wait_until(lambda: "100/2: stopped, as it is not wanted any more" in nodes.said("alpha"), "its node has stopped")
    swept = plan("50/2", "100/2", probes=("statements", "memory", "rss", "work"))
    with pytest.raises(InputError, match=r"holds what a run that ended early has measured; continue it with --resume"):
        spread(url, output, swept)[0].run()
    other = replace(swept, sources=tuple(replace(one, seed=7) for one in swept.sources))
    with pytest.raises(InputError, match=r"--resume: seed was 0 in that run, and is 7 in this one"):
        spread(url, output, other, resume=True)[0].run()
    nodes.let_go()
    run, told = spread(url, output, swept, resume=True)
    run.run()
    assert "1 of 2 scans were measured before" in told.said
    assert sorted(measured_by(run)) == ["100/2", "50/2"]
    assert nodes.said("alpha").count("50/2: measured") == 1


def test_an_answer_that_is_not_signed_for_this_attempt_is_ignored(nodes: Cluster, url: str, tmp_path: Path) -> None:
    nodes.start("alpha", words=[nodes.hold("50/2")])
    run, told = spread(url, tmp_path / "out", plan("50/1", "50/2"))
    thread = in_background(run)
    nodes.wait_for_held()
    (waited,) = [name for name in of_runs(url) if ":answer:" in name]
    _, _, number, attempt = waited.split(":")
    answer = Answer(
        run=waited.removeprefix("bench-run-").partition(":")[0],
        number=int(number),
        attempt=int(attempt),
        node=nodes.ids()["alpha"],
        outcome="measured",
    )
    forged = NodeKey(b"somebody else's").sealed("answer", answer)
    other = KEY.sealed("answer", msgspec.structs.replace(answer, attempt=answer.attempt + 1))
    for sealed, why in ((forged, "it is not signed"), (other, "it is the answer to something else")):
        with closing(Keys(url)) as store:
            store.put(waited, sealed)
        ignored = f"in the name of alpha was ignored: {why}"
        wait_until(lambda: any(ignored in text for text in told.said), ignored)  # noqa: B023 - used at once
    nodes.let_go()
    finished(thread)
    assert sorted(measured_by(run)) == ["50/1", "50/2"]
