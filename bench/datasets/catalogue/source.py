"""Where a catalogue comes from: ``synthetic``, or a path to Prowler's or to one written by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bench.datasets.catalogue.prowler import prowler_catalogue
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.catalogue.synthetic import SYNTHETIC, SYNTHETIC_PROVIDER, synthetic_catalogue
from bench.datasets.catalogue.written import file_catalogue
from bench.errors import InputError


def load_catalogue(source: str, provider: str = "aws", seed: int = 0) -> LoadedCatalogue:
    """Return the catalogue ``synthetic`` (made from ``seed``), or the one at the path ``source``.

    A folder or a zip file is Prowler's, any other file is a catalogue written by hand. A folder called ``synthetic`` is
    written ``./synthetic``. Raises InputError, one line with the place of the fault.
    """
    if source == SYNTHETIC:
        if provider != SYNTHETIC_PROVIDER:
            raise InputError(
                f"the synthetic catalogue has no frameworks for provider {provider!r}, only for "
                f"{SYNTHETIC_PROVIDER}; give a Prowler checkout or wheel with --catalogue PATH"
            )
        return synthetic_catalogue(seed)
    path = Path(source)
    try:
        if not path.exists():
            raise InputError(
                f"catalogue {source!r}: not found; write {SYNTHETIC}, or the path of a checkout, a wheel or a JSON file"
            )
        prowlers = path.is_dir() or (path.is_file() and zipfile.is_zipfile(path))
    except OSError as error:
        raise InputError(
            f"catalogue {source!r}: cannot be read: {error.strerror}; check its path and permissions"
        ) from error
    return prowler_catalogue(path, provider) if prowlers else file_catalogue(path, provider)
