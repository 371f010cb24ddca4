"""The server's end of the wire: where the server listens, and connections to it, encrypted as the login asks."""

from __future__ import annotations

import socket
import ssl
import struct
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from bench.errors import DatabaseError

_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Upstream:
    """An Upstream is how a server is reached, from a connection string."""

    host: str
    """A folder with its Unix socket, or a name or address."""
    port: str
    sslmode: str = "prefer"
    root_certificate: str = ""
    certificate: str = ""
    key: str = ""

    @classmethod
    def of(cls, conninfo: str) -> Upstream:
        """Return how ``conninfo`` reaches its server."""
        found = {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value is not None}
        return cls(
            host=found.get("hostaddr") or found.get("host", ""),
            port=found.get("port", "5432"),
            sslmode=found.get("sslmode", "prefer"),
            root_certificate=found.get("sslrootcert", ""),
            certificate=found.get("sslcert", ""),
            key=found.get("sslkey", ""),
        )

    @property
    def by_socket(self) -> bool:
        """Whether the server is reached by a Unix socket."""
        return self.host.startswith(("/", "@"))

    def connect(self) -> socket.socket:
        """Return a connection. Raises OSError, and DatabaseError where the server does not encrypt and has to."""
        if self.by_socket:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(str(Path(self.host, f".s.PGSQL.{self.port}")))
            return connection
        connection = socket.create_connection((self.host, int(self.port)), _PATIENCE_SECONDS)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.sslmode in {"disable", "allow"}:
            return connection
        connection.sendall(_SSL_REQUEST)
        if connection.recv(1) == b"S":
            return self._context().wrap_socket(connection, server_hostname=self.host)
        if self.sslmode != "prefer":
            raise DatabaseError(f"the server at {self.host} offers no encryption; sslmode asks for {self.sslmode}")
        return connection

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        verified = self.sslmode in {"verify-ca", "verify-full"} or bool(self.root_certificate)
        context.check_hostname = self.sslmode == "verify-full"
        context.verify_mode = ssl.CERT_REQUIRED if verified else ssl.CERT_NONE
        if self.root_certificate and self.root_certificate != "system":
            context.load_verify_locations(self.root_certificate)
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key or None)
        return context
