"""A loaded catalogue: the record that goes from the loaders to the scan generator and the workers.

The parent loads a catalogue once and hands it to each worker as one file, so that a worker needs neither Faker nor
the wheel, and spends no time on either.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from bench.datasets.catalogue.catalogue import Catalogue
from bench.errors import InputError
from bench.files.input_file import FileKind

CATALOGUE_FILE = FileKind(
    name="catalogue file", most_bytes=64 * 1024**2, source="check the path", remedy="correct it there"
)
"""A JSON file of a catalogue; the largest of a real one has less than a hundredth of those bytes."""


@dataclass(frozen=True)
class LoadedCatalogue:
    """A LoadedCatalogue is the frameworks of one provider, with where they came from. Nobody changes ``frameworks``.

    ``source`` is ``synthetic`` or the name of a file or folder, without its path, as the results name it.
    """

    provider: str
    source: str
    frameworks: Catalogue
    warnings: tuple[str, ...] = ()
    """What production would have in its catalogue and this one lacks."""

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of the frameworks as compact JSON; order counts, for rows are written in it."""
        return hashlib.sha256(msgspec.json.encode(self.frameworks)).hexdigest()

    @cached_property
    def requirement_count(self) -> int:
        """Requirements over all frameworks: the rows that one region gives."""
        return sum(len(framework["requirements"]) for framework in self.frameworks.values())

    @cached_property
    def check_ids(self) -> tuple[str, ...]:
        """Every check that some requirement maps, once each, in order of first appearance."""
        return tuple(
            dict.fromkeys(
                check
                for framework in self.frameworks.values()
                for requirement in framework["requirements"].values()
                for check in requirement["checks"]
            )
        )


def source_name(path: Path) -> str:
    """Return the last part of ``path``, which may be ``.``, with bytes that are no text written as escapes."""
    return path.resolve().name.encode(errors="backslashreplace").decode()


class _Handover(msgspec.Struct):
    """The file between parent and worker; its format is private to this module, and nothing older is ever read."""

    provider: str
    source: str
    frameworks: Catalogue


_DECODER = msgspec.json.Decoder(_Handover)


def write_catalogue(path: Path, loaded: LoadedCatalogue) -> None:
    """Write ``loaded`` to ``path`` for :func:`read_catalogue`; the order of everything is kept. Raises InputError."""
    handover = _Handover(loaded.provider, loaded.source, loaded.frameworks)
    try:
        path.write_bytes(msgspec.json.encode(handover))
    except OSError as error:
        raise InputError(
            f"catalogue cannot be written to {str(path)!r}: {error.strerror}; give a folder that can be written to"
        ) from error


def read_catalogue(path: Path) -> LoadedCatalogue:
    """Read what :func:`write_catalogue` wrote. Raises InputError if ``path`` holds anything else."""
    try:
        handover = _DECODER.decode(path.read_bytes())
    except OSError as error:
        raise InputError(f"catalogue {str(path)!r} cannot be read: {error.strerror}; write it again") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"catalogue {str(path)!r} is damaged: {error}; write it again") from error
    return LoadedCatalogue(handover.provider, handover.source, handover.frameworks)
