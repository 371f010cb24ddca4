"""What is wrong with how a node or a run over nodes is started is one line, and nothing of a secret is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli.main import main
from bench.nodes.seal import VARIABLE
from tests.support.node_process import SECRET

NOWHERE = "redis://:hunter2@127.0.0.1:1/0"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("node", "--broker is missing: where do runs queue their cases?"),
        ("node --broker amqp://me:hunter2@127.0.0.1:1//", "nodes need a broker with keys, a Valkey or a Redis"),
        (f"node --broker {NOWHERE}", "the broker redis://127.0.0.1:1/0 is not reached"),
        (f"node --broker {NOWHERE} --repository nowhere", "nowhere does not exist; name your clone"),
        ("bisect --good a --bad b --metric wall_seconds --resume", "--resume is about a run over nodes"),
        (f"node --broker {NOWHERE} --key nowhere.key", "cannot read the key nowhere.key"),
        (f"sweep --broker {NOWHERE}", "the broker redis://127.0.0.1:1/0 is not reached"),
        ("run --scan 50/1 --broker amqp://me:hunter2@127.0.0.1:1//", "nodes need a broker with keys"),
        ("sweep --resume", "--resume is about a run over nodes; name their broker by --broker, or leave it out"),
        ("run --lost-after 5", "--lost-after is about a run over nodes"),
        (f"run --broker {NOWHERE} --keep-captures", "--keep-captures keeps files on the machine that measures"),
        (f"run --broker {NOWHERE} --database-url postgresql:///", "each node uses its own server"),
        (f"sweep --broker {NOWHERE} --resume", "there is no plan of a run over nodes"),
    ],
)
def test_a_wrong_option_is_refused_in_one_line(
    words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    monkeypatch.chdir(tmp_path)
    if "--resume" in words and NOWHERE in words:
        monkeypatch.setattr("bench.nodes.office.check_broker", lambda _: None)
    assert main(words.split()) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("bench: ") or "\nbench: " in errors
    assert said in errors.splitlines()[-1]
    assert "hunter2" not in errors
    assert SECRET not in errors


def test_without_a_key_nothing_is_asked_of_a_broker(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    for command in ("node", "sweep"):
        assert main([command, "--broker", NOWHERE]) == 2
        assert "nodes sign their messages with a key; name its file by --key, or set" in capsys.readouterr().err
