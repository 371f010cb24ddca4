"""The session: what one worker process was told so far, and what it does on each command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from . import project
from .channel import Channel
from .clock import SYSTEM_CLOCK
from .copies import COPIES, Copies
from .declared import declared_by
from .failure import InputFault
from .json_value import as_json
from .loading import load_function
from .reading import CallReading
from .watched_call import WatchedCall

Answer = Mapping[str, Any]
Command = Mapping[str, Any]
Probe = Callable[[WatchedCall], CallReading]

_WATCHING = ("statements", "faults")
"""Passes in which the drivers report what they send."""


class NoJsonError(Exception):
    """A function returned what JSON cannot hold."""


class Session:
    """A Session answers one command after another; each method is the command of its name."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._function: Callable[..., Any] | None = None
        self._probe: Probe | None = None
        self._watches = False
        self._versions: dict[str, str] = {}
        self._copies = Copies()
        self._is_copy = False

    def go_on(self, channel: Channel) -> None:
        """Answer on ``channel`` from now on, in the copy of the process that has started."""
        self._channel = channel
        self._is_copy = True

    def answer(self, command: Command) -> Answer:
        """Do what ``command`` says. Raises whatever the code under test does."""
        name = command["command"]
        method: Callable[..., Answer] = getattr(self, name)
        return method(**{key: value for key, value in command.items() if key != "command"})

    def start(
        self,
        *,
        path: list[str],
        settings: str,
        set_up: str,
        context: Mapping[str, Any],
        name: str,
        function: str,
        probe: str,
        memray: str,
        capture: str = "",
    ) -> Answer:
        """Set the project up for calls of ``function`` under ``probe``.

        ``memray`` is a folder with it, or ''; ``capture`` a file in which the memory probe keeps its capture, or ''. In
        a copy of a process that has started, only the probe is still to come.
        """
        # A process that serves several calls, as of named cases, starts anew for each: its hook installs other data.
        if not self._is_copy:
            moments = {"interpreter": SYSTEM_CLOCK.wall_seconds()}
            self._copies.begin()
            # Django's settings come before models, and the probe before the function, which may replace what the probe
            # takes from the library.
            project.set_up(path, settings)
            moments["project"] = SYSTEM_CLOCK.wall_seconds()
            if memray:
                sys.path.append(memray)
            self._watches = probe in _WATCHING
            self._watch_new_connections()
            self._probe = _probe(probe, capture)
            moments["probe"] = SYSTEM_CLOCK.wall_seconds()
            self._function = load_function(name, function)
            moments["function"] = SYSTEM_CLOCK.wall_seconds()
            self._watch_new_connections()
            project.run_hook(set_up, context)
            moments["hook"] = SYSTEM_CLOCK.wall_seconds()
            self._versions = project.versions()
            moments["versions"] = SYSTEM_CLOCK.wall_seconds()
        else:
            moments = {"copy": SYSTEM_CLOCK.wall_seconds()}
            self._watches = probe in _WATCHING
            self._probe = _probe(probe, capture)
            moments["probe"] = SYSTEM_CLOCK.wall_seconds()
        copied_for = self._copies.probes() if probe == COPIES else []
        return {"versions": self._versions, "copied_for": copied_for, "moments": moments}

    def copy(self, *, descriptor: int, folder: str) -> Answer:
        """Make a copy of this process, with its temporary files in ``folder``; return its process id.

        The copy gets its commands, its log and the pipe for its answers by the socket ``descriptor``.
        """
        from .serve import work

        def go_on(answers: int) -> None:
            self._channel.leave()
            work(answers, self)

        return {"pid": self._copies.make(descriptor, folder, go_on)}

    def wait(self, *, pid: int) -> Answer:
        """Wait until a copy has ended; return its exit code, that of a signal negative."""
        return {"code": self._copies.wait(pid)}

    def warm_up(self, *, arguments: Mapping[str, Any]) -> Answer:
        """Make the call once, unmeasured: imports, connections, prepared statements and caches are paid here."""
        WatchedCall(self._call(arguments))()
        return {}

    def call(self, *, arguments: Mapping[str, Any]) -> Answer:
        """Make the call under the probe."""
        assert self._probe is not None  # started
        call = WatchedCall(self._call(arguments))
        reading = self._probe(call)
        return {**asdict(reading), "outcome": _plain(reading.outcome), "coverage": asdict(call.coverage())}

    def attempt(self, *, arguments: Mapping[str, Any], fault: Mapping[str, Any] | None) -> Answer:
        """Make the call with ``fault`` on the way."""
        from .faults import Fault, call_with_fault

        call = WatchedCall(self._call(arguments))
        attempt = call_with_fault(call, Fault(**fault) if fault else None, self._terminate_sessions)
        return {**asdict(attempt), "outcome": _plain(attempt.outcome)}

    def connect(self) -> Answer:
        """Open Django's connections."""
        project.connect()
        return {}

    def close(self) -> Answer:
        """Close Django's connections."""
        project.close()
        return {}

    def describe(self, *, path: list[str], settings: str, functions: Mapping[str, str]) -> Answer:
        """Import ``functions``, by name, and return what they declare."""
        project.set_up(path, settings)
        loaded = {name: load_function(name, location) for name, location in functions.items()}
        return {"declared": {name: declared_by(one, functions[name]) for name, one in loaded.items()}}

    def pool(
        self,
        *,
        path: list[str],
        settings: str,
        set_up: str,
        context: Mapping[str, Any],
        name: str,
        function: str,
        options: Mapping[str, Any],
    ) -> Answer:
        """Be a Celery worker that calls ``function`` until it is asked to end."""
        from .pool import PoolOptions, enter_groups, serve

        pool = PoolOptions(**options)
        enter_groups(pool.groups)
        project.set_up(path, settings)
        serve(load_function(name, function), partial(project.run_hook, set_up, context), pool)
        return {"versions": project.versions()}

    def migrate(
        self,
        *,
        path: list[str],
        settings: str,
        arguments: list[str],
        skipped_statements: list[str],
    ) -> Answer:
        """Create the tables."""
        project.set_up(path, settings)
        if not settings:
            raise InputFault("a project without settings has no migrations; name its settings module")
        return {"skipped": project.migrate(arguments, skipped_statements)}

    def _call(self, arguments: Mapping[str, Any]) -> Callable[[], Any]:
        assert self._function is not None  # started
        self._watch_new_connections()
        return partial(self._function, **arguments)

    def _watch_new_connections(self) -> None:
        """Watch what a driver opens from now on, if statements count: Django, the function or a call may load one."""
        if self._watches:
            from .drivers import watch_new_connections

            watch_new_connections()

    def _terminate_sessions(self) -> None:
        """Have the parent end every session on the database."""
        self._channel.send({"terminate": True})
        self._channel.receive()


def _plain(outcome: Any) -> Any:
    try:
        return as_json(outcome)
    except (TypeError, ValueError) as error:
        raise NoJsonError(f"what the implementation returned is no JSON: {type(error).__name__}: {error}") from error


def _probe(name: str, capture: str) -> Probe | None:
    """Return the probe that is asked for. What it needs is imported here: it takes longer than a small sample."""
    match name:
        case "memory":
            from .probes.memory import read_peak_heap

            return partial(read_peak_heap, keep=capture)
        case "memory-untraced":
            from .probes.memory import read_peak_heap_untraced

            return read_peak_heap_untraced
        case "rss":
            from .probes.rss import read_peak_rss

            return read_peak_rss
        case "statements":
            from .probes.statements import read_statements

            return read_statements
        case "work":
            from .probes.work import CallCounter

            return CallCounter().read
        case "profile":
            from .probes.profile import read_profile

            return read_profile
        case "time":
            from .probes.time import read_time

            return read_time
        case "copies":
            from .copies import import_probes

            import_probes()
    return lambda call: CallReading(values={}, outcome=call())
