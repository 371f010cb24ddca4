"""memray comes from the project's environment, from ours, or from the registry for that version, and else is missed."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.harness import memray_folder as room
from bench.harness.interpreter import Interpreter, inspect
from tests.support.weather import foreign_python

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that memray is kept in, empty before each test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    room.memray_folder.cache_clear()
    yield tmp_path / "cache" / "bench"
    room.memray_folder.cache_clear()


def another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the foreign interpreter seem to be another version's than ours."""
    found = Interpreter(version=(3, 99, 1), implementation="cpython", platform="linux", has_memray=False, packages={})
    monkeypatch.setattr(room, "inspect", lambda _path: found)


def wheel(folder: Path, name: str) -> None:
    """Make a wheel of one empty package, in the version that we have."""
    number = version(name)
    module = name.replace("-", "_")
    info = f"{module}-{number}.dist-info"
    with zipfile.ZipFile(folder / f"{module}-{number}-py3-none-any.whl", "w") as file:
        file.writestr(f"{module}/__init__.py", "")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")


def test_our_own_interpreter_needs_no_folder(kept: Path) -> None:
    assert room.memray_folder(sys.executable) == ""
    assert not kept.exists()


def test_an_interpreter_of_our_version_gets_links_to_our_memray_and_what_it_imports(kept: Path) -> None:
    folder = Path(room.memray_folder(str(foreign_python())))
    assert folder.parent == kept
    names = {path.name for path in folder.iterdir()}
    assert {"memray", "rich", "typing_extensions.py"} <= names <= {*room._LINKED}
    assert all(path.is_symlink() for path in folder.iterdir())
    assert [path.name for path in kept.iterdir()] == [folder.name], "no half-made folder is left"


def test_another_version_gets_the_wheels_for_that_version(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_version(monkeypatch)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in room._NEEDED:
        wheel(wheels, name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    folder = Path(room.memray_folder(str(foreign_python())))
    assert folder == kept / f"memray-{version('memray')}-cpython399-linux"
    assert (folder / "memray" / "__init__.py").is_file()


def test_a_version_for_which_there_is_no_memray_is_an_error_in_one_line_with_the_remedy(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_version(monkeypatch)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(InputError) as caught:
        room.memray_folder(str(foreign_python()))
    message = str(caught.value)
    assert message.startswith(f"memray {version('memray')} for Python 3.99 cannot be had (ERROR: ")
    assert message.endswith("install memray in the project's environment, or measure without the memory probes")
    assert "\n" not in message
    assert list(kept.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(InputError, match=r"cannot be kept in .*: Not a directory; .* set XDG_CACHE_HOME"):
        room.memray_folder(str(foreign_python()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"cannot be started: No such file or directory; name the python of the environment"),
        ("#!/bin/sh\necho no >&2\nexit 3\n", r"is no Python interpreter \(no\); name the python"),
        (
            "#!/bin/sh\necho welcome\n"
            'echo \'{"version": [3, 9, 1], "implementation": "cpython", "platform": "linux", "has_memray": false, '
            '"packages": {}}\'\n',
            r"is Python 3\.9\.1; the worker needs 3\.11 or newer",
        ),
    ],
)
def test_an_interpreter_that_cannot_run_a_worker_is_an_error_in_one_line(
    tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "python"
    if content is not None:
        path.write_text(content)
        path.chmod(0o755)
    with pytest.raises(InputError, match=message) as caught:
        inspect(str(path))
    assert "\n" not in str(caught.value)
