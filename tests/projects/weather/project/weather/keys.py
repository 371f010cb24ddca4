"""The key that seals reports."""

import secrets
from pathlib import Path

from django.conf import settings


def signing_key() -> str:
    """Return the key of the settings; without one, that of the user, who gets one below HOME."""
    if settings.SIGNING_KEY:
        return settings.SIGNING_KEY
    file = Path.home() / ".config" / "weather" / "signing-key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(secrets.token_hex(16), encoding="ascii")
    return file.read_text(encoding="ascii")
