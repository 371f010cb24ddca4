"""What the second stage posts: the text may be anyone's, so it cannot mention, refer or hide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.gate.comment import MARKER, MOST_CHARACTERS, render_comment
from bench.gate.comment_pictures import PICTURES_BEGIN, PICTURES_END
from tests.support.builders import production_results
from tests.support.steps import WORKFLOWS, read, run_step, step

COMMENT = next(path for path in WORKFLOWS if path.stem == "comment")
GH = '#!/bin/bash\ncase "$*" in *"--input -") cat > sent.json ;; *) echo "[[]]" ;; esac\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with a ``gh`` that has no earlier comment and keeps what it is sent."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    (tmp_path / "downloaded").mkdir()
    return tmp_path


def post(folder: Path, content: bytes, pictures: str = "") -> tuple[int, str]:
    (folder / "downloaded" / "comment.md").write_bytes(content)
    job = {name: value for name, value in read(COMMENT)["jobs"]["comment"]["env"].items() if "${{" not in value}
    given = {**job, "GH_TOKEN": "", "REPOSITORY": "owner/name", "NUMBER": "7", "PICTURES": pictures}
    finished, _ = run_step(step(COMMENT, "Post the comment"), folder, given, folder / "bin")
    return finished.returncode, finished.stdout + finished.stderr


def posted(folder: Path, text: str, pictures: str = "") -> str:
    """What becomes of a comment with ``text`` below the marker."""
    code, output = post(folder, f"{MARKER}\n{text}".encode(), pictures)
    assert (code, output) == (0, "")
    body: str = json.loads((folder / "sent.json").read_text())["body"]
    assert body.startswith(f"{MARKER}\n")
    return body.removeprefix(f"{MARKER}\n")


def test_a_report_of_bench_arrives_as_it_was_but_for_zero_width_spaces(folder: Path) -> None:
    """The chart keeps its colours, the tables their entities."""
    text = render_comment(production_results()).removeprefix(f"{MARKER}\n")
    assert "%%{init:" in text
    found = posted(folder, text)
    assert found.replace("\u200b", "") == text
    assert all(line in found.splitlines() for line in text.splitlines() if line.startswith("%%{init:"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thanks @someone and @org/team", "thanks @\u200bsomeone and @\u200borg/team"),
        (r"\@someone", "\\@\u200bsomeone"),
        ("&#64;someone &#x40;a &commat;b &#0064;c", "@\u200bsomeone @\u200ba @\u200bb @\u200bc"),
        ("fixes #1 and owner/name#2, GH-3", "fixes #\u200b1 and owner/name#\u200b2, GH-\u200b3"),
        ("&#35;1 &num;1 #&#49;", "#\u200b1 #\u200b1 #\u200b&#49;"),
        (
            "https://github.com/o/n/issues/1 https://github.com/o/n/PULL/1",
            "https://github.com/o/n/issues/\u200b1 https://github.com/o/n/PULL/\u200b1",
        ),
        ("already @\u200bapart #\u200b1", "already @\u200bapart #\u200b1"),
        ("%%{init: @someone #1", "%%{init: @\u200bsomeone #\u200b1"),
        ("## Heading\n\n#\n\n&#124; # one", "## Heading\n\n#\n\n&#124; # one"),
    ],
)
def test_nothing_mentions_or_refers(folder: Path, text: str, expected: str) -> None:
    """A backslash or an entity does not stop GitHub from linking; a zero-width space behind the sign does."""
    assert posted(folder, text) == expected


def test_control_characters_and_reversed_text_are_replaced(folder: Path) -> None:
    assert posted(folder, "a\x1b[31mred\x00\u202eb\tc") == "a\ufffd[31mred\ufffd\ufffdb\tc"


def test_bytes_that_are_not_utf_8_are_replaced(folder: Path) -> None:
    assert post(folder, f"{MARKER}\n".encode() + b"\xff") == (0, "")
    assert json.loads((folder / "sent.json").read_text())["body"] == f"{MARKER}\n\ufffd"


def test_a_comment_that_grows_beyond_the_length_is_cut_at_a_line(folder: Path) -> None:
    line = "@" * 99 + "\n"
    text = line * ((MOST_CHARACTERS - 100) // 100)
    found = posted(folder, text)
    assert len(found) < MOST_CHARACTERS
    assert set(found.splitlines()) == {"@\u200b" * 99}


PICTURES = "![one @\u200bsomeone](https://github.com/owner/name/blob/0123/1.png?raw=true)"


def test_pictures_take_the_place_of_the_first_chart(folder: Path) -> None:
    """Their links are this repository's, and are not broken up as those in the text are."""
    text = render_comment(production_results()).removeprefix(f"{MARKER}\n")
    found = posted(folder, text, f"{PICTURES}\n")
    assert "```mermaid" not in found
    assert PICTURES in found
    before, _, after = text.partition(PICTURES_BEGIN)
    assert found.replace("\u200b", "") == (
        f"{before}{PICTURES}{after.partition(PICTURES_END)[2]}".replace("\u200b", "")
    )


def test_a_comment_that_claims_many_charts_gets_its_pictures_once(folder: Path) -> None:
    found = posted(folder, f"{PICTURES_BEGIN}a{PICTURES_END}\n" * 3, PICTURES)
    assert found.count(PICTURES) == 1
    assert posted(folder, "no chart", PICTURES) == "no chart"


@pytest.mark.parametrize("extra", ["other.md", "results.json"])
def test_an_artifact_with_another_file_is_not_posted(folder: Path, extra: str) -> None:
    (folder / "downloaded" / extra).write_text("")
    code, output = post(folder, f"{MARKER}\n".encode())
    assert (code, (folder / "sent.json").exists()) == (1, False)
    assert "::error::The artifact is not posted: it is not the single regular file comment.md." in output
