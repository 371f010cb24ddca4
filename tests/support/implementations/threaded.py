"""An implementation whose module starts a thread, as packages that report errors do."""

from __future__ import annotations

import threading

from tests.support.implementations.copied import says_where

__all__ = ["says_where"]

threading.Thread(target=threading.Event().wait, daemon=True).start()
