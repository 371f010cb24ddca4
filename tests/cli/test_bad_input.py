"""Bad input gets one line that starts with ``bench: `` and exit code 2, before anything is measured or overwritten."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.cli.main import main
from tests.support.command import content, run
from tests.support.processes import become_ordinary

pytestmark = pytest.mark.server

Refused = Callable[..., str]
SECRET = "hunter2-secret"  # noqa: S105 - to look for in messages


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, earlier: Path) -> Iterator[Refused]:
    """Runs a command that must be refused, and returns its line; ``bench run`` writes where an earlier run did."""
    monkeypatch.delenv("BENCH_DATABASE_URL", raising=False)
    before = content(earlier)

    def command(*arguments: object) -> str:
        words = list(map(str, arguments))
        if words[:1] == ["run"] and "--output" not in words:
            words += ["--output", str(earlier)]
        assert main(words) == 2
        output, errors = capsys.readouterr()
        assert output == ""
        assert errors.startswith("bench: ")
        assert errors.count("\n") == 1, errors
        assert errors.endswith("\n")
        assert SECRET not in errors
        return errors

    yield command
    assert content(earlier) == before


@pytest.mark.parametrize(
    "size", ["10k", "0/0", "-1/3", "10k/0", "1e3/3", "10k/20/3", "ten/3", "", "9" * 5_000 + "/3", "200M/3", "10k/2000"]
)
def test_an_unknown_scan_size(refused: Refused, size: str) -> None:
    line = refused("run", f"--scan={size}")
    assert "scan size" in line
    assert "write" in line


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run", "--scan", "10k/20", "--scan", "10000/20"], ["--scan", "more than once"]),
        (["run", "--implementation", "streaming", "--implementation", "streaming"], ["streaming", "more than once"]),
        (["run", "--implementation", "fast"], ["'fast'", "known are materializing, ", "package.module:function"]),
        (["run", "--provider", "gpc"], ["provider 'gpc' is not known", "aws, azure, gcp"]),
        (["rows", "--implementation", "streaming", "--scan", "1/1", "--provider", ""], ["provider ''"]),
        (["run", "--catalogue", ""], ["--catalogue '' names nothing"]),
        (["run", "--catalogue-file", ""], ["--catalogue-file '' names nothing"]),
        (["run", "--pairs", "0"], ["--pairs"]),
        (["run", "--pairs", "many"], ["--pairs"]),
        (["run", "--seed", "text"], ["--seed"]),
        (["run", "--seed", "-1"], ["--seed"]),
        (["run", "--seed", "9" * 30], ["--seed"]),
        (["run", "--timeout", "0"], ["--timeout"]),
        (["run", "--timeout", "nan"], ["--timeout"]),
        (["run", "--timeout", "inf"], ["--timeout"]),
        (["run", "--postgres", "17"], ["17", "16, 18"]),
        (["run", "--postgres", "new"], ["--postgres"]),
        (["run", "--unknown"], ["--unknown", "bench --help"]),
        (["run", "stray"], ["stray"]),
        (["run", "--output", "nowhere", "--scan"], ["--scan"]),
        (["run", "--scan", "100/3", "--scan-file", "scan.json"], ["--scan and --scan-file", "leave one out"]),
        (["run", "--catalogue", "x", "--catalogue-file", "y"], ["--catalogue and --catalogue-file", "leave one out"]),
        (["rows"], ["--implementation"]),
        (["rows", "--implementation", "streaming"], ["--scan-file", "--scan"]),
        (
            ["rows", "--implementation", "streaming", "--scan", "1/1", "--scan-file", "x"],
            ["one of --scan-file FILE and --scan FINDINGS/REGIONS"],
        ),
        (["rows", "--implementation", "slow", "--scan", "1/1"], ["'slow'", "known are materializing, "]),
        (["frobnicate"], ["frobnicate"]),
        ([], ["bench --help"]),
    ],
)
def test_options(refused: Refused, arguments: list[str], parts: list[str]) -> None:
    line = refused(*arguments)
    for part in parts:
        assert part in line


@pytest.mark.parametrize("command", [["run"], ["rows", "--implementation", "streaming"]])
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, []),
        ("", ["line 1, column 1"]),
        ('{"provider": "aws",\n "findings": [}', ["line 2, column 15"]),
        ("[]", ["$: found no finding, so no provider; give Prowler's OCSF JSON"]),
        ('{"provider": "aws"}', ["$: 'findings' is missing"]),
        ('{"provider": "aws", "findings": [{"check_id": "a", "status": "OK"}]}', ["$.findings[0].status"]),
        ('{"provider": "aws", "findings": [{"check_id": 5, "status": "PASS"}]}', ["$.findings[0].check_id"]),
    ],
)
def test_an_unreadable_scan_file_is_named_with_the_place(
    refused: Refused, tmp_path: Path, command: list[str], text: str | None, parts: list[str]
) -> None:
    path = tmp_path / "my scan.json"
    if text is not None:
        path.write_text(text)
    line = refused(*command, "--scan-file", path)
    for part in (str(path), *parts):
        assert part in line


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, []),
        ("{", ["line 1, column 2"]),
        ("[]", ["$: expected an object, found a list"]),
        ('{"cis": {"framework": "CIS"}}', ["$.cis: 'requirements' is missing"]),
        ('{"cis": {"framework": 1, "requirements": {}}}', ["$.cis.framework: expected text, found a number"]),
    ],
)
def test_an_unreadable_catalogue_file_is_named_with_the_place(
    refused: Refused, tmp_path: Path, inputs: Path, text: str | None, parts: list[str]
) -> None:
    path = tmp_path / "my catalogue.json"
    if text is not None:
        path.write_text(text)
    line = refused("run", "--scan-file", inputs / "scan.json", "--catalogue-file", path)
    for part in (str(path), *parts):
        assert part in line


def test_an_unreadable_catalogue_folder_or_wheel(refused: Refused, tmp_path: Path) -> None:
    assert "not found" in refused("run", "--catalogue", tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    assert "Prowler" in refused("run", "--catalogue", tmp_path / "empty")
    broken = tmp_path / "checkout" / "prowler" / "compliance" / "aws"
    broken.mkdir(parents=True)
    (broken / "cis.json").write_text('{"Framework": "CIS",\n}')
    line = refused("run", "--catalogue", tmp_path / "checkout")
    assert "cis.json" in line
    assert "line 2, column 1" in line


def test_a_catalogue_without_the_scans_provider(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    path.write_text(json.dumps({"provider": "gcp", "findings": []}))
    only_aws = tmp_path / "aws"
    only_aws.mkdir()
    (only_aws / "cis.json").write_text('{"Framework": "CIS", "Provider": "AWS", "Requirements": []}')
    assert "gcp" in refused("run", "--scan-file", path, "--catalogue", only_aws)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("way", ["variable", "option"])
@pytest.mark.parametrize("kind", ["closed port", "missing socket", "malformed", "no URL at all"])
def test_a_server_that_cannot_be_reached_is_named_without_its_password(
    refused: Refused, monkeypatch: pytest.MonkeyPatch, inputs: Path, tmp_path: Path, kind: str, way: str
) -> None:
    url, part = {
        "closed port": (f"postgresql://me:{SECRET}@127.0.0.1:{closed_port()}/db", "Connection refused"),
        "missing socket": (f"postgresql://me:{SECRET}@/db?host={tmp_path}/nowhere", "No such file"),
        "malformed": (f"postgresql://me:{SECRET}@host:port/db", "percent-encode"),
        "no URL at all": (f"{SECRET}", "postgresql://user:password@host:5432/database"),
    }[kind]
    arguments = ["run", "--scan-file", str(inputs / "scan.json"), "--catalogue-file", str(inputs / "catalogue.json")]
    if way == "variable":
        monkeypatch.setenv("BENCH_DATABASE_URL", url)
    else:
        arguments += ["--database-url", url]
    line = refused(*arguments)
    assert part in line
    assert "BENCH_DATABASE_URL" in line


def test_a_file_in_the_way_of_the_output_folder_is_found_before_anything_is_started(
    refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    for output in (tmp_path / "file", tmp_path / "file" / "below"):
        assert str(output) in refused("run", "--output", output)
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_read_only_output_folder_is_found_by_an_ordinary_user_before_anything_is_started(temporary: Path) -> None:
    output = temporary / "read-only"
    output.mkdir(mode=0o555)
    finished = run("run", "--output", output, extra={"TMPDIR": str(temporary)}, before=become_ordinary)
    assert finished.returncode == 2
    assert finished.stderr.startswith(f"bench: cannot write {output}")
    assert "choose a folder that you may write to" in finished.stderr
    assert finished.stderr.count("\n") == 1, "no line of progress"
    assert list(temporary.iterdir()) == [output]


def test_an_implementation_that_cannot_be_imported_loses_nothing(inputs: Path, earlier: Path) -> None:
    """In a separate process: the message crosses from the worker to standard error, with no traceback."""
    before = content(earlier)
    scan = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    module = "tests.support.implementations.broken:run"
    finished = run("run", *scan, "--implementation", "streaming", "--implementation", module, "--output", earlier)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith(f"bench: implementation '{module}': importing")
    assert "RuntimeError: broken on import" in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert content(earlier) == before
