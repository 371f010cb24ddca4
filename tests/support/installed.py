"""Installed: the wheel in an environment of its own, beside the packages of an extra and no others.

The packages are those of this environment, linked and not installed again, so no index is asked.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.command import ROOT, environment

NAME = "compliance-bench"


@dataclass(frozen=True)
class Installed:
    """An Installed is such an environment; commands run in ``folder``, outside of any checkout."""

    python: Path
    folder: Path

    def bench(self, *arguments: object, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run its ``bench`` to the end."""
        kept = {name: value for name, value in environment(extra).items() if name != "PYTHONPATH"}
        command = [str(self.python.with_name("bench")), *map(str, arguments)]
        return subprocess.run(command, cwd=self.folder, env=kept, capture_output=True, text=True, check=False)


def build_wheel(folder: Path) -> Path:
    """Build the checkout's wheel into ``folder`` and return its path."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path, extra: str = "") -> Installed:
    """Make an environment in ``folder`` with ``wheel`` and the packages of ``extra``; '' brings none."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    python = folder / "env" / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--disable-pip-version-check", str(wheel)], check=True)
    (site,) = (folder / "env" / "lib").glob("python3*/site-packages")
    if extra:
        for package in packages_of(extra):
            _link(package, site)
    work = folder / "work"
    work.mkdir()
    return Installed(python, work)


def packages_of(extra: str) -> list[Distribution]:
    """Return the packages of an extra, and those that they need, as this environment has them."""
    found: dict[str, Distribution] = {}
    ours = distribution(NAME).requires or ()
    waiting = _required(ours, extra)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name == NAME:
            waiting += [one for also in requirement.extras for one in _required(ours, also)]
        elif name not in found:
            found[name] = distribution(name)
            needed = found[name].requires or ()
            waiting += [one for also in ("", *requirement.extras) for one in _required(needed, also)]
    return list(found.values())


def _required(requirements: Iterable[str], extra: str) -> list[Requirement]:
    """Those that hold here with ``extra``, and not without it; all that hold without one for ''."""
    parsed = [Requirement(one) for one in requirements]
    if not extra:
        return [one for one in parsed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return [one for one in parsed if one.marker and one.marker.evaluate({"extra": extra})]


def _link(package: Distribution, site: Path) -> None:
    """Link all that the package has at the top of its site-packages."""
    here = Path(str(package.locate_file(""))).resolve()
    for top in {file.parts[0] for file in package.files or () if file.parts[0] not in {"..", "__pycache__"}}:
        if not (site / top).exists():
            (site / top).symlink_to(here / top)
