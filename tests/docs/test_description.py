"""The description of the package shows on an index: no relative link or image is left."""

from __future__ import annotations

import json
import re
import subprocess
import sys

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
    """As hatchling makes it of pyproject.toml; the project has no address to link to."""
    command = [sys.executable, "-m", "hatchling", "metadata"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    metadata = json.loads(finished.stdout)
    assert metadata["readme"] == {"content-type": "text/markdown", "text": description(_TEXT, None)}
