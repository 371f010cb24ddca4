"""The console script ``bench``, and ``python -m bench``."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line. Where packages are not installed, name the extra that brings them."""
    from bench.cli.start import entry_point, missing_package

    try:
        entry_point()
    except ModuleNotFoundError as error:
        if not (message := missing_package(error)):
            raise
        sys.stderr.write(f"bench: {message}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
