"""``bench report`` writes page, Markdown and pictures again, of one file or many, of this version or an earlier one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli.report import report_folders
from bench.errors import InputError
from bench.report.run_files import write_report
from bench.results.store import write_results
from tests.results.test_upgrade import earlier, schema_1
from tests.support.in_process import bench
from tests.support.variants import failed, single

FILES = ["plots/peak-heap-by-rows.png", "plots/peak-heap-by-rows.svg", "report.html", "report.md"]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_report_is_the_one_that_the_run_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(tmp_path / "written", single())
    write_results(tmp_path / "again" / "results.json", single())
    assert bench(capsys, "report", tmp_path / "again" / "results.json")[0] == 0
    again = content(tmp_path / "again")
    assert again.pop("results.json")
    assert again == content(tmp_path / "written")
    assert set(FILES) <= set(again)


def test_several_runs_get_a_folder_each_and_what_failed_is_no_fault_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, results in (("good", single()), ("bad", failed())):
        write_results(tmp_path / name / "results.json", results)
    files = [tmp_path / name / "results.json" for name in ("good", "bad")]
    code, out, error = bench(capsys, "show", "report", *files, "--output", tmp_path / "pages")
    assert (code, error) == (0, "")
    assert [line[0] for line in out.splitlines() if "–" in line][:1] == ["✅"]
    assert "❌ FAILED" in out
    for name in ("good", "bad"):
        assert f"{tmp_path / 'pages' / name / 'report.html'} and " in out
        assert (tmp_path / "pages" / name / "report.md").exists()


@pytest.mark.parametrize("write", [schema_1, earlier])
def test_files_of_earlier_versions_are_shown_too(
    write: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(write)
    (tmp_path / "results.json").write_text(json.dumps(write(single())), encoding="utf-8")
    assert bench(capsys, "report", tmp_path / "results.json")[0] == 0
    assert "<h1>✅ Benchmark" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_nothing_is_written_where_one_of_the_files_is_at_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_results(tmp_path / "good" / "results.json", single())
    (tmp_path / "bad.json").write_text("{}")
    code, out, error = bench(capsys, "report", tmp_path / "good" / "results.json", tmp_path / "bad.json")
    assert (code, out) == (2, "")
    assert "bad.json is not a results file" in error
    assert list(content(tmp_path / "good")) == ["results.json"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_results(tmp_path / "results.json", single())
    (tmp_path / "report.html").mkdir()
    code, _, error = bench(capsys, "report", tmp_path / "results.json")
    assert code == 2
    assert error.startswith(f"bench: cannot write {tmp_path / 'report.html'}: it is a folder")


def test_standard_input_needs_a_folder() -> None:
    with pytest.raises(InputError, match="name one with --output FOLDER"):
        report_folders([Path("-")], None)
    assert report_folders([Path("-"), Path("a/b.json")], Path("x")) == (Path("x/standard-input"), Path("x/b"))


def test_no_report_overwrites_another() -> None:
    one, other = Path("a/one.json"), Path("a/two.json")
    with pytest.raises(
        InputError, match=r"the reports of a/one.json and a/two.json would be one file in a; name a folder"
    ):
        report_folders([one, other], None)
    assert report_folders([one, other], Path("x")) == (Path("x/one"), Path("x/two"))
    same = [Path("a/results.json"), Path("b/results.json")]
    assert report_folders(same, None) == (Path("a"), Path("b"))
    assert report_folders(same, Path("x")) == (Path("x/a"), Path("x/b"))
    with pytest.raises(InputError, match="named alike"):
        report_folders([Path("a/c/results.json"), Path("b/c/results.json")], Path("x"))
    assert report_folders([one], Path("x")) == (Path("x"),)
