"""The console script ``bench``, and ``python -m bench``."""

from __future__ import annotations

import sys
from typing import NoReturn

OURS = {"bench", "reference_impl", "optimized_impl"}


def main() -> NoReturn:
    """Run the command line. Where the suite's packages are not installed, say how to install them."""
    try:
        from bench.cli import entry_point

        entry_point()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in OURS:
            raise
        sys.stderr.write(f"bench: the package {error.name} is missing; run pip install 'compliance-bench[suite]'\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
