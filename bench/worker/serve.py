"""Serving: each command of the parent's becomes an answer, whatever the code under test does."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .channel import Channel
from .failure import InputFault, MeasurementFault, describe
from .session import NoJsonError, Session
from .watched_call import become_the_worker


def work(descriptor: int, session: Session | None = None) -> None:
    """Answer commands to ``descriptor`` until they end, then end the process.

    A ``session`` that another process has started goes on here.
    """
    become_the_worker()
    channel = Channel(descriptor)
    # Left to itself, tempfile tries other folders where this one is full, and then names no cause.
    tempfile.tempdir = os.environ.get("TMPDIR")
    if session is None:
        session = Session(channel)
    else:
        session.go_on(channel)
    for command in channel.commands():
        channel.send(_answer(session, command))
    channel.end()


def _answer(session: Session, command: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return {"done": session.answer(command)}
    except InputFault as error:
        _log()
        return {"failed": {"error": str(error), "input_error": True}}
    except (MeasurementFault, NoJsonError) as error:
        return {"failed": {"error": describe(error).partition(": ")[2], "input_error": False}}
    except BaseException as error:  # noqa: BLE001 - the code under test is anybody's, and may call sys.exit
        _log()
        return {"failed": {"error": describe(error), "input_error": False}}


def _log() -> None:
    with suppress(Exception):
        traceback.print_exc()
