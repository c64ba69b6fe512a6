"""The audit log: every output that showed whom it is about."""

from __future__ import annotations

import datetime
import getpass

import duckdb


def current_user() -> str:
    """The name of the account that runs the tool; "unknown" where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def now() -> datetime.datetime:
    """The time in UTC, as the store keeps it."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def note_identified(connection: duckdb.DuckDBPyConnection, what: str, children: int) -> None:
    """Write down that names of so many children were shown, by which command, and to whom."""
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?)", [now(), current_user(), what, children])
