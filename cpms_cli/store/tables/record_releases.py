"""Which rows were given to whom, and what of each child stood in them: so that a later file, put beside an earlier one
of the same audience, does not tell a child apart.

- `record_release`: one file each: for which audience and series, how much of who it is stood in it (`detail`), the k
  asked for, whether answers of households were in it, when and by whom;
- `record_release_row`: each row of a file, the child under a name that nobody else has, and its `looks`: how it looked
  in all by which somebody could find it.

Made when they are first needed: a store that never gave rows away has none.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.store.audit_log import current_user, now

RECORD_RELEASE_TABLES = ("record_release", "record_release_row")
"""Logs, which a comparison of stores leaves out."""


@dataclass(frozen=True)
class RecordRelease:
    """One file of rows. `rows`: child, round and looks; `number`: which one it was; `given`: when, and by whom."""

    number: int
    audience: str
    series: str | None
    detail: str
    k: int | None
    households: bool
    rows: pd.DataFrame
    given: tuple[datetime.datetime, str] | None = None


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        CREATE TABLE IF NOT EXISTS record_release (
            number INTEGER PRIMARY KEY,
            audience VARCHAR NOT NULL,
            series VARCHAR,
            detail VARCHAR NOT NULL,
            k INTEGER,
            households BOOLEAN NOT NULL,
            released_at TIMESTAMP NOT NULL,
            released_by VARCHAR NOT NULL
        )""")
    connection.execute("""
        CREATE TABLE IF NOT EXISTS record_release_row (
            number INTEGER NOT NULL,
            child VARCHAR NOT NULL,
            round VARCHAR NOT NULL,
            looks VARCHAR NOT NULL
        )""")


def next_number(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the file that is given away next."""
    _create(connection)
    row = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM record_release").fetchone()
    return int(row[0]) if row else 1


def all_records(connection: duckdb.DuckDBPyConnection) -> list[RecordRelease]:
    """Every file of rows that any audience was given, of each audience the oldest first; nothing is made for it."""
    tables = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'record_release'").fetchone()
    if not tables or not tables[0]:
        return []
    audiences = connection.execute("SELECT DISTINCT audience FROM record_release ORDER BY audience").fetchall()
    return [release for (audience,) in audiences for release in _records(connection, audience)]


def earlier_records(connection: duckdb.DuckDBPyConnection, audience: str) -> list[RecordRelease]:
    """Every file of rows that this audience was given, the oldest first."""
    _create(connection)
    return _records(connection, audience)


def _records(connection: duckdb.DuckDBPyConnection, audience: str) -> list[RecordRelease]:
    heads = connection.execute(
        """
        SELECT number, series, detail, k, households, released_at, released_by
        FROM record_release
        WHERE audience = ?
        ORDER BY number""",
        [audience],
    ).fetchall()
    return [
        RecordRelease(
            number,
            audience,
            series,
            detail,
            k,
            households,
            connection.execute("SELECT child, round, looks FROM record_release_row WHERE number = ?", [number]).df(),
            (when, who),
        )
        for number, series, detail, k, households, when, who in heads
    ]


def note_records(connection: duckdb.DuckDBPyConnection, release: RecordRelease) -> None:
    """Write down a file of rows that is given away."""
    _create(connection)
    when, who = release.given or (now(), current_user())
    head: Sequence[object] = [
        release.number,
        release.audience,
        release.series,
        release.detail,
        release.k,
        release.households,
        when,
        who,
    ]
    connection.execute("INSERT INTO record_release VALUES (?, ?, ?, ?, ?, ?, ?, ?)", head)
    connection.register("released_record", release.rows[["child", "round", "looks"]])
    connection.execute("INSERT INTO record_release_row SELECT ?, * FROM released_record", [release.number])
    connection.unregister("released_record")
