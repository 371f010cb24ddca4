"""The steps of workflows and of the action, read from their files and run as a runner runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.command import ROOT

ACTION = ROOT / "action.yml"
WORKFLOWS = tuple(sorted((ROOT / ".github" / "workflows").glob("*.yml")))
EXAMPLES = tuple(sorted((ROOT / "docs" / "examples").glob("*.yml")))
"""Workflows for other repositories."""
FILES = (ACTION, *WORKFLOWS, *EXAMPLES)
IDS = [path.name for path in FILES]


@dataclass(frozen=True)
class Step:
    """A Step is one step with its file, its place in it, and what it holds."""

    file: str
    name: str
    content: Mapping[str, Any]

    @property
    def is_python(self) -> bool:
        """Whether its script is Python; otherwise it is bash."""
        return str(self.content.get("shell", "bash")).startswith("python3")

    @property
    def script(self) -> str:
        """What it runs in a shell, '' for one that uses an action."""
        return str(self.content.get("run", ""))


def read(path: Path) -> dict[str, Any]:
    """Return what the YAML file ``path`` holds; ``on`` is a key like any other."""
    found: dict[str, Any] = YAML(typ="safe").load(path)
    return found


def steps(path: Path) -> tuple[Step, ...]:
    """Return every step of a workflow or action."""
    content = read(path)
    jobs = [content["runs"]] if "runs" in content else list(content["jobs"].values())
    found = [step for job in jobs for step in job["steps"]]
    return tuple(Step(path.name, step.get("name", step.get("uses", f"step {n}")), step) for n, step in enumerate(found))


def step(path: Path, name: str) -> Step:
    """Return the step called ``name``."""
    (found,) = (one for one in steps(path) if one.name == name)
    return found


def run_step(
    one: Step, folder: Path, variables: Mapping[str, str], programs: Path | None = None
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run a step's script in ``folder`` as GitHub's shells do; return how it ended and its outputs.

    ``variables`` are the step's environment, and have to be all of it. ``programs`` is a folder that goes before the
    others of PATH.
    """
    declared = {name for name, value in one.content.get("env", {}).items() if "${{" in str(value)}
    assert declared <= variables.keys(), f"{one.name}: {declared - variables.keys()} are not given"
    output = folder / "github-output"
    output.write_text("")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}" if programs else os.environ["PATH"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BENCH_", "GITHUB_"))}
    bash = ["/bin/bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", one.script]
    finished = subprocess.run(
        [sys.executable, "-c", one.script] if one.is_python else bash,
        cwd=folder,
        env={
            **kept,
            **variables,
            "PATH": path,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return finished, dict(line.split("=", 1) for line in output.read_text().splitlines())
