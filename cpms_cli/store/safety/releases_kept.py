"""What readers were given, carried over into a copy that takes the store's place.

A copy of last week knows nothing of what was given away since. The readers still have it: what a later table would tell
them beside it must be held against it, whatever the store has gone back to.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.logs.record_releases import RecordRelease, all_records, next_number, note_records
from cpms_cli.store.tables.release_tables import Release, all_releases, note_release


@dataclass(frozen=True)
class Given:
    """All tables and all files of rows that a store remembers."""

    tables: tuple[Release[str], ...] = ()
    rows: tuple[RecordRelease, ...] = ()


def given_by(store: Path, schemas: Path | None) -> Given:
    """Return what a store remembers that its readers were given."""
    with open_store(store, definition_in_use(store, schemas)) as connection:
        return _given(connection)


def carry_over(connection: duckdb.DuckDBPyConnection, given: Given) -> None:
    """Write into a store what it does not remember of all this."""
    known = _given(connection)
    known_tables, known_rows = {*map(_table_key, known.tables)}, {*map(_rows_key, known.rows)}
    for release in given.tables:
        if _table_key(release) not in known_tables:
            note_release(connection, release)
    for record in given.rows:
        if _rows_key(record) not in known_rows:
            note_records(connection, replace(record, number=next_number(connection)))


def _given(connection: duckdb.DuckDBPyConnection) -> Given:
    return Given(tuple(all_releases(connection)), tuple(all_records(connection)))


def _table_key(release: Release[str]) -> tuple[Hashable, ...]:
    """What tells one release from another: two of one moment have other counts."""
    cells = frozenset((name, cell.count, cell.state) for name, cell in release.cells.items())
    return release.audience, release.report, release.round, release.released_at, release.released_by, cells


def _rows_key(record: RecordRelease) -> tuple[Hashable, ...]:
    return record.audience, record.series, record.detail, record.k, record.households, record.given, len(record.rows)
