"""Kept cases: what nodes have finished of a run, in its output folder, until the run is complete.

A run that ends early, by ``kill -9`` as well, leaves them there, and ``--resume`` goes on from them.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
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


@dataclass(frozen=True, kw_only=True)
class KeptCase(Finished):
    """A KeptCase is a case that a node has measured, with its results."""

    results: Results


@dataclass(frozen=True, kw_only=True)
class KeptPlan:
    """A KeptPlan is what the cases of a folder belong to."""

    schema: int
    works: tuple[Work, ...]


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

    def begin(self, works: Sequence[Work]) -> None:
        """Keep the cases of ``works`` from now on. Raises InputError where those of another run are kept."""
        left = len([*self._folder.glob("*.results.json")]) if self._folder.is_dir() else 0
        if left:
            raise InputError(
                f"{path_text(self._folder)} holds what a run that ended early has measured; {_UNFINISHED_REMEDY}"
            )
        check_folder(self._folder)
        write_json(self._folder / _PLAN, KeptPlan(schema=_SCHEMA, works=tuple(works)))

    def resume(self, works: Sequence[Work]) -> tuple[KeptCase, ...]:
        """Return the cases of ``works`` that are kept already.

        Raises InputError where the folder holds none, those of other works, or a damaged file.
        """
        kept = _PLANS.read(self._folder / _PLAN)
        if reason := _difference(kept.works, works):
            raise InputError(f"--resume: {reason}; give the same arguments, or delete {path_text(self._folder)}")
        check_folder(self._folder)
        found = []
        for path in sorted(self._folder.glob("*.case.json")):
            one = _FINISHED.read(path)
            results = read_results(self._results_file(one.number, one.node))
            found.append(KeptCase(**_members(one), results=results))
        return tuple(found)

    def keep(self, case: Case, name: str, results: bytes, benchmarks: bytes, *, seconds: float) -> KeptCase:
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
        finished = Finished(
            schema=_SCHEMA,
            number=case.number,
            label=case.work.label,
            node=case.node,
            name=name,
            attempt=case.attempt,
            seconds=seconds,
            ended=time.time(),
            benchmarks=documents,
        )
        write_json(self._case_file(case.number, case.node), finished)
        return KeptCase(**_members(finished), results=found)

    def as_case(self, reference: KeptCase, number: int) -> KeptCase:
        """Keep a node's reference as the case ``number`` as well, of which it is all."""
        finished = Finished(**{**_members(reference), "number": number})
        write_results(self._results_file(number, reference.node), reference.results)
        write_json(self._case_file(number, reference.node), finished)
        return KeptCase(**_members(finished), results=reference.results)

    def drop(self, case: KeptCase) -> None:
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


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}…"
