"""The policy's file: the table ``[tool.bench.gate]`` of a TOML file, read strictly."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

from bench.declare.laws import Counted
from bench.errors import InputError
from bench.files.input_file import FileKind, read_input
from bench.files.strict_json import MalformedError, check_tree, decode
from bench.gate.policy import Policy, Rule, RuleKind
from bench.gate.quantity import parse_factor, parse_quantity, parse_share
from bench.jobs.job import Job
from bench.jobs.registry import implementation_of, split_revision
from bench.jobs.size import parse_size
from bench.results.metrics import METRICS, NEAR_EXACT_TOLERANCE, Kind, Metric
from bench.words import shorten

TABLE = ("tool", "bench", "gate")
AUTO = "auto"
MOST_SAMPLES = 1_000
LONGEST_TEXT = 500
"""Characters of a name or value in the policy."""

_KIND = FileKind(name="policy file", most_bytes=1024**2, source="name one by --policy", remedy="correct it there")
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")

_KEYS = (
    "scans",
    "implementations",
    "samples",
    "baseline",
    "laws",
    "ceilings",
    "growth",
    "ratios",
    "tolerance",
    "job",
    "sizes",
)
_LAW_METRICS = get_args(Counted)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_OVER = " / "


def read_policy(path: Path, job: Job) -> Policy:
    """Read the policy for ``job`` in ``path``; the job's data options are keys of it, too.

    Raises InputError naming the key at fault and what is known in its place: where the file or the table is missing, a
    key, metric, scan or implementation is not known, or a value cannot be read.
    """
    table: Any = _read(path)
    for name in TABLE:
        table = table.get(name) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        raise InputError(f"{path} has no table [{'.'.join(TABLE)}]; write one there, or name another file by --policy")
    try:
        check_tree(table, ".".join(TABLE), LONGEST_TEXT)
    except MalformedError as error:
        raise _KIND.malformed(path, str(error)) from error
    return _Reader(path, job).policy(table)


def _read(path: Path) -> Mapping[str, Any]:
    content = read_input(path, _KIND)
    try:
        text = decode(content)
        if _LONG_KEY.search(text):
            # Python's TOML reader needs minutes for a key of thousands of parts.
            raise MalformedError("a key of more than 32 parts; no policy has one")
        return tomllib.loads(text)
    except RecursionError:
        raise _KIND.malformed(path, "nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise _KIND.malformed(path, f"not TOML: {error}") from error
    except ValueError as error:
        raise _KIND.malformed(path, str(error)) from error


@dataclass(frozen=True)
class _Place:
    """A file and the keys that lead to a value in it."""

    path: Path
    keys: tuple[str, ...] = TABLE

    def __truediv__(self, key: str) -> _Place:
        return _Place(self.path, (*self.keys, key))

    def __str__(self) -> str:
        keys = (key if _BARE_KEY.fullmatch(key) else f'"{key}"' for key in self.keys)
        return f"{self.path}: {'.'.join(keys)}"


class _Reader:
    """Reads the table; its rules may only name the scans and implementations listed in it."""

    def __init__(self, path: Path, job: Job) -> None:
        self._job = job
        self._root = _Place(path)
        self._scans: tuple[str, ...] = ()
        self._implementations: tuple[str, ...] = ()

    def policy(self, table: Mapping[str, Any]) -> Policy:
        for key in table:
            _known(key, (*_KEYS, *(option.name for option in self._job.options)), "key", self._root / key)
        self._check_job(table)
        self._scans = self._names(table, self._sizes_key(table), partial(parse_size, self._job))
        self._implementations = self._names(table, "implementations", self._implementation)
        options = self._options(table)
        return Policy(
            scans=self._scans,
            implementations=self._implementations,
            options=options,
            facts={**self._job.usual, **{name: options[name] for name in self._job.usual if name in options}},
            samples=self._samples(table),
            rules=tuple(self._rules(table)),
            baseline=self._baseline(table),
            place=str(self._root),
        )

    def _implementation(self, name: str) -> object:
        """Find one of the job's, which may be meant at a revision: ``NAME@REVISION``. Raises InputError."""
        return implementation_of(self._job, split_revision(name)[0])

    def _check_job(self, table: Mapping[str, Any]) -> None:
        named, place = table.get("job", self._job.name), self._root / "job"
        if not isinstance(named, str):
            raise InputError(f'{place} is {_shown(named)}; write the name of the job, for example "{self._job.name}"')
        if named != self._job.name:
            raise InputError(
                f"{place} is {_shown(named)}, and the job is {self._job.name!r}; give that one by --job, or name "
                "another file by --policy"
            )

    def _sizes_key(self, table: Mapping[str, Any]) -> str:
        """Return the one of two names under which the sizes are given."""
        if "sizes" in table and "scans" in table:
            raise InputError(f"{self._root / 'sizes'} and scans are the same; keep one of the two")
        return "sizes" if "sizes" in table else "scans"

    def _names(self, table: Mapping[str, Any], key: str, check: Callable[[str], object]) -> tuple[str, ...]:
        place = self._root / key
        value = table.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            shown = "missing" if key not in table else f"{_shown(value)}"
            raise InputError(f"{place} is {shown}; write a list of {key}, for example {self._example(key)}")
        for name in value:
            try:
                check(name)
            except InputError as error:
                raise InputError(f"{place}: {error}") from error
            if value.count(name) > 1:
                raise InputError(f"{place} names {name!r} more than once; name each once")
        return tuple(value)

    def _options(self, table: Mapping[str, Any]) -> dict[str, str]:
        """Read the data options of the job."""
        found = {}
        for option in self._job.options:
            value, place = table.get(option.name), self._root / option.name
            if option.flag and isinstance(value, bool):
                value = "yes" if value else None
            elif value is not None and (option.flag or not isinstance(value, str) or not value):
                kind = "true or false" if option.flag else f"a text ({option.help.rstrip('.').lower()})"
                raise InputError(f"{place} is {_shown(value)}; write {kind}")
            if value is not None:
                found[option.name] = _known(value, option.known or (value,), option.name, place)
        return found

    def _example(self, key: str) -> str:
        names = self._job.compared if key == "implementations" else self._job.sizes
        return f"[{', '.join(json.dumps(name) for name in names[-2:])}]"

    def _samples(self, table: Mapping[str, Any]) -> int | None:
        value = table.get("samples", AUTO)
        if value == AUTO:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_SAMPLES:
            raise InputError(
                f"{self._root / 'samples'} is {_shown(value)}; write how many time samples of each case to take, "
                f'0 to {MOST_SAMPLES:,}, or "{AUTO}"'
            )
        return value

    def _baseline(self, table: Mapping[str, Any]) -> bool:
        value = table.get("baseline", True)
        if not isinstance(value, bool):
            raise InputError(
                f"{self._root / 'baseline'} is {value!r}; write false if a run may pass without a baseline, or true"
            )
        return value

    def _rules(self, table: Mapping[str, Any]) -> Iterator[Rule]:
        yield from self._laws(table.get("laws", False))
        yield from self._by_scan("ceiling", "ceilings", table)
        yield from self._growth(table)
        yield from self._by_scan("ratio", "ratios", table)
        yield from self._tolerances(table)

    def _laws(self, value: object) -> Iterator[Rule]:
        place = self._root / "laws"
        if not isinstance(value, bool):
            raise InputError(f"{place} is {_shown(value)}; write true to hold the declared laws, or false")
        if value:
            yield from (Rule(kind="law", metric=metric, place=str(place)) for metric in _LAW_METRICS)

    def _by_scan(self, kind: RuleKind, key: str, table: Mapping[str, Any]) -> Iterator[Rule]:
        """Read metric → scan → implementation (or two of them, divided) → limit."""
        for metric, by_scan, metric_place in self._metrics(table, key):
            for scan, limits in by_scan.items():
                place = metric_place / scan
                _known(scan, self._scans, "scan", place)
                for name, value in _table(limits, place).items():
                    at = place / name
                    implementation, base = self._pair(name, at) if kind == "ratio" else (self._single(name, at), None)
                    limit = parse_factor(value, str(at)) if base else parse_quantity(value, metric.unit, str(at))
                    yield Rule(
                        kind=kind,
                        metric=metric.name,
                        scan=scan,
                        implementation=implementation,
                        base=base,
                        limit=limit,
                        place=str(at),
                    )

    def _growth(self, table: Mapping[str, Any]) -> Iterator[Rule]:
        """Read metric → implementation → limit per row."""
        fitted = tuple(one.name for one in METRICS.values() if one.kind is Kind.NEAR_EXACT)
        for metric, limits, place in self._metrics(table, "growth"):
            _known(metric.name, fitted, "near-exact metric, as growth needs one,", place)
            for name, value in limits.items():
                limit = parse_quantity(value, metric.unit, str(place / name))
                yield Rule(
                    kind="growth",
                    metric=metric.name,
                    implementation=self._single(name, place / name),
                    limit=limit,
                    place=str(place / name),
                )

    def _tolerances(self, table: Mapping[str, Any]) -> Iterator[Rule]:
        """Read metric → share; ``near-exact`` stands for metrics of that kind that are not named.

        Those whose own tolerance is not that of the kind keep it, because figures of the same code say so.
        """
        place = self._root / "tolerance"
        shares = _table(table.get("tolerance", {}), place)
        measured = tuple(one.name for one in METRICS.values() if one.kind is not Kind.EXACT)
        for name in shares:
            _known(name, (Kind.NEAR_EXACT.value, *measured), "metric or kind that has a tolerance:", place / name)
        of_kind = shares.get(Kind.NEAR_EXACT.value)
        for metric in METRICS.values():
            at, value = place / metric.name, shares.get(metric.name)
            if value is None and metric.kind is Kind.NEAR_EXACT and metric.tolerance == NEAR_EXACT_TOLERANCE:
                at, value = place / Kind.NEAR_EXACT.value, of_kind
            if value is not None:
                yield Rule(kind="baseline", metric=metric.name, limit=parse_share(value, str(at)), place=str(at))

    def _metrics(self, table: Mapping[str, Any], key: str) -> Iterator[tuple[Metric, Mapping[str, Any], _Place]]:
        place = self._root / key
        for name, value in _table(table.get(key, {}), place).items():
            _known(name, METRICS, "metric", place / name)
            yield METRICS[name], _table(value, place / name), place / name

    def _single(self, name: str, place: _Place) -> str:
        return _known(name, self._implementations, "implementation", place)

    def _pair(self, name: str, place: _Place) -> tuple[str, str]:
        implementation, over, base = name.partition(_OVER)
        if not over:
            first, last = self._implementations[0], self._implementations[-1]
            raise InputError(f'{place}: {name!r} is no ratio; write for example "{last}{_OVER}{first}"')
        return self._single(implementation, place), self._single(base, place)


def _known(name: str, known: Iterable[str], what: str, place: _Place) -> str:
    names = tuple(known)
    if name not in names:
        raise InputError(f"{place}: unknown {what} {name!r}; known are {', '.join(names)}")
    return name


def _table(value: object, place: _Place) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{place} is {_shown(value)}; write a table there")
    return value


def _shown(value: object) -> str:
    return shorten(repr(value), 80)
