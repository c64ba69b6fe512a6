"""The audit log: every output that showed whom it is about, or by which others can work out what was withheld."""

from __future__ import annotations

import datetime
import getpass
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Recorder:
    """Who records, with which version of the tool; as part of the merge `merge_id`, where that is given."""

    who: str
    tool_version: str = ""
    merge_id: int | None = None


def current_user() -> str:
    """The name of the account that runs the tool; "unknown" where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def now() -> datetime.datetime:
    """The time in UTC, as the store keeps it."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def note_identified(connection: duckdb.DuckDBPyConnection, what: str, children: int, who: str | None = None) -> None:
    """Write down that names of so many children were shown, by which command, and to whom."""
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?)", [now(), who or current_user(), what, children])


def note_exposed(connection: duckdb.DuckDBPyConnection, report: str, audience: str, counts: int) -> None:
    """Write down that an audience can work out so many of the counts that a report withholds."""
    connection.execute(
        "INSERT INTO audit VALUES (?, ?, ?, ?)", [now(), current_user(), f"exposed to {audience}: {report}", counts]
    )
