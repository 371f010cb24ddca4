"""Text filled and wrapped by the width that it takes on a screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells


def pad(text: str, width: int, *, right: bool) -> str:
    """Fill ``text`` with spaces to ``width`` screen cells, on its left where it belongs to the right."""
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def wrap(text: str, width: int, indent: str = "  ") -> Iterator[str]:
    """Yield ``text`` in lines of at most ``width`` screen cells; every line but the first begins with ``indent``."""
    line = ""
    room = width - len(indent)
    for word in text.split():
        for part in chop_cells(word, room) or [word]:
            joined = f"{line} {part}" if line.strip() else f"{line}{part}"
            if line.strip() and cell_len(joined) > width:
                yield line
                joined = f"{indent}{part}"
            line = joined
    if line:
        yield line
