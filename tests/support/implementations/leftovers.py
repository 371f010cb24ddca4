"""Implementations that write the right rows and leave something behind; what it is goes to the file NOTES."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench.compliance.contract import Outcome
from optimized_impl import create_compliance_requirements as honest
from tests.support.implementations import NOTES


def _note(left: object) -> None:
    with Path(os.environ[NOTES]).open("a", encoding="utf-8") as notes:
        notes.write(f"{left}\n")


def leaves_a_program(tenant_id: str, scan_id: str) -> Outcome:
    _note(subprocess.Popen(["sleep", "3600"]).pid)  # noqa: S607 - whichever sleep there is
    return honest(tenant_id, scan_id)


def leaves_a_fork(tenant_id: str, scan_id: str) -> Outcome:
    """Leave a child that holds the answer's pipe open."""
    child = os.fork()
    if child == 0:
        time.sleep(3600)
        os._exit(0)
    _note(child)
    return honest(tenant_id, scan_id)


def leaves_files(tenant_id: str, scan_id: str) -> Outcome:
    descriptor, path = tempfile.mkstemp()
    os.close(descriptor)
    _note(path)
    _note(tempfile.mkdtemp())
    return honest(tenant_id, scan_id)


def leaves_its_folder(tenant_id: str, scan_id: str) -> Outcome:
    """Change the state of the process: its working folder."""
    os.chdir("/")
    return honest(tenant_id, scan_id)
