"""The package's description: README for a package index, which resolves no relative link and shows no local image."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_IMAGE = re.compile(r"!\[[^\]]*\]\((?P<target>[^)]+)\)\n*")
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>(?![a-z]+:|#)[^)]+)\)")


class DescriptionHook(MetadataHookInterface):
    """Sets the project's ``readme``."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Put the README into ``metadata``."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = description(readme, metadata.get("urls", {}).get("Repository"))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def description(readme: str, repository: str | None) -> str:
    """Return ``readme`` without relative targets.

    With the address of a repository links become absolute. Without one a link becomes its text, and an image goes: its
    figures are in the table above it.
    """
    text = _IMAGE.sub("", readme)
    if repository is None:
        return _LINK.sub(lambda found: found["text"], text)
    return _LINK.sub(lambda found: f"[{found['text']}]({repository.rstrip('/')}/blob/main/{found['target']})", text)
