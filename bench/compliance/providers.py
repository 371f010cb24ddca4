"""The cloud providers by the names that production's database knows, as of August 2026."""

from __future__ import annotations

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


def another_provider(provider: str) -> str:
    """Return a provider other than ``provider``, whose catalogue can be any without disturbing that one's."""
    return next(name for name in reversed(PROVIDERS) if name != provider)
