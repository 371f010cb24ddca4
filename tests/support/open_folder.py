"""A folder with a short path for processes of any user."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A TMPDIR that any user may enter and write, so that a server's directory lies in it whoever runs it."""
    directory = Path(tempfile.mkdtemp(prefix="bt-", dir="/tmp"))
    directory.chmod(0o777)
    yield directory
    shutil.rmtree(directory)
