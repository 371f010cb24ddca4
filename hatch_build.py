"""The package's links, and its description: README for a package index, which resolves no relative link or image."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_IMAGE = re.compile(r"!\[[^\]]*\]\((?P<target>[^)]+)\)\n*")
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>(?![a-z]+:|#)[^)]+)\)")


class DescriptionHook(MetadataHookInterface):
    """Sets the project's ``urls`` and ``readme``."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Put links and README into ``metadata``."""
        repository = repository_of(os.environ)
        metadata["urls"] = links(repository)
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = description(readme, repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def repository_of(variables: Mapping[str, str]) -> str | None:
    """Return the address of the repository that a job of GitHub or GitLab builds from; None elsewhere.

    A clone's own remote may be a fork, a mirror or a folder, so nobody is sent there.
    """
    if "GITHUB_REPOSITORY" in variables:
        return f"{variables.get('GITHUB_SERVER_URL', 'https://github.com')}/{variables['GITHUB_REPOSITORY']}"
    return variables.get("CI_PROJECT_URL")


def links(repository: str | None) -> dict[str, str]:
    """Return the project's links; none without a repository."""
    if repository is None:
        return {}
    files = f"{repository}/blob/main"
    return {
        "Repository": repository,
        "Documentation": f"{files}/docs/README.md",
        "Changelog": f"{files}/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }


def description(readme: str, repository: str | None) -> str:
    """Return ``readme`` without relative targets.

    With the address of a repository links become absolute. Without one a link becomes its text, and an image goes: its
    figures are in the table above it.
    """
    text = _IMAGE.sub("", readme)
    if repository is None:
        return _LINK.sub(lambda found: found["text"], text)
    return _LINK.sub(lambda found: f"[{found['text']}]({repository.rstrip('/')}/blob/main/{found['target']})", text)
