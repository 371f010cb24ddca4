"""Kept cases: what nodes have finished of a run, in its output folder, until the run is complete.

A run that ends early, by ``kill -9`` as well, leaves them there, and ``--resume`` goes on from them.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from bench.errors import InputError
from bench.files.input_file import FileKind, path_text
from bench.files.json_file import JsonFile, write_json
from bench.files.output_file import check_folder, write_file
from bench.nodes.messages import Case, Work
from bench.results.records import Results
from bench.results.store import read_results, write_results

FOLDER = "cases"
"""Below the output folder."""
_PLAN = "plan.json"
_UNFINISHED_REMEDY = "continue it with --resume, or delete that folder"
_SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A Wanted is a case that is to be measured, and how messages call it."""

    step: str
    """What it is to the run: no other case of the run has it."""
    work: Work
    title: str
    cost: float
    """In rows written."""
    only: str = ""
    """The id of the one node that may measure it; '' for any."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A Finished is by whom and how a case was measured, beside its results."""

    schema: int
    number: int
    """The place of its data set in the plan; below 0 for a node's reference."""
    label: str
    node: str
    """The node's id."""
    name: str
    """The node's name."""
    attempt: int
    seconds: float
    ended: float
    """Seconds since 1970."""
    benchmarks: tuple[Mapping[str, object], ...] = ()
    wanted: Wanted | None = None
    """What was asked for; None for a node's reference."""
    unrunnable: str = ""
    """Why the code of its commits cannot be run, so that it has no results."""


@dataclass(frozen=True, kw_only=True)
class KeptCase(Finished):
    """A KeptCase is a case that a node has measured, with its results."""

    results: Results


@dataclass(frozen=True, kw_only=True)
class Unrunnable(Finished):
    """An Unrunnable is a case whose code cannot be run, on any node."""


Ended = KeptCase | Unrunnable


@dataclass(frozen=True, kw_only=True)
class KeptPlan:
    """A KeptPlan is what the cases of a folder belong to."""

    schema: int
    works: tuple[Work, ...]
    arguments: Mapping[str, str] = field(default_factory=dict)
    """What was asked for beside them, by option."""


_FINISHED = JsonFile(
    kind=FileKind(
        name="finished case",
        most_bytes=64 * 1024**2,
        source="a run over nodes writes one",
        remedy="delete it and its results, and --resume measures that case again",
    ),
    record=Finished,
    schema=_SCHEMA,
    landmark="attempt",
)
_PLANS = JsonFile(
    kind=FileKind(
        name="plan of a run over nodes",
        most_bytes=16 * 1024**2,
        source="only a run with --broker that ended early leaves one",
        remedy="delete the folder, and run without --resume",
    ),
    record=KeptPlan,
    schema=_SCHEMA,
    landmark="works",
)


class KeptCases:
    """KeptCases are those of one output folder."""

    def __init__(self, output: Path) -> None:
        self._folder = output / FOLDER

    def begin(self, works: Sequence[Work], arguments: Mapping[str, str] = MappingProxyType({})) -> None:
        """Keep the cases of a run from now on. Raises InputError where those of another run are kept."""
        if any(self._folder.glob("*.results.json")) or any(self._folder.glob("*.case.json")):
            raise InputError(
                f"{path_text(self._folder)} holds what a run that ended early has measured; {_UNFINISHED_REMEDY}"
            )
        check_folder(self._folder)
        write_json(self._folder / _PLAN, KeptPlan(schema=_SCHEMA, works=tuple(works), arguments=dict(arguments)))

    def resume(self, works: Sequence[Work], arguments: Mapping[str, str] = MappingProxyType({})) -> tuple[Ended, ...]:
        """Return the cases of a run that are kept already.

        Raises InputError where the folder holds none, those of another run, or a damaged file.
        """
        kept = _PLANS.read(self._folder / _PLAN)
        if reason := _other_argument(kept.arguments, arguments) or _difference(kept.works, works):
            raise InputError(f"--resume: {reason}; give the same arguments, or delete {path_text(self._folder)}")
        check_folder(self._folder)
        found: list[Ended] = []
        for path in sorted(self._folder.glob("*.case.json")):
            one = _FINISHED.read(path)
            if one.unrunnable:
                found.append(Unrunnable(**_members(one)))
            else:
                results = read_results(self._results_file(one.number, one.node))
                found.append(KeptCase(**_members(one), results=results))
        return tuple(found)

    def keep(
        self, case: Case, name: str, results: bytes, benchmarks: bytes, *, seconds: float, wanted: Wanted | None = None
    ) -> KeptCase:
        """Keep what a node, called ``name``, measured, and return it read as any results file.

        Raises InputError where it cannot be written, or is not what was asked for.
        """
        path = self._results_file(case.number, case.node)
        write_file(path, results)
        try:
            found = read_results(path)
            documents = msgspec.json.decode(benchmarks, type=tuple[dict[str, object], ...])
            if found.implementations != case.work.implementations or [one.scan for one in found.datasets] != [
                case.work.label
            ]:
                raise InputError("they are of other data or implementations than were asked for")  # noqa: TRY301
        except (InputError, msgspec.DecodeError) as error:
            path.unlink(missing_ok=True)
            raise InputError(str(error)) from error
        finished = _finished(case, name, seconds=seconds, wanted=wanted, benchmarks=documents)
        write_json(self._case_file(case.number, case.node), finished)
        return KeptCase(**_members(finished), results=found)

    def keep_unrunnable(self, case: Case, name: str, reason: str, *, seconds: float, wanted: Wanted) -> Unrunnable:
        """Keep why a node, called ``name``, could not run the code. Raises InputError where it cannot be written."""
        finished = _finished(case, name, seconds=seconds, wanted=wanted, unrunnable=reason or "it gave no reason")
        write_json(self._case_file(case.number, case.node), finished)
        return Unrunnable(**_members(finished))

    def as_case(self, reference: KeptCase, number: int, wanted: Wanted) -> KeptCase:
        """Keep a node's reference as the case ``number`` as well, of which it is all."""
        finished = Finished(**{**_members(reference), "number": number, "wanted": wanted})
        write_results(self._results_file(number, reference.node), reference.results)
        write_json(self._case_file(number, reference.node), finished)
        return KeptCase(**_members(finished), results=reference.results)

    def drop(self, case: Finished) -> None:
        """Keep one no longer: it has to be measured again."""
        for path in (self._case_file(case.number, case.node), self._results_file(case.number, case.node)):
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder: the run is complete."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _results_file(self, number: int, node: str) -> Path:
        return self._folder / f"{_stem(number, node)}.results.json"

    def _case_file(self, number: int, node: str) -> Path:
        return self._folder / f"{_stem(number, node)}.case.json"


def _finished(case: Case, name: str, *, seconds: float, **members: Any) -> Finished:
    return Finished(
        schema=_SCHEMA,
        number=case.number,
        label=case.work.label,
        node=case.node,
        name=name,
        attempt=case.attempt,
        seconds=seconds,
        ended=time.time(),
        **members,
    )


def _members(finished: Finished) -> dict[str, Any]:
    return {one.name: getattr(finished, one.name) for one in fields(Finished)}


def _stem(number: int, node: str) -> str:
    return f"reference-{node}-{-number}" if number < 0 else f"{number + 1}"


def _difference(kept: Sequence[Work], works: Sequence[Work]) -> str:
    """Say in words what the run of a folder has asked for and this one does not; '' where they are the same."""
    labels = [[one.label for one in side] for side in (kept, works)]
    if labels[0] != labels[1]:
        return f"that run measures {', '.join(labels[0])}, and this one {', '.join(labels[1])}"
    for before, now in zip(kept, works, strict=True):
        for name in Work.__struct_fields__:
            old, new = getattr(before, name), getattr(now, name)
            # The command line says --resume now.
            if old != new and name != "command":
                if name == "code":
                    return "the code has changed since"
                return f"{name} was {_shown(old)} in that run, and is {_shown(new)} in this one"
    return ""


def _other_argument(kept: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Say in words which option was another one in the run of a folder; '' where none was."""
    for name in dict.fromkeys((*kept, *arguments)):
        if (before := kept.get(name, "")) != (now := arguments.get(name, "")):
            return f"{name} was {_shown(before)} in that run, and is {_shown(now)} in this one"
    return ""


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}…"
