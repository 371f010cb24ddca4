"""A tiny git repository with an implementation whose first commit and working tree differ by one statement."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PACKAGE = "ab_example"
IMPLEMENTATION = f"{PACKAGE}.task:create"

_TASK = """
from bench.declare.laws import Law, declares
from bench.compliance.schema.models import Scan
from optimized_impl import create_compliance_requirements
from {package}.extra import EXTRA


@declares(Law("statements_django", 18 + EXTRA))
def create(tenant_id, scan_id):
    for _ in range(EXTRA):
        Scan.objects.using("admin").count()
    return create_compliance_requirements(tenant_id, scan_id)
"""


def git(folder: Path, *arguments: str, extra: dict[str, str] | None = None) -> str:
    """Run git in ``folder``, without the developer's own configuration."""
    identity = {f"GIT_{who}_{what}": "someone" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        **os.environ,
        **identity,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **(extra or {}),
    }
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def write_package(folder: Path, extra_statements: int, package: str = PACKAGE) -> None:
    """Write an implementation that issues ``extra_statements`` more than the streaming one."""
    (folder / package).mkdir(parents=True, exist_ok=True)
    (folder / package / "__init__.py").write_text("")
    (folder / package / "extra.py").write_text(f"EXTRA = {extra_statements}\n")
    (folder / package / "task.py").write_text(_TASK.format(package=package))


def make_repository(folder: Path) -> None:
    """Make a repository: tag ``empty`` without the package, ``before`` with it, a working tree with one statement more.

    The change is half staged, and a hook would leave a file ``hooked`` if any checkout ran it.
    """
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "notes.txt").write_text("first\n")
    git(folder, "add", "notes.txt")
    git(folder, "commit", "--quiet", "-m", "empty")
    git(folder, "tag", "empty")
    write_package(folder, 0)
    git(folder, "add", PACKAGE)
    git(folder, "commit", "--quiet", "-m", "before")
    git(folder, "tag", "before")
    hook = folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {folder}/hooked\n")
    hook.chmod(0o755)
    write_package(folder, 1)
    git(folder, "add", PACKAGE)
    (folder / "notes.txt").write_text("changed, not staged\n")
