"""The cloud providers by the names that production's database knows, as of August 2026."""

from __future__ import annotations

from bench.errors import InputError

DEFAULT_PROVIDER = "aws"
"""That of the pull request's figures."""

PROVIDERS = (
    "aws",
    "azure",
    "gcp",
    "kubernetes",
    "m365",
    "github",
    "mongodbatlas",
    "iac",
    "oraclecloud",
    "alibabacloud",
    "cloudflare",
    "openstack",
    "image",
    "googleworkspace",
    "vercel",
    "okta",
)
"""In the order of the enum type ``provider``."""


def known_provider(name: str) -> str:
    """Return ``name``. Raises InputError where production's database does not know it."""
    if name not in PROVIDERS:
        raise InputError(f"provider {name!r} is not known to the database; write one of {', '.join(PROVIDERS)}")
    return name


def another_provider(provider: str) -> str:
    """Return a provider other than ``provider``, whose catalogue can be any without disturbing that one's."""
    return next(name for name in reversed(PROVIDERS) if name != provider)
