"""The address of a server, as one types it: where it is, and a password that is shown nowhere.

The form is libpq's: `postgresql://USER@HOST:PORT/DATABASE?sslmode=require`. What is left out comes from libpq's own
variables (PGUSER, PGPASSWORD, PGPASSFILE, PGSERVICE) and from its password file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from cpms_cli.errors import UsageError

_SCHEMES = ("postgresql", "postgres")
_HOST = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>\d*))?")
_SECONDS = "10"
_OWN_MACHINE = re.compile(r"(localhost|127\.[\d.]+|::1|/.*|)")


@dataclass(frozen=True)
class Address:
    """`settings` are libpq's, without the password; `shown` is how messages name the server."""

    settings: Mapping[str, str]
    shown: str
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read an address. Raises UsageError, which does not repeat it: it may hold a password."""
        try:
            parts = urlsplit(text.strip())
            asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        except ValueError:
            raise UsageError("server_address") from None
        # A password with such a sign in it would be taken for a host or a database, and shown.
        if parts.scheme not in _SCHEMES or parts.fragment or "@" in parts.path + parts.query:
            raise UsageError("server_address")
        # Nor does libpq know a text with NUL in it: the engine would cut it off there, and quote what stands before.
        if "\0" in unquote(text):
            raise UsageError("server_address")
        who, _, places = parts.netloc.rpartition("@")
        user, _, password = who.partition(":")
        hosts, ports = _hosts(places)
        database = unquote(parts.path.removeprefix("/"))
        settings = {"host": hosts, "port": ports, "user": unquote(user), "dbname": database}
        settings = {name: value for name, value in settings.items() if value.strip(",")}
        secret = asked.pop("password", None) or unquote(password) or None
        shown = f"postgresql://{places}/{database}"
        return cls({**settings, **_settings_unsaid({**settings, **asked}), **asked}, shown, secret)

    @property
    def words(self) -> str:
        """The settings as libpq takes them in one text; there is no password in it."""
        escaped = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in self.settings.items()}
        return " ".join(f"{name}='{value}'" for name, value in escaped.items())


def _hosts(places: str) -> tuple[str, str]:
    """The hosts and the ports of an address, each joined by commas as libpq takes them."""
    each = [_HOST.fullmatch(place) for place in places.split(",")]
    if not all(each):
        raise UsageError("server_address")
    hosts = ",".join(unquote(place["host"]).strip("[]") for place in each if place)
    ports = ",".join(place["port"] or "" for place in each if place)
    return hosts, ports


def _settings_unsaid(asked: Mapping[str, str]) -> dict[str, str]:
    """What is set where nobody says it: not to wait for ever, and no row over a network in plain text."""
    settings = {}
    if "connect_timeout" not in asked and "PGCONNECT_TIMEOUT" not in os.environ:
        settings["connect_timeout"] = _SECONDS
    by_service = "service" in asked or "PGSERVICE" in os.environ
    hosts = asked.get("host") or os.environ.get("PGHOST", "")
    own = all(_OWN_MACHINE.fullmatch(host) for host in hosts.split(","))
    if not (own or by_service or "sslmode" in asked or "PGSSLMODE" in os.environ):
        settings["sslmode"] = "require"
    return settings
