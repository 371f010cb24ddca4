"""A module that needs what is not there, and a module that cannot be called."""

import no_such_module_anywhere  # type: ignore[import-not-found]  # noqa: F401 - it must not exist
