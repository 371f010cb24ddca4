"""The roles of a run: what the application's and the administrator's may do, and whether they can log in."""

from __future__ import annotations

from dataclasses import dataclass

ATTRIBUTES = (
    "BYPASSRLS",
    "CREATEDB",
    "CREATEROLE",
    "INHERIT",
    "NOBYPASSRLS",
    "NOINHERIT",
    "REPLICATION",
    "SUPERUSER",
)
"""What a description may ask for, as CREATE ROLE spells it."""


@dataclass(frozen=True, kw_only=True)
class LoginRoles:
    """LoginRoles are the attributes of two roles that log in by a random password, made for one run.

    A project that reads user and password from its settings needs them: it knows no role by startup option.
    """

    app: tuple[str, ...] = ("NOBYPASSRLS",)
    """Of the application's role."""
    admin: tuple[str, ...] = ("BYPASSRLS",)
    """Of the role that migrates, and owns the database."""
