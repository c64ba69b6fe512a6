"""Which rows were given to whom, and what of each child stood in them: so that a later file, put beside an earlier one
of the same audience, does not tell a child apart.

- `record_release`: one file each: for which audience and series, how much of who it is stood in it (`detail`), the k
  asked for, whether answers of households were in it, when and by whom;
- `record_release_row`: each row of a file, the child under a name that nobody else has, and its `looks`: how it looked
  in all by which somebody could find it;
- `record_release_line`: the same rows by another such name, of the house and the child's number in it: a child gets
  another identifier where a batch is undone and merged again, or rows are split, joined or linked otherwise.

Made when they are first needed: a store that never gave rows away has none.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.store.audit_log import current_user, now
from cpms_cli.store.tables.pseudonym_key import pseudonym, pseudonym_key
from cpms_cli.store.tables.release_tables import spellings

RECORD_RELEASE_TABLES = ("record_release", "record_release_row", "record_release_line")
"""Logs, which a comparison of stores leaves out."""
OF_CHILD, OF_LINE = "\x1fremembered", "\x1fremembered line"
"""Whose pseudonyms the names are that only the store has: of a child's identifier, of the reference to a row."""


@dataclass(frozen=True)
class RecordRelease:
    """One file of rows. `rows`: child, round, looks, line; `number`: which one it was; `given`: when, and by whom."""

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
    connection.execute("""
        CREATE TABLE IF NOT EXISTS record_release_line (
            number INTEGER NOT NULL,
            child VARCHAR NOT NULL,
            round VARCHAR NOT NULL,
            line VARCHAR NOT NULL
        )""")


def next_number(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the file that is given away next."""
    _create(connection)
    row = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM record_release").fetchone()
    return int(row[0]) if row else 1


def all_records(connection: duckdb.DuckDBPyConnection) -> list[RecordRelease]:
    """Every file of rows that any audience was given, of each audience the oldest first; nothing is made for it."""
    if not _has(connection, "record_release"):
        return []
    audiences = connection.execute("SELECT DISTINCT audience FROM record_release ORDER BY audience").fetchall()
    return [release for (audience,) in audiences for release in _records(connection, [audience])]


def earlier_records(connection: duckdb.DuckDBPyConnection, audience: str) -> list[RecordRelease]:
    """Every file of rows that this audience was given, however its name was typed, the oldest first."""
    _create(connection)
    return _records(connection, spellings(connection, "record_release", audience))


def forget_lines(connection: duckdb.DuckDBPyConnection, identifier: str, references: Sequence[str]) -> None:
    """Forget in which rows a child stood whose data are removed: who has the store could try out the houses."""
    if not _has(connection, "record_release_line"):
        return
    key = pseudonym_key(connection)
    lines = [pseudonym(key, OF_LINE, reference) for reference in references]
    connection.execute(
        """
        DELETE FROM record_release_line
        WHERE child = ? OR list_contains(?, line)""",
        [pseudonym(key, OF_CHILD, identifier), lines],
    )


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the store has a table that is made when it is first needed."""
    return bool(connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchone())


def _records(connection: duckdb.DuckDBPyConnection, audiences: list[str]) -> list[RecordRelease]:
    heads = connection.execute(
        """
        SELECT number, audience, series, detail, k, households, released_at, released_by
        FROM record_release
        WHERE list_contains(?, audience)
        ORDER BY number""",
        [audiences],
    ).fetchall()
    return [
        RecordRelease(number, audience, series, detail, k, households, _rows(connection, number), (when, who))
        for number, audience, series, detail, k, households, when, who in heads
    ]


def _rows(connection: duckdb.DuckDBPyConnection, number: int) -> pd.DataFrame:
    """The rows of a file; of one that was given away before lines were remembered, these are blank."""
    rows = connection.execute("SELECT child, round, looks FROM record_release_row WHERE number = ?", [number]).df()
    if not _has(connection, "record_release_line"):
        return rows.assign(line=None)
    lines = connection.execute("SELECT child, round, line FROM record_release_line WHERE number = ?", [number]).df()
    return rows.merge(lines, "left", ["child", "round"])


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
    connection.register("released_record", release.rows[["child", "round", "looks", "line"]])
    connection.execute(
        "INSERT INTO record_release_row SELECT ?, child, round, looks FROM released_record", [release.number]
    )
    connection.execute(
        """
        INSERT INTO record_release_line
        SELECT ?, child, round, line
        FROM released_record
        WHERE line IS NOT NULL""",
        [release.number],
    )
    connection.unregister("released_record")
