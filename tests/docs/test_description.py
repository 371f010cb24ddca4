"""The description of the package shows on an index: no relative link or image is left."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from hatch_build import description
from tests.support.command import ROOT
from tests.support.documents import README

_TEXT = README.read_text(encoding="utf-8")
_RELATIVE = re.compile(r"\]\((?!https?://)")


def test_the_readme_has_relative_links_and_an_image() -> None:
    assert "![" in _TEXT
    assert _RELATIVE.search(_TEXT)


def test_without_an_address_links_become_their_text_and_images_go() -> None:
    found = description(_TEXT, None)
    assert "](" not in found
    assert "How it works: the two processes" in found
    assert found.startswith(_TEXT[:80])
    assert found.count("```") == _TEXT.count("```")


def test_with_an_address_links_are_absolute() -> None:
    found = description(
        "[a](docs/a.md#b) [c](https://c.example) [d](#d)\n\n![i](i.png)\n\nz", "https://code.example/r/"
    )
    assert found == "[a](https://code.example/r/blob/main/docs/a.md#b) [c](https://c.example) [d](#d)\n\nz"


def test_the_built_package_has_that_description() -> None:
    """As hatchling makes it of pyproject.toml; without an address there is nothing to link to."""
    metadata = built_metadata({})
    assert metadata["readme"] == {"content-type": "text/markdown", "text": description(_TEXT, None)}
    assert "urls" not in metadata


@pytest.mark.parametrize(
    ("variables", "repository"),
    [
        (
            {"GITHUB_REPOSITORY": "us/bench", "GITHUB_SERVER_URL": "https://code.example"},
            "https://code.example/us/bench",
        ),
        ({"CI_PROJECT_URL": "https://lab.example/us/bench"}, "https://lab.example/us/bench"),
    ],
)
def test_a_package_built_by_a_job_links_to_its_repository(variables: dict[str, str], repository: str) -> None:
    metadata = built_metadata(variables)
    assert metadata["readme"]["text"] == description(_TEXT, repository)
    assert metadata["urls"]["Repository"] == repository
    assert all(url.startswith(repository) for url in metadata["urls"].values())
    assert set(metadata["urls"]) == {"Changelog", "Documentation", "Issues", "Repository"}


def built_metadata(variables: dict[str, str]) -> Any:
    """Return what hatchling makes of the project where ``variables`` are set, and no other variables of a job."""
    command = [sys.executable, "-m", "hatchling", "metadata"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_"))}
    finished = subprocess.run(command, cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, check=True)
    return json.loads(finished.stdout)
