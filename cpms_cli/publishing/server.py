"""A connection to a server of PostgreSQL: statements of one transaction, and what the server says in words for people.

The engine's own module for PostgreSQL does it; it comes in a wheel of the engine's very version, and nothing is
downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from cpms_cli.errors import ServerError
from cpms_cli.interrupts import uninterrupted
from cpms_cli.publishing.address import Address
from cpms_cli.survey.rules.typed_answers import quoted

SERVED = "served"
"""The name under which the server's database is attached to the engine."""
_PASSWORD, _TLS = ("password", "no pg_hba.conf entry"), ("SSL",)
_RIGHTS, _LOST = ("permission denied", "must be owner"), ("server closed", "terminating connection", "no connection")
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"temp_directory": ""}


class Server:
    """A server and the transaction that is open on it. Every method raises ServerError."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, address: Address) -> None:
        self.connection = connection
        self.address = address

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement of the engine, which may read and write the server's tables as `served.SCHEMA.TABLE`."""
        try:
            return self.connection.execute(statement).fetchall()
        except duckdb.Error as error:
            raise self._refusal(error) from None

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query in the server's own words."""
        return self.run(f"FROM postgres_query({quoted(SERVED)}, {quoted(query)})")

    def tell(self, statement: str) -> None:
        """Run a statement in the server's own words."""
        self.run(f"CALL postgres_execute({quoted(SERVED)}, {quoted(statement)})")

    def begin(self) -> None:
        """Begin the transaction: what is not committed never was."""
        self.run("BEGIN")

    def commit(self) -> None:
        """End the transaction; no signal comes between."""
        with uninterrupted():
            try:
                self.connection.execute("COMMIT")
            except duckdb.Error as error:
                reason = reason_in_words(error, self.address)
                raise ServerError("server_in_doubt", server=self.address.shown, reason=reason) from None

    def roll_back(self) -> None:
        """Give up what the transaction did; a server that is gone has done so itself."""
        with suppress(duckdb.Error):
            self.connection.execute("ROLLBACK")

    def _refusal(self, error: duckdb.Error) -> ServerError:
        reason = reason_in_words(error, self.address)
        message = "server_refused"
        if any(sign in reason for sign in _RIGHTS):
            message = "server_rights"
        elif any(sign in reason for sign in _LOST):
            message = "server_lost"
        return ServerError(message, server=self.address.shown, reason=reason)


@contextmanager
def connected(address: Address) -> Iterator[Server]:
    """Connect to a server; a transaction that is not committed at the end is given up. Raises ServerError."""
    connection = duckdb.connect(":memory:", config=_CONFIG)
    server = Server(connection, address)
    try:
        _attach(connection, address)
        yield server
    finally:
        server.roll_back()
        connection.close()


def _attach(connection: duckdb.DuckDBPyConnection, address: Address) -> None:
    folder = Path(str(files("duckdb_extension_postgres_scanner"))) / "extensions" / f"v{duckdb.__version__}"
    # Named, also where there is nothing in it: else the engine takes what somebody keeps for other programs.
    password = [] if address.password is None else [f"PASSWORD {quoted(address.password)}"]
    try:
        connection.execute(f"LOAD {quoted(str(folder / 'postgres_scanner.duckdb_extension'))}")
        connection.execute(f"CREATE SECRET typed ({', '.join(['TYPE postgres', *password])})")
        connection.execute(f"ATTACH {quoted(address.words)} AS {SERVED} (TYPE postgres, SECRET typed)")
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    except duckdb.Error as error:
        reason = reason_in_words(error, address)
        message = "server_unreachable"
        if any(sign in reason for sign in _PASSWORD):
            message = "server_password"
        elif any(sign in reason for sign in _TLS):
            message = "server_tls"
        raise ServerError(message, server=address.shown, reason=reason) from None


def reason_in_words(error: BaseException, address: Address) -> str:
    """What the server says, its first line, without what the engine says around it, and never with the password."""
    text = str(error).replace(f'"{address.words}"', "")
    if address.password:
        text = text.replace(address.password, "***")
    for sign in ("ERROR:", "FATAL:", "failed:", '": ', " : "):
        if sign in text:
            text = text.split(sign, 1)[1]
            break
    lines = text.strip(" :\n").splitlines() or [type(error).__name__]
    return lines[0].strip(" .")
