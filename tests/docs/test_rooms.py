"""``How it works`` lists the folders that there are, in the order in which imports may run."""

from __future__ import annotations

import re
import tomllib

from tests.support.command import ROOT
from tests.support.documents import code_spans, table_under

PAGE = ROOT / "docs" / "how-it-works.md"
_LISTED = [code_spans(row[0])[0] for row in table_under(PAGE, "## Where the code is", "folder", "what it holds")]


def layers() -> dict[str, int]:
    """Return each room of the import contract with its layer's place, the highest first."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (one for one in configuration["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    return {room: place for place, layer in enumerate(contract["layers"]) for room in re.findall(r"\w+", layer)}


def test_every_room_is_listed_once_and_none_that_is_gone() -> None:
    rooms = {
        f"bench/{path.name}"
        for path in (ROOT / "bench").iterdir()
        if (path / "__init__.py").exists() or (path.suffix == ".py" and not path.name.startswith("__"))
    }
    assert sorted(_LISTED) == sorted(rooms)


def test_the_list_is_in_the_order_of_the_import_contract() -> None:
    places = [layers()[room.removeprefix("bench/").removesuffix(".py")] for room in _LISTED]
    assert places == sorted(places)
