"""The branch of pictures, in real repositories: bounded, never anybody else's, and safe against one another."""

from __future__ import annotations

import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bench.cli.main import main
from bench.errors import InputError
from bench.gate.picture_branch import TITLE, Keeping, NotPublishedError, PictureBranch
from bench.revisions.git import git as run_git
from tests.support.repository import git

DAY = 86_400
NOW = 1_800_000_000.0
PAGE = "https://github.com/owner/name"
GIVEN = "a word that goes to git alone"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with one commit on main."""
    folder = tmp_path / "remote.git"
    folder.mkdir()
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main")
    tree = git(folder, "mktree").strip()
    git(folder, "update-ref", "refs/heads/main", git(folder, "commit-tree", tree, "-m", "first").strip())
    return folder


def publish(remote: Path, content: bytes, keeping: Keeping = Keeping(), now: float = NOW) -> str:  # noqa: B008  frozen
    scratch = remote.parent / os.urandom(4).hex()
    scratch.mkdir()
    branch = PictureBranch(scratch=scratch, remote=str(remote), branch="bench-pictures")
    return branch.publish({"1.png": content}, keeping, now)


def parents(remote: Path) -> list[str]:
    return git(remote, "show", "--no-patch", "--format=%P", "bench-pictures").split()


def picture(remote: Path, commit: str) -> str:
    return git(remote, "show", f"{commit}:1.png")


def test_each_comment_s_pictures_are_a_commit_of_their_own_that_never_changes(remote: Path) -> None:
    first = publish(remote, b"one", now=NOW)
    second = publish(remote, b"two", now=NOW + 1)
    assert parents(remote) == [first, second]
    assert (picture(remote, first), picture(remote, second)) == ("one", "two")
    assert git(remote, "show", "--no-patch", "--format=%s%P", first).strip() == "Pictures of a benchmark comment"
    assert git(remote, "rev-list", "--count", "bench-pictures").strip() == "3"
    assert git(remote, "ls-tree", "--name-only", "bench-pictures").split() == ["README.md"]
    assert git(remote, "rev-list", "--count", "main").strip() == "1"


def test_old_pictures_and_those_beyond_the_number_go(remote: Path) -> None:
    made = [publish(remote, f"{day}".encode(), Keeping(most=3, days=10), NOW + day * DAY) for day in range(5)]
    assert parents(remote) == made[-3:]
    late = publish(remote, b"late", Keeping(most=3, days=10), NOW + 14 * DAY)
    assert parents(remote) == [made[-1], late]
    assert publish(remote, b"last", Keeping(most=1), NOW + 15 * DAY) == parents(remote)[0]
    git(remote, "gc", "--quiet", "--prune=now")
    assert git(remote, "rev-list", "--count", "--all").strip() == "3"


def test_pushes_at_once_all_arrive(remote: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: publish(remote, f"{number}".encode()), range(4)))
    assert sorted(parents(remote)) == sorted(made)
    assert [picture(remote, commit) for commit in made] == ["0", "1", "2", "3"]


def test_pictures_that_come_between_reading_and_pushing_are_kept(remote: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed = PictureBranch._push
    between: list[str] = []

    def push(branch: PictureBranch, commit: str, tip: str) -> str:
        if not between:
            between.append("")
            between[0] = publish(remote, b"between")
        return pushed(branch, commit, tip)

    monkeypatch.setattr(PictureBranch, "_push", push)
    own = publish(remote, b"own", now=NOW + 1)
    assert parents(remote) == [between[0], own]


def test_a_branch_of_somebody_else_stays_as_it_is(remote: Path) -> None:
    git(remote, "branch", "bench-pictures", "main")
    with pytest.raises(InputError, match="has other commits, which would be lost; name another by --branch"):
        publish(remote, b"one")
    assert git(remote, "rev-parse", "bench-pictures") == git(remote, "rev-parse", "main")


def refusing(remote: Path) -> None:
    """Let the remote refuse every push, as one without a permission to write does."""
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'permission denied' >&2\nexit 1\n")
    hook.chmod(0o755)


def test_a_remote_that_does_not_let_us_is_said_in_one_line(remote: Path) -> None:
    refusing(remote)
    with pytest.raises(NotPublishedError, match=r"branch bench-pictures cannot be pushed: .*permission denied") as e:
        publish(remote, b"one")
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("name", ["-x", "a b", "a..b", "../a", "a\n", "a.lock/../b", "@", ""])
def test_a_branch_s_name_is_plain(remote: Path, name: str) -> None:
    with pytest.raises(InputError, match="is no plain name of a branch"):
        PictureBranch(scratch=remote.parent, remote=str(remote), branch=name).publish({}, Keeping())


def test_the_token_is_in_no_argument_and_goes_to_https_alone(tmp_path: Path) -> None:
    for remote, sent in (("https://github.com/o/n.git", True), ("http://github.com/o/n.git", False), ("/o", False)):
        branch = PictureBranch(scratch=tmp_path, remote=remote, branch="b", token=GIVEN)
        found = branch.access
        assert bool(found) == sent
        assert GIVEN not in str(found)
        assert found.get("GIT_CONFIG_KEY_0", f"http.{remote}.extraheader") == f"http.{remote}.extraheader"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """An artifact with one picture."""
    content = BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, format="PNG")
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("peak.png", content.getvalue())
        target.writestr("pictures.json", '[{"file": "peak.png", "text": "Peak heap of @someone"}]')
    return path


def command(pictures: Path, remote: Path, output: Path) -> int:
    given = ("show", "publish", pictures, "--remote", remote, "--page", PAGE, "--markdown", output)
    return main([*map(str, given)])


def test_the_command_links_the_pictures_by_commit(pictures: Path, remote: Path, tmp_path: Path) -> None:
    output = tmp_path / "pictures.md"
    assert command(pictures, remote, output) == 0
    (commit,) = parents(remote)
    text = "Peak heap of @\u200bsomeone"
    assert output.read_text() == f"![{text}]({PAGE}/blob/{commit}/1.png?raw=true)\n"
    shown = run_git(remote, "show", f"{commit}:1.png")
    with Image.open(BytesIO(shown.stdout)) as found:
        assert found.size == (40, 30)


def test_without_permission_the_comment_keeps_its_chart(
    pictures: Path, remote: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier file is not left, or the comment would show another run's pictures."""
    refusing(remote)
    output = tmp_path / "pictures.md"
    output.write_text("earlier")
    assert command(pictures, remote, output) == 0
    assert output.read_text() == ""
    shown = capsys.readouterr().out
    assert shown.startswith("No pictures: the branch bench-pictures cannot be pushed: ")
    assert shown.endswith("; the comment keeps its chart.\n")
    assert shown.count("\n") == 1


def test_a_remote_that_is_not_there_costs_no_comment(pictures: Path, tmp_path: Path) -> None:
    output = tmp_path / "pictures.md"
    assert command(pictures, tmp_path / "missing.git", output) == 0
    assert output.read_text() == ""


@pytest.mark.parametrize("page", ["http://github.com/o/n", "https://github.com/o", "https://a/b/c) x", "javascript:x"])
def test_a_page_is_an_address_of_a_repository(pictures: Path, page: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "publish", str(pictures), "--remote", "x", "--page", page]) == 2
    assert "is no page of a repository; write https://github.com/OWNER/NAME" in capsys.readouterr().err


def test_the_branch_s_commit_says_what_it_is(remote: Path) -> None:
    publish(remote, b"one")
    assert git(remote, "show", "--no-patch", "--format=%s", "bench-pictures").strip() == TITLE
    assert "may be deleted" in git(remote, "show", "bench-pictures:README.md")
