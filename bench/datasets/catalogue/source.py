"""Where a catalogue comes from: ``synthetic``, or a path to Prowler's or to one written by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bench.datasets.catalogue.prowler import prowler_catalogue, prowler_catalogues
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.catalogue.synthetic import SYNTHETIC, synthetic_catalogue
from bench.datasets.catalogue.written import file_catalogue
from bench.datasets.providers import DEFAULT_PROVIDER, PROVIDERS, known_provider
from bench.errors import InputError
from bench.words import counted


def load_catalogue(source: str, provider: str = DEFAULT_PROVIDER, seed: int = 0) -> LoadedCatalogue:
    """Return the catalogue ``synthetic`` (made from ``seed``), or the one at the path ``source``.

    A folder or a zip file is Prowler's, any other file is a catalogue written by hand. A folder called ``synthetic`` is
    written ``./synthetic``. Raises InputError, one line with the place of the fault.
    """
    if source == SYNTHETIC:
        return synthetic_catalogue(seed, known_provider(provider))
    path, prowlers = _found(source)
    return prowler_catalogue(path, provider) if prowlers else file_catalogue(path, provider)


def load_catalogues(source: str, seed: int = 0) -> tuple[LoadedCatalogue, ...]:
    """Return the catalogue of every provider of ``source``, as :func:`load_catalogue` takes it. Raises InputError.

    A catalogue written by hand names no provider, and is refused.
    """
    if source == SYNTHETIC:
        return tuple(synthetic_catalogue(seed, provider) for provider in PROVIDERS)
    path, prowlers = _found(source)
    if not prowlers:
        frameworks = counted(len(file_catalogue(path, DEFAULT_PROVIDER).frameworks), "framework")
        raise InputError(
            f"catalogue {source!r} is written by hand ({frameworks}) and serves any provider; "
            "give a Prowler checkout or wheel to list providers"
        )
    return prowler_catalogues(path)


def _found(source: str) -> tuple[Path, bool]:
    """Return the path ``source``, and whether a catalogue of Prowler's is there. Raises InputError."""
    path = Path(source)
    try:
        if not path.exists():
            raise InputError(
                f"catalogue {source!r}: not found; write {SYNTHETIC}, or the path of a checkout, a wheel or a JSON file"
            )
        return path, path.is_dir() or (path.is_file() and zipfile.is_zipfile(path))
    except OSError as error:
        raise InputError(
            f"catalogue {source!r}: cannot be read: {error.strerror}; check its path and permissions"
        ) from error
