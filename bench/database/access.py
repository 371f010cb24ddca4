"""Access: what a process needs to open sessions on one database, by which names, and how a failure reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

DEFAULT = "default"
"""Django's alias of the connection that writes, as the application role under row-level security."""
REPLICA = "replica"
"""The alias of the one that reads, as the application role; production may point it at a read replica."""
ADMIN = "admin"
"""The alias for migrations, and for COPY on separate connections, as the role that bypasses row-level security."""

OBSERVER = "bench-observer"
"""The application name of the harness's own sessions, whose statements do not count."""


@dataclass(frozen=True)
class DatabaseAccess:
    """A DatabaseAccess is one of the run's databases and the two roles that work in it; all strings, as JSON needs.

    A session logs in as the user of ``conninfo`` and takes a role at startup, which decides ``current_user`` and with
    it privileges and row-level security: no password and no ``pg_hba.conf`` entry is needed. Only where a project needs
    it, the roles can log in as well, by ``app_password`` and ``admin_password``.
    """

    conninfo: str = field(repr=False)
    """libpq connection string as the server's superuser or the user's own login; may hold a password, so not shown."""
    database: str
    app_role: str
    """The application: subject to row-level security."""
    admin_role: str
    """BYPASSRLS; owns the database."""
    log_directory: str | None = None
    """The embedded server's log folder; None on the user's own server."""
    app_password: str = field(default="", repr=False)
    """'' where the application's role cannot log in; so for the other one."""
    admin_password: str = field(default="", repr=False)

    def places(self) -> Mapping[str, str]:
        """Return what stands for this database in the variables of a ``WorkerEnvironment``, by the place's name.

        The host is the folder of the Unix socket where the server is reached by one, as libpq takes it.
        """
        # Not at the top: a job describes its environment with this module's names, and every command's help finds jobs.
        from psycopg.conninfo import conninfo_to_dict

        parameters = conninfo_to_dict(self.conninfo)
        return {
            "host": str(parameters.get("host", "")),
            "port": str(parameters.get("port", "5432")),
            "database": self.database,
            "user": self.app_role,
            "password": self.app_password,
            "admin_user": self.admin_role,
            "admin_password": self.admin_password,
        }

    def conninfo_as(self, role: str, **parameters: str | int | None) -> str:
        """Return ``conninfo`` for a session that starts as ``role``; ``parameters`` are further libpq ones.

        The session's options stay, and RESET ROLE or DISCARD ALL come back to ``role``.
        """
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        options = conninfo_to_dict(self.conninfo).get("options")
        # Within options, libpq's server side splits at white space and takes a backslash as its escape.
        escaped = "".join(f"\\{character}" if character in "\\ \t\n" else character for character in role)
        take_role = f"-c role={escaped}"
        merged = f"{options} {take_role}" if options else take_role
        return make_conninfo(self.conninfo, options=merged, **parameters)


def one_line(error: psycopg.Error) -> str:
    """Return the server's message without detail and hint; for an error of the connection, its whole text."""
    return error.diag.message_primary or " ".join(str(error).split())
