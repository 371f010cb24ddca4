"""What a node refuses: messages that are unsigned, forged, too old, meant for others or there before, and pickles."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Queue
from msgspec.structs import replace

from bench.broker.keys import Keys
from bench.compliance.job import JOB
from bench.errors import InputError
from bench.nodes.carrying import Node
from bench.nodes.heart import Heart
from bench.nodes.messages import QUEUE, TASK, WANTED, Answer, Beat, Case, beat_name, transport_options
from bench.nodes.options import NodeOptions
from bench.nodes.permitted import permitted
from bench.nodes.roll import Roll
from bench.nodes.seal import NodeKey, SealError, new_id, read_key
from bench.nodes.work import plan_of, works_of
from tests.support.node_process import KEY, SECRET
from tests.support.nodes import Cluster, plan, spread
from tests.support.processes import wait_until


def send(url: str, node: str, sealed: Any, **options: Any) -> None:
    """Put whatever is given into a node's queue."""
    with Celery("a", broker=url, set_as_current=False, fixups=[]) as app:
        app.conf.update(broker_transport_options=transport_options(node), task_queues=[Queue(QUEUE, exchange="")])
        app.send_task(TASK, kwargs={"sealed": sealed}, queue=QUEUE, **options)


def test_a_node_measures_only_what_is_signed_new_and_meant_for_it(nodes: Cluster, url: str, tmp_path: Path) -> None:
    nodes.start("alpha")
    node = nodes.ids()["alpha"]
    (work,) = works_of(plan("50/1"))
    case = Case(run=new_id(), number=0, attempt=1, node=node, expires=time.time() + 60, work=work)
    with closing(Keys(url)) as store:
        store.put(case.answer, WANTED, seconds=60)
    sealed = KEY.sealed("case", case)
    for bad, why in (
        ({"run": "as it is"}, "it is no text"),
        (sealed.split(".", 2)[2], "it is not signed with the key of this side"),
        (NodeKey(b"another key").sealed("case", case), "it is not signed with the key of this side"),
        (sealed.replace("streaming", "materializing"), "it is not signed with the key of this side"),
        (KEY.sealed("answer", case), "it is not signed with the key of this side"),
        (KEY.sealed("case", replace(case, node="0" * 16)), "it was meant for another node"),
        (KEY.sealed("case", replace(case, expires=time.time() - 1)), "it is too old"),
        (KEY.sealed("case", {"run": "x", "more": 1}), "it was written by another version"),
    ):
        before = nodes.said("alpha").count("refused a message")
        send(url, node, bad)
        wait_until(lambda: nodes.said("alpha").count("refused a message") > before, why)  # noqa: B023 - used at once
        assert why in nodes.said("alpha").splitlines()[-1]
    pickled = replace(case, attempt=2)
    with closing(Keys(url)) as store:
        store.put(pickled.answer, WANTED, seconds=60)
    send(url, node, KEY.sealed("case", pickled), serializer="pickle")
    send(url, node, sealed)
    wait_until(lambda: "50/1: measured" in nodes.said("alpha"), "the one that is right is measured")
    send(url, node, sealed)
    wait_until(lambda: "it was here before" in nodes.said("alpha"), "it is not measured again")
    assert nodes.said("alpha").count("50/1: measured") == 1
    assert "attempt 2" not in nodes.said("alpha")
    run, _ = spread(url, tmp_path / "out", plan("50/2"))
    run.run()
    assert run.results() is not None
    for secret in (SECRET, url):
        assert secret not in nodes.said("alpha")


def test_a_node_without_a_clone_measures_no_commit(url: str, tmp_path: Path) -> None:
    (work,) = works_of(plan("50/1"))
    work = replace(work, commits=dict.fromkeys(work.implementations, "a" * 40), paths=("optimized_impl",))
    options = NodeOptions(url=url, key=KEY, id=new_id(), name="bare", machine="", job=JOB, command=())
    case = Case(run=new_id(), number=0, attempt=1, node=options.id, expires=time.time() + 60, work=work)
    said: list[str] = []
    heart = Heart(url, KEY, Beat(node=options.id, name="bare", count=0, boot="", machine=""), said.append)
    with closing(Keys(url)) as store, closing(Node(options, heart, tmp_path, said.append)) as node:
        store.put(case.answer, WANTED, seconds=60)
        node.take(KEY.sealed("case", case))
        answer = KEY.opened("answer", store.values([case.answer])[0], Answer)
        store.drop(case.answer)
    why = "it measures no commits; start it with --repository, which names its own clone"
    assert (answer.outcome, answer.reason) == ("refused", why)
    assert said == [f"50/1: refused, {why}"]


def test_a_beat_that_lies_there_is_no_node(url: str) -> None:
    beat = Beat(node=new_id(), name="old", count=7, boot="", machine="")
    with closing(Keys(url)) as store:
        roll = Roll(store, KEY, 60.0)
        for count, there in ((7, []), (7, []), (6, []), (8, ["old"])):
            store.put(beat_name(beat.node), KEY.sealed("beat", replace(beat, count=count)))
            roll.look()
            assert [one.beat.name for one in roll] == there
        store.put(beat_name("0" * 16), KEY.sealed("beat", replace(beat, count=9)))
        roll.look()
        assert roll.strangers == {beat_name("0" * 16)}
        store.drop(beat_name(beat.node), beat_name("0" * 16))


def test_a_node_measures_what_its_job_has_registered_and_else_only_if_permitted() -> None:
    (work,) = works_of(plan("50/1"))
    assert plan_of(work, JOB, database_url=None, anything=False).names == work.implementations
    named = "optimized_impl:create_compliance_requirements"
    other = replace(work, implementations=(named,))
    with pytest.raises(InputError, match=r"'optimized_impl:.*' is not registered there; .* --allow-any"):
        permitted(other, JOB, anything=False)
    (found,) = permitted(other, JOB, anything=True)
    assert found.function == named
    with pytest.raises(InputError, match=r"it has the job 'compliance', and 'other' is wanted"):
        plan_of(replace(work, job="other"), JOB, database_url=None, anything=False)


def test_a_seal_holds_for_one_key_one_purpose_and_one_text() -> None:
    sealed = KEY.sealed("beat", {"a": 1})
    assert KEY.opened("beat", sealed, dict) == {"a": 1}
    for key, text in ((NodeKey(b"x"), sealed), (KEY, f"{sealed} "), (KEY, sealed.upper()), (KEY, "")):
        with pytest.raises(SealError, match="not signed"):
            key.opened("beat", text, dict)
    with pytest.raises(SealError, match="not signed"):
        KEY.opened("case", sealed, dict)
    assert SECRET not in repr(KEY)


def test_a_key_is_long_and_kept_to_oneself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "node.key"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o644)
    with pytest.raises(InputError, match=r"node.key can be read by others; .* chmod 600"):
        read_key(path)
    path.chmod(0o600)
    assert read_key(path) == KEY
    path.write_text("short")
    with pytest.raises(InputError, match=r"a key of 5 characters; it takes 32 or more; make one with"):
        read_key(path)
    with pytest.raises(InputError, match=r"cannot read the key .*absent"):
        read_key(tmp_path / "absent")
    monkeypatch.delenv("BENCH_NODE_KEY", raising=False)
    with pytest.raises(InputError, match=r"name its file by --key, or set BENCH_NODE_KEY"):
        read_key(None)
    monkeypatch.setenv("BENCH_NODE_KEY", SECRET)
    assert read_key(None) == KEY
