"""The template for GitLab: it follows GitLab's schema, and its note is posted to a GitLab that answers from a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bench.gate.comment import MARKER, render_comment
from tests.support.builders import production_results
from tests.support.command import ROOT
from tests.support.steps import read

TEMPLATE = ROOT / "templates" / "gitlab-ci.yml"
GIVEN = "a word that goes to GitLab alone"


def validate(path: Path) -> subprocess.CompletedProcess[str]:
    schema = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_follows_gitlab_s_own_schema(tmp_path: Path) -> None:
    finished = validate(TEMPLATE)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    wrong = tmp_path / ".gitlab-ci.yml"
    wrong.write_text(TEMPLATE.read_text(encoding="utf-8").replace("    expire_in:", "    expires_on:"))
    assert validate(wrong).returncode == 1


def script(job: str) -> str:
    (found,) = read(TEMPLATE)[job]["script"]
    return str(found)


def test_its_scripts_parse() -> None:
    for job in ("benchmark", "benchmark-note"):
        subprocess.run(["/bin/bash", "-n", "-c", script(job)], check=True)


def test_the_job_that_measures_has_no_token_and_the_one_that_posts_runs_nothing_measured() -> None:
    jobs = read(TEMPLATE)
    assert "BENCH_NOTE_TOKEN" not in script("benchmark")
    assert jobs["benchmark-note"]["variables"] == {"GIT_STRATEGY": "none"}
    assert jobs["benchmark-note"]["needs"] == ["benchmark"]
    assert "reports/gate/" in jobs["benchmark"]["artifacts"]["paths"]
    assert jobs["benchmark"]["artifacts"]["reports"] == {"junit": "reports/gate/junit.xml"}


BENCH = """#!/bin/sh
echo "bench $*" >> calls
case $1 in show) ;; *) mkdir -p reports/gate; exit ${CODE:-0} ;; esac
"""


def measure(folder: Path, **variables: str) -> tuple[int, list[str]]:
    """Run the job's script with programs that write down how they are called."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "make").write_text('#!/bin/sh\necho "make $*" >> calls\n')
    bench = folder / ".venv" / "bin" / "bench"
    bench.parent.mkdir(parents=True, exist_ok=True)
    bench.write_text(BENCH)
    for one in (programs / "make", bench):
        one.chmod(0o755)
    given = read(TEMPLATE)["variables"] | {
        "CI_PROJECT_DIR": str(folder),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "abc123",
        "CI_DEFAULT_BRANCH": "main",
        "CI_JOB_URL": "https://gitlab.example/jobs/1",
        **variables,
    }
    finished = subprocess.run(
        ["/bin/bash", "-c", script("benchmark")],
        cwd=folder,
        env={**given, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = folder / "calls"
    return finished.returncode, calls.read_text().splitlines() if calls.exists() else []


def test_it_judges_by_the_policy_and_keeps_the_exit_code_until_the_comment_is_written(tmp_path: Path) -> None:
    code, calls = measure(tmp_path, CODE="1", BENCH_ARGUMENTS="--project shop.toml")
    assert code == 1
    assert calls == [
        f"make -C {tmp_path} setup",
        "bench gate --base abc123 --json reports/gate/verdict.json --junit reports/gate/junit.xml"
        " --output reports/gate --project shop.toml",
        "bench show comment reports/gate/results.json --verdict reports/gate/verdict.json"
        " --artifact-url https://gitlab.example/jobs/1/artifacts/browse"
        " --markdown reports/gate/comment.md --pictures reports/gate/comment-pictures",
    ]


def test_it_compares_with_the_base_of_the_merge_request(tmp_path: Path) -> None:
    code, calls = measure(tmp_path, BENCH_COMMAND="ab", BENCH_ARGUMENTS="--size 4/5")
    assert code == 0
    assert calls[1] == "bench ab abc123 --output reports/gate --size 4/5"
    assert "--verdict" not in calls[2]


def test_another_command_is_refused(tmp_path: Path) -> None:
    assert measure(tmp_path, BENCH_COMMAND="sweep")[0] == 2


@dataclass
class GitLab:
    """A GitLab with one merge request: its notes, and what was uploaded."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refuses_uploads: bool = False
    address: str = ""


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    known = GitLab()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            assert self.headers["PRIVATE-TOKEN"] == GIVEN
            known.asked.append(f"{self.command} {self.path}")
            found: Any = {}
            if self.path.endswith("/user"):
                found = {"id": 5}
            elif self.path.endswith("/uploads"):
                if known.refuses_uploads:
                    self.send_error(403)
                    return
                known.uploads.append(body)
                found = {"url": f"/uploads/{len(known.uploads)}/benchmark.png"}
            elif self.command == "GET":
                number = int(self.path.rpartition("page=")[2])
                found = known.notes[100 * (number - 1) : 100 * number]
            elif self.command == "POST":
                known.notes.append({"id": 777, "author": {"id": 5}, **json.loads(body)})
            else:
                place = int(self.path.rpartition("/")[2])
                next(one for one in known.notes if one["id"] == place)["body"] = json.loads(body)["body"]
            content = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answer  # noqa: N815  the library's names

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        known.address = f"http://127.0.0.1:{server.server_port}/api/v4"
        yield known
        server.shutdown()
        thread.join()


def post(folder: Path, gitlab: GitLab) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-e", "-c", script("benchmark-note")],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CI_API_V4_URL": gitlab.address,
            "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "4",
            "CI_PIPELINE_URL": "https://gitlab.example/pipelines/9",
            "BENCH_NOTE_TOKEN": GIVEN,
            "no_proxy": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the job that measures left, with a picture."""
    pictures = tmp_path / "reports" / "gate" / "comment-pictures"
    pictures.mkdir(parents=True)
    (pictures.parent / "comment.md").write_text(render_comment(production_results()), encoding="utf-8")
    (pictures / "peak.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    (pictures / "pictures.json").write_text(json.dumps([{"file": "peak.png", "text": "Peak ![x](y) @all"}]))
    return tmp_path


def test_the_first_note_is_posted_with_its_picture_and_later_ones_replace_it(folder: Path, gitlab: GitLab) -> None:
    gitlab.notes = [
        *({"id": number, "author": {"id": 5}, "body": "another"} for number in range(100)),
        {"id": 500, "author": {"id": 6}, "body": f"{MARKER}\nsomebody else's"},
    ]
    assert post(folder, gitlab).returncode == 0
    own = gitlab.notes[-1]
    assert own["body"].startswith(f"{MARKER}\n\n## ✅ Benchmark: passed")
    assert "![Peak   x (y)  all](/uploads/1/benchmark.png)" in own["body"]
    assert "mermaid" not in own["body"]
    assert b"\x89PNG\r\n\x1a\nrest" in gitlab.uploads[0]
    assert post(folder, gitlab).returncode == 0
    assert len(gitlab.notes) == 102
    assert "/uploads/2/" in own["body"]
    assert gitlab.asked[-1] == "PUT /api/v4/projects/3/merge_requests/4/notes/777"


def test_without_a_permission_to_upload_the_note_keeps_its_chart(folder: Path, gitlab: GitLab) -> None:
    gitlab.refuses_uploads = True
    finished = post(folder, gitlab)
    assert finished.returncode == 0
    assert finished.stdout == "No pictures: HTTP Error 403: Forbidden; the note keeps its chart.\n"
    assert "```mermaid" in gitlab.notes[0]["body"]


def test_a_run_without_a_comment_is_said_to_be_unfinished(tmp_path: Path, gitlab: GitLab) -> None:
    assert post(tmp_path, gitlab).returncode == 0
    body = gitlab.notes[0]["body"]
    assert "## ❌ Benchmark: not finished\n\n[The pipeline](https://gitlab.example/pipelines/9)" in body


def test_no_line_is_a_command_to_gitlab_and_nobody_is_mentioned(folder: Path, gitlab: GitLab) -> None:
    path = folder / "reports" / "gate" / "comment.md"
    path.write_text(f"{MARKER}\n\n/merge\n  /close\n> a /label\n@all\n", encoding="utf-8")
    assert post(folder, gitlab).returncode == 0
    body = gitlab.notes[0]["body"]
    assert not re.search(r"(?m)^\s*/", body)
    assert not re.search(r"@\w", body)


@pytest.mark.parametrize("listed", ["{", "[1]", '[{"file": "../../../secret", "text": ""}]', '{"a": 1}'])
def test_a_list_of_pictures_that_is_no_list_uploads_nothing(folder: Path, gitlab: GitLab, listed: str) -> None:
    (folder / "secret").write_text("secret")
    (folder / "reports" / "gate" / "comment-pictures" / "pictures.json").write_text(listed)
    assert post(folder, gitlab).returncode == 0
    assert gitlab.uploads == []
    assert "```mermaid" in gitlab.notes[0]["body"]
